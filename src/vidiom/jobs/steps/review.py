"""A person's word on a job of which nobody could tell whether the vendor has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from vidiom.errors import UsageError
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.adoption import is_ambiguous
from vidiom.schema.jobs import JobFailure, JobRef, JobState

__all__ = ["Decision", "Review"]

Decision: TypeAlias = Literal["adopt", "send_again", "give_up"]

_GIVEN_UP: Final = JobFailure(code="GivenUp", message="It was given up after a review.")


@dataclass(frozen=True)
class Review:
    """What is to become of the job."""

    decision: Decision
    ref: JobRef | None = None
    """Which of the vendor's jobs it is, to adopt it; the adapter knows what belongs into it."""

    def __post_init__(self) -> None:
        """Adopting takes an id, and nothing else does.

        Raises:
            UsageError: The two do not fit together.
        """
        if (self.decision == "adopt") != (self.ref is not None):
            msg = "to adopt a job of the vendor's, name its id; for anything else, leave it out."
            raise UsageError(msg)

    def settled(self, record: StoredJob, at: datetime) -> StoredJob:
        """The job after this decision.

        Raises:
            UsageError: There is nothing to decide about this job.
        """
        job = record.job
        if job.state is not JobState.NEEDS_REVIEW and not is_ambiguous(record):
            raise UsageError(
                f"job {job.id} is {job.state.value}: there is nothing to settle.",
                provider=job.provider,
                operation="settle",
            )
        if self.ref is not None:
            return record.bound(self.ref, at=at)
        state = _AFTER[self.decision]
        error = _GIVEN_UP if state is JobState.FAILED else None
        changes = {"state": state, "error": error, "updated_at": at}
        return record.with_changes(job=job.model_copy(update=changes), claim=None)


_AFTER: Final[Mapping[Decision, JobState]] = MappingProxyType(
    {"send_again": JobState.SUBMITTING, "give_up": JobState.FAILED}
)
