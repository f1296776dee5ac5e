"""Long arrays and objects, decoded a stretch at a time.

Hours of per-frame boxes would take many times the document's own size as objects; a stretch stays
in the processor's cache, which more than halves the time as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from vidiom.provider.salvage import Salvage

__all__ = ["members", "rows", "rows_or"]

R = TypeVar("R")
S = TypeVar("S", bound=Sized)

_STRETCH: Final = 1 << 15
"""Bytes that are decoded at once."""


@dataclass(frozen=True)
class _Container:
    """How something long is taken apart."""

    opening: bytes
    closing: bytes
    between: re.Pattern[bytes]
    """What lies between two of its items, each of which is closed before and opened after it."""

    def stretches(self, content: msgspec.Raw) -> Iterator[tuple[int, bytes]]:
        """Pieces that end where an item seems to end, each made whole, and where it begins."""
        view = memoryview(content)
        start, end = 0, len(view)
        while start < end:
            gap = self.between.search(view, min(start + _STRETCH, end))
            head = b"" if start == 0 else self.opening
            if gap is None:
                yield start, head + bytes(view[start:])
                return
            yield start, head + bytes(view[start : gap.start() + 1]) + self.closing
            start = gap.end()


_ROWS: Final = _Container(b"[", b"]", re.compile(rb"\][ \t\r\n]*,[ \t\r\n]*(?=\[)"))
_MEMBERS: Final = _Container(
    b"{", b"}", re.compile(rb'\}[ \t\r\n]*,[ \t\r\n]*(?="[0-9]+"[ \t\r\n]*:[ \t\r\n]*\{)')
)
"""Objects by numbers, which is what the vendor's ids are; others would be one long stretch."""


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
    for start, stretch in _ROWS.stretches(content):
        read = shortcut(stretch)
        if read is None:
            try:
                read = decoder.decode(stretch)
            except msgspec.ValidationError:
                read = _salvaged(stretch, item, salvage, pointer, index)
            except msgspec.DecodeError:
                pass
        if read is None:
            # What looked like the end of a row was none: something is nested otherwise.
            rest = bytes(memoryview(content)[start:])
            whole = _ROWS.opening + rest if start else rest
            yield index, _salvaged(whole, item, salvage, pointer, index) or []
            return
        yield index, read
        index += len(read)


def _salvaged(
    content: bytes, item: type[R], salvage: Salvage, pointer: str, first: int
) -> list[list[R]] | None:
    """Rows of which some are not what is documented; ``None`` when it is no array at all."""
    each = salvage.read(content, list[msgspec.Raw], pointer)
    if each is None:
        return None
    placed = enumerate(each, first)
    return [salvage.read(row, list[item], f"{pointer}/{at}") or [] for at, row in placed]  # type: ignore[valid-type]


def members(content: msgspec.Raw, item: type[R]) -> Iterator[dict[str, R] | msgspec.Raw]:
    """Stretches of an object of objects: decoded, or as they are where that does not work."""
    decoder = msgspec.json.Decoder(dict[str, item])  # type: ignore[valid-type]  # a type variable's value
    for start, stretch in _MEMBERS.stretches(content):
        try:
            yield decoder.decode(stretch)
        except msgspec.ValidationError:
            yield msgspec.Raw(stretch)
        except (msgspec.DecodeError, UnicodeError):
            # perhaps what looked like the end of a member was none
            rest = bytes(memoryview(content)[start:])
            yield msgspec.Raw(_MEMBERS.opening + rest if start else rest)
            return
