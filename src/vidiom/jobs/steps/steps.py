"""The steps by a job's id, for whatever runs them: a client, a worker, an engine, a scheduler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vidiom.errors import (
    JobNotFinished,
    RateLimited,
    ServerError,
    SubmissionUnanswered,
    TransportError,
)
from vidiom.flow.effects import Flow, now
from vidiom.jobs.queries import UNSUBMITTED, Limits
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.adoption import is_ambiguous, ripe_after
from vidiom.jobs.steps.cancellation import Cancellation
from vidiom.jobs.steps.checking import Checking
from vidiom.jobs.steps.collection import Collection
from vidiom.jobs.steps.observation import observed
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.steps.submission import NoRoom, Submission
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobState

__all__ = ["StepOutcome", "Steps", "limits_of"]

_NO_ROOM: Final = 5.0
"""Seconds before an account without a free slot is tried again."""
_UNSENT: Final = 5.0
"""Seconds before a request that did not go out is tried again."""
_UNREACHABLE: Final = 30.0
"""Seconds before a vendor that could not be asked is asked again, where it gives no hint."""


@dataclass(frozen=True)
class StepOutcome:
    """Where a job stands after a step, and when the next one is due."""

    record: StoredJob
    again_after: float | None
    """Seconds until there is something to do again; ``None`` when nothing is left to do."""
    hinted: bool = False
    """Whether the vendor said so."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.again_after is None


def limits_of(provider: Provider) -> Limits:
    """What the account is set to."""
    settings = provider.settings
    return Limits(
        jobs_in_flight=settings.jobs_in_flight,
        submissions=settings.submissions_per_period,
        period_seconds=settings.period_seconds,
        longest_request=settings.submit_timeout_seconds,
    )


@dataclass(frozen=True)
class Steps:
    """``submit``, ``check`` and ``collect``. Each may be run at any time, twice, or by several.

    A step does what is due, finds nothing to do, or says when to come back. What a vendor or a
    network does to it for a while is no error; an error is what somebody must put right.
    """

    store: JobStore
    provider_of: Callable[[StoredJob], Provider]

    def submit(self, job_id: str) -> Flow[StepOutcome]:
        """Bring the job to the vendor: never twice, whatever died on the way."""
        return (yield from observed("submit", job_id, self._submit(job_id), _record))

    def _submit(self, job_id: str) -> Flow[StepOutcome]:
        record, provider = yield from self._job(job_id)
        if record.ref is None and record.job.state in UNSUBMITTED:
            submission = Submission(provider, self.store, limits_of(provider), patient=True)
            try:
                record = yield from submission.submit(record)
            except NoRoom as full:
                return StepOutcome(record, full.retry_after or _NO_ROOM)
            except (RateLimited, TransportError) as error:
                return StepOutcome(record, _hint(error))
            except ServerError as error:
                record, _ = yield from self._job(job_id)
                if not is_ambiguous(record):
                    raise  # the order itself was refused
                return StepOutcome(record, _hint(error))  # it could not be looked up
            except SubmissionUnanswered:
                record, _ = yield from self._job(job_id)
        return (yield from self._outcome(record, provider))

    def check(self, job_id: str) -> Flow[StepOutcome]:
        """Ask the vendor how the job is."""
        return (yield from observed("check", job_id, self._check(job_id), _record))

    def _check(self, job_id: str) -> Flow[StepOutcome]:
        record, provider = yield from self._job(job_id)
        try:
            record, hint = yield from Checking(provider, self.store).check(record)
        except (RateLimited, TransportError, ServerError) as error:
            return StepOutcome(record, _hint(error))
        record = yield from Cancellation(provider, self.store).as_requested(record)
        return (yield from self._outcome(record, provider, hint))

    def collect(self, job_id: str) -> Flow[StepOutcome]:
        """Fetch the answer of a job that has ended, and archive it."""
        return (yield from observed("collect", job_id, self._collect(job_id), _record))

    def _collect(self, job_id: str) -> Flow[StepOutcome]:
        record, provider = yield from self._job(job_id)
        try:
            record = yield from Collection(provider, self.store).collect(record)
        except (RateLimited, TransportError, ServerError) as error:
            return StepOutcome(record, _hint(error))
        except JobNotFinished:  # a webhook told the end before the vendor's own lists have it
            return StepOutcome(record, provider.settings.poll_seconds)
        return (yield from self._outcome(record, provider))

    def advance(self, job_id: str) -> Flow[StepOutcome]:
        """The one step that is due."""
        record = yield from patiently(lambda: self.store.get(job_id))
        if record.ref is None and record.job.state in UNSUBMITTED:
            return (yield from self.submit(job_id))
        if record.job.state.terminal:
            return (yield from self.collect(job_id))
        return (yield from self.check(job_id))

    def _job(self, job_id: str) -> Flow[tuple[StoredJob, Provider]]:
        def load() -> tuple[StoredJob, Provider]:
            record = self.store.get(job_id)
            return record, self.provider_of(record)

        return (yield from patiently(load))

    def _outcome(
        self, record: StoredJob, provider: Provider, hint: float | None = None
    ) -> Flow[StepOutcome]:
        state = record.job.state
        if is_ambiguous(record):
            moment = (yield from now()).timestamp()
            return StepOutcome(record, ripe_after(record, provider, moment))
        if record.to_be_collected or (record.ref is None and state in UNSUBMITTED):
            return StepOutcome(record, 0.0)
        if state.terminal or state is JobState.NEEDS_REVIEW:
            return StepOutcome(record, None)
        if hint is not None:
            return StepOutcome(record, hint, hinted=True)
        return StepOutcome(record, provider.settings.poll_seconds)


def _record(outcome: StepOutcome) -> StoredJob:
    return outcome.record


def _hint(error: RateLimited | TransportError | ServerError) -> float:
    if isinstance(error, TransportError):
        return _UNREACHABLE if error.sent else _UNSENT
    return _UNREACHABLE if error.retry_after is None else error.retry_after
