"""An image to teach from: read, and held against the vendor's limits before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vidiom.errors import InvalidMedia
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom_valossa.image_size import image_size

__all__ = ["MOST_BYTES", "MOST_PIXELS", "training_image"]

# https://docs.valossa.com/api-reference/upload-image; the pixels are the older reference's.
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 4096


def training_image(media: FileMedia | BytesMedia) -> bytes:
    """The image's content; reads a file, so it may block.

    Raises:
        InvalidMedia: It is no JPG or PNG, over 8 MB, or over 4096 pixels wide or high.
    """
    size = len(media.data) if isinstance(media, BytesMedia) else Path(media.path).stat().st_size
    if size > MOST_BYTES:
        raise _refused(media, f"has {size} bytes; the vendor takes {MOST_BYTES} at most")
    content = media.data if isinstance(media, BytesMedia) else _content(media)
    pixels = image_size(content)
    if pixels is None:
        raise _refused(media, "is no JPG or PNG; the vendor takes nothing else")
    if max(pixels) > MOST_PIXELS:
        width, height = pixels
        raise _refused(
            media, f"has {width} x {height} pixels; the vendor takes {MOST_PIXELS} at most a side"
        )
    return content


def _content(media: FileMedia) -> bytes:
    try:
        return Path(media.path).read_bytes()
    except OSError as error:
        raise _refused(media, f"cannot be read: {error.strerror}") from None


def _refused(media: FileMedia | BytesMedia, why: str) -> InvalidMedia:
    return InvalidMedia(f"{media.description} {why}.", provider="valossa", operation="add_image")
