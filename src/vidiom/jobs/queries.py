"""Questions about many jobs at once, and answers that are small enough for a hundred thousand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from vidiom.jobs.records import StoredJob
from vidiom.schema.jobs import JobRef, JobState

__all__ = [
    "ANSWER_SOON",
    "AT_VENDOR",
    "OCCUPYING",
    "UNSUBMITTED",
    "Counts",
    "JobQuery",
    "Limits",
    "Reservation",
    "Tracked",
    "unfinished",
]

UNSUBMITTED: Final = (JobState.CREATED, JobState.UPLOADING, JobState.SUBMITTING)
"""States of jobs that no vendor is known to have."""
AT_VENDOR: Final = (JobState.QUEUED, JobState.RUNNING)
"""States of jobs that the vendor is asked after."""
ANSWER_SOON: Final = 0.5
"""Seconds in which a vendor answers usually: until then it is not told when there is room."""
OCCUPYING: Final = (JobState.SUBMITTING, *AT_VENDOR)
"""States of jobs that count as in flight at the vendor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs; everything left out means all."""

    provider: str | None = None
    account: str | None = None
    """``""`` is the default account, ``None`` any."""
    states: tuple[JobState, ...] = ()
    campaign: str | None = None
    collected: bool | None = None
    """Whether the answer is in the archive, or lost for good."""
    left_alone_since: datetime | None = None
    """Only jobs of a campaign, and others that nobody has touched since: their process died."""
    changed_before: datetime | None = None
    """Only jobs whose last change is older."""
    limit: int | None = None
    """So many, the oldest first."""

    def selects(self, record: StoredJob) -> bool:
        """Whether a job is one of these."""
        job = record.job
        alone = self.left_alone_since
        return (
            self.provider in (None, job.provider)
            and self.account in (None, job.account or "")
            and (not self.states or job.state in self.states)
            and self.campaign in (None, record.campaign)
            and self.collected in (None, record.answer is not None or record.lost is not None)
            and (alone is None or record.campaign is not None or job.updated_at <= alone)
            and (self.changed_before is None or job.updated_at <= self.changed_before)
        )


def unfinished(record: StoredJob) -> bool:
    """Whether a job still has a way to go, without a person's help."""
    state = record.job.state
    return record.to_be_collected or not (state.terminal or state is JobState.NEEDS_REVIEW)


@dataclass(slots=True)
class Tracked:
    """The little that is held in memory of a job that is being followed."""

    id: str
    state: JobState
    ref: JobRef | None
    account: str | None
    provider: str

    @classmethod
    def of(cls, record: StoredJob) -> Tracked:
        """The little of all."""
        job = record.job
        return cls(job.id, job.state, record.ref, job.account, job.provider)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs are in which state."""

    states: Mapping[JobState, int] = field(default_factory=dict)
    uncollected: int = 0
    """How many have ended with a result that is not in the archive yet."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def unfinished(self) -> int:
        """How many still have a way to go, without a person's help."""
        moving = sum(
            count
            for state, count in self.states.items()
            if not state.terminal and state is not JobState.NEEDS_REVIEW
        )
        return moving + self.uncollected


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one vendor account may be asked to do; ``None`` means as much as one likes."""

    jobs_in_flight: int | None = None
    """Jobs at the vendor that have not ended."""
    submissions: int | None = None
    """Submissions within ``period_seconds``."""
    period_seconds: float = 60.0
    longest_request: float = 60.0
    """Seconds after which a submission without an answer reaches the vendor no more."""

    @property
    def none(self) -> bool:
        """Whether there is nothing to keep to."""
        return self.jobs_in_flight is None and self.submissions is None


@dataclass(frozen=True, slots=True)
class Reservation:
    """Whether a job may be submitted now, as far as its account's limits go."""

    record: StoredJob
    granted: bool
    retry_after: float | None = None
    """Seconds after which there is room for another submission, where that can be told."""
