"""The size in pixels that a JPG or PNG says it has."""

from __future__ import annotations

from typing import Final

__all__ = ["image_size"]

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height; ``None`` for what is neither JPG nor PNG, or is cut short before them."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    return _jpeg_size(content) if content.startswith(_JPEG) else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """From the first frame header (ITU-T T.81, B.2.2)."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:  # noqa: PLR2004 - starts a marker
        marker = content[place + 1]
        if marker in _FRAME_HEADERS:
            height = int.from_bytes(content[place + 5 : place + 7])
            return int.from_bytes(content[place + 7 : place + 9]), height
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    return None
