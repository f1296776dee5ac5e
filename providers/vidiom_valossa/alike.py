"""Boxes that are all written alike, read as plain numbers without an object for each.

``[[{"id":"1","x":0.4,"y":0.2,"w":0.1,"h":0.2}],…]`` without its brackets, quotes and names is one
list of numbers, which is read several times as fast. That nothing else was there is checked, not
assumed: of each stretch, what is left without the digits must be one and the same pattern.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from struct import pack
from typing import Final

import msgspec

from vidiom.schema.columns import Column

__all__ = ["Alike", "Boxes", "Writing"]

_NUMBER: Final = b"0123456789.- \t\r\n"
"""Digits, and the space that may stand between things."""
_FIRST: Final = re.compile(rb"\{[^{}\[\]]*\}")
_BOX: Final = b"#"
_NUMBERS: Final = msgspec.json.Decoder(list[float])
_PLACE: Final = ("x", "y", "w", "h")
_LONGEST_ID: Final = 2**53


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of one detection in consecutive rows, one in each."""

    detection: str
    first: int
    """Index of the first row within the stretch."""
    places: tuple[Column, ...]
    """``x``, ``y``, ``w``, ``h``."""
    sure: Column | None


@dataclass(frozen=True, slots=True)
class Alike:
    """What a stretch of rows holds; its length is the number of rows."""

    rows: int
    boxes: list[Boxes]
    signed: bool
    """Whether there is a minus sign anywhere."""

    def __len__(self) -> int:
        """Rows, the empty ones included."""
        return self.rows


@dataclass(frozen=True)
class Writing:
    """How the boxes of a document are written."""

    pattern: bytes
    """A box without its numbers."""
    names: bytes
    """What of it is no part of a number."""
    order: tuple[str, ...]
    """Its members in their order; the detection's id is called ``id``."""

    @classmethod
    def of(cls, content: msgspec.Raw) -> Writing | None:
        """As the first box is written; ``None`` when it is no plain object of numbers."""
        first = _FIRST.search(memoryview(content))
        if first is None:
            return None
        try:
            box = msgspec.json.decode(first[0], type=dict[str, float | str])
        except (msgspec.DecodeError, UnicodeError):
            return None
        order = tuple("id" if name == "d" else name for name in box)
        if sorted(order) not in (["h", "id", "w", "x", "y"], ["c", "h", "id", "w", "x", "y"]):
            return None
        pattern = first[0].translate(None, _NUMBER)
        return cls(pattern, bytes(set(pattern) - set(b",") | set(b" \t\r\n")), order)

    def read(self, stretch: bytes) -> Alike | None:
        """The boxes of a stretch; ``None`` when one of them is written otherwise."""
        outline = stretch.translate(None, _NUMBER).replace(self.pattern, _BOX)
        if outline.strip(b"[],#"):
            return None
        rows = outline[2:-2].split(b"],[") if len(outline) > len(b"[]") else []
        try:
            numbers = self._numbers(stretch, gaps=b"[]" in outline)
            return Alike(len(rows), list(self._boxes(rows, numbers)), b"-" in stretch)
        except (msgspec.DecodeError, ValueError):  # an id such as 007 or 1.5 is no number
            return None

    def _numbers(self, stretch: bytes, *, gaps: bool) -> Column:
        """All numbers of a stretch, one after the other; gaps are rows without any."""
        if gaps:
            rows = stretch.translate(None, self.names).replace(b"[],", b"").replace(b",[]", b"")
            numbers = rows.translate(None, b"[]")
        else:
            numbers = stretch.translate(None, self.names + b"[]")
        values = _NUMBERS.decode(b"[%b]" % numbers)
        return array("d", pack(f"{len(values)}d", *values))  # half of what a list takes

    def _boxes(self, rows: list[bytes], numbers: Column) -> Iterator[Boxes]:
        width = len(self.order)
        start = self.order.index("id")
        places = [self.order.index(name) for name in _PLACE]
        sure = self.order.index("c") if "c" in self.order else None
        for ids, first, count, at in _runs(rows, numbers[start::width]):
            step = len(ids) * width
            run = numbers[at * width : at * width + count * step]
            for place, key in enumerate(ids):
                base = place * width
                yield Boxes(
                    _name(key),
                    first,
                    tuple([run[base + one :: step] for one in places]),
                    None if sure is None else run[base + sure :: step],
                )


def _runs(rows: list[bytes], ids: Column) -> Iterator[tuple[Column, int, int, int]]:
    """Consecutive rows of the same detections in the same order.

    Each with the detections, the first row, how many rows there are, and the first box.
    """
    row = at = 0
    for outline, alike in groupby(rows):
        count = len(list(alike))
        each = (len(outline) + 1) // 2  # "#,#" are two boxes
        if each:
            end = at + count * each
            yield from _same_ids(ids[at:end], each, row, at)
            at = end
        row += count


def _same_ids(ids: Column, each: int, row: int, at: int) -> Iterator[tuple[Column, int, int, int]]:
    count = len(ids) // each
    if ids == ids[:each] * count:
        yield ids[:each], row, count, at
        return
    for detections, alike in groupby(zip(*[iter(ids)] * each, strict=True)):
        count = len(list(alike))
        yield array("d", detections), row, count, at
        row += count
        at += count * each


def _name(key: float) -> str:
    if not key.is_integer() or abs(key) >= _LONGEST_ID:
        raise ValueError("an id that is no whole number")
    return str(int(key))
