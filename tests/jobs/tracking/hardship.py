"""A vendor that is slow to answer and slow to list, and workers that are killed while it is."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import vidiom
from vidiom.errors import StoreError
from vidiom.jobs.home import open_store
from vidiom.jobs.queries import Counts, JobQuery
from vidiom.jobs.sql import SqlStore
from vidiom.jobs.steps import adoption, submission
from vidiom.jobs.tracking import submitter
from vidiom.jobs.tracking.plan import Pace
from vidiom.provider.emulation import AsgiApp
from vidiom.testing.emulators import Message, Receive, Send, serve
from vidiom_valossa.emulation.behaviour import Behaviour
from vidiom_valossa.emulation.vendor import Vendor
from vidiom_valossa.emulator import create_app

__all__ = ["Hardship", "hard_vendor", "work"]

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["vidiom.client.client", "vidiom.jobs.sql", "vidiom.jobs.tracking.tracker", "httpx2", "stamina"]
)


def work(environment: Mapping[str, str], begun: Event, *, plain: bool, timeout: float) -> None:
    """What a worker does: everything that is left to do. A plain one takes no care.

    It runs in a process of its own.
    """
    import vidiom  # noqa: PLC0415 - in the worker only

    if plain:  # sends again whatever has no answer, as any queue does by itself
        for module in (adoption, submission, submitter):
            module.is_ambiguous = lambda _: False  # type: ignore[attr-defined]
    with vidiom.Client(environment=environment) as client:
        client._operations.pace = Pace(tick=0.02, idle=0.1, lease=1.0)  # noqa: SLF001
        client.resume(timeout=timeout, on_progress=lambda _: begun.set())


@dataclass(frozen=True)
class Worker:
    """A process that works on jobs."""

    process: BaseProcess
    begun: Event

    def finish(self) -> None:
        """Wait for its end."""
        self.process.join(90)
        assert self.process.exitcode == 0


@dataclass
class Hardship:
    """A running vendor, and what can be done to those who use it."""

    vendor: Vendor
    environment: dict[str, str]
    chance: random.Random
    kills: int = 0
    busiest: int = 0
    workers: list[Worker] = field(default_factory=list)

    def enlist(self, jobs: int) -> None:
        """Store so many jobs, and send nothing."""
        urls = [f"https://media.example/{number}.mp4" for number in range(jobs)]
        with vidiom.Client(environment=self.environment) as client:
            client.submit_many("valossa", urls, campaign="list", wait=False)

    def counts(self) -> Counts:
        """How many jobs are in which state."""
        with closing(open_store(self.environment)) as store:
            return store.counts(JobQuery())

    def start(self, *, plain: bool = False, timeout: float = 60.0) -> Worker:
        """A worker that does everything that is left to do."""
        begun = _CONTEXT.Event()
        process = _CONTEXT.Process(
            target=work,
            args=(self.environment, begun),
            kwargs={"plain": plain, "timeout": timeout},
        )
        process.start()
        self.workers.append(Worker(process, begun))
        return self.workers[-1]

    def kill(self, worker: Worker, *, after: float) -> None:
        """Kill it as `kill -9` does, so long after it has begun."""
        worker.begun.wait(30)
        worker.process.join(after)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join(30)
            self.kills += 1

    def freeze(self, worker: Worker, *, after: float) -> None:
        """Stop it where it is, but for moments in which nobody could go on without it."""
        worker.begun.wait(30)
        pid = worker.process.pid
        assert pid is not None
        with closing(open_store(self.environment)) as store:
            location = str(self.environment.get("VIDIOM_STORE") or store.name)
            with closing(SqlStore(location, store.archive, patience=0.05)) as impatient:
                for wait in (after, *(0.013 * number for number in range(1, 100))):
                    worker.process.join(wait)
                    os.kill(pid, signal.SIGSTOP)
                    try:
                        moment = datetime.now(UTC)
                        impatient.lease(["free?"], "test", until=moment, at=moment)
                    except StoreError:
                        os.kill(pid, signal.SIGCONT)  # it was writing
                    else:
                        return
        raise AssertionError

    def thaw(self, worker: Worker) -> None:
        """Let it go on."""
        assert worker.process.pid is not None
        os.kill(worker.process.pid, signal.SIGCONT)

    def bought(self) -> Counter[str]:
        """How often each of our ids was bought."""
        return Counter(str(job.request.customer_media_id) for job in self.vendor.jobs.values())

    def twice(self) -> int:
        """How many jobs were bought for nothing."""
        return sum(count - 1 for count in self.bought().values())


@contextmanager
def hard_vendor(  # noqa: PLR0913 - so many things can be hard
    home: Path,
    *,
    store: str | None = None,
    lag: float = 0.3,
    settle: float = 2.0,
    answer: tuple[float, float] = (0.02, 0.15),
    job: float = 0.3,
    seed: int = 0,
    **settings: object,
) -> Iterator[Hardship]:
    """A vendor on loopback that creates a job at once, and says and lists it later.

    Args:
        home: Where the workers keep their jobs and answers.
        store: URL of the job store.
        lag: Seconds until a new job is listed.
        settle: Seconds that workers wait before they trust the listing.
        answer: Least and most seconds between the creation of a job and the answer.
        job: Seconds that a job takes.
        seed: Of all chance.
        **settings: More of the account's settings.
    """
    chance = random.Random(seed)  # noqa: S311 - chance, no secret
    behaviour = Behaviour(
        stages=(("processing", job),), advance="clock", listing_lag_seconds=lag, minutes=0.05
    )
    app = create_app("key", behaviour)
    vendor: Vendor = app.state.vendor
    with serve(_late(app, chance, answer)) as url:
        environment = {
            "VIDIOM_HOME": str(home),
            "VIDIOM_VALOSSA_API_KEY": "key",
            "VIDIOM_VALOSSA_BASE_URL": url,
            "VIDIOM_VALOSSA_POLL_SECONDS": "0.2",
            "VIDIOM_VALOSSA_SHORTEST_POLL_SECONDS": "0.2",
            "VIDIOM_VALOSSA_LONGEST_POLL_SECONDS": "0.2",
            "VIDIOM_VALOSSA_SETTLE_SECONDS": str(settle),
            "VIDIOM_VALOSSA_RESULT_TYPES": '["core"]',
            "VIDIOM_VALOSSA_SUBMISSIONS_AT_ONCE": "8",
        }
        if store is not None:
            environment["VIDIOM_STORE"] = store
        environment |= {f"VIDIOM_VALOSSA_{key}".upper(): str(v) for key, v in settings.items()}
        hardship = Hardship(vendor, environment, chance)
        try:
            yield hardship
        finally:
            for worker in hardship.workers:
                worker.process.kill()
                worker.process.join(30)


def _late(app: AsgiApp, chance: random.Random, answer: tuple[float, float]) -> AsgiApp:
    """The app, whose answers to orders come late: the job is there by then."""

    async def late(scope: Message, receive: Receive, send: Send) -> None:
        wait = chance.uniform(*answer) if scope.get("path", "").endswith("new_job") else 0.0

        async def slow(message: Message) -> None:
            if wait and message["type"] == "http.response.start":
                await asyncio.sleep(wait)
            await send(message)

        await app(scope, receive, slow)

    return late
