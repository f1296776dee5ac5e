"""The parts of a raw answer: their names, what they are decoded into, and recognising them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from vidiom.schema.raw import RawPart, RawResult
from vidiom_deepva import rows, wire

__all__ = [
    "ARTIFACT",
    "ARTIFACTS",
    "BATCH",
    "DETAILED",
    "JOB",
    "REDUNDANT",
    "SUMMARIZED",
    "WIRE_TYPES",
    "Parts",
    "sorted_out",
]

JOB: Final = "job"
BATCH: Final = "batch"
"""Which image of a batch is whose: made by us, for the vendor has no field for it."""
DETAILED: Final = "detailed_results"
SUMMARIZED: Final = "summarized_results"
ARTIFACTS: Final = "artifacts"
ARTIFACT: Final = "artifact"

WIRE_TYPES: Final[Mapping[str, Any]] = {
    JOB: wire.Job,
    BATCH: rows.Manifest,
    f"{DETAILED}*": rows.AuditedPage,
    f"{SUMMARIZED}*": rows.SummarizedPage,
    f"{ARTIFACTS}/*": rows.ArtifactPage,
    f"{ARTIFACT}/*": bytes,
}

REDUNDANT: Final[Mapping[str, str]] = {
    "*/next": "a link, never followed: offsets are counted",
    "*/prev": "a link, never followed: offsets are counted",
    "*/offset": "stands in the name of the part",
    "*/limit": "how many rows a page could have had",
    "detailed_results*/data/*/tc_*": "the times in another notation",
    "job/result/*_link": "links, never followed: addresses are built from the configured one",
    "job/result/summary/*/items/*": "repeats labels of the rows",
    "job/webhook/*": "the request's own words, and may be secret",
    "job/is_synced_to_kg": "whether the vendor's knowledge graph has the job",
}


class _Item(msgspec.Struct, gc=False):
    """What tells the sort of a list's items."""

    detections: Any = None
    frame_start: Any = None
    meta: Any = None


class _Told(msgspec.Struct, gc=False):
    """What tells the sort of a document."""

    state: str | None = None
    modules: dict[str, Any] | None = None
    external_ids: list[Any] | None = None
    data: list[msgspec.Raw] | None = None


@dataclass(frozen=True)
class Parts:
    """The parts of an answer by their sort; their names stay what they are."""

    job: RawPart | None
    batch: RawPart | None
    detailed: tuple[RawPart, ...]
    summarized: tuple[RawPart, ...]
    files: tuple[RawPart, ...]
    """The contents of artifacts."""


def sorted_out(raw: RawResult) -> Parts:
    """Each part by its name, or where somebody kept it as ``page1``, by what is in it."""
    found: dict[str, list[RawPart]] = {}
    for kind in (DETAILED, SUMMARIZED, ARTIFACT, ARTIFACTS):
        found[kind] = list(raw.under(kind))
    for name, part in raw.items():
        if name.partition("/")[0] in found and "/" in name:
            continue
        named = name in (JOB, BATCH, DETAILED, SUMMARIZED, ARTIFACTS)
        sort = name if named else _kind(part)
        if sort is not None:
            found.setdefault(sort, []).append(part)
    return Parts(
        job=next(iter(found.get(JOB, ())), None),
        batch=next(iter(found.get(BATCH, ())), None),
        detailed=tuple(found[DETAILED]),
        summarized=tuple(found[SUMMARIZED]),
        files=tuple(found[ARTIFACT]),
    )


def _kind(part: RawPart) -> str | None:
    content = bytes(part.content[:2048])
    try:
        if content.lstrip()[:1] == b"[":
            return _list_kind(msgspec.json.decode(part.content, type=list[msgspec.Raw]))
        said = msgspec.json.decode(part.content, type=_Told)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ARTIFACT if b"-->" in content else None
    if said.state is not None or said.modules is not None:
        return JOB
    if said.external_ids is not None:
        return BATCH
    return _list_kind(said.data)


def _list_kind(data: list[msgspec.Raw] | None) -> str | None:
    if not data:
        return DETAILED if data is not None else None
    try:
        first = msgspec.json.decode(data[0], type=_Item)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if first.detections is not None or first.frame_start is not None:
        return DETAILED
    return SUMMARIZED if first.meta is not None else ARTIFACTS
