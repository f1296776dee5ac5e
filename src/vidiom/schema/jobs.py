"""The vendor's long-running work: one neutral state machine, and handles that are plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from vidiom.schema.features import Feature
from vidiom.schema.model import Confidence, JsonObject, Model

__all__ = ["TRANSITIONS", "Job", "JobFailure", "JobRef", "JobState", "JobStatus", "JobUpdate"]


class JobState(StrEnum):
    """Where a job stands."""

    CREATED = "created"
    """The intention is stored; nothing has been sent."""
    UPLOADING = "uploading"
    """The media is on its way to the vendor."""
    SUBMITTING = "submitting"
    """The request that creates the job may have reached the vendor; its answer is not known."""
    QUEUED = "queued"
    """The vendor has the job and has not begun."""
    RUNNING = "running"
    """The vendor is at work."""
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    """Done, but a part failed; the rest is there."""
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    """The vendor deleted the job or its result before it was fetched."""
    NEEDS_REVIEW = "needs_review"
    """Whether the vendor has the job is unknown; a person must decide."""

    @property
    def terminal(self) -> bool:
        """Whether the job moves no more."""
        return not TRANSITIONS[self]

    @property
    def has_result(self) -> bool:
        """Whether there is a result to fetch."""
        return self in (JobState.SUCCEEDED, JobState.PARTIAL)

    def may_become(self, other: JobState) -> bool:
        """Whether the state may change to ``other``; staying is always allowed."""
        return self is other or other in TRANSITIONS[self]


_S = JobState
_ENDS = frozenset({_S.SUCCEEDED, _S.PARTIAL, _S.FAILED, _S.CANCELED, _S.EXPIRED})
_AT_VENDOR = frozenset({_S.QUEUED, _S.RUNNING}) | _ENDS

TRANSITIONS: Final[Mapping[JobState, frozenset[JobState]]] = MappingProxyType(
    {
        _S.CREATED: _AT_VENDOR | {_S.UPLOADING, _S.SUBMITTING},
        _S.UPLOADING: _AT_VENDOR | {_S.SUBMITTING},
        _S.SUBMITTING: _AT_VENDOR | {_S.NEEDS_REVIEW},
        _S.QUEUED: frozenset({_S.RUNNING}) | _ENDS,
        _S.RUNNING: _ENDS,
        _S.NEEDS_REVIEW: _AT_VENDOR | {_S.SUBMITTING},
        _S.SUCCEEDED: frozenset(),
        _S.PARTIAL: frozenset(),
        _S.FAILED: frozenset(),
        _S.CANCELED: frozenset(),
        _S.EXPIRED: frozenset(),
    }
)
"""Which state may follow which. A job never goes back, and an end is an end.

``created`` may become anything because a webhook can overtake the submission's own answer.
"""


class JobFailure(Model):
    """Why a job failed."""

    code: str
    """Name of the error class, or the vendor's code."""
    message: str


class JobRef(Model):
    """The vendor's handle of a job: plain JSON that another process or version can go on with."""

    provider: str
    vendor_id: str
    account: str | None = None
    data: JsonObject = Field(default_factory=dict)
    """What the adapter needs besides the id (kind of media, host, route)."""

    def __hash__(self) -> int:
        """By what names the job; ``data`` takes no part, so that handles can be keys."""
        return hash((self.provider, self.account, self.vendor_id))


class JobStatus(Model):
    """What the vendor says of a job at one moment."""

    state: JobState
    vendor_state: str | None = None
    """The vendor's own word."""
    progress: Confidence | None = None
    """Share done, 0 to 1."""
    eta_seconds: Annotated[float, Field(ge=0)] | None = None
    """Estimated time left."""
    poll_after: Annotated[float, Field(ge=0)] | None = None
    """Seconds after which the vendor suggests to ask again."""
    stage: str | None = None
    """What is being done, in words for a person."""
    failure: JobFailure | None = None


class JobUpdate(Model):
    """What a webhook delivery says."""

    vendor_id: str | None
    """The vendor's id of the job; ``None`` when the delivery does not name one."""
    status: JobStatus | None
    """``None`` for an event that says nothing of the job's state."""
    event: str
    """The vendor's word for the event."""
    verified: bool
    """Whether the signature was verified. An unverified update is a hint to poll, no more."""
    has_result: bool = False
    """Whether the delivery's body is the whole result."""
    correlation: str | None = None
    """Our own id of the job, where the delivery repeats it."""
    part: str = "core"
    """The raw part that the body is when it is the whole result."""


class Job(Model):
    """A job as vidiom keeps it."""

    id: str
    """Our id; also the correlation id that the vendor is given where it takes one."""
    provider: str
    account: str | None = None
    state: JobState
    vendor_id: str | None = None
    vendor_state: str | None = None
    progress: Confidence | None = None
    eta_seconds: float | None = None
    stage: str | None = None
    error: JobFailure | None = None
    media: str
    """The media in words that may be shown: a file name, or a URL without its query."""
    batch: bool = False
    """Whether it is a batch of images, whose answer is a ``BatchResult``."""
    features: tuple[Feature, ...] = ()
    created_at: AwareDatetime
    updated_at: AwareDatetime

    @property
    def done(self) -> bool:
        """Whether it moves no more."""
        return self.state.terminal
