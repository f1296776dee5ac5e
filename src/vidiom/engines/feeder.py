"""From the store to the engine: a few hundred jobs of each account, the rest waits in our table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from vidiom.engines.port import Engine, WorkQueue
from vidiom.engines.stepping import queues_of
from vidiom.flow.effects import Flow, now
from vidiom.jobs.queries import UNSUBMITTED
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.tracking.plan import Account
from vidiom.jobs.tracking.submitter import Submitter
from vidiom.schema.jobs import JobState

__all__ = ["Feeder"]

_WITH_RESULT: Final = tuple(state for state in JobState if state.has_result)
_PATIENCE: Final = 30.0
"""Seconds after which a job that has not moved is started again: nothing happens where it is under
way, and it is put right where its start, or all that its engine knew, was lost."""


@dataclass
class Feeder:
    """One per account: what should move is started, what has moved is woken.

    An engine that remembers is fed by one process at a time. One that does not is each process's
    own, and is fed by it.
    """

    account: Account
    engine: Engine
    depth: int = 200
    """Jobs of an account that wait in the engine at most, however many wait in the store."""
    _started: dict[str, float] = field(default_factory=dict)
    _submitter: Submitter = field(init=False)

    def __post_init__(self) -> None:
        """With nothing started yet."""
        self._submitter = Submitter(self.account)

    def run(self) -> Flow[None]:
        """Go on until the tracker ends."""
        account = self.account
        lead = f"feed/{account.provider.name}/{account.account}"
        while not account.over:
            if not self.engine.durable or (yield from account.leased([lead])):
                yield from self._feed()
            yield from account.rest(account.shared.pace.idle)
        yield from account.release([lead])

    def _feed(self) -> Flow[None]:
        account, store = self.account, self.account.store
        run, collect = queues_of(account.provider, account.account or None)
        sendable = yield from self._submitter.settle_unanswered()
        moment = yield from now()
        self._forget(moment.timestamp())
        alone = moment - timedelta(seconds=account.provider.settings.settle_seconds)
        unsubmitted = replace(
            account.query, states=UNSUBMITTED, left_alone_since=alone, limit=self._room()
        )
        ended = replace(account.query, states=_WITH_RESULT, collected=False, limit=self.depth)
        waiting = yield from patiently(lambda: store.track(unsubmitted))
        collectable = yield from patiently(lambda: store.track(ended))
        time = moment.timestamp()
        yield from self._start([job.id for job in waiting], run, time)
        yield from self._start(sendable, run, time, woken=True)
        yield from self._start([job.id for job in collectable], collect, time, woken=True)

    def _room(self) -> int:
        """Where few jobs may be at the vendor, few need to be at hand."""
        most = self.account.limits_in_flight
        return self.depth if most is None else min(self.depth, max(2 * most, 8))

    def _start(
        self, ids: Iterable[str], queue: WorkQueue, moment: float, *, woken: bool = False
    ) -> Flow[None]:
        sort = "woken" if woken else queue.name
        new = [one for one in ids if f"{sort} {one}" not in self._started]

        def start() -> None:
            for one in new:
                self.engine.start(one, queue)
                if woken:
                    self.engine.wake(one)

        if new:
            yield from patiently(start)
            self._started.update((f"{sort} {one}", moment) for one in new)

    def _forget(self, moment: float) -> None:
        old = [one for one, at in self._started.items() if moment - at >= _PATIENCE]
        for one in old:
            del self._started[one]
