"""Following a job: asking for its state, and waiting for its end."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from vidiom.client.submission import Submission
from vidiom.errors import (
    Expired,
    JobNeedsReview,
    NotFound,
    RateLimited,
    ServerError,
    TransportError,
    WaitTimeout,
)
from vidiom.flow.effects import Flow, Progress, now, report, run_blocking, sleep
from vidiom.jobs.records import StoredJob, failure_of
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import Job, JobState, JobStatus

__all__ = ["Following"]

#: Questions in a row that may go unanswered before waiting gives up: the job is not at fault.
_PATIENCE = 5


@dataclass(frozen=True)
class Following:
    """Asking the vendor how a job is, and keeping what it says."""

    provider: Provider
    store: JobStore

    def check(self, record: StoredJob) -> Flow[tuple[StoredJob, float | None]]:
        """Ask once; the record as it is now, and when the vendor suggests to ask again."""
        if record.job.state.terminal:
            return record, None
        if record.job.state is JobState.SUBMITTING:
            adopted = yield from Submission(self.provider, self.store).adopt(record)
            return adopted, None
        if record.ref is None:
            yield from self._refuse_an_interrupted(record.job)
            return record, None
        try:
            status = yield from self.provider.check(record.ref)
        except NotFound as error:
            return (yield from self._gone(record, error)), None
        record = yield from self._moved(record, status)
        return record, status.poll_after

    def wait(self, record: StoredJob, timeout: float | None) -> Flow[StoredJob]:
        """Ask until the job has come to an end.

        Raises:
            WaitTimeout: The time is over; the job goes on.
            ApiError, TransportError: The vendor could not be asked several times in a row.
        """
        begun = yield from now()
        missed = 0
        while True:
            hint: float | None = None
            try:
                record, hint = yield from self.check(record)
                missed = 0
            except (TransportError, ServerError, RateLimited):
                missed += 1
                if missed >= _PATIENCE:
                    raise
            yield from report(_progress(record.job))
            if record.job.state.terminal or record.job.state is JobState.NEEDS_REVIEW:
                return record
            moment = yield from now()
            left = inf if timeout is None else timeout - (moment - begun).total_seconds()
            if left <= 0:
                raise _too_late(record.job, timeout)
            pause = self.provider.settings.poll_seconds if hint is None else hint
            yield from sleep(min(pause, left))

    def _refuse_an_interrupted(self, job: Job) -> Flow[None]:
        """Nobody will ever move a job whose process died before it sent anything."""
        moment = yield from now()
        if (moment - job.updated_at).total_seconds() > self.provider.settings.settle_seconds:
            raise JobNeedsReview(
                f"it has stood at {job.state.value!r} for long and nothing was ordered yet. Unless "
                f"another process still uploads it, cancel job {job.id} and submit it again.",
                job_id=job.id,
                provider=job.provider,
                operation="check",
            )

    def _moved(self, record: StoredJob, status: JobStatus) -> Flow[StoredJob]:
        moment = yield from now()
        return (
            yield from run_blocking(
                lambda: self.store.update(
                    record.job.id, lambda r: r.moved(status.state, at=moment, status=status)
                )
            )
        )

    def _gone(self, record: StoredJob, error: NotFound) -> Flow[StoredJob]:
        """A job that was accepted and is not known any more has expired at the vendor."""
        seen = record.job.state is JobState.RUNNING or record.job.vendor_state is not None
        if not seen and not isinstance(error, Expired):
            raise error
        moment = yield from now()
        failure = failure_of(error)
        return (
            yield from run_blocking(
                lambda: self.store.update(
                    record.job.id,
                    lambda r: r.moved(JobState.EXPIRED, at=moment, failure=failure),
                )
            )
        )


def _progress(job: Job) -> Progress:
    return Progress(
        stage=job.stage or job.state.value, fraction=job.progress, eta_seconds=job.eta_seconds
    )


def _too_late(job: Job, timeout: float | None) -> WaitTimeout:
    return WaitTimeout(
        f"still {job.state} after {timeout:g} s; the job goes on: wait for {job.id} again.",
        job_id=job.id,
        provider=job.provider,
        operation="wait",
    )
