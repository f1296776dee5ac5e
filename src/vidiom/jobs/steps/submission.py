"""Submitting: the intention is stored, then the request is sent, then the vendor's id is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    ConfigurationError,
    RateLimited,
    SubmissionUnanswered,
    TransportError,
    UsageError,
    VidiomError,
)
from vidiom.flow.effects import Flow, now, run_blocking
from vidiom.flow.shaping import within
from vidiom.jobs.queries import Limits
from vidiom.jobs.records import StoredJob, failure_of
from vidiom.jobs.steps.adoption import Adoption, is_ambiguous
from vidiom.jobs.steps.cancellation import Cancellation
from vidiom.jobs.steps.endings import end_without_result
from vidiom.jobs.steps.media_fetching import Fetching, urls_of
from vidiom.jobs.steps.observation import observed
from vidiom.jobs.steps.stored import patiently, stored
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.media import ImageBatch, UrlMedia

__all__ = ["NoRoom", "Submission"]

_MOMENT: Final = 5.0
"""Seconds from the claim to the request after which the process must have been frozen."""


class NoRoom(Exception):
    """The limits of the account leave no room for a submission now; nothing was sent."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__()
        self.retry_after = retry_after


@dataclass(frozen=True)
class Submission:
    """The way of one job to its vendor. Every part of it may be repeated after a crash."""

    provider: Provider
    store: JobStore
    limits: Limits = field(default_factory=Limits)
    patient: bool = False
    """Whether a refusal that may pass (too many requests, no route) leaves the job to be submitted
    later. Callers who wait for an answer get the error, and the job has failed."""

    def begin(self, record: StoredJob) -> Flow[StoredJob]:
        """Store the intention, then bring the media and the order to the vendor."""
        return (yield from observed("submit", record.job.id, self._begun(record), lambda r: r))

    def _begun(self, record: StoredJob) -> Flow[StoredJob]:
        yield from run_blocking(lambda: self.store.add(record))
        record = yield from self._uploaded(record)
        record = yield from self._sent(record)
        if record.job.state is JobState.CANCELED:
            # Canceled from elsewhere while the media was on its way: nothing was bought.
            raise end_without_result(record.job)
        return record

    def submit(self, record: StoredJob) -> Flow[StoredJob]:
        """Bring a job to the vendor, from wherever it was left; nothing to do is no error.

        Raises:
            NoRoom: The account's limits leave no room now.
            SubmissionUnanswered: It was sent, and there was no answer.
            VidiomError: The vendor refused, or could not be reached.
        """
        if is_ambiguous(record):
            (record,) = yield from Adoption(self.provider, self.store).settle([record])
            record = yield from Cancellation(self.provider, self.store).as_requested(record)
        moved_on = record.job.state.terminal or record.job.state is JobState.NEEDS_REVIEW
        if moved_on or record.ref is not None or is_ambiguous(record):
            return record
        record = yield from self._uploaded(record)
        return (yield from self._sent(record))

    def _fetched(self, record: StoredJob) -> Flow[StoredJob]:
        """The job with files in the place of the URLs that are to be fetched here.

        They are kept with the job, so that they are fetched once, whichever process goes on.
        """
        order = record.order
        if order.fetch_bytes is None or order.uploaded is not None or not urls_of(order.media):
            return record
        record = yield from self._under_way(record)
        if record.job.state.terminal:
            return record
        archive = yield from run_blocking(lambda: self.store.archive)
        try:
            media = yield from Fetching(archive, order.fetch_bytes).media(order.media)
        except VidiomError as error:
            error.provider, error.operation = self.provider.name, "fetch"
            yield from self._refused(record, error)
            raise
        return (
            yield from stored(
                self.store,
                record.job.id,
                lambda r, _: r.with_changes(order=r.order.model_copy(update={"media": media})),
            )
        )

    def _under_way(self, record: StoredJob) -> Flow[StoredJob]:
        if record.job.state is JobState.SUBMITTING:
            return record
        return (
            yield from stored(
                self.store, record.job.id, lambda r, at: r.moved(JobState.UPLOADING, at=at)
            )
        )

    def _uploaded(self, record: StoredJob) -> Flow[StoredJob]:
        record = yield from self._fetched(record)
        media = record.order.media
        if isinstance(media, UrlMedia) or record.order.uploaded is not None:
            return record
        record = yield from self._under_way(record)
        if record.job.state.terminal:
            return record
        try:
            if isinstance(media, ImageBatch):
                uploaded = yield from self.provider.upload_batch(media, record.order)
            else:
                uploaded = yield from self.provider.upload(media, record.order)
        except VidiomError as error:
            yield from self._refused(record, error)
            raise
        if uploaded is None:
            return record
        return (
            yield from stored(
                self.store,
                record.job.id,
                lambda r, _: (
                    r
                    if r.order.uploaded is not None
                    else r.with_changes(order=r.order.model_copy(update={"uploaded": uploaded}))
                ),
            )
        )

    def _sent(self, record: StoredJob) -> Flow[StoredJob]:
        record, claim = yield from self._claimed(record)
        if record.claim != claim:
            return record  # another process has it, or it has ended
        try:
            ref = yield from within(
                self.provider.submit(record.order),
                self.provider.settings.submit_timeout_seconds,
                not_after=self._latest(record.submitted_at),
            )
        except VidiomError as error:
            if _never_created(error):
                yield from self._refused(record, error)
                raise
            reason = failure_of(error)
            yield from stored(
                self.store,
                record.job.id,
                lambda r, at: (
                    r.moved(JobState.SUBMITTING, at=at, failure=reason) if r.claim == claim else r
                ),
            )
            raise SubmissionUnanswered(
                f"{error.message} Whether the vendor created the job is not known, so it is not "
                f"sent again; wait for job {record.job.id}, or `vidiom resume`, looks it up.",
                job_id=record.job.id,
                provider=self.provider.name,
                operation="submit",
            ) from error
        return (yield from self._bound(record, ref, claim))

    def _claimed(self, record: StoredJob) -> Flow[tuple[StoredJob, str]]:
        """Commit to sending; whoever sees another claim afterwards does not send."""
        claim = uuid4().hex
        seen = record.claim
        moment = yield from now()

        def committed(r: StoredJob) -> StoredJob:
            if r.claim == claim:
                return r  # a repeated attempt of ours
            if r.claim != seen or r.ref is not None or not _may_be_sent(r):
                return r
            job = r.job.model_copy(
                update={"state": JobState.SUBMITTING, "error": None, "updated_at": moment}
            )
            return r.with_changes(job=job, claim=claim, submitted_at=moment)

        reservation = yield from patiently(
            lambda: self.store.reserve(record.job.id, committed, limits=self.limits, at=moment)
        )
        if not reservation.granted:
            raise NoRoom(reservation.retry_after)
        record = reservation.record
        later = yield from now()
        if record.claim == claim and later > (self._latest(moment) or later):
            # Frozen in between: others may have settled it meanwhile, so nothing is sent.
            record = yield from stored(
                self.store,
                record.job.id,
                lambda r, _: r.with_changes(claim=None) if r.claim == claim else r,
            )
        return record, claim

    def _latest(self, claimed: datetime | None) -> datetime | None:
        """Until when the request may be sent: long before anybody settles what became of it."""
        settle = self.provider.settings.settle_seconds
        if claimed is None or not settle:
            return None
        return claimed + timedelta(seconds=min(_MOMENT, settle / 4))

    def _refused(self, record: StoredJob, error: VidiomError) -> Flow[None]:
        """Nothing was created: the job has failed, or waits for a better moment."""
        later = self.patient and isinstance(error, _PASSING)
        reason = failure_of(error)

        def freed(r: StoredJob) -> StoredJob:
            if r.ref is not None or r.claim != record.claim:
                return r
            job = r.job.model_copy(update={"error": reason})
            return r.with_changes(claim=None, job=job)

        if later:
            yield from stored(self.store, record.job.id, lambda r, _: freed(r))
            return
        yield from stored(
            self.store,
            record.job.id,
            lambda r, at: (
                r.moved(JobState.FAILED, at=at, failure=reason).with_changes(claim=None)
                if r.ref is None and r.claim == record.claim
                else r
            ),
        )

    def _bound(self, record: StoredJob, ref: JobRef, claim: str) -> Flow[StoredJob]:
        record = yield from stored(
            self.store,
            record.job.id,
            lambda r, at: r.bound(ref, at=at) if r.claim == claim and r.ref is None else r,
        )
        return (yield from Cancellation(self.provider, self.store).as_requested(record))


_PASSING: Final = (RateLimited, AuthenticationFailed, TransportError, ConfigurationError)
"""What does not tell anything about the job itself."""


def _may_be_sent(record: StoredJob) -> bool:
    return not record.cancel_requested and record.job.state.may_become(JobState.SUBMITTING)


def _never_created(error: VidiomError) -> bool:
    """Whether an error proves that no job came to be at the vendor."""
    if isinstance(error, ApiError):
        return error.definite
    if isinstance(error, TransportError):
        return not error.sent
    return isinstance(error, UsageError)
