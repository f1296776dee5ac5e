"""Bringing the answers of one account's jobs into the archive, apart from everything else."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Final

from vidiom.errors import VidiomError
from vidiom.flow.effects import Flow, now, settled
from vidiom.jobs.steps.steps import StepOutcome
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.tracking.plan import Account
from vidiom.schema.jobs import JobState

__all__ = ["Collector"]

_log = logging.getLogger("vidiom.jobs")

_WITH_RESULT: Final = tuple(state for state in JobState if state.has_result)
_AGAIN: Final = 30.0
"""Seconds before an answer that could not be fetched is tried again."""


@dataclass
class Collector:
    """Downloads so many at once, however slow they are; no slot at the vendor waits for them."""

    account: Account
    _not_before: dict[str, float] = field(default_factory=dict)

    def run(self) -> Flow[None]:
        """Go on until the tracker ends."""
        account = self.account
        while not account.over:
            ended = account.ended
            if not (yield from self._collect_next()):
                idle = account.shared.pace.idle
                yield from account.rest(idle, lambda: account.ended != ended)  # noqa: B023

    def _collect_next(self) -> Flow[int]:
        """Collect some; how many."""
        account = self.account
        at_once = account.provider.settings.collections_at_once
        query = replace(account.query, states=_WITH_RESULT, collected=False, limit=32 * at_once)
        found = yield from patiently(lambda: account.store.track(query))
        time = (yield from now()).timestamp()
        due = [f"job/{job.id}" for job in found if self._not_before.get(job.id, 0.0) <= time]
        names = yield from account.leased(due, 4 * at_once)
        ids = [name.removeprefix("job/") for name in names]
        outcomes = yield from settled(
            [account.paced(account.steps.collect(job_id)) for job_id in ids], limit=at_once
        )
        yield from account.release(names)
        for job_id, outcome in zip(ids, outcomes, strict=True):
            self._learnt(job_id, outcome, time)
        return len(ids)

    def _learnt(self, job_id: str, outcome: StepOutcome | VidiomError, time: float) -> None:
        self._not_before.pop(job_id, None)
        if isinstance(outcome, VidiomError):
            _log.warning("the answer of job %s could not be fetched: %s", job_id, outcome.message)
            self._not_before[job_id] = time + _AGAIN
        elif outcome.again_after:
            self._not_before[job_id] = time + outcome.again_after
