"""What is kept of a job: enough to go on in another process, and to read its answer again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, Field

from vidiom.errors import VidiomError
from vidiom.schema.features import Feature
from vidiom.schema.jobs import Job, JobFailure, JobRef, JobState, JobStatus
from vidiom.schema.media import ImageBatch
from vidiom.schema.model import Model
from vidiom.schema.orders import WITH_SECRETS, Order
from vidiom.schema.provenance import RawPartInfo

__all__ = ["StateChange", "StoredAnswer", "StoredJob", "failure_of", "why_of", "worth_telling"]


class StoredAnswer(Model):
    """The archived raw answer of a job."""

    parts: tuple[RawPartInfo, ...]
    """Each part's name, digest (its name in the archive) and size."""
    failed_parts: dict[str, str] = Field(default_factory=dict)
    """Parts that could not be had, with the reason."""
    not_available: dict[str, str] = Field(default_factory=dict)
    """Parts that the vendor does not have, with the reason; older records have none."""
    fetched_at: AwareDatetime


class StoredJob(Model):
    """One job with all that belongs to it. Frozen: the store replaces it as a whole."""

    job: Job
    order: Order
    ref: JobRef | None = None
    answer: StoredAnswer | None = None
    ignored: tuple[str, ...] = ()
    """Features and options that the provider could not be asked for."""
    submitted_at: AwareDatetime | None = None
    """When the request that creates the job was about to be sent."""
    answered_at: AwareDatetime | None = None
    """When the vendor's id was learnt."""
    claim: str | None = None
    """Who may send that request: a random word of the one attempt that was begun last. While it
    stands in state ``submitting``, the request may have reached the vendor."""
    lost: JobFailure | None = None
    """Why the answer can never be collected: the vendor has it no more, or refuses it."""
    cancel_requested: bool = False
    """Whether the job is to be canceled as soon as the vendor's id is known."""
    campaign: str | None = None
    """The list of many that it was submitted with."""

    @property
    def to_be_collected(self) -> bool:
        """Whether the vendor has an answer that is not in the archive yet."""
        return self.job.state.has_result and self.answer is None and self.lost is None

    @classmethod
    def intended(
        cls,
        order: Order,
        *,
        provider: str,
        account: str | None,
        at: datetime,
        ignored: tuple[str, ...] = (),
        campaign: str | None = None,
    ) -> Self:
        """The record that is written before anything is sent."""
        job = Job(
            id=order.correlation,
            provider=provider,
            account=account,
            state=JobState.CREATED,
            media=order.media.description,
            batch=isinstance(order.media, ImageBatch),
            features=tuple(sorted(order.features, key=list(Feature).index)),
            created_at=at,
            updated_at=at,
        )
        return cls(job=job, order=order, ignored=ignored, campaign=campaign)

    def moved(
        self,
        state: JobState,
        *,
        at: datetime,
        failure: JobFailure | None = None,
        status: JobStatus | None = None,
    ) -> Self:
        """The record after news of the job; itself when the news would turn the state back.

        News may come late and twice: from two pollers, or from a webhook that was overtaken.
        """
        if not self.job.state.may_become(state):
            return self
        reason = failure or (status.failure if status else None)
        if self.job.done and (reason is None or self.job.error is not None):
            return self  # told again: the first word on an end is the last
        changes: dict[str, object] = {"state": state}
        if status is not None:
            changes |= {
                "vendor_state": status.vendor_state,
                "progress": 1.0 if state.has_result else status.progress,
                "eta_seconds": None if state.terminal else status.eta_seconds,
                "stage": None if state.terminal else status.stage,
            }
        if reason is not None or state is not self.job.state:
            changes["error"] = reason
        if all(getattr(self.job, name) == value for name, value in changes.items()):
            return self  # no news: the store need not write
        changes["updated_at"] = at
        return self.model_copy(update={"job": self.job.model_copy(update=changes)})

    def bound(self, ref: JobRef, *, at: datetime) -> Self:
        """The record once the vendor's id is known."""
        state = self.job.state
        if state.may_become(JobState.QUEUED) and state is not JobState.RUNNING:
            state = JobState.QUEUED
        changes = {"vendor_id": ref.vendor_id, "state": state, "updated_at": at}
        if not state.terminal:  # the end may have been told by a webhook before this id arrived
            changes["error"] = None
        job = self.job.model_copy(update=changes)
        update = {"job": job, "ref": ref, "claim": None, "answered_at": at}
        return self.model_copy(update=update)

    @property
    def counted_from(self) -> datetime | None:
        """From when on a submission counts as one of a period: the vendor had it by then."""
        return self.answered_at or self.submitted_at

    def with_changes(self, **changes: object) -> Self:
        """The record with some of its fields replaced."""
        return self.model_copy(update=changes)

    def to_text(self) -> str:
        """The record as JSON with its secrets in clear: for a store to keep, never to be shown."""
        return self.model_dump_json(context=WITH_SECRETS)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The record of a text that ``to_text`` made."""
        return cls.model_validate_json(text)


@dataclass(frozen=True, slots=True)
class StateChange:
    """One row of a job's history."""

    at: datetime
    before: JobState | None
    """``None`` for the row that the job was added with."""
    after: JobState
    why: str | None
    """The error, else the vendor's own word, where there is one."""
    by: str | None = None
    """The process that wrote it: its host and number, or the worker's own name."""


def worth_telling(before: StoredJob, after: StoredJob) -> bool:
    """Whether a change belongs into the job's history."""
    return (before.job.state, before.job.error, before.claim) != (
        after.job.state,
        after.job.error,
        after.claim,
    )


def why_of(record: StoredJob) -> str | None:
    """What the history says of a change that led to this: the error, else the vendor's word."""
    job = record.job
    return f"{job.error.code}: {job.error.message}" if job.error else job.vendor_state


def failure_of(error: VidiomError) -> JobFailure:
    """An error as it is kept with the job."""
    return JobFailure(code=type(error).__name__, message=error.message)
