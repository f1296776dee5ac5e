"""Places of a row: one box, or a track in columns, with exact times from frames and rate."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import compress
from operator import le
from typing import Final

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom.schema.boxes import Box, Track
from vidiom.schema.columns import Column
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.trusted import Trusted
from vidiom_deepva.rows import Row, RowDetection, detections_of, numbered

__all__ = ["NOWHERE", "Place", "place_of"]

_TRACK: Final = Trusted(Track)

# https://docs.deepva.com/data-objects/detection speaks of percentages and shows fractions
_MOST_FRACTION: Final = 1.5
_MOST_PERCENT: Final = 150.0


@dataclass(frozen=True, slots=True)
class Place:
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
    pointer = f"{source.pointer}/detections"
    listed = detections_of(row, Salvage(source.part, notes), pointer)
    columns = _columns(listed, source, notes)
    if columns is None or not columns.frames:
        return NOWHERE
    if row.media_type == "image" or (len(columns.frames) == 1 and not moving):
        x, y, width, height = (column[0] for column in columns.places)
        return Place(box=Box(x, y, width, height))
    if None in columns.frames:
        first = numbered(row.frame_start) or 0.0
        columns.frames = [first if one is None else one for one in columns.frames]
        notes.repaired("Boxes without a frame are placed at the row's start.", source)
    times = _times(columns.frames, row, rate)
    if not all(map(le, times, memoryview(times)[1:])):
        order = sorted(range(len(times)), key=times.__getitem__)
        times = array("d", [times[index] for index in order])
        columns.places = [array("d", [one[i] for i in order]) for one in columns.places]
    left, top, widths, heights = columns.places
    return Place(track=_TRACK(times=times, x=left, y=top, width=widths, height=heights))


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
    if greatest <= _MOST_FRACTION:
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


def _times(frames: list[float], row: Row, rate: Fraction | None) -> Column:
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
            return array("d", [origin + frame * ticks / scale for frame in frames])
        return array("d", [frame * ticks / scale for frame in frames])
    last, end = numbered(row.frame_end), numbered(row.time_end)
    if begin is None:
        return array("d", bytes(8 * len(frames)))
    if first is None or last is None or end is None or last <= first:
        return array("d", [begin]) * len(frames)
    length = (end - begin) / (last - first)
    return array("d", [begin + (frame - first) * length for frame in frames])
