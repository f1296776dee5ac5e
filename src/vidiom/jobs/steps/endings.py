"""The error for a job that has come to an end without a result."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vidiom.errors import JobCanceled, JobError, JobExpired, JobFailed, JobNeedsReview
from vidiom.schema.jobs import Job, JobState

__all__ = ["end_without_result"]

_ENDS: Final[Mapping[JobState, type[JobError]]] = MappingProxyType(
    {
        JobState.FAILED: JobFailed,
        JobState.CANCELED: JobCanceled,
        JobState.EXPIRED: JobExpired,
        JobState.NEEDS_REVIEW: JobNeedsReview,
    }
)


def end_without_result(job: Job) -> JobError:
    """The error that says how the job ended, with the reason that is kept with it."""
    kind = _ENDS.get(job.state, JobFailed)
    reason = job.error.message if job.error is not None else f"the job is {job.state.value}."
    return kind(reason, job_id=job.id, provider=job.provider)
