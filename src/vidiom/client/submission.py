"""Submitting: the intention is stored, then the request is sent, then the vendor's id is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from vidiom.client.endings import end_without_result
from vidiom.errors import (
    ApiError,
    SubmissionUnanswered,
    TransportError,
    UsageError,
    VidiomError,
)
from vidiom.flow.effects import Flow, now, run_blocking
from vidiom.jobs.records import StoredJob, failure_of
from vidiom.jobs.store import JobStore
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobFailure, JobState
from vidiom.schema.media import BytesMedia, FileMedia

__all__ = ["Submission"]

_Change: TypeAlias = Callable[[StoredJob, datetime], StoredJob]


@dataclass(frozen=True)
class Submission:
    """The way of one job to its vendor."""

    provider: Provider
    store: JobStore

    def begin(self, record: StoredJob) -> Flow[StoredJob]:
        """Store the intention, then bring the media and the order to the vendor."""
        yield from run_blocking(lambda: self.store.add(record))
        record = yield from self._uploaded(record)
        return (yield from self._submitted(record))

    def adopt(self, record: StoredJob) -> Flow[StoredJob]:
        """Settle a job whose submission was never answered, by looking it up at the vendor.

        Nothing is sent again: the job is adopted if the vendor has it. If the vendor's listing
        proves that it has not, the job failed and may be submitted anew; else a person decides.
        """
        moment = yield from now()
        begun = record.submitted_at or record.job.created_at
        if (moment - begun).total_seconds() < self.provider.settings.settle_seconds:
            return record
        if not supports(self.provider, "find"):
            return (yield from self._move(record, JobState.NEEDS_REVIEW, _UNKNOWN))
        ref = yield from self.provider.find(record.order)
        if ref is not None:
            found = ref
            return (yield from self._update(record, lambda r, at: r.bound(found, at=at)))
        if self.provider.listing_complete:
            return (yield from self._move(record, JobState.FAILED, _NEVER_CREATED))
        return (yield from self._move(record, JobState.NEEDS_REVIEW, _UNKNOWN))

    def _uploaded(self, record: StoredJob) -> Flow[StoredJob]:
        media = record.order.media
        if not isinstance(media, (FileMedia, BytesMedia)) or record.order.uploaded is not None:
            return record
        record = yield from self._move(record, JobState.UPLOADING, None)
        try:
            uploaded = yield from self.provider.upload(media, record.order)
        except VidiomError as error:
            yield from self._move(record, JobState.FAILED, failure_of(error))
            raise
        if uploaded is None:
            return record
        order = record.order.model_copy(update={"uploaded": uploaded})
        return (yield from self._update(record, lambda r, _: r.with_changes(order=order)))

    def _submitted(self, record: StoredJob) -> Flow[StoredJob]:
        record = yield from self._update(
            record,
            lambda r, at: r.moved(JobState.SUBMITTING, at=at).with_changes(submitted_at=at),
        )
        if record.job.state is not JobState.SUBMITTING:
            # Canceled from elsewhere while the media was on its way: nothing may be bought now.
            raise end_without_result(record.job)
        try:
            ref = yield from self.provider.submit(record.order)
        except VidiomError as error:
            if _never_created(error):
                yield from self._move(record, JobState.FAILED, failure_of(error))
                raise
            yield from self._move(record, JobState.SUBMITTING, failure_of(error))
            raise SubmissionUnanswered(
                f"{error.message} Whether the vendor created the job is not known, so it is not "
                f"sent again; `check` job {record.job.id} to look it up.",
                job_id=record.job.id,
                provider=self.provider.name,
                operation="submit",
            ) from error
        return (yield from self._update(record, lambda r, at: r.bound(ref, at=at)))

    def _move(
        self, record: StoredJob, state: JobState, failure: JobFailure | None
    ) -> Flow[StoredJob]:
        return (
            yield from self._update(record, lambda r, at: r.moved(state, at=at, failure=failure))
        )

    def _update(self, record: StoredJob, change: _Change) -> Flow[StoredJob]:
        moment = yield from now()
        return (
            yield from run_blocking(
                lambda: self.store.update(record.job.id, lambda r: change(r, moment))
            )
        )


_UNKNOWN = JobFailure(
    code="SubmissionUnanswered",
    message="The vendor never answered the submission, and whether it has the job cannot be "
    "found out by looking it up.",
)
_NEVER_CREATED = JobFailure(
    code="NeverCreated", message="The vendor does not have the job; it may be submitted again."
)


def _never_created(error: VidiomError) -> bool:
    """Whether an error proves that no job came to be at the vendor."""
    if isinstance(error, ApiError):
        return error.definite
    if isinstance(error, TransportError):
        return not error.sent
    return isinstance(error, UsageError)
