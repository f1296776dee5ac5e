"""The vendor's endpoints, and the names by which faults and the ledger know them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

__all__ = ["ENDPOINTS", "Found", "endpoint", "methods"]

# https://docs.deepva.com/endpoints and the pages of the resources
ENDPOINTS: Final[tuple[tuple[str, str, str], ...]] = (
    ("GET", "jobs", "list_jobs"),
    ("POST", "jobs", "create_job"),
    ("GET", "jobs/{job}", "read_job"),
    ("DELETE", "jobs/{job}", "delete_job"),
    ("GET", "jobs/{job}/detailed-results", "detailed_results"),
    ("GET", "jobs/{job}/summarized-results", "summarized_results"),
    ("GET", "jobs/{job}/artifacts", "list_artifacts"),
    ("GET", "jobs/{job}/artifacts/{artifact}/file", "artifact_file"),
    ("GET", "storage", "list_storage"),
    ("POST", "storage", "create_storage"),
    ("GET", "storage/{object}", "read_storage"),
    ("DELETE", "storage/{object}", "delete_storage"),
    ("GET", "storage/{object}/file", "storage_file"),
    ("GET", "storage/{object}/thumbnail", "storage_thumbnail"),
    ("GET", "dictionaries", "list_dictionaries"),
    ("POST", "dictionaries", "create_dictionary"),
    ("GET", "dictionaries/{dictionary}", "read_dictionary"),
    ("DELETE", "dictionaries/{dictionary}", "delete_dictionary"),
    ("GET", "datasets", "list_datasets"),
    ("POST", "datasets", "create_dataset"),
    ("GET", "datasets/{dataset}", "read_dataset"),
    ("PUT", "datasets/{dataset}", "update_dataset"),
    ("DELETE", "datasets/{dataset}", "delete_dataset"),
    ("GET", "datasets/{dataset}/classes", "list_classes"),
    ("POST", "datasets/{dataset}/classes", "create_class"),
    ("GET", "datasets/{dataset}/classes/{class}", "read_class"),
    ("PUT", "datasets/{dataset}/classes/{class}", "update_class"),
    ("DELETE", "datasets/{dataset}/classes/{class}", "delete_class"),
    ("GET", "datasets/{dataset}/classes/{class}/images", "list_images"),
    ("POST", "datasets/{dataset}/classes/{class}/images", "create_image"),
    ("GET", "datasets/{dataset}/classes/{class}/images/{image}", "read_image"),
    ("PUT", "datasets/{dataset}/classes/{class}/images/{image}", "update_image"),
    ("DELETE", "datasets/{dataset}/classes/{class}/images/{image}", "delete_image"),
    ("GET", "trainings", "list_trainings"),
    ("POST", "trainings", "create_training"),
    ("GET", "trainings/{training}", "read_training"),
    ("DELETE", "trainings/{training}", "delete_training"),
    ("GET", "models", "list_models"),
    ("GET", "models/{model}", "read_model"),
    ("GET", "index-collection", "list_collections"),
    ("POST", "index-collection", "create_collection"),
    ("PUT", "index-collection", "update_collection"),
    ("GET", "index-collection/{collection}", "read_collection"),
    ("DELETE", "index-collection/{collection}", "delete_collection"),
    ("GET", "index-collection/{collection}/identities", "list_identities"),
    ("PUT", "index-collection/{collection}/identities", "update_identity"),
    ("GET", "index-collection/{collection}/identities/{identity}", "read_identity"),
    ("DELETE", "index-collection/{collection}/identities/{identity}", "delete_identity"),
    ("GET", "transcripts", "list_transcripts"),
    ("POST", "transcripts", "create_transcript"),
    ("GET", "transcripts/{transcript}", "read_transcript"),
    ("DELETE", "transcripts/{transcript}", "delete_transcript"),
    ("GET", "transcripts/{transcript}/variants", "list_variants"),
    ("POST", "transcripts/{transcript}/variants", "create_variant"),
    ("GET", "transcripts/{transcript}/variants/{variant}", "read_variant"),
    ("DELETE", "transcripts/{transcript}/variants/{variant}", "delete_variant"),
    ("GET", "transcripts/{transcript}/variants/{variant}/versions", "list_versions"),
    ("POST", "transcripts/{transcript}/variants/{variant}/versions", "create_version"),
    ("GET", "transcripts/{transcript}/variants/{variant}/versions/{version}", "read_version"),
    ("DELETE", "transcripts/{transcript}/variants/{variant}/versions/{version}", "delete_version"),
    (
        "GET",
        "transcripts/{transcript}/variants/{variant}/versions/{version}/paragraphs",
        "list_paragraphs",
    ),
    ("GET", "webhooks", "list_webhooks"),
    ("POST", "webhooks", "create_webhook"),
    ("GET", "webhooks/{webhook}", "read_webhook"),
    ("PUT", "webhooks/{webhook}", "update_webhook"),
    ("PATCH", "webhooks/{webhook}", "update_webhook"),
    ("DELETE", "webhooks/{webhook}", "delete_webhook"),
)

# `/v1` in prose, `/api/v1` in every sample; at the root for those who leave it out.
_PREFIX: Final = re.compile(r"/(?:(?:api/)?v1(?:/|$))?")
_HOLE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Found:
    """The endpoint of a request, and what stands in its path."""

    name: str
    names: Mapping[str, str]


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple(
        (method, re.compile(_HOLE.sub(r"(?P<\1_>[^/]+)", path) + "/?"), name)
        for method, path, name in ENDPOINTS
    )


def endpoint(method: str, path: str) -> Found | None:
    """The endpoint of a request; a slash at the end may be there or not."""
    rest = _rest(path)
    for wanted, pattern, name in _patterns():
        match = pattern.fullmatch(rest) if wanted == method else None
        if match is not None:
            return Found(name, {key[:-1]: value for key, value in match.groupdict().items()})
    return None


def methods(path: str) -> tuple[str, ...]:
    """Which methods a path has."""
    rest = _rest(path)
    return tuple(method for method, pattern, _ in _patterns() if pattern.fullmatch(rest))


def _rest(path: str) -> str:
    match = _PREFIX.match(path)
    return path if match is None else path[match.end() :]
