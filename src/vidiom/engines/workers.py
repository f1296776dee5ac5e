"""A worker: an engine that runs steps, and who feeds it from the store and polls for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Final

from vidiom.client import workers
from vidiom.client.opening import OnProgress
from vidiom.client.workers import WorkerPlan, WorkerTools
from vidiom.engines.executors import ExecutorLease
from vidiom.engines.feeder import Feeder
from vidiom.engines.port import Engine, Step
from vidiom.engines.stepping import JobStep
from vidiom.engines.threads import ThreadEngine
from vidiom.errors import UsageError
from vidiom.jobs.home import store_location
from vidiom.jobs.tracking.poller import Poller
from vidiom.jobs.tracking.tracker import Tracker

__all__ = ["ENGINES", "run_worker"]

_LOCAL: Final = "local"
"""The worker's name where nobody gave it one; refused where several could share it."""


def run_worker(
    plan: WorkerPlan,
    *,
    environment: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> None:
    """Run the steps of stored jobs until the plan says to stop.

    Raises:
        UsageError: There is no such engine.
        MissingExtra: The engine is not installed.
        ConfigurationError: It may not be used like this.
        VidiomError: The store cannot be used.
    """
    if plan.engine == "embedded":
        workers.run_worker(plan, environment=environment, on_progress=on_progress)
        return
    if plan.engine not in ENGINES:
        known = ", ".join(("embedded", *ENGINES))
        raise UsageError(f"there is no engine {plan.engine!r}; there are: {known}.")
    variables = os.environ if environment is None else environment
    with workers.opened_worker(plan, variables) as tools:
        step = JobStep(tools.store, tools.operations.provider, tools.run)
        engine = ENGINES[plan.engine](plan, tools, step, store_location(variables))
        try:
            _work(plan, tools, engine, on_progress)
        finally:
            engine.close()


def _work(
    plan: WorkerPlan, tools: WorkerTools, engine: Engine, on_progress: OnProgress | None
) -> None:
    stop = Event()
    faults: list[BaseException] = []
    tracker = Tracker(
        tools.store,
        tools.operations.provider,
        tools.selection,
        plan.pace,
        holder=tools.holder,
        stop=lambda: stop.is_set() or plan.stop(),
        parts=(lambda account: Feeder(account, engine), Poller),
        on_end=engine.wake,
    )

    def feed() -> None:
        try:
            tools.run(tracker.run(forever=True), on_progress)
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            faults.append(error)
        finally:
            stop.set()

    feeding = Thread(target=feed, name="vidiom-feeder", daemon=True)
    feeding.start()
    try:
        engine.work(stop)
    finally:
        stop.set()
        feeding.join()
    if faults:
        raise faults[0]


def _threads(plan: WorkerPlan, _tools: WorkerTools, step: Step, _location: str) -> Engine:
    return ThreadEngine(step, slots=plan.slots)


def _dbos(plan: WorkerPlan, tools: WorkerTools, step: Step, location: str) -> Engine:
    from vidiom.engines.dbos_database import schema_beside  # noqa: PLC0415
    from vidiom.engines.dbos_engine import DbosEngine, DbosSettings  # noqa: PLC0415

    lease = ExecutorLease(tools.store, plan.name or _LOCAL, seconds=plan.pace.lease)
    settings = DbosSettings(
        slots=plan.slots,
        schema=schema_beside(location),
        takeover=plan.takeover,
        # With each look at most as many jobs are begun as a queue allows at once.
        queue_poll_seconds=max(plan.pace.idle / 10, 0.05),
        wake_poll_seconds=plan.pace.idle / 2,
    )
    return DbosEngine(step, location, lease, settings)


def _procrastinate(plan: WorkerPlan, _tools: WorkerTools, step: Step, location: str) -> Engine:
    from vidiom.engines.procrastinate_engine import (  # noqa: PLC0415
        ProcrastinateEngine,
        ProcrastinateSettings,
    )

    settings = ProcrastinateSettings(
        name=plan.name or "vidiom",
        slots=plan.slots,
        poll_seconds=plan.pace.idle,
        dead_after=plan.pace.lease,
    )
    return ProcrastinateEngine(step, location, settings)


ENGINES: Final[Mapping[str, Callable[[WorkerPlan, WorkerTools, Step, str], Engine]]] = {
    "threads": _threads,
    "dbos": _dbos,
    "procrastinate": _procrastinate,
}
"""Engines behind the port, by name. The embedded way (``vidiom.client.workers``) needs none."""
