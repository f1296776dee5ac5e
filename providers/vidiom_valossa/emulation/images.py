"""Whether a training image is within the vendor's limits."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vidiom_valossa.emulation.refusal import Refusal, invalid

__all__ = ["check_image"]

# https://docs.valossa.com/api-reference/upload-image; the size in pixels is the older reference's.
_LARGEST: Final = 8 * 1024 * 1024
_WIDEST: Final = 4096
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def check_image(path: Path) -> None:
    """Refuse what is no JPG or PNG, or too large.

    Raises:
        Refusal: It is.
    """
    if path.stat().st_size > _LARGEST:
        raise Refusal(400, "The image file is too large")
    size = _size(path.read_bytes())
    if size is None:
        raise invalid("image_data")
    if max(size) > _WIDEST:
        raise Refusal(400, "The image has too many pixels")


def _size(content: bytes) -> tuple[int, int] | None:
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
