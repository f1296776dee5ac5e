"""What a tracker is to do, and what its parts know of one vendor account together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from vidiom.errors import VidiomError
from vidiom.flow.effects import Flow, now, run_blocking, sleep
from vidiom.flow.pacing import Pacer, paced
from vidiom.jobs.queries import JobQuery, Tracked
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.steps import Steps, limits_of
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider

__all__ = ["Account", "Pace", "Selection", "Shared"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which jobs; everything left out means all."""

    provider: str | None = None
    account: str | None = None
    campaign: str | None = None

    def query(self) -> JobQuery:
        """The jobs of this selection."""
        return JobQuery(provider=self.provider, account=self.account, campaign=self.campaign)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How restless a tracker is, in seconds."""

    tick: float = 0.2
    """Between two looks at whether another part has found something to do."""
    idle: float = 2.0
    """Between two questions to the store for more to do."""
    lease: float = 20.0
    """After which the work of a process that was killed is taken over."""


@dataclass
class Shared:
    """What all accounts of one tracker have in common."""

    store: JobStore
    provider_of: Callable[[StoredJob], Provider]
    holder: str
    """Name of this process among those who share the store."""
    pace: Pace
    stop: Callable[[], bool] = lambda: False
    """Whether somebody wants the tracker to end."""
    on_end: Callable[[str], None] = lambda _: None
    """Told of each job that was seen to end; it may block."""
    finished: bool = False
    woken: set[str] = field(default_factory=set)
    """Jobs that somebody has news of: they are asked after at once."""
    lock: Lock = field(default_factory=Lock)

    @property
    def over(self) -> bool:
        """Whether to come to an end."""
        return self.finished or self.stop()

    def until(self, moment: datetime) -> datetime:
        """When a lease that is taken now ends."""
        return moment + timedelta(seconds=self.pace.lease)

    def wake(self, job_id: str) -> None:
        """Ask after a job at once."""
        with self.lock:
            self.woken.add(job_id)


@dataclass
class Account:
    """One vendor account, as its submitter, poller and collector see it."""

    shared: Shared
    provider: Provider
    account: str
    """Empty for the default account."""
    selection: Selection
    pacer: Pacer | None = None
    tracked: dict[str, Tracked] = field(default_factory=dict)
    """Jobs at the vendor, by our id."""
    ended: int = 0
    """How many jobs have been seen to end: each frees a slot and may have an answer."""
    fresh: set[str] = field(default_factory=set)
    """Jobs that were submitted since the store was last asked which are at the vendor."""
    fault: VidiomError | None = None
    """Why nothing can be done with this account, until somebody puts it right."""
    lock: Lock = field(default_factory=Lock)

    @property
    def name(self) -> str:
        """As users write it."""
        return f"{self.provider.name}/{self.account}" if self.account else self.provider.name

    @property
    def store(self) -> JobStore:
        """Where the jobs are."""
        return self.shared.store

    @property
    def steps(self) -> Steps:
        """The steps of this account's jobs."""
        return Steps(self.store, lambda _: self.provider)

    @property
    def query(self) -> JobQuery:
        """All jobs of the selection in this account."""
        return replace(self.selection.query(), provider=self.provider.name, account=self.account)

    @property
    def limits_in_flight(self) -> int | None:
        """How many jobs may be at the vendor at once."""
        return limits_of(self.provider).jobs_in_flight

    @property
    def over(self) -> bool:
        """Whether to come to an end."""
        return self.shared.over or self.fault is not None

    def track(self, jobs: list[Tracked]) -> None:
        """Follow these too."""
        with self.lock:
            self.tracked.update((job.id, job) for job in jobs)
            self.fresh.update(job.id for job in jobs)

    def paced(self, flow: Flow[T]) -> Flow[T]:
        """The flow at the account's pace."""
        return paced(flow, self.pacer)

    def leased(self, names: list[str], limit: int | None = None) -> Flow[list[str]]:
        """Take what no other process is at."""
        if not names:
            return []
        moment = yield from now()
        shared = self.shared
        return list(
            (
                yield from patiently(
                    lambda: self.store.lease(
                        names, shared.holder, until=shared.until(moment), at=moment, limit=limit
                    )
                )
            )
        )

    def release(self, names: list[str]) -> Flow[None]:
        """Let go of it."""
        if names:
            yield from run_blocking(lambda: self.store.release(names, self.shared.holder))

    def rest(self, seconds: float, news: Callable[[], bool] = lambda: False) -> Flow[None]:
        """Wait, but no longer than until there is news, or the end has come."""
        left = seconds
        while left > 0 and not self.over and not news():
            pause = min(left, self.shared.pace.tick)
            yield from sleep(pause)
            left -= pause
