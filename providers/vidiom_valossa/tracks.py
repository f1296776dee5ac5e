"""Per-frame and per-second boxes as tracks: columns, never an object a box."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, compress, count, islice
from math import nan
from operator import attrgetter
from typing import Final

import msgspec

from vidiom.provider.salvage import Salvage
from vidiom.schema.boxes import Track
from vidiom.schema.columns import Column, extent, sparse_column
from vidiom.schema.provenance import Source
from vidiom.schema.trusted import trusted
from vidiom_valossa import metadata
from vidiom_valossa.alike import Alike, Writing
from vidiom_valossa.rows import rows_or

__all__ = ["frame_moments", "second_moments", "tracks"]

_TRACK: Final = trusted(Track)
_PLACE: Final = attrgetter("x", "y", "w", "h")
_AHEAD: Final = 4096
"""Frames whose moments are computed at once."""


def frame_moments(rate: Fraction, shots: Iterable[tuple[int, float]]) -> Iterator[float]:
    """When each frame is shown: counted from the start of its shot, whose times the vendor gives.

    The first shot need not begin at 0, and ``frame / fps`` need not hold exactly
    (https://docs.valossa.com/metadata/segmentation-shots).

    Args:
        rate: Frames per second.
        shots: First frame and start in seconds of each shot, in order.
    """
    return chain.from_iterable(_moments_ahead(rate, shots))


def _moments_ahead(rate: Fraction, shots: Iterable[tuple[int, float]]) -> Iterator[list[float]]:
    ticks, scale = rate.denominator, rate.numerator
    frame, start, last = 0, 0.0, 0.0
    for next_frame, next_start in shots:
        length = next_frame - frame
        if length < 0:
            continue
        # a block at a time: a shot may claim to be longer than memory
        for block in range(0, length, _AHEAD):
            ahead = range(block, min(block + _AHEAD, length))
            yield [start + n * ticks / scale for n in ahead]
        last = start + (length - 1) * ticks / scale if length else last
        # the moments of a track never decrease, whatever the shots say
        frame, start = next_frame, max(next_start, last)
    for block in count(0, _AHEAD):
        yield [start + n * ticks / scale for n in range(block, block + _AHEAD)]


def second_moments() -> Iterator[float]:
    """When each second begins."""
    return map(float, count())


def tracks(
    content: msgspec.Raw,
    moments: Iterator[float],
    interval: float | None,
    salvage: Salvage,
    pointer: str,
) -> Mapping[str, Track]:
    """The boxes of an array with a row for each moment, by the vendor's id of the detection."""
    found: dict[str, _Columns] = {}
    writing = Writing.of(content)
    shortcut = _never if writing is None else writing.read
    for _, stretch in rows_or(shortcut, content, metadata.BoxedFrame, salvage, pointer):
        times = array("d", islice(moments, len(stretch)))
        read = (
            _timed(stretch, times)
            if isinstance(stretch, Alike)
            else _one_by_one(stretch, times, salvage, pointer)
        )
        for vendor_id, run in read:
            columns = found.get(vendor_id)
            if columns is None:
                columns = found[vendor_id] = _Columns()
            columns.extend(run)
    lost = sum([columns.drop_negative() for columns in found.values()])
    _note_lost(salvage, pointer, lost, "Boxes with sides below zero")
    return {vendor_id: columns.track(interval) for vendor_id, columns in found.items()}


def _never(_stretch: bytes) -> Alike | None:
    return None


@dataclass(slots=True)
class _Run:
    """Boxes of one detection, in order of time."""

    times: Column
    places: Sequence[Column]
    sure: Column | None
    signed: bool = True
    """Whether a number may be below zero."""


def _timed(stretch: Alike, times: Column) -> Iterator[tuple[str, _Run]]:
    for boxes in stretch.boxes:
        first = boxes.first
        when = times[first : first + len(boxes.places[0])]
        yield boxes.detection, _Run(when, boxes.places, boxes.sure, stretch.signed)


def _one_by_one(
    stretch: list[list[metadata.BoxedFrame]], times: Column, salvage: Salvage, pointer: str
) -> Iterator[tuple[str, _Run]]:
    """The same of boxes that are written in different ways."""
    found: dict[metadata.Id, list[tuple[float, metadata.Place]]] = {}
    for row, moment in zip(stretch, times, strict=True):
        for item in row:
            key = item.id if item.id is not None else item.d
            boxes: Iterable[metadata.Place] = (item,) if item.b is None else item.b
            found.setdefault(key, []).extend([(moment, box) for box in boxes])
    nameless = found.pop(None, [])
    _note_lost(salvage, pointer, len(nameless), "Boxes of nothing in particular")
    for vendor_id, placed in found.items():
        whole = [pair for pair in placed if None not in _PLACE(pair[1])]
        _note_lost(salvage, pointer, len(placed) - len(whole), "Boxes without all four numbers")
        numbers = array("d", chain.from_iterable(_PLACE(box) for _, box in whole))
        yield (
            str(vendor_id),
            _Run(
                array("d", [moment for moment, _ in whole]),
                [numbers[at::4] for at in range(4)],
                _confidences([box.c for _, box in whole]),
            ),
        )


def _confidences(values: list[float | None]) -> Column | None:
    if values.count(None) == len(values):
        return None
    return sparse_column(values)


def _note_lost(salvage: Salvage, pointer: str, number: int, what: str) -> None:
    if number:
        source = Source(salvage.part, pointer)
        salvage.notes.repaired(f"{what} were left out.", source, count=number)


@dataclass(slots=True)
class _Columns:
    times: Column = field(default_factory=lambda: array("d"))
    places: tuple[Column, ...] = field(default_factory=lambda: tuple(array("d") for _ in range(4)))
    sure: Column | None = None
    signed: bool = False

    def extend(self, run: _Run) -> None:
        self.signed |= run.signed
        if run.sure is not None or self.sure is not None:
            mine, more = self.sure, run.sure
            self.sure = array("d", [nan]) * len(self.times) if mine is None else mine
            self.sure.extend(array("d", [nan]) * len(run.times) if more is None else more)
        self.times.extend(run.times)
        for column, more in zip(self.places, run.places, strict=True):
            column.extend(more)

    def drop_negative(self) -> int:
        """Leave out boxes that are no boxes; how many they were."""
        _, _, width, height = self.places
        if not self.signed or not width or (min(width) >= 0 and min(height) >= 0):
            return 0
        fine = [w >= 0 and h >= 0 for w, h in zip(width, height, strict=True)]
        columns = [self.times, *self.places, *([] if self.sure is None else [self.sure])]
        kept = [array("d", compress(column, fine)) for column in columns]
        self.times, self.places = kept[0], tuple(kept[1:5])
        self.sure = kept[5] if self.sure is not None else None
        return len(fine) - len(self.times)

    def track(self, interval: float | None) -> Track:
        x, y, width, height = self.places
        return _TRACK(
            times=self.times,  # from `frame_moments`, which never decrease
            x=x,
            y=y,
            width=width,  # from strict JSON, so finite, and not negative any more
            height=height,
            confidences=None if self.sure is None else _in_range(self.sure),
            interval=interval,
        )


def _in_range(column: Column) -> Column:
    """The confidences; what is none is missing."""
    present = extent(column)
    if present is None or (present[0] >= 0 and present[1] <= 1):
        return column
    return array("d", [one if 0.0 <= one <= 1.0 else nan for one in column])
