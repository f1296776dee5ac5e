"""Workers: processes that run the steps of stored jobs until they are told to stop."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from threading import Event, Thread
from typing import Protocol

from vidiom.client.configuration import Configuration, ProviderName
from vidiom.client.many_operations import ManyOperations
from vidiom.client.opening import OnProgress
from vidiom.client.operations import Operations
from vidiom.errors import StoreError, UnknownJob, UsageError, VidiomError
from vidiom.flow.drivers import SyncDriver
from vidiom.flow.effects import Flow
from vidiom.flow.exchange import RunSettings
from vidiom.flow.on_demand import ClientOnDemand
from vidiom.jobs.engines.engine import COLLECT, RUN, Due, Engine
from vidiom.jobs.engines.feeding import Feeder
from vidiom.jobs.home import open_store
from vidiom.jobs.queries import unfinished
from vidiom.jobs.sql import SqlStore
from vidiom.jobs.steps.steps import StepOutcome, Steps
from vidiom.jobs.tracking.plan import Pace, Selection
from vidiom.jobs.tracking.tracker import Tracker, worker_name
from vidiom.plugins.registry import Registry

__all__ = ["ENGINES", "EngineOnStore", "Worker", "WorkerPlan", "open_engine", "run_worker"]

_log = logging.getLogger("vidiom.jobs")
_AGAIN = 30.0
"""Seconds before a step is tried again that somebody must put right."""

ENGINES = ("embedded", "dbos", "procrastinate")


@dataclass(frozen=True, kw_only=True)
class WorkerPlan:
    """What a worker is to do."""

    engine: str = "embedded"
    name: str | None = None
    """What the history calls it, and by which it is known among workers."""
    provider: str | None = None
    stop: Callable[[], bool] = lambda: False
    """Asked now and then whether it is to end."""
    pace: Pace = field(default_factory=Pace)


def run_worker(
    plan: WorkerPlan,
    *,
    environment: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> None:
    """Run the steps of stored jobs until the plan says to stop.

    Raises:
        UsageError: There is no such engine.
        MissingExtra: It is not installed.
        VidiomError: The store cannot be used.
    """
    if plan.engine not in ENGINES:
        known = ", ".join(ENGINES)
        raise UsageError(f"there is no engine {plan.engine!r}; there are: {known}.")
    worker = Worker(plan, os.environ if environment is None else environment, on_progress)
    try:
        worker.run()
    finally:
        worker.close()


@dataclass(frozen=True)
class _Runner:
    """The steps of a worker, as engines call them."""

    worker: Worker

    def run(self, job_id: str) -> Due | None:
        """Submit or check."""
        return self.worker.run_step(job_id)

    def collect(self, job_id: str) -> Due | None:
        """Fetch and archive."""
        return self.worker.collect_step(job_id)


class Worker:
    """One process's part of the work: the embedded engine, or the steps for another one."""

    def __init__(
        self,
        plan: WorkerPlan,
        environment: Mapping[str, str],
        on_progress: OnProgress | None = None,
    ) -> None:
        """Open the store."""
        self._plan = plan
        self._on_progress = on_progress
        self.store = open_store(environment, writer=plan.name)
        self._operations = Operations(
            configuration=Configuration.load(environment),
            registry=Registry(),
            open_store=lambda: self.store,
            pace=plan.pace,
        )
        self._http = ClientOnDemand()
        self._driver = SyncDriver(self._http)

    def run(self) -> None:
        """Work until it is time to stop."""
        if self._plan.engine == "embedded":
            self._run(self._tracker().run(forever=True), self._on_progress)
            return
        plan = self._plan
        engine = open_engine(plan.engine, self.store, plan.name, lease=plan.pace.lease)
        over = Event()
        polls = replace(self._plan, stop=lambda: over.is_set() or self._plan.stop())
        tracker = self._tracker(polls, feeder=engine.feeder)
        poller = Thread(
            target=self._run,
            args=(tracker.run(forever=True), self._on_progress),
            name="vidiom-poller",
        )
        poller.start()
        try:
            engine.work(_Runner(self), stop=lambda: not poller.is_alive() or self._plan.stop())
        finally:
            over.set()
            poller.join()
            engine.close()

    def _run(self, flow: Flow[object], on_progress: OnProgress | None = None) -> object:
        settings = RunSettings(deadline=inf, on_progress=on_progress, sink=self._operations)
        return self._driver.run(flow, settings)

    def _tracker(self, plan: WorkerPlan | None = None, feeder: Feeder | None = None) -> Tracker:
        plan = plan or self._plan
        name = ProviderName.parse(plan.provider or "")
        return Tracker(
            self.store,
            self._operations.provider,
            Selection(**(name.selected() if plan.provider else {})),
            plan.pace,
            holder=f"{plan.name}:{worker_name()}" if plan.name else worker_name(),
            stop=plan.stop,
            on_end=feeder.ended if feeder is not None else lambda _: None,
            polls_only=feeder is not None,
        )

    # --- the steps, as engines call them -----------------------------------------------------

    def run_step(self, job_id: str) -> Due | None:
        """Submit or check."""
        return self._step(job_id, self._steps.follow(job_id))

    def collect_step(self, job_id: str) -> Due | None:
        """Fetch and archive."""
        return self._step(job_id, self._steps.collect(job_id))

    @property
    def _steps(self) -> Steps:
        return ManyOperations(self._operations).steps

    def _step(self, job_id: str, flow: Flow[StepOutcome]) -> Due | None:
        try:
            settings = RunSettings(deadline=inf, sink=self._operations)
            outcome = self._driver.run(flow, settings)
        except UnknownJob:
            return None  # forgotten meanwhile
        except StoreError:
            raise  # the engine's to try again
        except VidiomError as error:
            _log.warning("job %s: %s", job_id, error.message)
            record = self.store.get(job_id)
            return Due(_AGAIN) if unfinished(record) else None
        if outcome.again_after is None:
            return None
        return Due(outcome.again_after, COLLECT if outcome.record.to_be_collected else RUN)

    def close(self) -> None:
        """Close connections and files."""
        self._http.close()
        self._operations.close()


class EngineOnStore(Engine, Protocol):
    """An engine that is fed from the job store."""

    feeder: Feeder


def open_engine(
    name: str, store: SqlStore, worker: str | None = None, *, lease: float = 20.0
) -> EngineOnStore:
    """An engine on the store's own database.

    Args:
        name: ``dbos`` or ``procrastinate``.
        store: Whose jobs it runs.
        worker: What this process is called among workers.
        lease: Seconds after which others take over what a worker has that was killed.

    Raises:
        MissingExtra: It is not installed.
        UsageError: It cannot use that database.
    """
    if name == "dbos":
        from vidiom.jobs.engines.dbos import DbosEngine  # noqa: PLC0415 - an extra

        return DbosEngine(store, store.url, worker, lease=lease)
    from vidiom.jobs.engines.procrastinate import ProcrastinateEngine  # noqa: PLC0415

    return ProcrastinateEngine(store, worker, lease=lease)
