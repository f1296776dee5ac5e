"""Deliveries in the database of the job store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Connection, bindparam, insert, select, update

from vidiom.jobs.databases import Database
from vidiom.jobs.deliveries import Claim, DeliveryKey
from vidiom.jobs.delivery_tables import deliveries, nonces, polls
from vidiom.jobs.faults import unknown_job
from vidiom.jobs.rows import moment_text
from vidiom.jobs.tables import history, jobs
from vidiom.schema.jobs import JobState

__all__ = ["SqlDeliveries", "Transaction"]


# What each delivery needs is put together once.
_JOB: Final = select(jobs.c.id).where(
    jobs.c.provider == bindparam("provider"),
    jobs.c.account == bindparam("account"),
    jobs.c.vendor_id == bindparam("vendor_id"),
)
_STATE: Final = select(jobs.c.state).where(jobs.c.id == bindparam("job_id")).with_for_update()
_THIS: Final = (deliveries.c.job_id == bindparam("of_job")) & (
    deliveries.c.key == bindparam("text")
)
_FINISHED: Final = select(deliveries.c.finished).where(_THIS)
_FINISH: Final = update(deliveries).where(_THIS, deliveries.c.finished == 0).values(finished=1)
_LAST: Final = select(nonces.c.last).where(nonces.c.scope == bindparam("of_scope"))
_RAISE: Final = update(nonces).where(nonces.c.scope == bindparam("of_scope"))


class Transaction(Protocol):
    """Begins a transaction of the store."""

    def __call__(self, *, writing: bool = False) -> AbstractContextManager[Connection]:
        """One that is committed at the end of the block."""


class _Poll(NamedTuple):
    due_at: str | None
    polled_at: str | None = None
    leased: int = 0
    conflict: str | None = None


@dataclass(frozen=True)
class SqlDeliveries:
    """Deliveries of the jobs of an SQL store."""

    transaction: Transaction
    database: Database
    writer: Callable[[], str]

    def job_of(self, provider: str, account: str | None, vendor_id: str) -> str | None:
        """Our id of a vendor's job."""
        whose = {"provider": provider, "account": account or "", "vendor_id": vendor_id}
        with self.transaction() as connection:
            found: str | None = connection.scalar(_JOB, whose)
        return found

    def claim(self, key: DeliveryKey, *, at: datetime) -> Claim:
        """Take a delivery."""
        with self.transaction(writing=True) as connection:
            _hold_job(connection, key.job_id)
            finished = connection.scalar(_FINISHED, {"of_job": key.job_id, "text": key.text})
            if finished is not None:
                return Claim.DUPLICATE if finished else Claim.UNFINISHED
            if key.scope is not None and key.nonce is not None:
                self.database.hold(connection, "nonces")
                if not _newer(connection, key.scope, key.nonce):
                    return Claim.OLD
            row = {"job_id": key.job_id, "key": key.text, "at": moment_text(at), "finished": 0}
            connection.execute(insert(deliveries), row)
        return Claim.NEW

    def finish(self, key: DeliveryKey) -> bool:
        """What the delivery says is kept."""
        with self.transaction(writing=True) as connection:
            done = connection.execute(_FINISH, {"of_job": key.job_id, "text": key.text})
        return done.rowcount == 1

    def want_poll(
        self,
        job_id: str,
        *,
        at: datetime,
        interval: timedelta,
        conflict: JobState | None = None,
    ) -> bool:
        """Ask for a poll."""
        with self.transaction() as connection:  # a flood of hints must not queue up for writing
            known = _poll_of(connection, job_id)
        if known is not None and _is_wanted(known, conflict):
            return False
        with self.transaction(writing=True) as connection:
            state = _hold_job(connection, job_id)
            known = _poll_of(connection, job_id)
            if known is not None and _is_wanted(known, conflict):
                return False
            row = _wanted(known or _Poll(None), at, interval, conflict)._asdict()
            if known is None:
                connection.execute(insert(polls).values(job_id=job_id, **row))
            else:
                connection.execute(update(polls).where(polls.c.job_id == job_id).values(**row))
            if conflict is not None:
                self._note(connection, job_id, state, conflict, at)
        return True

    def due_polls(self, *, at: datetime, limit: int = 100) -> Sequence[str]:
        """Jobs whose vendor is to be asked now."""
        query = (
            select(polls.c.job_id)
            .where(polls.c.due_at <= moment_text(at))
            .order_by(polls.c.due_at)
            .limit(limit)
        )
        with self.transaction() as connection:
            return list(connection.scalars(query))

    def claim_poll(self, job_id: str, *, at: datetime, lease: timedelta) -> bool:
        """Be the one to ask."""
        due = (polls.c.job_id == job_id) & (polls.c.due_at <= moment_text(at))
        with self.transaction() as connection:
            if connection.scalar(select(polls.c.job_id).where(due)) is None:
                return False
        with self.transaction(writing=True) as connection:
            claimed = connection.execute(
                update(polls)
                .where(due)
                .values(due_at=moment_text(at + lease), polled_at=moment_text(at), leased=1)
            )
        return claimed.rowcount == 1

    def finish_poll(self, job_id: str, *, again_at: datetime | None = None) -> None:
        """The vendor has answered."""
        values: dict[str, object] = {"due_at": None, "leased": 0, "conflict": None}
        if again_at is not None:
            values = {"due_at": moment_text(again_at), "leased": 0}
        with self.transaction(writing=True) as connection:
            connection.execute(
                update(polls).where(polls.c.job_id == job_id, polls.c.leased == 1).values(**values)
            )

    def conflict(self, job_id: str) -> JobState | None:
        """The other end that a delivery told."""
        with self.transaction() as connection:
            word = connection.scalar(select(polls.c.conflict).where(polls.c.job_id == job_id))
        return JobState(word) if word else None

    def _note(
        self, connection: Connection, job_id: str, state: str, other: JobState, at: datetime
    ) -> None:
        why = f"a delivery says {other.value}, which is another end: the vendor is asked"
        row = {"job_id": job_id, "at": moment_text(at), "before": state, "after": state}
        connection.execute(insert(history).values(**row, why=why, by_whom=self.writer()))


