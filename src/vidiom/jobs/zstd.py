"""Content as zstd, in and out in constant memory."""

from __future__ import annotations

import mmap
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from vidiom.schema.raw import Bytes

__all__ = ["Compressor", "Damaged", "decompressed", "unpacked"]

Damaged: Final = (zstd.ZstdError, EOFError)
"""What reading content fails with that is no zstd, or was cut short."""

_LEVEL: Final = 3
_CHUNK: Final = 256 * 1024


class Compressor:
    """Turns chunks into one zstd frame with a checksum."""

    def __init__(self) -> None:
        options: dict[int, int] = {
            zstd.CompressionParameter.compression_level: _LEVEL,
            zstd.CompressionParameter.checksum_flag: 1,
        }
        self._compressor = zstd.ZstdCompressor(options=options)

    def add(self, chunk: Bytes) -> bytes:
        """What is to be written for this chunk; may be nothing yet."""
        return self._compressor.compress(chunk)

    def end(self) -> bytes:
        """What is to be written last."""
        return self._compressor.flush()


def unpacked(path: Path, write: Callable[[Bytes], object]) -> int:
    """Hand over the content of a compressed file piece by piece; its size.

    Raises:
        OSError: It cannot be read or written.
        ZstdError, EOFError: It is damaged (:data:`Damaged`).
    """
    size = 0
    with zstd.open(path, "rb") as packed:
        while chunk := packed.read(_CHUNK):
            write(chunk)
            size += len(chunk)
    return size


def decompressed(path: Path, *, folder: Path, in_memory: int) -> Bytes:
    """The content of a compressed file; mapped from a file without a name where it is large.

    Args:
        path: The compressed file.
        folder: Where that file is made; it is gone with the last view of the content.
        in_memory: Bytes up to which content is held in memory.
    """
    with zstd.open(path, "rb") as packed:
        start = packed.read(in_memory + 1)
        if len(start) <= in_memory:
            return start + packed.read()  # the end of the frame is where its checksum is looked at
    with tempfile.TemporaryFile(dir=folder) as plain:
        unpacked(path, plain.write)
        plain.flush()
        return memoryview(mmap.mmap(plain.fileno(), 0, access=mmap.ACCESS_READ))
