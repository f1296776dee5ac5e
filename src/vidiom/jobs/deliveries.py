"""What a store keeps of deliveries: which were taken, what they wait for, and what they dispute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from vidiom.jobs.records import StoredJob
from vidiom.schema.jobs import JobState, JobStatus

__all__ = ["Claim", "DeliveryKey", "DeliveryStore", "disputes", "settled"]


class Claim(StrEnum):
    """What a store says to one who wants to take a delivery."""

    NEW = "new"
    UNFINISHED = "unfinished"
    """It was claimed and not finished: somebody is at it now, or died over it. What it does is
    done again, which changes nothing if it was done."""
    DUPLICATE = "duplicate"
    """It was finished before."""
    OLD = "old"
    """Its nonce is not newer than one that was accepted before."""


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """What makes two deliveries the same one."""

    job_id: str
    text: str
    """Made of what is proven of the delivery only, never of its signature's text."""
    scope: str | None = None
    """Where nonces must grow strictly: whose."""
    nonce: int | None = None
    """The nonce in microseconds."""


class DeliveryStore(Protocol):
    """Deliveries of the jobs of one store; they go with their jobs.

    Every method is one transaction, safe for several threads and processes, and may block.
    """

    def job_of(self, provider: str, account: str | None, vendor_id: str) -> str | None:
        """Our id of a vendor's job, if it is here."""

    def claim(self, key: DeliveryKey, *, at: datetime) -> Claim:
        """Take a delivery: insert or find its key, atomically.

        Raises:
            UnknownJob: There is no such job (any more).
        """

    def finish(self, key: DeliveryKey) -> bool:
        """What the delivery says is done and kept; whether this call was the one to say so."""

    def want_poll(
        self,
        job_id: str,
        *,
        at: datetime,
        interval: timedelta,
        conflict: JobState | None = None,
    ) -> bool:
        """Ask for the vendor to be asked, at most once in each interval; whether that is news.

        Args:
            job_id: Ours.
            at: Now.
            interval: From the last time on.
            conflict: An end that was told after another one was.
        """

    def due_polls(self, *, at: datetime, limit: int = 100) -> Sequence[str]:
        """Jobs whose vendor is to be asked now."""

    def claim_poll(self, job_id: str, *, at: datetime, lease: timedelta) -> bool:
        """Be the one to ask, if it is due; it is due again after the lease if nobody finishes."""

    def finish_poll(self, job_id: str, *, again_at: datetime | None = None) -> None:
        """The vendor has answered; what was wanted since then stays wanted.

        Args:
            job_id: Ours.
            again_at: When to ask again, because the answer settled nothing.
        """

    def conflict(self, job_id: str) -> JobState | None:
        """The other end that a delivery told, as long as it is not settled."""


def disputes(record: StoredJob, status: JobStatus) -> bool:
    """Whether it is the news of an end after another end was told."""
    return record.job.done and status.state.terminal and status.state is not record.job.state


def settled(record: StoredJob, status: JobStatus, *, at: datetime) -> StoredJob:
    """The record of a job whose deliveries told two ends, once the vendor was asked.

    The one place where an end may change: a delivery was wrong, and the vendor's own answer is the
    truth.
    """
    state = status.state
    if not state.terminal or state is record.job.state:
        return record
    changes: dict[str, object] = {
        "state": state,
        "vendor_state": status.vendor_state,
        "progress": 1.0 if state.has_result else status.progress,
        "eta_seconds": None,
        "stage": None,
        "error": status.failure,
        "updated_at": at,
    }
    # What a failed job left is no result; what was taken for the result is what it left.
    answer = None if state.has_result and not record.job.state.has_result else record.answer
    return record.model_copy(
        update={"job": record.job.model_copy(update=changes), "answer": answer}
    )
