"""Collecting: fetch the answer once, archive it as received, read it as often as one likes."""

from __future__ import annotations

from dataclasses import dataclass

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    JobError,
    JobExpired,
    JobNotFinished,
    NotFound,
    RateLimited,
    ServerError,
    VidiomError,
)
from vidiom.flow.effects import Flow, now, run_blocking
from vidiom.jobs.records import StoredAnswer, StoredJob, failure_of
from vidiom.jobs.steps.endings import end_without_result
from vidiom.jobs.steps.stored import patiently, stored
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import Job, JobState
from vidiom.schema.provenance import RawPartInfo
from vidiom.schema.raw import RawContext, RawPart, RawResult

__all__ = ["Collection"]


@dataclass(frozen=True)
class Collection:
    """The raw answer of one job: from the archive, or fetched and archived first."""

    provider: Provider
    store: JobStore

    def raw(self, record: StoredJob) -> Flow[RawResult]:
        """The answer exactly as received.

        Raises:
            JobNotFinished: The job still runs.
            JobError: It ended, and the vendor has nothing of it.
        """
        kept = yield from self.fetched(record)
        return (yield from run_blocking(lambda: self._from_archive(kept)))

    def collect(self, record: StoredJob) -> Flow[StoredJob]:
        """Bring the answer of a job that has ended into the archive, if that is still to be done.

        An answer that the vendor has no more, or refuses, is noted as lost.

        Raises:
            RateLimited, ServerError, TransportError, AuthenticationFailed: Not now.
            JobNotFinished: Not yet, says the vendor, although its webhook told the end.
        """
        if not record.to_be_collected:
            return record
        try:
            return (yield from self.fetched(record))
        except (JobError, ApiError) as error:
            if isinstance(error, (RateLimited, ServerError, AuthenticationFailed, JobNotFinished)):
                raise
            reason = failure_of(error)
            return (
                yield from stored(
                    self.store, record.job.id, lambda r, _: r.with_changes(lost=reason)
                )
            )

    def fetched(self, record: StoredJob) -> Flow[StoredJob]:
        """The job with its answer in the archive; nothing is read.

        Raises:
            JobNotFinished: The job still runs.
            JobError: It ended, and the vendor has nothing of it.
        """
        if record.answer is not None:
            return record
        job = record.job
        if not job.state.terminal or record.ref is None:
            if job.state.terminal or job.state is JobState.NEEDS_REVIEW:
                raise end_without_result(job)
            raise JobNotFinished(
                f"the job is still {job.state}; wait for it first.",
                job_id=job.id,
                provider=job.provider,
                operation="result",
            )
        try:
            raw = yield from self.provider.fetch(record.ref, record.order)
        except VidiomError as error:
            if isinstance(error, NotFound) and job.state.has_result:
                raise _expired(job) from error
            if job.state.has_result:
                raise
            # A failed or canceled job may have left a part of its answer, or nothing.
            raise end_without_result(job) from error
        moment = yield from now()
        failed, absent = dict(raw.context.failed_parts), dict(raw.context.not_available)

        def archive() -> StoredJob:
            answer = StoredAnswer(
                parts=tuple(self._archived(part) for part in raw.parts.values()),
                failed_parts=failed,
                not_available=absent,
                fetched_at=moment,
            )
            return self.store.update(job.id, lambda r: r.with_changes(answer=answer, lost=None))

        return (yield from patiently(archive))

    def _archived(self, part: RawPart) -> RawPartInfo:
        digest = self.store.archive.put(part.content)
        return RawPartInfo(
            name=part.name, sha256=digest, size=part.size, media_type=part.media_type
        )

    def _from_archive(self, record: StoredJob) -> RawResult:
        answer = record.answer
        if answer is None:
            raise AssertionError
        job = record.job
        context = RawContext(
            job_id=job.id,
            vendor_job_id=job.vendor_id,
            account=job.account,
            asked_features=job.features,
            ignored=record.ignored,
            submitted_at=record.submitted_at,
            fetched_at=answer.fetched_at,
            failed_parts=answer.failed_parts,
            not_available=answer.not_available,
        )
        parts = {
            info.name: RawPart(info.name, self.store.archive.read(info.sha256), info.media_type)
            for info in answer.parts
        }
        return RawResult(job.provider, parts, context)


def _expired(job: Job) -> JobExpired:
    return JobExpired(
        "the vendor has deleted the result before it was fetched; submit the media again.",
        job_id=job.id,
        provider=job.provider,
        operation="result",
    )
