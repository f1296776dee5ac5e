"""Small pictures for batches."""

from __future__ import annotations

import struct
import zlib

__all__ = ["png"]


def png(red: int = 128) -> bytes:
    """A picture of one pixel, as PNG."""
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes([0, red, 80, 80]))),
        (b"IEND", b""),
    ):
        content += struct.pack(">I", len(data)) + kind + data
        content += struct.pack(">I", zlib.crc32(kind + data))
    return content
