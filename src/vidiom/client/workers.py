"""Workers: processes that run the steps of stored jobs until they are told to stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from vidiom.client.configuration import Configuration, ProviderName
from vidiom.client.opening import OnProgress
from vidiom.client.operations import Operations
from vidiom.errors import UsageError
from vidiom.flow.drivers import SyncDriver
from vidiom.flow.exchange import RunSettings
from vidiom.flow.on_demand import ClientOnDemand
from vidiom.jobs.home import open_store
from vidiom.jobs.tracking.plan import Pace, Selection
from vidiom.jobs.tracking.tracker import Tracker, worker_name
from vidiom.plugins.registry import Registry

__all__ = ["WorkerPlan", "run_worker"]


@dataclass(frozen=True, kw_only=True)
class WorkerPlan:
    """What a worker is to do."""

    engine: str = "embedded"
    name: str | None = None
    """What the history calls it, and by which it is known among workers."""
    provider: str | None = None
    stop: Callable[[], bool] = lambda: False
    """Asked now and then whether it is to end."""
    pace: Pace = Pace()  # noqa: RUF009 - frozen


def run_worker(
    plan: WorkerPlan,
    *,
    environment: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> None:
    """Run the steps of stored jobs until the plan says to stop.

    Raises:
        UsageError: There is no such engine.
        VidiomError: The store cannot be used.
    """
    variables = os.environ if environment is None else environment
    if plan.engine != "embedded":
        raise UsageError(f"there is no engine {plan.engine!r}; there is: embedded.")
    store = open_store(variables, writer=plan.name)
    operations = Operations(
        configuration=Configuration.load(variables),
        registry=Registry(),
        open_store=lambda: store,
        pace=plan.pace,
    )
    name = ProviderName.parse(plan.provider or "")
    selection = Selection(**(name.selected() if plan.provider else {}))
    holder = f"{plan.name}:{worker_name()}" if plan.name else worker_name()
    tracker = Tracker(
        store, operations.provider, selection, plan.pace, holder=holder, stop=plan.stop
    )
    http = ClientOnDemand()
    try:
        SyncDriver(http).run(
            tracker.run(forever=True),
            RunSettings(deadline=inf, on_progress=on_progress, sink=operations),
        )
    finally:
        http.close()
        operations.close()
