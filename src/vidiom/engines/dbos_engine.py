"""DBOS Transact as the engine: one durable workflow a job, on a SQLite file or on PostgreSQL.

https://docs.dbos.dev/python/programming-guide
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from threading import Event
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy.exc import DBAPIError

from vidiom.engines.dbos_database import ACTIVE, DbosDatabase, sqlite_suffices
from vidiom.engines.dbos_workflow import WORKFLOW, at_work, outcome, register
from vidiom.engines.executors import ExecutorLease
from vidiom.engines.port import Again, Run, Step, WorkQueue
from vidiom.errors import ConfigurationError, MissingExtra, StoreError
from vidiom.flow.clock import clock

if TYPE_CHECKING:
    from dbos import DBOS, EnqueueOptions, WorkflowStatus

__all__ = ["DbosEngine", "DbosSettings"]

T = TypeVar("T")

_log = logging.getLogger("vidiom.engines")

_PAGE: Final = 500
_QUEUES_END: Final = 5.0
"""Seconds that queues get to end in."""
_RESTART: Final = 1.0
"""Seconds before a database that is away is tried again."""
_LOOK: Final = 0.2
"""Seconds between two looks at whether to stop."""


@dataclass(frozen=True, kw_only=True)
class DbosSettings:
    """How DBOS is used."""

    slots: int = 8
    """Steps that run at the same time in this process."""
    schema: str = "vidiom_dbos"
    """Where the tables of DBOS are, in PostgreSQL."""
    queue_poll_seconds: float = 1.0
    wake_poll_seconds: float = 1.0
    """How soon a waiting job hears that it was woken; PostgreSQL tells at once."""
    keep_seconds: float = 86_400.0
    """For how long workflows that have ended are kept. The history of jobs is in our own store."""
    tidy_seconds: float = 600.0
    takeover: bool = False
    """Whether to take over what executors left behind that do not come back."""
    patience_seconds: float = 30.0
    """For how long steps that have begun may go on after the worker was told to stop."""
    hosted: bool = False
    """Whether the application has a DBOS of its own in this process, which it launches itself."""


class DbosEngine:
    """Steps in durable workflows. The workflow's id is the job's: starting twice changes nothing.

    A job's queue for running lets go of it before its answer is collected: collecting is another
    workflow, ``<job>/collect``, in a queue of its own.
    """

    name: Final = "dbos"
    durable: Final = True

    def __init__(
        self, step: Step, location: str, lease: ExecutorLease, settings: DbosSettings | None = None
    ) -> None:
        """Prepare the engine; nothing is opened yet.

        Args:
            step: What advances a job.
            location: URL or path of the database, usually the job store's.
            lease: The worker's name, the same one whenever it is restarted: what it was in the
                middle of is given back to it.
            settings: How DBOS is used.

        Raises:
            ConfigurationError: On PostgreSQL the worker must have a name of its own; for SQLite,
                that of this Python may be too old.
            MissingExtra: DBOS is not installed.
        """
        self._step, self._lease = step, lease
        self._settings = own = settings or DbosSettings()
        self._database = DbosDatabase(
            location,
            own.schema,
            own.queue_poll_seconds,
            own.wake_poll_seconds,
            own.hosted,
            lease.seconds,
        )
        self._threads: ThreadPoolExecutor | None = None
        self._stepping: set[tuple[str, str]] = set()
        self.under_way: set[str] = set()
        """Ids of the workflows that this process is in the middle of."""
        self._stranded: set[str] = set()
        try:
            import dbos  # noqa: F401, PLC0415 - it takes longer to import than all the rest
        except ModuleNotFoundError:
            raise MissingExtra(
                "running jobs on DBOS needs it: pip install 'vidiom[durable]'.", extra="durable"
            ) from None
        server = self._database.url.get_backend_name() != "sqlite"
        if server and lease.executor in ("", "local"):
            raise ConfigurationError(
                "each worker on PostgreSQL needs a name of its own, the same one whenever it is "
                "restarted: set VIDIOM_EXECUTOR (to the ordinal of a stateful set, or the name of "
                "a systemd instance)."
            )
        if not server and not sqlite_suffices():
            raise ConfigurationError(
                f"DBOS needs SQLite 3.42 or newer on Python 3.12 and later; this Python has "
                f"{sqlite3.sqlite_version}. Use a Python with a newer one, PostgreSQL (set "
                "VIDIOM_STORE), or the engine 'embedded'."
            )

    # --- the five verbs ----------------------------------------------------------------------

    def start(self, job_id: str, queue: WorkQueue, *, delay: float = 0.0) -> None:
        """See to it that steps of the job are run."""
        found = self._database.runs(job_id)
        if any(one.status in ACTIVE for one in found):
            return
        if found:
            with self._database.connected() as client:
                client.delete_workflows([one.workflow_id for one in found])
        self._database.enqueue(job_id, queue, delay)

    def wake(self, job_id: str) -> None:
        """Run the next step now."""
        self._database.send(job_id, "wake")

    def cancel(self, job_id: str) -> None:
        """Begin no further step of the job."""
        # Only what has not begun is canceled by DBOS, which would keep the place of a waiting one
        # until its time is over, and then log a traceback. That one is told to end.
        for one in self._database.runs(job_id, ["ENQUEUED", "DELAYED"]):
            with self._database.connected() as client:
                client.cancel_workflow(one.workflow_id)
        self._database.send(job_id, "cancel")

    def state(self, job_id: str) -> Run:
        """What is known of the job."""
        words = {one.status for one in self._database.runs(job_id)}
        if "PENDING" in words:
            return Run.STEPPING
        if words.intersection(ACTIVE):
            return Run.WAITING
        return Run.ENDED if words else Run.UNKNOWN

    def work(self, stop: Event) -> None:
        """Run steps until ``stop`` is set."""
        own, executor = self._settings, self._lease.executor
        self._patiently(self._prepare, stop)
        self._threads = ThreadPoolExecutor(own.slots, "vidiom-step")
        at_work.append(self)
        instance: DBOS | None = None
        try:
            register()
            if not own.hosted:
                instance = self._patiently(self._launch, stop)
            self._watch(stop)
        finally:
            if instance is not None:
                _end_queues(instance)
            self._drain(self._threads)
            if instance is not None:
                _destroy()
            at_work.remove(self)
            with suppress(StoreError):  # then it is for the next one of this name
                self._resume([executor])
            self._lease.release()

    def _prepare(self) -> None:
        with self._database.connected():
            pass  # the tables are there
        self._lease.take()

    def _launch(self) -> DBOS:
        from dbos import DBOS  # noqa: PLC0415

        instance = DBOS(config=self._database.config(self._lease.executor))
        try:
            DBOS.launch()
        except DBAPIError as error:
            _destroy()
            raise self._database.fault(error) from error
        return instance

    def _patiently(self, act: Callable[[], T], stop: Event) -> T | None:
        """Do something as soon as the database is there; ``None`` where it is time to stop."""
        while not stop.is_set():
            try:
                return act()
            except StoreError as error:
                if not error.passing:
                    raise
                _log.warning("%s It is tried again.", error.message)
                stop.wait(_RESTART)
        return None

    def close(self) -> None:
        """Let go of connections."""
        self._database.close()

    # --- while at work -----------------------------------------------------------------------

    def _watch(self, stop: Event) -> None:
        own, lease = self._settings, self._lease
        tidy = take_over = look_back = clock().monotonic()
        while not stop.wait(_LOOK):
            if lease.lost.is_set():
                raise ConfigurationError(
                    f"another process is at work as executor {lease.executor!r}: this one was "
                    "away for too long, or two have the same VIDIOM_EXECUTOR."
                )
            moment = clock().monotonic()
            try:
                if moment >= tidy:
                    tidy = moment + own.tidy_seconds
                    self.tidy()
                if moment >= look_back:
                    look_back = moment + lease.seconds
                    self._look_back()
                if own.takeover and moment >= take_over:
                    take_over = moment + lease.seconds / 2
                    self.take_over()
            except StoreError as error:
                _log.warning("%s", error.message)

    def tidy(self) -> int:
        """Delete workflows that ended long ago; how many."""
        before = clock().now() - timedelta(seconds=self._settings.keep_seconds)
        with self._database.connected() as client:
            found = client.list_workflows(
                name=WORKFLOW,
                status=["SUCCESS", "ERROR", "CANCELLED"],
                completed_before=before.isoformat(),
                limit=_PAGE,
                load_input=False,
                load_output=False,
            )
            if found:
                client.delete_workflows([one.workflow_id for one in found])
        return len(found)

    def take_over(self) -> int:
        """Bring back into their queues what dead executors were in the middle of; how many.

        Their names are leased meanwhile. A dead one that thaws is stopped by DBOS at its next
        record, and what it does until then is fenced by the job store.
        """
        with self._database.connected() as client:
            pending = client.list_workflows(
                name=WORKFLOW, status="PENDING", load_input=False, load_output=False
            )
        left = sorted({one.executor_id for one in pending if one.executor_id})
        dead = self._lease.dead(left) if left else []
        if not dead:
            return 0
        try:
            count = self._resume(dead)
        finally:
            self._lease.forget(dead)
        _log.warning("%d jobs of dead executors taken over: %s", count, ", ".join(dead))
        return count

    def _look_back(self) -> None:
        """Bring back what this process has given up: a database that breaks away ends workflows.

        DBOS leaves these to the next start of the worker, and by then says that they are under way.
        """
        gone = {
            one.workflow_id
            for one in self._pending([self._lease.executor])
            if one.workflow_id not in self.under_way
        }
        # Seen twice: what was taken out of its queue a moment ago has not begun yet.
        left, self._stranded = gone & self._stranded, gone
        if left:
            _log.warning("%d jobs that a fault of the database stopped go on", len(left))
            self._resume([self._lease.executor], left)

    def _pending(self, executors: list[str]) -> list[WorkflowStatus]:
        with self._database.connected() as client:
            return client.list_workflows(
                name=WORKFLOW,
                status="PENDING",
                executor_id=list(executors),
                load_input=False,
                load_output=False,
            )

    def _resume(self, executors: list[str], chosen: Collection[str] | None = None) -> int:
        """Bring these executors' workflows, or those chosen of them, back into their queues."""
        found = [
            one for one in self._pending(executors) if chosen is None or one.workflow_id in chosen
        ]
        found.sort(key=lambda one: one.queue_name or "")
        with self._database.connected() as client:
            for queue, runs in groupby(found, lambda one: one.queue_name):
                client.resume_workflows([one.workflow_id for one in runs], queue_name=queue)
        return len(found)

    def _drain(self, threads: ThreadPoolExecutor) -> None:
        """Let steps that have begun come to their end, and begin no other."""
        self._threads = None
        deadline = clock().monotonic() + self._settings.patience_seconds
        while self._stepping and clock().monotonic() < deadline:
            clock().wait(_LOOK / 10)
        threads.shutdown(wait=False, cancel_futures=True)

    async def stepped(self, job_id: str, queue: str) -> dict[str, Any]:
        """One step, in a thread of ours; its outcome in plain JSON, which DBOS keeps."""
        threads = self._threads
        if threads is None:  # on the way out: the workflow stays as it is until the loop ends
            await asyncio.Event().wait()
        self._stepping.add((job_id, queue))
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(threads, self._stepped, job_id, queue)
        finally:
            self._stepping.discard((job_id, queue))

    def _stepped(self, job_id: str, queue: str) -> dict[str, Any]:
        then = self._step(job_id, queue)
        if isinstance(then, Again) and then.queue.name != queue:
            self._database.register(then.queue)  # should this fail, the step is run again
        return outcome(then)

    def moved_on(self, job_id: str, queue: WorkQueue) -> EnqueueOptions:
        """How the job goes on in another queue."""
        return self._database.options(f"{job_id}/collect", queue)


def _end_queues(instance: DBOS) -> None:
    """Take nothing more out of queues: DBOS would hand it to an event loop that has ended."""
    for event in instance.background_thread_stop_events:
        event.set()
    deadline = clock().monotonic() + _QUEUES_END
    for thread in enumerate_threads():
        if thread.name.startswith("queue-worker-"):
            thread.join(max(0.0, deadline - clock().monotonic()))


def _destroy() -> None:
    """End DBOS, which warns of each workflow that waits, as if it were lost."""
    from dbos import DBOS  # noqa: PLC0415

    logger = logging.getLogger("dbos")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        DBOS.destroy()
    finally:
        logger.setLevel(before)
