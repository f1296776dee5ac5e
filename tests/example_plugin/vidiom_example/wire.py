"""Example's JSON in Example's words; members that are not declared are skipped."""

from __future__ import annotations

from msgspec import Raw, Struct, field


class Upload(Struct, frozen=True):
    """``PUT /uploads/{name}``."""

    media: str


class Created(Struct, frozen=True):
    """``POST /jobs``."""

    id: str


class JobState(Struct, frozen=True):
    """``GET /jobs/{id}``, and the content of a webhook."""

    id: str
    state: str
    progress: float | None = None
    """Per cent."""
    retry_in: float | None = None
    """Seconds."""
    reason: str | None = None


class Listing(Struct, frozen=True):
    """``GET /jobs?reference=``."""

    jobs: list[JobState]


class Refusal(Struct, frozen=True):
    """The body of an error."""

    error: str


class Finding(Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """One thing that was found."""

    id: str
    type: str
    name: str
    start: float
    end: float
    score: float | None = None
    """From 0 to 1."""


class Facts(Struct, frozen=True):
    """What is known of the media."""

    seconds: float | None = None


class Analysis(Struct, frozen=True):
    """``GET /jobs/{id}/result``."""

    findings: list[Raw]
    media: Facts = field(default_factory=Facts)
    model: str | None = None
