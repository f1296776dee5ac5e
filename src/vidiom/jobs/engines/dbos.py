"""DBOS Transact as an engine: one workflow a job, on the store's own SQLite file or PostgreSQL.

DBOS is imported when the engine is made, and its registry, of which there is one in a process, is
used only by :meth:`DbosEngine.work`. An instance that the host application has launched is used as
it is, and left running. https://docs.dbos.dev/python/reference/dbos-class
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sqlalchemy import make_url

from vidiom.errors import ConfigurationError, MissingExtra
from vidiom.jobs.engines.engine import COLLECT, RUN, Due, EngineState, Queue, StepRunner
from vidiom.jobs.engines.feeding import Feeder
from vidiom.jobs.store import JobStore

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions, WorkflowSerializationFormat

__all__ = ["DbosEngine"]

_APPLICATION: Final = "vidiom"
_VERSION: Final = "vidiom-1"
"""Fixed: by default it is a hash of the code, and an upgrade strands the backlog."""
_JOB, _COLLECT = "vidiom_job", "vidiom_collect"
_QUEUES: Final = {RUN: "vidiom-run", COLLECT: "vidiom-collect"}
_WAKE: Final = "wake"
_LONGEST_WAIT: Final = 600.0
"""Seconds that a workflow waits for news at most before it looks by itself."""
_ENDED: Final = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
_RECOVERIES: Final = 1_000_000
"""Each restart of a worker counts as one."""


@dataclass
class DbosEngine:
    """Runs steps as DBOS workflows. The verbs but ``work`` may be used in any process."""

    store: JobStore
    url: str = field(repr=False)
    """Of the database; the store's own, so that there is one to look after."""
    name: str | None = None
    """The executor's id: fixed for each slot, different for each live worker."""
    schema: str = "vidiom_dbos"
    """Of the engine's tables, in PostgreSQL."""
    at_once: int = 100
    """Jobs that all workers together have under way."""
    collections_at_once: int = 4
    feeder: Feeder = field(init=False)
    polling: float = 0.2
    """Seconds between two looks at the queues."""
    lease: float = 20.0
    """Seconds after which others take over what a worker has that was killed."""

    def __post_init__(self) -> None:
        """With DBOS at hand.

        Raises:
            MissingExtra: It is not installed.
        """
        try:
            import dbos  # noqa: F401, PLC0415 - an extra
        except ModuleNotFoundError:
            raise MissingExtra(
                "this engine needs DBOS: pip install 'vidiom[durable]'.", extra="durable"
            ) from None
        self.feeder = Feeder(self.store, self)

    @cached_property
    def _client(self) -> DBOSClient:
        from dbos import DBOSClient  # noqa: PLC0415

        self._create_tables()
        return DBOSClient(system_database_url=self.url, dbos_system_schema=self._schema)

    def _create_tables(self) -> None:
        """Create the engine's tables, or bring them forward, in one process at a time."""
        from dbos import DBOS  # noqa: PLC0415

        name, holder = "dbos/tables", str(time.monotonic_ns())
        while not self._taken(name, holder):
            time.sleep(self.polling)
        if self._schema is None:
            DBOS.migrate(self.url)
        else:
            DBOS.migrate(self.url, schema=self._schema)
        self.store.release([name], holder)

    def _taken(self, name: str, holder: str) -> bool:
        moment = datetime.now(UTC)
        until = moment + timedelta(seconds=self.lease)
        return bool(self.store.lease([name], holder, until=until, at=moment))

    @property
    def _schema(self) -> str | None:
        """In PostgreSQL the tables stand in a schema of their own, beside that of the store."""
        if self.url.startswith("sqlite"):
            return None
        path = re.search(r"search_path=(\w+)", str(make_url(self.url).query.get("options", "")))
        return f"{path[1]}_dbos" if path else self.schema

    def start(self, job_id: str, queue: Queue = RUN, delay: float = 0.0) -> None:
        """Enqueue the job's workflow, whose id is the job's: a second one is no other."""
        workflow = self._workflow(job_id, queue)
        options: EnqueueOptions = {
            "workflow_name": _JOB if queue == RUN else _COLLECT,
            "queue_name": _QUEUES[queue],
            "workflow_id": workflow,
            "app_version": _VERSION,
            "serialization_type": _portable(),
        }
        if delay:
            options["delay_seconds"] = delay
        self._client.enqueue(options, job_id)

    def _workflow(self, job_id: str, queue: Queue) -> str:
        """The id of the workflow that is under way, or of the next when earlier ones have ended."""
        base = job_id if queue == RUN else f"{job_id}-collect"
        number = 1
        while self._status(name := base if number == 1 else f"{base}-{number}") in _ENDED:
            number += 1
        return name

    def _status(self, workflow: str) -> str | None:
        found = self._client.list_workflows(
            workflow_ids=[workflow], load_input=False, load_output=False
        )
        return found[0].status if found else None

    def wake(self, job_id: str, message: str = "") -> None:
        """End the workflow's wait."""
        workflow = self._workflow(job_id, RUN)
        if self._status(workflow) is not None:
            self._client.send(workflow, message, topic=_WAKE)

    def cancel(self, job_id: str) -> None:
        """Run no more steps."""
        for queue in (RUN, COLLECT):
            workflow = self._workflow(job_id, queue)
            if self._status(workflow) is not None:
                self._client.cancel_workflow(workflow)

    def state(self, job_id: str) -> EngineState:
        """What DBOS knows of the job's workflow."""
        status = self._status(job_id)
        if status is None:
            return EngineState.UNKNOWN
        if status in _ENDED:
            return EngineState.DONE
        return EngineState.ACTIVE if status == "PENDING" else EngineState.WAITING

    def work(self, runner: StepRunner, *, stop: Callable[[], bool]) -> None:
        """Run workflows in this process until it is told to stop.

        Raises:
            ConfigurationError: The worker has no name, or one that another live worker has.
        """
        if self.name is None and not self.url.startswith("sqlite"):
            raise ConfigurationError(
                "on PostgreSQL each worker needs a name of its own that stays the same "
                "(`--name worker-1`): two of one name would do each other's work."
            )
        holder = f"{self.name}:{time.monotonic_ns()}"
        slot = f"executor/{self.name or 'local'}"
        self._hold(slot, holder, patience=1.2 * self.lease)
        launched = self._launch(runner)
        try:
            last = 0.0

            def rest() -> None:
                nonlocal last
                time.sleep(self.polling)
                if time.monotonic() - last > self.lease / 4:
                    last = time.monotonic()
                    self._hold(slot, holder)
                    self._take_over(holder)

            self.feeder.until(stop, rest)
        finally:
            self.store.release([slot], holder)
            if launched:
                from dbos import DBOS  # noqa: PLC0415

                DBOS.destroy(workflow_completion_timeout_sec=0)

    def _hold(self, slot: str, holder: str, *, patience: float = 0.0) -> None:
        """Keep the slot; one that was killed a moment ago still has it for a while."""
        deadline = time.monotonic() + patience
        while not self._taken(slot, holder):
            if time.monotonic() < deadline:
                time.sleep(self.polling)
                continue
            raise ConfigurationError(
                f"another live worker has the name {self.name!r}; give each one its own."
            )

    def _launch(self, runner: StepRunner) -> bool:
        """Register the workflows, and launch DBOS unless the host application has."""
        from dbos import DBOS  # noqa: PLC0415
        from dbos._dbos import _dbos_global_instance  # noqa: PLC0415 - there is no public question

        ours = _dbos_global_instance is None
        if ours:
            DBOS(
                config={
                    "name": _APPLICATION,
                    "system_database_url": self.url,
                    "dbos_system_schema": self._schema,
                    "executor_id": self.name or "local",
                    "application_version": _VERSION,
                    "max_executor_threads": 32,
                    "log_level": "WARNING",
                    "notification_listener_polling_interval_sec": self.polling,
                }
            )
        _register(runner)
        if ours:
            DBOS.launch()
        for queue, at_once in ((RUN, self.at_once), (COLLECT, self.collections_at_once)):
            DBOS.register_queue(
                _QUEUES[queue], global_concurrency=at_once, polling_interval_sec=self.polling
            )
        return ours

    def _take_over(self, holder: str) -> None:
        """Resume what workers left that are not there any more.

        The open-source package does so only for a worker that comes back under its own id.
        """
        left: dict[str, list[tuple[str, str | None]]] = {}
        for one in self._client.list_workflows(
            status="PENDING", name=[_JOB, _COLLECT], load_input=False, load_output=False
        ):
            if one.executor_id and one.executor_id != self.name:
                left.setdefault(one.executor_id, []).append((one.workflow_id, one.queue_name))
        for executor, workflows in left.items():
            slot = f"executor/{executor}"
            if not self._taken(slot, holder):
                continue  # it lives
            for workflow, queue in workflows:
                self._client.resume_workflows([workflow], queue_name=queue or _QUEUES[RUN])
            self.store.release([slot], holder)

    def close(self) -> None:
        """Let go of connections."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.destroy()


def _portable() -> WorkflowSerializationFormat:
    from dbos import WorkflowSerializationFormat  # noqa: PLC0415

    return WorkflowSerializationFormat.PORTABLE


def _register(runner: StepRunner) -> None:
    """The workflows, whose steps are plain JSON: whoever can write the database runs no code."""
    from dbos import DBOS, WorkflowSerializationFormat  # noqa: PLC0415

    portable = WorkflowSerializationFormat.PORTABLE

    @DBOS.step(retries_allowed=True, max_attempts=10, interval_seconds=0.5)
    async def vidiom_run_step(job_id: str) -> list[object] | None:
        return _written(await asyncio.to_thread(runner.run, job_id))

    @DBOS.step(retries_allowed=True, max_attempts=10, interval_seconds=0.5)
    async def vidiom_collect_step(job_id: str) -> list[object] | None:
        return _written(await asyncio.to_thread(runner.collect, job_id))

    @DBOS.workflow(name=_COLLECT, max_recovery_attempts=_RECOVERIES, serialization_type=portable)
    async def collect(job_id: str) -> None:
        while (due := _read(await vidiom_collect_step(job_id))) is not None:
            await DBOS.sleep_async(due.after)

    @DBOS.workflow(name=_JOB, max_recovery_attempts=_RECOVERIES, serialization_type=portable)
    async def job(job_id: str) -> None:
        # What follows is done by the feeder: it starts the collection of what has ended.
        while (due := _read(await vidiom_run_step(job_id))) is not None and due.queue == RUN:
            await DBOS.recv_async(_WAKE, timeout_seconds=due.after)


def _written(due: Due | None) -> list[object] | None:
    return None if due is None else [min(due.after, _LONGEST_WAIT), due.queue]


def _read(written: list[object] | None) -> Due | None:
    if written is None:
        return None
    after, queue = written
    return Due(float(str(after)), COLLECT if queue == COLLECT else RUN)
