"""Following a job: asking for its state, and waiting for its end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from math import inf

from vidiom.client.estimating import expected_end
from vidiom.client.resting import Resting
from vidiom.errors import (
    RateLimited,
    ServerError,
    SubmissionUnanswered,
    TransportError,
    WaitTimeout,
)
from vidiom.flow.effects import Flow, Progress, now, report, run_blocking
from vidiom.jobs.queries import UNSUBMITTED
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.adoption import is_ambiguous
from vidiom.jobs.steps.checking import Checking
from vidiom.jobs.steps.submission import Submission
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import Job, JobState

__all__ = ["Following"]

#: Questions in a row that may go unanswered before waiting gives up: the job is not at fault.
_PATIENCE = 5

#: Most seconds before the first question, however long the vendor's speed lets expect.
_LONGEST_FIRST = 600.0


@dataclass(frozen=True)
class Following:
    """Asking the vendor how a job is, and keeping what it says."""

    provider: Provider
    store: JobStore

    def check(self, record: StoredJob) -> Flow[tuple[StoredJob, float | None]]:
        """Ask once; the record as it is now, and when the vendor suggests to ask again."""
        return (yield from Checking(self.provider, self.store).check(record))

    def wait(self, record: StoredJob, timeout: float | None) -> Flow[StoredJob]:
        """Ask until the job has come to an end.

        Raises:
            WaitTimeout: The time is over; the job goes on.
            ApiError, TransportError: The vendor could not be asked several times in a row.
        """
        resting = Resting(self.provider, self.store)
        begun = yield from now()
        expected: datetime | None = None
        if record.ref is not None and not record.job.state.terminal:
            expected = yield from expected_end(self.provider, record)
        if expected is not None:
            yield from report(_progress(record.job, expected, begun))
            first = min(_LONGEST_FIRST, (expected - begun).total_seconds())
            patience = first if timeout is None else min(first, timeout)
            record = yield from resting.rest(record, max(0.0, patience))
        missed = 0
        while True:
            hint: float | None = None
            try:
                record, hint = yield from self.check(record)
                record = yield from self._submitted(record)
                missed = 0
            except (TransportError, ServerError, RateLimited):
                missed += 1
                if missed >= _PATIENCE:
                    raise
            moment = yield from now()
            yield from report(_progress(record.job, expected, moment))
            if record.job.state.terminal or record.job.state is JobState.NEEDS_REVIEW:
                return record
            left = inf if timeout is None else timeout - (moment - begun).total_seconds()
            if left <= 0:
                raise _too_late(record.job, timeout)
            pause = resting.pause(record, hint)
            record = yield from resting.rest(record, min(pause, left))

    def _submitted(self, record: StoredJob) -> Flow[StoredJob]:
        """Bring a job to the vendor that its own process left behind."""
        if record.ref is not None or record.job.state not in UNSUBMITTED or is_ambiguous(record):
            return record
        moment = yield from now()
        quiet = (moment - record.job.updated_at).total_seconds()
        # What was only stored belongs to nobody yet.
        free = record.job.state is JobState.SUBMITTING or record.campaign is not None
        if not free and quiet < self.provider.settings.settle_seconds:
            return record  # the process that began it is probably still at it
        submission = Submission(self.provider, self.store, patient=True)
        with suppress(SubmissionUnanswered):  # it will be looked up when its time has come
            record = yield from submission.submit(record)
        return (yield from run_blocking(lambda: self.store.get(record.job.id)))


def _progress(job: Job, expected: datetime | None, moment: datetime) -> Progress:
    """What the vendor says of the job; else what its speed lets expect, while that is to come."""
    eta = job.eta_seconds
    if eta is None and expected is not None and expected > moment and not job.state.terminal:
        eta = (expected - moment).total_seconds()
    return Progress(stage=job.stage or job.state.value, fraction=job.progress, eta_seconds=eta)


def _too_late(job: Job, timeout: float | None) -> WaitTimeout:
    return WaitTimeout(
        f"still {job.state} after {timeout:g} s; the job goes on: wait for {job.id} again.",
        job_id=job.id,
        provider=job.provider,
        operation="wait",
    )
