"""Deliveries in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vidiom.jobs.deliveries import Claim, DeliveryKey
from vidiom.jobs.faults import unknown_job
from vidiom.jobs.records import StoredJob
from vidiom.schema.jobs import JobState

__all__ = ["MemoryDeliveries"]


@dataclass(frozen=True)
class _Poll:
    due_at: datetime | None
    polled_at: datetime | None = None
    leased: bool = False
    conflict: JobState | None = None


@dataclass
class MemoryDeliveries:
    """Deliveries of the jobs of a store in memory."""

    records: Mapping[str, StoredJob]
    lock: AbstractContextManager[object]
    _taken: dict[str, dict[str, bool]] = field(default_factory=dict, init=False)
    _nonces: dict[str, int] = field(default_factory=dict, init=False)
    _polls: dict[str, _Poll] = field(default_factory=dict, init=False)

    def job_of(self, provider: str, account: str | None, vendor_id: str) -> str | None:
        """Our id of a vendor's job."""
        place = (provider, account, vendor_id)
        with self.lock:
            for job in (record.job for record in self.records.values()):
                if (job.provider, job.account, job.vendor_id) == place:
                    return job.id
        return None

    def claim(self, key: DeliveryKey, *, at: datetime) -> Claim:
        """Take a delivery."""
        del at
        with self.lock:
            self._require(key.job_id)
            taken = self._taken.setdefault(key.job_id, {})
            if key.text in taken:
                return Claim.DUPLICATE if taken[key.text] else Claim.UNFINISHED
            if key.scope is not None and key.nonce is not None:
                if key.nonce <= self._nonces.get(key.scope, key.nonce - 1):
                    return Claim.OLD
                self._nonces[key.scope] = key.nonce
            taken[key.text] = False
        return Claim.NEW

    def finish(self, key: DeliveryKey) -> bool:
        """What the delivery says is kept."""
        with self.lock:
            taken = self._taken.get(key.job_id, {})
            first = taken.get(key.text) is False
            if first:
                taken[key.text] = True
        return first

    def want_poll(
        self,
        job_id: str,
        *,
        at: datetime,
        interval: timedelta,
        conflict: JobState | None = None,
    ) -> bool:
        """Ask for a poll."""
        with self.lock:
            self._require(job_id)
            known = self._polls.get(job_id, _Poll(None))
            new_conflict = conflict is not None and known.conflict is not conflict
            if known.due_at is not None and not known.leased and not new_conflict:
                return False
            due = at if known.polled_at is None else max(at, known.polled_at + interval)
            self._polls[job_id] = replace(
                known, due_at=due, leased=False, conflict=conflict or known.conflict
            )
        return True

    def due_polls(self, *, at: datetime, limit: int = 100) -> Sequence[str]:
        """Jobs whose vendor is to be asked now."""
        with self.lock:
            due = [
                (poll.due_at, job_id)
                for job_id, poll in self._polls.items()
                if poll.due_at is not None and poll.due_at <= at
            ]
        return [job_id for _, job_id in sorted(due)[:limit]]

    def claim_poll(self, job_id: str, *, at: datetime, lease: timedelta) -> bool:
        """Be the one to ask."""
        with self.lock:
            known = self._polls.get(job_id)
            if known is None or known.due_at is None or known.due_at > at:
                return False
            self._polls[job_id] = replace(known, due_at=at + lease, polled_at=at, leased=True)
        return True

    def finish_poll(self, job_id: str, *, again_at: datetime | None = None) -> None:
        """The vendor has answered."""
        with self.lock:
            known = self._polls.get(job_id)
            if known is None or not known.leased:
                return
            conflict = None if again_at is None else known.conflict
            self._polls[job_id] = replace(known, due_at=again_at, leased=False, conflict=conflict)

    def conflict(self, job_id: str) -> JobState | None:
        """The other end that a delivery told."""
        with self.lock:
            known = self._polls.get(job_id)
        return known.conflict if known is not None else None

    def forget(self, job_id: str) -> None:
        """Keep nothing of a job that is removed."""
        self._taken.pop(job_id, None)
        self._polls.pop(job_id, None)

    def clear(self) -> None:
        """Keep nothing at all."""
        for kept in (self._taken, self._nonces, self._polls):
            kept.clear()

    def _require(self, job_id: str) -> None:
        if job_id not in self.records:
            raise unknown_job(job_id)
