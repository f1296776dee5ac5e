"""Throughput and memory of uploading a large file."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.bare_uploads import post, post_async, sparse_film
from benchmarks.loopback import served
from benchmarks.measuring import Effort, alternating, timed
from benchmarks.processes import Memory, call
from benchmarks.tables import Row, Table, at_least, at_most, size, times
from vidiom.flow.body import Body, FileSlice
from vidiom.flow.drivers import AsyncDriver, SyncDriver
from vidiom.flow.effects import Answer, Flow, Send, send
from vidiom.flow.http import http_library, new_async_client, new_client

__all__ = ["growth", "tables"]

SPEED_LIMIT = 0.9
GROWTH_LIMIT = 1.25
"""What "constant" allows: the larger upload over the smaller one."""


def tables(effort: Effort) -> Iterator[Table]:
    """One table of speed, one of memory."""
    large, small = effort.pick(2000, 2), effort.pick(16, 1)
    with served() as address, tempfile.TemporaryDirectory() as folder:
        files = {megabytes: sparse_film(Path(folder), megabytes) for megabytes in (large, small)}
        yield Table(
            title="Uploads: throughput",
            note=f"A POST of {large:,} MB from a sparse file over loopback. The baseline is a bare "
            f"`{http_library().__name__}` client that is given the same chunks of the file; in "
            "async code it reads them on the event loop, which vidiom does not hold up.",
            columns=("upload", "vidiom", "bare client", "ratio"),
            rows=tuple(_speed(address, files[large], effort)),
        )
        yield Table(
            title="Uploads: memory",
            note="Growth of resident memory at its peak, in a fresh process for each upload.",
            columns=("upload", f"{small} MB", f"{large:,} MB", "ratio"),
            rows=tuple(_memory(address, files[small], files[large])),
        )


def _speed(address: str, path: Path, effort: Effort) -> Iterator[Row]:
    length = path.stat().st_size
    measures = {name: timed(partial(_upload, name, address, path)) for name in _WAYS}
    least = alternating(measures, rounds=effort.pick(5, 1))
    for world in ("sync", "async"):
        ours, bare = length / least[world], length / least[f"bare {world}"]
        cells = (world, f"{size(ours)}/s", f"{size(bare)}/s", times(ours / bare))
        yield Row(cells, at_least(ours / bare, SPEED_LIMIT, f"{SPEED_LIMIT} ×"))  # noqa: RUF001


def _memory(address: str, small: Path, large: Path) -> Iterator[Row]:
    for how in _WAYS:
        found = [
            call("benchmarks.uploads:growth", how, address, str(path)) for path in (small, large)
        ]
        few, many = (one["peak"] for one in found)
        bar = None
        if not how.startswith("bare"):
            bar = at_most(many / few, GROWTH_LIMIT, f"{GROWTH_LIMIT} ×")  # noqa: RUF001
        yield Row((how, size(few), size(many), times(many / few)), bar)


def growth(how: str, address: str, path: str) -> dict[str, int]:
    """Peak memory of one upload; runs in a fresh process."""
    _upload(how, address, sparse_film(Path(path).parent, 0))  # everything is loaded
    memory = Memory()
    _upload(how, address, Path(path))
    return {"peak": memory.peak()}


_WAYS = ("sync", "async", "bare sync", "bare async")


def _upload(how: str, address: str, path: Path) -> None:
    match how:
        case "sync":
            with new_client(None) as http:
                SyncDriver(http).run(_request(address, path))
        case "async":
            asyncio.run(_upload_async(address, path))
        case "bare sync":
            post(address, path)
        case _:
            post_async(address, path)


def _request(address: str, path: Path) -> Flow[Answer]:
    body = Body((FileSlice(str(path), 0, path.stat().st_size),), "video/mp4")
    return (yield from send(Send("POST", address, body=body)))


async def _upload_async(address: str, path: Path) -> None:
    async with new_async_client(None) as http:
        await AsyncDriver(http).run(_request(address, path))
