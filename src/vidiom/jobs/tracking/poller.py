"""Asking after the jobs of one account: thousands in one request where the vendor can."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    ConfigurationError,
    StoreError,
    VidiomError,
)
from vidiom.flow.effects import Flow, now, run_blocking, settled
from vidiom.jobs.queries import AT_VENDOR, Tracked
from vidiom.jobs.steps.checking import Checking
from vidiom.jobs.steps.steps import StepOutcome
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.tracking.plan import Account
from vidiom.provider.capabilities import supports
from vidiom.schema.jobs import JobStatus

__all__ = ["Poller"]

_log = logging.getLogger("vidiom.jobs")

_WRITTEN: Final = 500
"""Jobs that are kept in one transaction."""
_WATCHED: Final = 100
"""Up to so many jobs every word of the vendor is kept, for people who watch; beyond, changes."""
_MISSED: Final = 3
"""Listings without a job after which it is asked after by itself."""
_SINGLY: Final = 8
"""Jobs that are asked after one by one at the same time."""
_GROWTH: Final = 1.5
_LONGEST: Final = 10.0
"""A gap grows up to so many times the first one."""
_RELOAD: Final = 5.0
"""Seconds between two looks at what other processes have submitted; more where that takes long."""


@dataclass
class _Due:
    """When jobs are asked after one by one, with gaps that grow while nothing happens."""

    first: float
    queue: list[tuple[float, str]] = field(default_factory=list)
    gaps: dict[str, float] = field(default_factory=dict)

    def add(self, job_id: str, at: float) -> None:
        if job_id not in self.gaps:
            self.gaps[job_id] = self.first
            heapq.heappush(self.queue, (at, job_id))

    def again(self, job_id: str, at: float, hint: float | None) -> None:
        gap = self.gaps.get(job_id, self.first)
        heapq.heappush(self.queue, (at + (gap if hint is None else hint), job_id))
        if hint is None:
            self.gaps[job_id] = min(gap * _GROWTH, self.first * _LONGEST)

    def drop(self, job_id: str) -> None:
        self.gaps.pop(job_id, None)  # its place in the queue is skipped when its turn comes

    def take(self, at: float, limit: int) -> list[str]:
        taken: list[str] = []
        while self.queue and self.queue[0][0] <= at and len(taken) < limit:
            _, job_id = heapq.heappop(self.queue)
            if job_id in self.gaps:
                taken.append(job_id)
        return taken


@dataclass
class Poller:
    """One per account, among all processes that share the store."""

    account: Account
    _missed: dict[str, int] = field(default_factory=dict)
    _due: _Due = field(init=False)
    _reload_at: float = 0.0

    def __post_init__(self) -> None:
        """With the account's own first gap."""
        self._due = _Due(self.account.provider.settings.poll_seconds)

    def run(self) -> Flow[None]:
        """Go on until the tracker ends."""
        account = self.account
        lead = f"poll/{account.provider.name}/{account.account}"
        if account.selection.campaign is not None:
            lead = f"{lead}/{account.selection.campaign}"  # it follows its own jobs only
        together = supports(account.provider, "check_many")
        try:
            while not account.over:
                wait = account.shared.pace.idle
                if (yield from account.leased([lead])):
                    yield from self._reload()
                    wait = yield from (self._ask_together() if together else self._ask_singly())
                nothing = not account.tracked
                yield from account.rest(
                    wait,
                    lambda: self._is_woken() or (nothing and bool(account.tracked)),  # noqa: B023
                )
        finally:
            account.tracked.clear()
        yield from account.release([lead])

    def _is_woken(self) -> bool:
        woken = self.account.shared.woken
        return bool(woken) and any(job_id in self.account.tracked for job_id in [*woken])

    def _reload(self) -> Flow[None]:
        """See what others have submitted, and what has come to an end without us."""
        begun = (yield from now()).timestamp()
        if begun < self._reload_at:
            return
        account = self.account
        query = replace(account.query, states=AT_VENDOR)
        with account.lock:
            account.fresh.clear()
        found = yield from patiently(lambda: account.store.track(query))
        with account.lock:
            fresh = {one: account.tracked[one] for one in account.fresh if one in account.tracked}
            account.tracked = {job.id: job for job in found} | fresh
        took = (yield from now()).timestamp() - begun
        self._reload_at = begun + max(_RELOAD, account.provider.settings.poll_seconds, 20 * took)

    # --- thousands in one request ------------------------------------------------------------

    def _ask_together(self) -> Flow[float]:
        """One listing for all; seconds until the next."""
        account = self.account
        first = account.provider.settings.poll_seconds
        jobs = list(account.tracked.values())
        self._answered(job.id for job in jobs)
        if not jobs:
            return account.shared.pace.idle
        refs = [job.ref for job in jobs if job.ref is not None]
        try:
            said = yield from account.paced(account.provider.check_many(refs))
        except (AuthenticationFailed, ConfigurationError, StoreError):
            raise
        except VidiomError as error:
            _log.warning("a listing failed: %s", error.message)
            asked = error.retry_after if isinstance(error, ApiError) else None
            return first if asked is None else asked
        everything = len(jobs) <= _WATCHED
        news: dict[str, JobStatus] = {}
        missing: list[str] = []
        hints: list[float] = []
        for job in jobs:
            status = said.get(job.ref.vendor_id) if job.ref is not None else None
            if status is None:
                missing.append(job.id)
                continue
            self._missed.pop(job.id, None)
            if status.poll_after is not None and not status.state.terminal:
                hints.append(status.poll_after)
            if everything or status.state is not job.state:
                news[job.id] = status
        yield from self._told(news)
        yield from self._ask_missing(missing)
        return max(min(hints, default=first), account.shared.pace.tick)

    def _told(self, news: dict[str, JobStatus]) -> Flow[None]:
        ids = list(news)
        checking = Checking(self.account.provider, self.account.store)
        for start in range(0, len(ids), _WRITTEN):
            page = {job_id: news[job_id] for job_id in ids[start : start + _WRITTEN]}
            after = yield from checking.told(page)
            yield from self._moved([Tracked.of(record) for record in after])

    def _ask_missing(self, missing: list[str]) -> Flow[None]:
        """What a listing does not show is asked after by itself, now and then."""
        for job_id in missing:
            self._missed[job_id] = self._missed.get(job_id, 0) + 1
        due = [job_id for job_id in missing if self._missed[job_id] >= _MISSED][:_SINGLY]
        for job_id in due:
            del self._missed[job_id]
        yield from self._checked(due)

    # --- one by one --------------------------------------------------------------------------

    def _ask_singly(self) -> Flow[float]:
        """Those whose time has come; seconds until the next."""
        account = self.account
        moment = (yield from now()).timestamp()
        first = account.provider.settings.poll_seconds
        soon = min(first, 2 * account.shared.pace.tick)
        for job_id in [*account.tracked]:
            self._due.add(job_id, moment + soon)
        woken = self._answered(account.tracked)
        ids = [*woken, *self._due.take(moment, 4 * _SINGLY)]
        outcomes = yield from self._checked(ids)
        later = (yield from now()).timestamp()
        for job_id, outcome in outcomes.items():
            if job_id in account.tracked:
                hinted = isinstance(outcome, StepOutcome) and outcome.hinted
                hint = outcome.again_after if isinstance(outcome, StepOutcome) else None
                self._due.again(job_id, later, hint if hinted else None)
            else:
                self._due.drop(job_id)
        if not self._due.queue:
            return account.shared.pace.idle
        return min(max(self._due.queue[0][0] - later, 0.0), account.shared.pace.idle)

    def _checked(self, ids: list[str]) -> Flow[dict[str, StepOutcome | VidiomError]]:
        account = self.account
        outcomes = yield from settled(
            [account.paced(account.steps.check(job_id)) for job_id in ids], limit=_SINGLY
        )
        after: list[Tracked] = []
        for job_id, outcome in zip(ids, outcomes, strict=True):
            if isinstance(outcome, VidiomError):
                _log.warning("job %s could not be asked after: %s", job_id, outcome.message)
            else:
                after.append(Tracked.of(outcome.record))
        yield from self._moved(after)
        return dict(zip(ids, outcomes, strict=True))

    # --- what was learnt ---------------------------------------------------------------------

    def _moved(self, jobs: Iterable[Tracked]) -> Flow[None]:
        account = self.account
        ended: list[str] = []
        with account.lock:
            for job in jobs:
                if job.state in AT_VENDOR:
                    account.tracked[job.id] = job
                elif account.tracked.pop(job.id, None) is not None:
                    account.ended += 1
                    ended.append(job.id)

        def tell() -> None:
            for one in ended:
                account.shared.on_end(one)

        if ended:
            yield from run_blocking(tell)

    def _answered(self, asked: Iterable[str]) -> list[str]:
        """Those that somebody woke, who are answered by what comes now."""
        shared = self.account.shared
        with shared.lock:
            woken = shared.woken.intersection(asked)
            shared.woken -= woken
        return sorted(woken)
