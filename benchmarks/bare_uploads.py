"""The baseline of uploads: a file of any size, sent by a bare client of the same HTTP library."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from vidiom.flow.http import CHUNK, default_timeout, http_library

__all__ = ["post", "post_async", "sparse_film"]


def sparse_film(folder: Path, megabytes: int) -> Path:
    """A file of this size that takes no room."""
    path = folder / f"{megabytes}.mp4"
    path.touch()
    os.truncate(path, megabytes * 1_000_000)
    return path


def post(address: str, path: Path) -> None:
    """Send it."""
    with http_library().Client(timeout=default_timeout()) as bare:
        bare.post(address, content=_chunks(path), headers=_headers(path))


def post_async(address: str, path: Path) -> None:
    """Send it on an event loop, which reading the file holds up."""
    asyncio.run(_post(address, path))


async def _post(address: str, path: Path) -> None:
    async with http_library().AsyncClient(timeout=default_timeout()) as bare:
        await bare.post(address, content=_chunks_async(path), headers=_headers(path))


def _headers(path: Path) -> dict[str, str]:
    return {"Content-Type": "video/mp4", "Content-Length": str(path.stat().st_size)}


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


async def _chunks_async(path: Path) -> AsyncIterator[bytes]:
    for chunk in _chunks(path):
        yield chunk
