"""Workers: processes that run the steps of stored jobs until they are told to stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, TypeVar

from vidiom.client.configuration import Configuration, ProviderName
from vidiom.client.opening import OnProgress
from vidiom.client.operations import Operations
from vidiom.flow.drivers import SyncDriver
from vidiom.flow.effects import Flow
from vidiom.flow.exchange import RunSettings
from vidiom.flow.on_demand import ClientOnDemand
from vidiom.jobs.home import open_store
from vidiom.jobs.tracking.plan import Pace, Selection
from vidiom.jobs.tracking.tracker import Tracker, worker_name
from vidiom.plugins.registry import Registry

if TYPE_CHECKING:
    from vidiom.jobs.sql import SqlStore

__all__ = ["WorkerPlan", "WorkerTools", "opened_worker", "run_worker"]

T = TypeVar("T")


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
    slots: int = 8
    """Steps that an engine runs at the same time in this process."""
    takeover: bool = False
    """Whether to take over what dead workers left behind that never come back."""


@dataclass(frozen=True)
class WorkerTools:
    """What a worker works with."""

    store: SqlStore
    operations: Operations
    driver: SyncDriver
    selection: Selection
    holder: str
    """Its name among all processes that share the store."""

    def run(self, flow: Flow[T], on_progress: OnProgress | None = None) -> T:
        """Carry out a flow in this thread."""
        settings = RunSettings(deadline=inf, on_progress=on_progress, sink=self.operations)
        return self.driver.run(flow, settings)


@contextmanager
def opened_worker(
    plan: WorkerPlan, environment: Mapping[str, str] | None = None
) -> Iterator[WorkerTools]:
    """The store, the accounts and the connections of a worker.

    Raises:
        VidiomError: The store cannot be used.
    """
    variables = os.environ if environment is None else environment
    with (
        closing(open_store(variables, writer=plan.name)) as store,
        closing(ClientOnDemand()) as http,
    ):
        operations = Operations(
            configuration=Configuration.load(variables),
            registry=Registry(),
            open_store=lambda: store,
            pace=plan.pace,
        )
        name = ProviderName.parse(plan.provider or "")
        selection = Selection(**(name.selected() if plan.provider else {}))
        holder = f"{plan.name}:{worker_name()}" if plan.name else worker_name()
        yield WorkerTools(store, operations, SyncDriver(http), selection, holder)


def run_worker(
    plan: WorkerPlan,
    *,
    environment: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> None:
    """Run the steps of stored jobs in this process until the plan says to stop.

    Raises:
        VidiomError: The store cannot be used.
    """
    with opened_worker(plan, environment) as tools:
        tracker = Tracker(
            tools.store,
            tools.operations.provider,
            tools.selection,
            plan.pace,
            holder=tools.holder,
            stop=plan.stop,
        )
        tools.run(tracker.run(forever=True), on_progress)
