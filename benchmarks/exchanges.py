"""What a request costs over a bare client of the same HTTP library."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import ClassVar

import msgspec

import vidiom
from benchmarks.loopback import BODY, served
from benchmarks.measuring import Effort, Measure, alternating, timed
from benchmarks.tables import Row, Table, at_most, duration, times
from vidiom.flow.drivers import AsyncDriver, SyncDriver
from vidiom.flow.effects import Answer, Flow, Send, send
from vidiom.flow.http import default_timeout, http_library, new_async_client, new_client
from vidiom.jobs.memory import MemoryStore
from vidiom.plugins.registry import Registry
from vidiom.provider import JsonApi, Provider, ProviderSettings
from vidiom.provider.contract import MediaSort, Standing
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef, JobState, JobStatus
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.webhooks.scheme import Unsigned

__all__ = ["tables"]

LIMIT = 1.25
KEY = (("Authorization", "Bearer 0123456789abcdef"),)


class Task(msgspec.Struct):
    """The server's answer."""

    id: str
    state: str
    progress: float


class Asked(Provider):
    """A vendor that has one question and one answer."""

    name = "asked"
    title = "Asked"
    version = "1"
    standing: ClassVar[Standing] = "native"
    media: ClassVar[frozenset[MediaSort]] = frozenset({"url"})
    features: ClassVar[dict[Feature, str]] = {Feature.SHOTS: "shots"}
    signature = Unsigned("it is a benchmark")
    address: ClassVar[str]

    def __init__(self, settings: ProviderSettings) -> None:
        super().__init__(settings)
        self.api = JsonApi("asked", self.address, headers=KEY)

    def submit(self, order: Order) -> Flow[JobRef]:
        """One POST."""
        task = yield from self.api.post("tasks", Task, json={"media": "x"}, operation="submit")
        return JobRef(provider="asked", vendor_id=f"{task.id}-{order.correlation}")

    def check(self, job: JobRef) -> Flow[JobStatus]:
        """One GET."""
        task = yield from self.api.get(f"tasks/{job.vendor_id}", Task, operation="check")
        return JobStatus(
            state=JobState(task.state), vendor_state=task.state, progress=task.progress
        )

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        """Nothing."""
        del job, order
        yield from ()
        return RawResult.of("asked", {"core": BODY})

    def normalize(self, raw: RawResult) -> vidiom.Result:
        """Nothing."""
        del raw
        return vidiom.Result(provenance=vidiom.Provenance(provider="asked", adapter_version="1"))


class OneProvider(Registry):
    """Just that vendor."""

    def __init__(self) -> None:
        super().__init__(lambda: ())

    def get(self, name: str) -> type[Provider]:
        """It, whatever the name."""
        del name
        return Asked


def tables(effort: Effort) -> Iterator[Table]:
    """Sync and async requests."""
    with served() as address:
        Asked.address = address
        rows = [*_sync(address, effort), *_async(address, effort)]
    yield Table(
        title="Requests",
        note=f"A GET with a key and a small JSON answer over loopback, one after the other on one "
        f"connection. The baseline is a bare `{http_library().__name__}` client that is asked the "
        "same: `client.get(url, headers=…)`, for the last two rows and `response.json()`.",
        columns=("request", "vidiom", "bare client", "ratio"),
        rows=tuple(rows),
    )


def _request(url: str) -> Flow[Answer]:
    return (yield from send(Send("GET", url, headers=KEY, repeatable=True)))


def _sync(address: str, effort: Effort) -> Iterator[Row]:
    url, headers = f"{address}/tasks/1", dict(KEY)
    api = JsonApi("benchmark", address, headers=KEY)
    client = vidiom.Client(store=MemoryStore(), registry=OneProvider(), environment={})
    job = client.submit("asked", "https://media.example/film.mp4")
    with (
        client,
        new_client(None) as http,
        http_library().Client(timeout=default_timeout()) as bare,
    ):
        driver = SyncDriver(http)
        yield from _rows(
            "sync",
            {
                "bare": lambda: bare.get(url, headers=headers),
                "bare and JSON": lambda: bare.get(url, headers=headers).json(),
                "driver": lambda: driver.run(_request(url)),
                "adapter": lambda: driver.run(api.get("tasks/1", Task, operation="check")),
                "client": lambda: client.check(job),
            },
            lambda work, count: timed(work, times=count),
            effort,
        )


def _async(address: str, effort: Effort) -> Iterator[Row]:
    url, headers = f"{address}/tasks/1", dict(KEY)
    api = JsonApi("benchmark", address, headers=KEY)
    with asyncio.Runner() as runner:
        client = vidiom.AsyncClient(store=MemoryStore(), registry=OneProvider(), environment={})
        job = runner.run(client.submit("asked", "https://media.example/film.mp4"))
        http = new_async_client(None)
        bare = http_library().AsyncClient(timeout=default_timeout())
        driver = AsyncDriver(http)

        async def bare_json() -> object:
            return (await bare.get(url, headers=headers)).json()

        def measure(work: Callable[[], Awaitable[object]], count: int) -> Measure:
            async def several() -> None:
                for _ in range(count):
                    await work()

            def measured() -> float:
                begun = time.perf_counter()
                runner.run(several())
                return (time.perf_counter() - begun) / count

            return measured

        yield from _rows(
            "async",
            {
                "bare": lambda: bare.get(url, headers=headers),
                "bare and JSON": bare_json,
                "driver": lambda: driver.run(_request(url)),
                "adapter": lambda: driver.run(api.get("tasks/1", Task, operation="check")),
                "client": lambda: client.check(job),
            },
            measure,
            effort,
        )
        for one in (client, http, bare):
            runner.run(one.aclose())


def _rows(
    world: str,
    requests: dict[str, Callable[[], object]],
    measure: Callable[..., Measure],
    effort: Effort,
) -> Iterator[Row]:
    measures = {name: measure(request, effort.pick(20, 2)) for name, request in requests.items()}
    least = alternating(measures, rounds=effort.pick(150, 1))
    for name, what, baseline in (
        ("driver", "one `Send` through the driver", "bare"),
        ("adapter", "an adapter's typed `api.get`", "bare and JSON"),
        ("client", "`Client.check`, store included", "bare and JSON"),
    ):
        ratio = least[name] / least[baseline]
        cells = (f"{world}: {what}", duration(least[name]), duration(least[baseline]), times(ratio))
        yield Row(cells, at_most(ratio, LIMIT, f"{LIMIT} ×"))  # noqa: RUF001
