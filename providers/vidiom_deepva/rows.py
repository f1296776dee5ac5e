"""The rows of a result in the vendor's words, page by page.

What is not declared is skipped while a page is decoded. That holds for thumbnails, which may be
megabytes in each row, unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Raw, Struct

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.raw import RawPart
from vidiom_deepva.wire import Artifact, Envelope

__all__ = [
    "MOST_FRACTION",
    "ArtifactPage",
    "AuditedPage",
    "BoundingBox",
    "Manifest",
    "Row",
    "RowDetection",
    "RowWithThumbnail",
    "SummarizedPage",
    "SummarizedRow",
    "WholeDetection",
    "detections_of",
    "numbered",
    "pages",
    "summaries",
    "whole_detections_of",
]

_NOTHING: Final = Raw(b"[]")

# https://docs.deepva.com/data-objects/detection speaks of percentages and shows fractions
MOST_FRACTION: Final = 1.5
"""What is above can be no share of the frame."""


class BoundingBox(Struct, gc=False):
    """``data`` of a ``face_bbox``: shares of the frame (docs.deepva.com/data-objects/detection)."""

    x: float | None = None
    y: float | None = None
    w: float | None = None
    h: float | None = None


class RowDetection(Struct, gc=False):
    """One place in one frame."""

    frame_index: float | None = None
    type: str | None = None
    data: BoundingBox | None = None


_Share = Annotated[float, Meta(le=MOST_FRACTION)]
_Side = Annotated[float, Meta(ge=0, le=MOST_FRACTION)]


class WholeBox(Struct, gc=False):
    """A box that leaves nothing to be asked."""

    x: _Share
    y: _Share
    w: _Side
    h: _Side


class WholeDetection(Struct, gc=False):
    """A place that leaves nothing to be asked, which the decoder has made sure of."""

    frame_index: float
    data: WholeBox


class Row(Struct, gc=False):
    """A segment on one module's track (docs.deepva.com/core-resources/detailed-result)."""

    media_type: str | None = None
    frame_start: float | str | None = None
    """For images the index of the image in the batch."""
    frame_end: float | str | None = None
    time_start: float | str | None = None
    """Seconds; an older page types it as a text."""
    time_end: float | str | None = None
    source: str | None = None
    module: str | None = None
    meta: dict[str, Any] | None = None
    detections: Raw = _NOTHING
    """Decoded row by row, for it is most of a long answer."""


class Thumbnail(Struct, gc=False):
    """A small picture."""

    image: str | None = None


class RowWithThumbnail(Row, gc=False):
    """The same with the picture."""

    thumbnail: Thumbnail | None = None


class _Page(Struct, gc=False):
    total: int | None = None
    data: list[Row] | None = None


class _PageWithThumbnails(Struct, gc=False):
    total: int | None = None
    data: list[RowWithThumbnail] | None = None


class _AuditedRow(Struct, gc=False):
    media_type: str | None = None
    frame_start: float | str | None = None
    frame_end: float | str | None = None
    time_start: float | str | None = None
    time_end: float | str | None = None
    source: str | None = None
    module: str | None = None
    meta: Any = None
    detections: list[RowDetection] | None = None
    thumbnail: Thumbnail | None = None


class AuditedPage(Struct, gc=False):
    """What is read of a page in all: thumbnails on request, and all of ``meta``."""

    total: int | None = None
    data: list[_AuditedRow] | None = None


class SummarizedRow(Struct, gc=False):
    """A summary of one module (docs.deepva.com/core-resources/summarized-result)."""

    id: str | None = None
    type: str | None = None
    source: str | None = None
    module: str | None = None
    meta: dict[str, Any] | None = None


class SummarizedPage(Struct, gc=False):
    """A page of summaries."""

    total: int | None = None
    data: list[SummarizedRow] | None = None


class ArtifactPage(Struct, gc=False):
    """A page of artifacts."""

    total: int | None = None
    data: list[Artifact] | None = None


class Manifest(Struct, gc=False):
    """Which image of a batch is whose, as we keep it."""

    external_ids: list[str] = []


def pages(
    parts: Sequence[RawPart], notes: Notes, *, thumbnails: bool
) -> Iterator[tuple[RawPart, str, Sequence[Row | None]]]:
    """The rows of each page, and the JSON pointer of the list that they stand in.

    ``None`` stands for a row that cannot be read. A page that cannot be read at all is noted.
    """
    whole: Any = _PageWithThumbnails if thumbnails else _Page
    one: Any = RowWithThumbnail if thumbnails else Row
    yield from _decoded(parts, notes, whole, one)


def summaries(
    parts: Sequence[RawPart], notes: Notes
) -> Iterator[tuple[RawPart, str, Sequence[SummarizedRow | None]]]:
    """The same of summaries."""
    yield from _decoded(parts, notes, SummarizedPage, SummarizedRow)


def _decoded(
    parts: Sequence[RawPart],
    notes: Notes,
    whole: Any,  # noqa: ANN401 - a type expression, as the next one
    one: Any,  # noqa: ANN401
) -> Iterator[tuple[RawPart, str, Sequence[Any]]]:
    most = came = 0
    for part in parts:
        array = bytes(part.content[:64]).lstrip()[:1] == b"["
        pointer = "" if array else "/data"
        rows: Sequence[Any] | None
        try:
            found: Any = msgspec.json.decode(part.content, type=list[one] if array else whole)
            rows, total = (found, None) if array else (found.data, found.total)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            rows, total = _salvaged(part, notes, one, pointer)
        if rows is None:
            notes.add(
                NoticeCode.FAILED_IN_PART,
                "A page of the answer cannot be read, and its rows are missing.",
                Source(part.name, ""),
            )
            continue
        most = max(most, total or 0)
        came += len(rows)
        yield part, pointer, rows
    if came < most:
        notes.add(
            NoticeCode.FAILED_IN_PART,
            "The vendor speaks of more rows than it gave.",
            Source(parts[0].name, "/total"),
            count=most - came,
        )


def _salvaged(
    part: RawPart,
    notes: Notes,
    one: Any,  # noqa: ANN401 - a type expression
    pointer: str,
) -> tuple[Sequence[Any] | None, int | None]:
    """Row by row, so that each keeps its place."""
    salvage = Salvage(part.name, notes)
    if pointer:
        envelope = salvage.read(part.content, Envelope)
        rows, total = (None, None) if envelope is None else (envelope.data, envelope.total)
    else:
        rows, total = salvage.read(part.content, list[Raw]), None
    if rows is None:
        return None, total
    read = [salvage.read(row, one, f"{pointer}/{index}") for index, row in enumerate(rows)]
    return read, total


def numbered(value: float | str | None) -> float | None:
    """A number that may be written as a text."""
    if value is None or type(value) is float:
        return value
    try:
        number = float(value)
    except ValueError:
        return None
    return number if number - number == 0 else None  # neither NaN nor infinite


_PLACES: Final = msgspec.json.Decoder(list[RowDetection])
_WHOLE: Final = msgspec.json.Decoder(list[WholeDetection])


def whole_detections_of(row: Row) -> list[WholeDetection] | None:
    """The places of a row if nothing is wrong with any, in a fraction of the time."""
    try:
        return _WHOLE.decode(row.detections)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def detections_of(row: Row, salvage: Salvage, pointer: str) -> list[RowDetection]:
    """The places of a row."""
    try:
        return _PLACES.decode(row.detections)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return salvage.read(row.detections, list[RowDetection], pointer) or []
