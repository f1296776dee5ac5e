"""A batch of 1,000 images and a large video through the generic adapter: requests, time, memory."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.bare_uploads import post, post_async, sparse_film
from benchmarks.loopback import served
from benchmarks.measuring import Effort, alternating, timed
from benchmarks.processes import Memory, call
from benchmarks.tables import Row, Table, at_least, at_most, duration, size, times
from vidiom.errors import MalformedAnswer
from vidiom.flow.drivers import AsyncDriver, SyncDriver
from vidiom.flow.effects import Flow
from vidiom.flow.http import new_async_client, new_client
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import FileMedia
from vidiom.schema.orders import Order
from vidiom_generic.provider import GenericProvider
from vidiom_generic.settings import GenericSettings

__all__ = ["batch", "tables", "video"]

SPEED_LIMIT = 0.9
GROWTH_LIMIT = 32.0
"""Megabytes that an upload of any size may take: a few chunks on their way."""
_KEY = "a key"


def tables(effort: Effort) -> Iterator[Table]:
    """One table of batches, one of a video."""
    images, each = effort.pick(1000, 10), effort.pick(100_000, 1000)
    with tempfile.TemporaryDirectory() as folder:
        rows = [_batch(folder, images, each, per_job) for per_job in (images, images // 2)]
    yield Table(
        title="Batches of images",
        note=f"{images:,} images of {size(each)} from files through `client.analyze_batch` to the "
        "emulator of the generic API, which runs in the same process and holds each request whole: "
        "the growth of resident memory at its peak is that of both.",
        columns=("images a job", "requests", "time", "images/s", "peak"),
        rows=tuple(rows),
    )
    yield _upload(effort)


def _batch(folder: str, images: int, each: int, per_job: int) -> Row:
    found = call("benchmarks.batches:batch", folder, images, each, per_job)
    seconds = found["milliseconds"] / 1000
    cells = (f"{per_job:,}", str(found["requests"]), duration(seconds))
    return Row((*cells, f"{images / seconds:,.0f}", size(found["peak"])))


def batch(folder: str, images: int, each: int, per_job: int) -> dict[str, int]:
    """One batch; runs in a fresh process."""
    import vidiom
    from vidiom.testing import no_waiting, serve
    from vidiom_generic.emulator import Behaviour, create_app

    paths = [Path(folder, f"{number}.png") for number in range(images)]
    for path in paths:
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(each - 8))
    app = create_app(_KEY, Behaviour(seed=1))
    environment = {
        "VIDIOM_GENERIC_API_KEY": _KEY,
        "VIDIOM_GENERIC_IMAGES_PER_JOB": str(per_job),
        "VIDIOM_HOME": str(Path(folder, f"home-{per_job}")),
    }
    with serve(app) as url, no_waiting():
        environment["VIDIOM_GENERIC_BASE_URL"] = url
        with vidiom.Client(environment=environment) as client:
            client.analyze_batch("generic", paths[:1])
            app.state.vendor.ledger.requests.clear()
            memory = Memory()
            begun = time.perf_counter()
            found = client.analyze_batch("generic", paths)
            taken = time.perf_counter() - begun
            peak = memory.peak()
    if len(found.results) != images:
        msg = f"{len(found.results)} of {images} images have a result"
        raise AssertionError(msg)
    requests = len(app.state.vendor.ledger.requests)
    return {"requests": requests, "milliseconds": round(taken * 1000), "peak": peak}


def _upload(effort: Effort) -> Table:
    large = effort.pick(2000, 2)
    with served() as address, tempfile.TemporaryDirectory() as folder:
        path = sparse_film(Path(folder), large)
        measures = {how: timed(partial(_sent, how, address, path)) for how in _WAYS}
        least = alternating(measures, rounds=effort.pick(3, 1))
        rows = [
            row
            for world in ("sync", "async")
            for row in _rows(
                world,
                large * 1e6 / least[world],
                large * 1e6 / least[f"bare {world}"],
                call("benchmarks.batches:video", world, address, str(path))["peak"],
            )
        ]
    return Table(
        title="A large video",
        note=f"The submission of a sparse file of {large:,} MB by the generic adapter over "
        "loopback. The baseline is a bare client of the same library, given the same chunks.",
        columns=("what", "vidiom", "bare client", "ratio"),
        rows=tuple(rows),
    )


def _rows(world: str, ours: float, bare: float, peak: int) -> Iterator[Row]:
    speed = at_least(ours / bare, SPEED_LIMIT, f"{SPEED_LIMIT} ×")  # noqa: RUF001
    cells = (f"throughput, {world}", f"{size(ours)}/s", f"{size(bare)}/s", times(ours / bare))
    yield Row(cells, speed)
    memory = at_most(peak / 1e6, GROWTH_LIMIT, f"{GROWTH_LIMIT:g} MB")
    yield Row((f"growth of memory, {world}", size(peak), "", ""), memory)


def video(world: str, address: str, path: str) -> dict[str, int]:
    """Memory of one submission; runs in a fresh process."""
    small = Path(path).with_name("small.mp4")
    small.write_bytes(b"x")
    _sent(world, address, small)
    memory = Memory()
    _sent(world, address, Path(path))
    return {"peak": memory.peak()}


_WAYS: Final = ("sync", "async", "bare sync", "bare async")


def _sent(how: str, address: str, path: Path) -> None:
    match how:
        case "sync":
            with new_client(None) as http, suppress(MalformedAnswer):
                SyncDriver(http).run(_submission(address, path))
        case "async":
            asyncio.run(_sent_async(address, path))
        case "bare sync":
            post(address, path)
        case _:
            post_async(address, path)


def _submission(address: str, path: Path) -> Flow[JobRef]:
    values = {"base_url": address.rstrip("/"), "api_key": _KEY}
    adapter = GenericProvider(GenericSettings.model_validate(values))
    media = FileMedia(path=str(path), size=path.stat().st_size)
    return adapter.submit(Order(correlation="c0ffee", media=media))


async def _sent_async(address: str, path: Path) -> None:
    # the server takes everything in and names no job
    async with new_async_client(None) as http:
        with suppress(MalformedAnswer):
            await AsyncDriver(http).run(_submission(address, path))
