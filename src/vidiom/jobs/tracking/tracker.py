"""The tracker: everything unfinished is brought to its end, in one process or in several."""

from __future__ import annotations

import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import uuid4

from vidiom.errors import StoreError, VidiomError
from vidiom.flow.effects import Flow, Progress, now, report, sleep, together
from vidiom.flow.pacing import Pacer
from vidiom.jobs.queries import Counts
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.store import JobStore
from vidiom.jobs.tracking.collector import Collector
from vidiom.jobs.tracking.plan import Account, Pace, Selection, Shared
from vidiom.jobs.tracking.poller import Poller
from vidiom.jobs.tracking.submitter import Submitter
from vidiom.provider.contract import Provider

__all__ = ["Part", "Tracker", "worker_name"]

_log = logging.getLogger("vidiom.jobs")


class Part(Protocol):
    """One of those who look after an account."""

    def run(self) -> Flow[None]:
        """Go on until the tracker ends."""


_PARTS: Final[tuple[Callable[[Account], Part], ...]] = (Submitter, Poller, Collector)
_WINDOW: Final = 30.0
"""Seconds over which the rate is told."""


def worker_name() -> str:
    """A name that no other process has: host, process, and a random word."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass
class Tracker:
    """Follows the jobs of a store. Any number of them may share one."""

    store: JobStore
    provider_of: Callable[[str, str | None], Provider]
    selection: Selection = field(default_factory=Selection)
    pace: Pace = field(default_factory=Pace)
    holder: str = field(default_factory=worker_name)
    stop: Callable[[], bool] = lambda: False
    parts: Sequence[Callable[[Account], Part]] = _PARTS
    """Who looks after each account; left out, those that do everything here."""
    on_end: Callable[[str], None] = lambda _: None
    """Told of each job that was seen to end; it may block."""
    _shared: Shared = field(init=False)

    def __post_init__(self) -> None:
        """With nothing known yet."""

        def provider(record: StoredJob) -> Provider:
            return self.provider_of(record.job.provider, record.job.account)

        self._shared = Shared(
            self.store, provider, self.holder, self.pace, self.stop, on_end=self.on_end
        )
        self._ended: deque[tuple[float, int]] = deque()
        self._accounts: list[Account] = []

    def wake(self, job_id: str) -> None:
        """Ask after a job at once: there is news of it."""
        self._shared.wake(job_id)

    def run(self, *, forever: bool = False, timeout: float | None = None) -> Flow[Counts]:
        """Go on until nothing is left to do, the time is over, or for ever.

        Raises:
            VidiomError: An account cannot be used (its key is wrong); the others went on.
        """
        begun = (yield from now()).timestamp()
        deadline = None if timeout is None else begun + timeout
        while True:
            self._shared.finished = False
            found = yield from patiently(lambda: self.store.accounts(self.selection.query()))
            self._accounts = [self._account(provider, account) for provider, account in found]
            watch = self._watched(forever=forever, deadline=deadline)
            parts: list[Flow[object]] = [watch, self._heartbeat()]
            for one in self._accounts:
                parts += [self._kept_up(one, part(one).run) for part in self.parts]
            outcomes = yield from together(parts, limit=len(parts))
            faults = [one.fault for one in self._accounts if one.fault is not None]
            if faults and not forever:
                raise faults[0]
            counts = outcomes[0]
            if isinstance(counts, Counts):
                return counts

    def _account(self, provider: str, account: str) -> Account:
        adapter = self.provider_of(provider, account or None)
        rate = adapter.settings.requests_per_second
        pacer = None if rate is None else Pacer(rate)
        return Account(self._shared, adapter, account, self.selection, pacer)

    def _kept_up(self, account: Account, run: Callable[[], Flow[None]]) -> Flow[object]:
        """A store that is away for long ends nothing for good; a wrong key ends one account."""
        while not account.over:
            try:
                yield from run()
            except StoreError as error:
                if not error.passing:
                    raise
                _log.warning("%s It is tried again.", error.message)
                yield from sleep(self.pace.idle)
            except VidiomError as error:
                _log.error("account %s stands still: %s", account.name, error.message)
                account.fault = error
        return None

    def _heartbeat(self) -> Flow[object]:
        """Keep what this process is at, while it lives."""
        while not self._shared.over:
            moment = yield from now()
            until = self._shared.until(moment)
            yield from patiently(
                lambda: self.store.renew(self.holder, until=until, at=moment)  # noqa: B023
            )
            left = self.pace.lease / 4
            while left > 0 and not self._shared.over:
                yield from sleep(min(left, self.pace.tick))
                left -= self.pace.tick
        return None

    def _watched(self, *, forever: bool, deadline: float | None) -> Flow[object]:
        """Tell how far things are, and end them; ``None`` when there is another account now."""
        query = self.selection.query()
        known = {(one.provider.name, one.account) for one in self._accounts}
        while True:
            begun = (yield from now()).timestamp()
            counts = yield from patiently(lambda: self.store.counts(query))
            yield from report(self._progress(counts, begun))
            left = yield from patiently(lambda: self.store.accounts(query))
            moving = set(left) - {
                (one.provider.name, one.account) for one in self._accounts if one.fault is not None
            }
            over = deadline is not None and begun >= deadline
            if self._shared.over or over or not (moving or forever):
                self._shared.finished = True
                return counts
            if set(left) - known:
                self._shared.finished = True
                return None
            took = (yield from now()).timestamp() - begun
            wait = max(min(self.pace.idle, 5 * self.pace.tick), 10 * took)
            if deadline is not None:
                wait = min(wait, max(deadline - begun, 0.0))
            while wait > 0 and not self._shared.over:
                yield from sleep(min(wait, self.pace.tick))
                wait -= self.pace.tick

    def _progress(self, counts: Counts, moment: float) -> Progress:
        """Counts by state, and when it will be done at the rate of late."""
        total = counts.total
        done = total - counts.unfinished
        self._ended.append((moment, done))
        while moment - self._ended[0][0] > _WINDOW:
            self._ended.popleft()
        since, before = self._ended[0]
        rate = (done - before) / (moment - since) if moment > since else 0.0
        words = [f"{count} {state.value}" for state, count in sorted(counts.states.items())]
        if counts.uncollected:
            words.append(f"{counts.uncollected} to collect")
        if rate > 0:
            words.append(f"{rate:.1f}/s")
        return Progress(
            stage=", ".join(words),
            fraction=done / total if total else None,
            eta_seconds=counts.unfinished / rate if rate > 0 else None,
        )
