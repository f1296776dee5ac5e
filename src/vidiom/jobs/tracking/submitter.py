"""Bringing the jobs of one account to the vendor, within its limits."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    ConfigurationError,
    StoreError,
    VidiomError,
)
from vidiom.flow.effects import Flow, now, settled
from vidiom.jobs.queries import OCCUPYING, Tracked
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.adoption import Adoption, is_ambiguous, ripe_after
from vidiom.jobs.steps.cancellation import Cancellation
from vidiom.jobs.steps.steps import StepOutcome
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.tracking.plan import Account
from vidiom.schema.jobs import JobState

__all__ = ["Submitter"]

_log = logging.getLogger("vidiom.jobs")

_LOOKED_AT: Final = 1000
"""Unanswered submissions that are looked at in one round."""
_AGAIN: Final = 30.0
"""Seconds before a look-up that failed is tried again, where the vendor names none."""


@dataclass
class Submitter:
    """Takes jobs in the order of their arrival; several processes never take the same one."""

    account: Account
    _not_before: dict[str, float] = field(default_factory=dict)
    """When an unanswered submission may be looked up, in seconds of the clock."""

    def run(self) -> Flow[None]:
        """Go on until the tracker ends.

        Raises:
            AuthenticationFailed, ConfigurationError: Nothing can be submitted with this account.
        """
        account = self.account
        while not account.over:
            moved = yield from self.settle_unanswered()
            wait = yield from self._submit_next(moved)
            ended = account.ended
            yield from account.rest(wait, lambda: account.ended != ended)  # noqa: B023

    def _submit_next(self, sendable: Sequence[str]) -> Flow[float]:
        """Submit some; seconds until it is worth coming back."""
        account = self.account
        many = 4 * account.provider.settings.submissions_at_once
        room = yield from self._room(many)
        if room <= 0:
            return account.shared.pace.idle
        alone = (yield from now()) - timedelta(seconds=account.provider.settings.settle_seconds)
        query = replace(
            account.query,
            states=(JobState.CREATED, JobState.UPLOADING),
            left_alone_since=alone,
            limit=4 * many,
        )
        waiting = yield from patiently(lambda: account.store.track(query))
        ids = [*sendable, *(job.id for job in waiting)]
        names = yield from account.leased([f"job/{one}" for one in ids], min(room, many))
        if not names:
            return account.shared.pace.idle
        outcomes = yield from settled(
            [account.paced(self._submitted(name.removeprefix("job/"))) for name in names],
            limit=account.provider.settings.submissions_at_once,
        )
        yield from account.release(names)
        waits = [self._learnt(outcome) for outcome in outcomes]
        return max(waits, default=0.0)

    def _room(self, many: int) -> Flow[int]:
        """How many submissions the account has room for, as far as one can tell beforehand."""
        most = self.account.limits_in_flight
        if most is None:
            return many
        everything = replace(self.account.query, campaign=None, states=OCCUPYING)
        counts = yield from patiently(lambda: self.account.store.counts(everything))
        return most - counts.total

    def _submitted(self, job_id: str) -> Flow[StepOutcome]:
        return (yield from self.account.steps.submit(job_id))

    def _learnt(self, outcome: StepOutcome | VidiomError) -> float:
        """Seconds to pause for, by what became of one submission."""
        if isinstance(outcome, AuthenticationFailed | ConfigurationError):
            raise outcome
        if isinstance(outcome, VidiomError):
            _log.info("a submission failed: %s", outcome.message)  # the job tells of it, too
            return 0.0
        record = outcome.record
        if record.ref is not None and not record.job.state.terminal:
            self.account.track([Tracked.of(record)])
            return 0.0
        sent = is_ambiguous(record) or record.job.state.terminal
        return 0.0 if sent else outcome.again_after or 0.0

    def settle_unanswered(self) -> Flow[list[str]]:
        """Look up what was never answered, all at once; the jobs that may be sent (again)."""
        account = self.account
        moment = yield from now()
        alone = moment - timedelta(seconds=account.provider.settings.settle_seconds)
        query = replace(
            account.query,
            states=(JobState.SUBMITTING,),
            left_alone_since=alone,
            limit=_LOOKED_AT,
        )
        found = yield from patiently(lambda: account.store.track(query))
        time = moment.timestamp()
        ids = [job.id for job in found if self._not_before.get(job.id, 0.0) <= time]
        names = yield from account.leased([f"job/{one}" for one in ids])
        records: list[StoredJob] = []
        for name in names:
            job_id = name.removeprefix("job/")
            records.append((yield from patiently(lambda: account.store.get(job_id))))  # noqa: B023
        sendable = [r.job.id for r in records if not is_ambiguous(r) and r.ref is None]
        ripe: list[StoredJob] = []
        for record in (r for r in records if is_ambiguous(r)):
            wait = ripe_after(record, account.provider, time)
            if wait > 0:
                self._not_before[record.job.id] = time + wait
            else:
                ripe.append(record)
        sendable += yield from self._looked_up(ripe)
        yield from account.release(names)
        return sendable

    def _looked_up(self, ripe: Sequence[StoredJob]) -> Flow[list[str]]:
        account = self.account
        if not ripe:
            return []
        adoption = Adoption(account.provider, account.store)
        try:
            after = yield from account.paced(adoption.settle(ripe))
        except (AuthenticationFailed, ConfigurationError, StoreError):
            raise
        except VidiomError as error:
            _log.warning("unanswered submissions could not be looked up: %s", error.message)
            asked = error.retry_after if isinstance(error, ApiError) else None
            later = (yield from now()).timestamp() + (_AGAIN if asked is None else asked)
            self._not_before.update((record.job.id, later) for record in ripe)
            return []
        cancellation = Cancellation(account.provider, account.store)
        for record in after:
            self._not_before.pop(record.job.id, None)
            yield from account.paced(cancellation.as_requested(record))
        bound = [r for r in after if r.ref is not None and not r.job.state.terminal]
        account.track([Tracked.of(record) for record in bound])
        _log.info("%d unanswered submissions looked up, %d adopted", len(after), len(bound))
        return [
            r.job.id
            for r in after
            if r.job.state is JobState.SUBMITTING and r.claim is None and r.ref is None
        ]
