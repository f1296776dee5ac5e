"""Long arrays of rows, one row a second or frame, decoded a stretch at a time.

Hours of per-frame boxes would take many times the document's own size as objects; a stretch stays
in the processor's cache, which more than halves the time as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sized
from typing import Final, TypeVar

import msgspec

from vidiom.provider.salvage import Salvage

__all__ = ["rows", "rows_or"]

R = TypeVar("R")
S = TypeVar("S", bound=Sized)

_STRETCH: Final = 1 << 15
"""Bytes that are decoded at once."""
_BETWEEN_ROWS: Final = re.compile(rb"\][ \t\r\n]*,[ \t\r\n]*\[")


def rows(
    content: msgspec.Raw, item: type[R], salvage: Salvage, pointer: str
) -> Iterator[tuple[int, list[list[R]]]]:
    """Stretches of an array of arrays, each with the index of its first row."""
    return rows_or(_no_shortcut, content, item, salvage, pointer)


def _no_shortcut(_stretch: bytes) -> None:
    return None


def rows_or(
    shortcut: Callable[[bytes], S | None],
    content: msgspec.Raw,
    item: type[R],
    salvage: Salvage,
    pointer: str,
) -> Iterator[tuple[int, S | list[list[R]]]]:
    """:func:`rows`, but what the shortcut can read of a stretch is what it makes of it.

    The length of what it returns is the number of rows.
    """
    decoder = msgspec.json.Decoder(list[list[item]])  # type: ignore[valid-type]  # a type variable's value
    index = 0
    read: S | list[list[R]] | None
    for stretch in _stretches(content):
        read = shortcut(stretch)
        if read is None:
            try:
                read = decoder.decode(stretch)
            except msgspec.ValidationError:
                read = salvage.read(stretch, list[list[item]], pointer) or []  # type: ignore[valid-type]
            except msgspec.DecodeError:
                # What looked like the end of a row was none: something is nested otherwise.
                whole = salvage.read(content, list[list[item]], pointer) or []  # type: ignore[valid-type]
                yield index, whole[index:]
                return
        yield index, read
        index += len(read)


def _stretches(content: msgspec.Raw) -> Iterator[bytes]:
    """The array in pieces that end where a row seems to end, each made an array again."""
    view = memoryview(content)
    start, end = 0, len(view)
    while start < end:
        gap = _BETWEEN_ROWS.search(view, min(start + _STRETCH, end))
        head = b"" if start == 0 else b"["
        if gap is None:
            yield head + bytes(view[start:])
            return
        yield head + bytes(view[start : gap.start() + 1]) + b"]"
        start = gap.end() - 1