def _hold_job(connection: Connection, job_id: str) -> str:
    """Keep others from the deliveries of a job until the transaction ends; the job's state."""
    state: str | None = connection.scalar(_STATE, {"job_id": job_id})
    if state is None:
        raise unknown_job(job_id)
    return state


def _newer(connection: Connection, scope: str, nonce: int) -> bool:
    """Whether a nonce is larger than all before; it is the largest then."""
    last = connection.scalar(_LAST, {"of_scope": scope})
    if last is None:
        connection.execute(insert(nonces), {"scope": scope, "last": nonce})
    elif nonce > last:
        connection.execute(_RAISE, {"of_scope": scope, "last": nonce})
    return last is None or nonce > last


def _poll_of(connection: Connection, job_id: str) -> _Poll | None:
    columns = (polls.c.due_at, polls.c.polled_at, polls.c.leased, polls.c.conflict)
    row = connection.execute(select(*columns).where(polls.c.job_id == job_id)).one_or_none()
    return _Poll(*row) if row is not None else None


def _is_wanted(known: _Poll, conflict: JobState | None) -> bool:
    if known.due_at is None or known.leased:
        return False
    return conflict is None or known.conflict == conflict.value


def _wanted(known: _Poll, at: datetime, interval: timedelta, conflict: JobState | None) -> _Poll:
    due_at = at
    if known.polled_at is not None:
        due_at = max(at, datetime.fromisoformat(known.polled_at) + interval)
    return known._replace(
        due_at=moment_text(due_at),
        leased=0,
        conflict=conflict.value if conflict is not None else known.conflict,
    )
