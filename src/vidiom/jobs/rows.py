"""A job as rows of the tables, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Connection, Select, bindparam, select, update

from vidiom.jobs.faults import unknown_job, unreadable_job, vendor_id_taken
from vidiom.jobs.records import StateChange, StoredJob, why_of
from vidiom.jobs.tables import archived, history, jobs
from vidiom.schema.jobs import JobState

__all__ = [
    "CHANGED",
    "columns_of",
    "decoded",
    "digests_of",
    "document_of",
    "history_of",
    "moment_text",
    "refuse_taken_vendor_id",
    "state_row",
]


# What each request of a receiver, and each step of a job, needs is put together once.
_SEEN: Final = select(jobs.c.document, jobs.c.revision).where(jobs.c.id == bindparam("job_id"))
_HELD: Final = _SEEN.with_for_update()
CHANGED: Final = update(jobs).where(jobs.c.id == bindparam("job_id"))
"""Sets those columns of a job that are named when it is carried out."""
_HOLDER: Final = select(jobs.c.id).where(
    jobs.c.provider == bindparam("at_provider"),
    jobs.c.account == bindparam("at_account"),
    jobs.c.vendor_id == bindparam("known_as"),
)


def digests_of(job_id: str) -> Select[str]:
    """What of the archive is noted as belonging to a job."""
    return select(archived.c.sha256).where(archived.c.job_id == job_id)


def document_of(connection: Connection, job_id: str, *, writing: bool = False) -> tuple[str, int]:
    """The document of a job and its revision; held until the transaction ends when writing.

    Raises:
        UnknownJob: There is none.
    """
    query = _HELD if writing else _SEEN
    row = connection.execute(query, {"job_id": job_id}).one_or_none()
    if row is None:
        raise unknown_job(job_id)
    document, revision = row
    return document, revision


def decoded(job_id: str, document: str) -> StoredJob:
    """The job of a document.

    Raises:
        StoreError: It is damaged.
    """
    try:
        return StoredJob.from_text(document)
    except ValidationError:  # not chained: it could repeat what is in the document
        raise unreadable_job(job_id) from None


def columns_of(record: StoredJob) -> dict[str, str | int | None]:
    """A job as a row."""
    job = record.job
    return {
        "id": job.id,
        "provider": job.provider,
        "account": job.account or "",
        "state": job.state.value,
        "vendor_id": job.vendor_id,
        "created_at": moment_text(job.created_at),
        "updated_at": moment_text(job.updated_at),
        "document": record.to_text(),
        "campaign": record.campaign,
        "submitted_at": moment_text(record.counted_from) if record.counted_from else None,
        "collected": int(record.answer is not None or record.lost is not None),
    }


def moment_text(at: datetime) -> str:
    """A time as it is kept: texts that sort as the times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def refuse_taken_vendor_id(connection: Connection, record: StoredJob) -> None:
    """Refuse a vendor's job that is another job's already."""
    job = record.job
    if job.vendor_id is None:
        return
    whose = {
        "at_provider": job.provider,
        "at_account": job.account or "",
        "known_as": job.vendor_id,
    }
    holder = connection.scalar(_HOLDER, whose)
    if holder is not None:
        raise vendor_id_taken(job.id, job.vendor_id, holder)


def state_row(before: JobState | None, record: StoredJob, *, by: str) -> dict[str, str | None]:
    """A row for the job's history."""
    job = record.job
    return {
        "job_id": job.id,
        "at": moment_text(job.updated_at),
        "before": before.value if before else None,
        "after": job.state.value,
        "why": why_of(record),
        "by_whom": by,
    }


def history_of(connection: Connection, job_id: str) -> list[StateChange]:
    """The rows of the job's history, the oldest first."""
    columns = (history.c.at, history.c.before, history.c.after, history.c.why, history.c.by_whom)
    query = select(*columns).where(history.c.job_id == job_id).order_by(history.c.number)
    return [
        StateChange(
            at=datetime.fromisoformat(at),
            before=JobState(before) if before else None,
            after=JobState(after),
            why=why,
            by=by,
        )
        for at, before, after, why, by in connection.execute(query)
    ]
