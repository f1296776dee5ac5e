"""What became of a webhook delivery that was accepted."""

from __future__ import annotations

from enum import StrEnum

from vidiom.schema.jobs import Job, JobUpdate
from vidiom.schema.model import Model

__all__ = ["DeliveryOutcome", "Received"]


class DeliveryOutcome(StrEnum):
    """All of these are successes: the vendor need not send it again."""

    PROCESSED = "processed"
    """Verified, and what it says is kept."""
    DUPLICATE = "duplicate"
    """Verified, and kept before."""
    HINT = "hint"
    """Not to be believed: the vendor will be asked, at a limited rate."""
    IGNORED = "ignored"
    """It says nothing about a job that is here."""


class Received(Model):
    """What became of a delivery; one that is refused is a ``WebhookError`` instead."""

    outcome: DeliveryOutcome
    update: JobUpdate | None = None
    """What it says."""
    job: Job | None = None
    """The job as it is kept now."""
    secret: int | None = None
    """Which of the secrets it was signed with, counted from 0."""
    conflict: bool = False
    """Whether it tells another end than the one that is kept; the vendor will be asked."""
