"""Places of a row: one box, or a track in columns, with exact times from frames and rate."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import compress
from typing import Final

from msgspec import Struct

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom.schema.boxes import Box, Track
from vidiom.schema.columns import Column
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.trusted import trusted
from vidiom_deepva.rows import (
    MOST_FRACTION,
    Row,
    RowDetection,
    detections_of,
    numbered,
    whole_detections_of,
)

__all__ = ["NOWHERE", "Place", "place_of"]

_TRACK: Final = trusted(Track)

_MOST_PERCENT: Final = 150.0


class Place(Struct, frozen=True):
    """Where something is; at most one of the two."""

    box: Box | None = None
    track: Track | None = None


NOWHERE: Final = Place()


def place_of(
    row: Row, source: Source, rate: Fraction | None, notes: Notes, *, moving: bool
) -> Place:
    """The boxes of a row.

    Args:
        row: The row.
        source: Where it stands.
        rate: Frames per second; without it times are spread evenly over the row's own.
        notes: For what is left out.
        moving: Whether a single box in a video is one moment of a track, rather than a place that
            holds for all of the row's time.
    """
    if len(memoryview(row.detections)) <= 2:  # noqa: PLR2004 - `[]`, as most rows have it
        return NOWHERE
    whole = whole_detections_of(row)
    if whole is None:
        return _doubtful(row, source, rate, notes, moving=moving)
    if not whole:
        return NOWHERE
    boxes = [one.data for one in whole]
    if row.media_type == "image" or (len(boxes) == 1 and not moving):
        box = boxes[0]
        return Place(Box(box.x, box.y, box.w, box.h))
    columns = _Columns(
        [one.frame_index for one in whole],
        [
            array("d", [box.x for box in boxes]),
            array("d", [box.y for box in boxes]),
            array("d", [box.w for box in boxes]),
            array("d", [box.h for box in boxes]),
        ],
    )
    return _moving(columns, row, rate)


def _doubtful(
    row: Row, source: Source, rate: Fraction | None, notes: Notes, *, moving: bool
) -> Place:
    """The same where something is missing, or is not as documented."""
    listed = detections_of(row, Salvage(source.part, notes), f"{source.pointer}/detections")
    columns = _columns(listed, source, notes)
    if columns is None or not columns.frames:
        return NOWHERE
    if row.media_type == "image" or (len(columns.frames) == 1 and not moving):
        x, y, width, height = (column[0] for column in columns.places)
        return Place(Box(x, y, width, height))
    if None in columns.frames:
        first = numbered(row.frame_start) or 0.0
        columns.frames = [first if one is None else one for one in columns.frames]
        notes.repaired("Boxes without a frame are placed at the row's start.", source)
    return _moving(columns, row, rate)


def _moving(columns: _Columns, row: Row, rate: Fraction | None) -> Place:
    times, places = _times(columns.frames, row, rate), columns.places
    in_order = sorted(times)
    if times != in_order:
        order = sorted(range(len(times)), key=times.__getitem__)
        places = [array("d", [one[i] for i in order]) for one in places]
    left, top, widths, heights = places
    track = _TRACK(times=array("d", in_order), x=left, y=top, width=widths, height=heights)
    return Place(None, track)


@dataclass
class _Columns:
    frames: list[float]
    places: Sequence[Column]


def _columns(listed: list[RowDetection], source: Source, notes: Notes) -> _Columns | None:
    boxes = [one.data for one in listed]
    try:
        columns = _Columns(
            [one.frame_index for one in listed],  # type: ignore[misc]  # a missing one is refused below
            [
                array("d", [box.x for box in boxes]),  # type: ignore[union-attr,misc]  # as here
                array("d", [box.y for box in boxes]),  # type: ignore[union-attr,misc]
                array("d", [box.w for box in boxes]),  # type: ignore[union-attr,misc]
                array("d", [box.h for box in boxes]),  # type: ignore[union-attr,misc]
            ],
        )
    except (TypeError, AttributeError):
        whole = [one for one in listed if _is_whole(one)]
        notes.add(
            NoticeCode.UNMAPPED,
            "Places that are no boxes of x, y, w and h stand in the raw answer only.",
            source,
            count=len(listed) - len(whole),
        )
        return _columns(whole, source, notes) if whole else None
    return _as_fractions(_not_negative(columns, source, notes), source, notes)


def _is_whole(one: RowDetection) -> bool:
    box = one.data
    return box is not None and None not in (box.x, box.y, box.w, box.h)


def _not_negative(columns: _Columns, source: Source, notes: Notes) -> _Columns:
    _, _, width, height = columns.places
    if not width or (min(width) >= 0 and min(height) >= 0):
        return columns
    fine = [w >= 0 and h >= 0 for w, h in zip(width, height, strict=True)]
    notes.repaired(
        "Boxes with sides below zero were left out.", source, count=len(fine) - sum(fine)
    )
    return _Columns(
        list(compress(columns.frames, fine)),
        [array("d", compress(column, fine)) for column in columns.places],
    )


def _as_fractions(columns: _Columns, source: Source, notes: Notes) -> _Columns | None:
    """Shares of the frame; what can only be percent is divided by 100."""
    greatest = max((max(column) for column in columns.places if column), default=0.0)
    if greatest <= MOST_FRACTION:
        return columns
    if greatest > _MOST_PERCENT:
        notes.repaired(
            "Boxes that are neither fractions nor percent of the frame were left out.",
            source,
            count=len(columns.frames),
        )
        return None
    notes.add(
        NoticeCode.ASSUMED,
        "Boxes with values above 1.5 were read as percent of the frame.",
        source,
        count=len(columns.frames),
    )
    columns.places = [array("d", [one / 100 for one in column]) for column in columns.places]
    return columns


def _times(frames: list[float], row: Row, rate: Fraction | None) -> list[float]:
    first, begin = numbered(row.frame_start), numbered(row.time_start)
    if rate is not None:
        ticks, scale = rate.denominator, rate.numerator
        origin = 0.0
        if first is not None and begin is not None:
            counted = first * ticks / scale
            # The row's own time is the authority; within half a frame it is the rounded one.
            if abs(counted - begin) * scale > ticks / 2:
                origin = begin - counted
        if origin:
            return [origin + frame * ticks / scale for frame in frames]
        if ticks == 1:
            return [frame / scale for frame in frames]
        return [frame * ticks / scale for frame in frames]
    last, end = numbered(row.frame_end), numbered(row.time_end)
    if begin is None:
        return [0.0] * len(frames)
    if first is None or last is None or end is None or last <= first:
        return [begin] * len(frames)
    length = (end - begin) / (last - first)
    return [begin + (frame - first) * length for frame in frames]
