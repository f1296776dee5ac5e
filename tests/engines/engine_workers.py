"""Workers on an engine, as processes that may be killed, frozen and thawed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.synchronize import Event

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from tests.jobs.tracking.hardship import Hardship, Worker

__all__ = ["Sort", "freeze", "work", "worker"]

_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Sort:
    """What sort of worker."""

    engine: str
    store: str | None
    takeover: bool = False


def work(
    environment: Mapping[str, str], begun: Event, sort: Sort, name: str, *, plain: bool
) -> None:
    """What a worker does until nothing is left to do. A plain one takes no care.

    It runs in a process of its own.
    """
    from contextlib import closing  # noqa: PLC0415 - in the worker only

    from vidiom.client.workers import WorkerPlan  # noqa: PLC0415
    from vidiom.engines import stepping, workers  # noqa: PLC0415
    from vidiom.errors import StoreError  # noqa: PLC0415
    from vidiom.jobs.home import open_store  # noqa: PLC0415
    from vidiom.jobs.queries import JobQuery  # noqa: PLC0415
    from vidiom.jobs.steps import adoption, steps, submission  # noqa: PLC0415
    from vidiom.jobs.tracking import submitter  # noqa: PLC0415
    from vidiom.jobs.tracking.plan import Pace  # noqa: PLC0415

    if plain:  # sends again whatever has no answer, as any queue does by itself
        for module in (adoption, submission, submitter, stepping, steps):
            module.is_ambiguous = lambda _: False  # type: ignore[attr-defined]
    deadline = time.monotonic() + 60
    looked = 0.0
    with closing(open_store(environment)) as store:

        def stop() -> bool:
            nonlocal looked
            begun.set()
            now = time.monotonic()
            if now - looked < 0.1:  # noqa: PLR2004 - often enough
                return False
            looked = now
            try:
                return store.counts(JobQuery()).unfinished == 0 or now > deadline
            except StoreError:  # it crashed, and comes back
                return False

        plan = WorkerPlan(
            engine=sort.engine,
            name=name,
            stop=stop,
            takeover=sort.takeover,
            pace=Pace(tick=0.02, idle=0.1, lease=1.0),
        )
        workers.run_worker(plan, environment=environment)


def worker(hard: Hardship, sort: Sort, name: str = "one", *, plain: bool = False) -> Worker:
    """A worker that does everything that is left to do."""
    begun = _CONTEXT.Event()
    process = _CONTEXT.Process(
        target=work, args=(hard.environment, begun, sort, name), kwargs={"plain": plain}
    )
    process.start()
    hard.workers.append(Worker(process, begun))
    return hard.workers[-1]


def freeze(one: Worker, url: str) -> None:
    """Stop it where it is, but not while it writes: the server ends such a pause after a while."""
    pid = one.process.pid
    assert pid is not None
    server = create_engine(url, poolclass=NullPool)
    os.kill(pid, signal.SIGSTOP)
    for _ in range(200):
        with server.connect() as connection:
            if not connection.scalar(text(_WRITING)):
                return
        os.kill(pid, signal.SIGCONT)
        one.process.join(0.007)
        os.kill(pid, signal.SIGSTOP)


_WRITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
AND (backend_xid IS NOT NULL OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))
"""
