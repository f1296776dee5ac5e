"""Which method of which resource answers an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.vendor import Vendor

__all__ = ["EVENTS", "doing", "listing"]

Doing: TypeAlias = Callable[[Call], "Json | Answer"]
Listing: TypeAlias = Callable[[Call], Sequence[Json]]
Telling: TypeAlias = Callable[[Call, "Json | Answer"], tuple[str, Json]]


def doing(vendor: Vendor) -> dict[str, Doing]:
    """What is answered with one thing, a file, or nothing."""
    storage, datasets, trainings = vendor.storage, vendor.datasets, vendor.trainings
    index, dictionaries, hooks = vendor.index, vendor.dictionaries, vendor.hooks
    transcripts = vendor.transcripts
    return {
        "delete_job": vendor.delete_job,
        "artifact_file": vendor.results.artifact_file,
        "create_storage": storage.create,
        "read_storage": storage.read,
        "delete_storage": storage.delete,
        "storage_file": storage.file,
        "storage_thumbnail": storage.thumbnail,
        "create_dictionary": dictionaries.create,
        "read_dictionary": dictionaries.read,
        "delete_dictionary": dictionaries.delete,
        "create_dataset": datasets.create,
        "read_dataset": datasets.read,
        "update_dataset": datasets.update,
        "delete_dataset": datasets.delete,
        "create_class": datasets.create_class,
        "read_class": datasets.read_class,
        "update_class": datasets.update_class,
        "delete_class": datasets.delete_class,
        "create_image": datasets.create_image,
        "read_image": datasets.read_image,
        "update_image": datasets.update_image,
        "delete_image": datasets.delete_image,
        "create_training": trainings.create,
        "read_training": trainings.read,
        "delete_training": trainings.delete,
        "read_model": trainings.read_model,
        "create_collection": index.create,
        "update_collection": index.update,
        "read_collection": index.read,
        "delete_collection": index.delete,
        "update_identity": index.update_identity,
        "read_identity": index.read_identity,
        "delete_identity": index.delete_identity,
        "create_transcript": transcripts.create,
        "read_transcript": transcripts.read,
        "delete_transcript": transcripts.delete,
        "create_variant": transcripts.create_variant,
        "read_variant": transcripts.read_variant,
        "delete_variant": transcripts.delete_variant,
        "create_version": transcripts.create_version,
        "read_version": transcripts.read_version,
        "delete_version": transcripts.delete_version,
        "create_webhook": hooks.create,
        "read_webhook": hooks.read,
        "update_webhook": hooks.update,
        "delete_webhook": hooks.delete,
    }


def listing(vendor: Vendor) -> dict[str, Listing]:
    """What is answered with pages."""
    transcripts = vendor.transcripts
    return {
        "detailed_results": vendor.results.detailed,
        "summarized_results": vendor.results.summarized,
        "list_artifacts": vendor.results.artifacts,
        "list_storage": vendor.storage.listed,
        "list_dictionaries": vendor.dictionaries.listed,
        "list_datasets": vendor.datasets.listed,
        "list_classes": vendor.datasets.list_classes,
        "list_images": vendor.datasets.list_images,
        "list_trainings": vendor.trainings.listed,
        "list_models": vendor.trainings.list_models,
        "list_collections": vendor.index.listed,
        "list_identities": vendor.index.list_identities,
        "list_transcripts": transcripts.listed,
        "list_variants": transcripts.list_variants,
        "list_versions": transcripts.list_versions,
        "list_paragraphs": transcripts.list_paragraphs,
        "list_webhooks": vendor.hooks.listed,
    }


def _transcript(_call: Call, answer: Json | Answer) -> tuple[str, Json]:
    return "deepva.transcript.on_created", {"transcript": {"id": _id(answer)}}


def _version(call: Call, answer: Json | Answer) -> tuple[str, Json]:
    return "deepva.transcript.variant.version.on_created", {
        "transcript": {"id": call.names["transcript"]},
        "variant": {"id": call.names["variant"]},
        "version": {"id": _id(answer)},
    }


def _id(answer: Json | Answer) -> object:
    content = answer.content if isinstance(answer, Answer) else answer
    return content["id"] if isinstance(content, dict) else None


EVENTS: Final[Mapping[str, Telling]] = {
    "create_transcript": _transcript,
    "create_version": _version,
}
"""Which event follows which request, and what is told in it (assumed)."""
