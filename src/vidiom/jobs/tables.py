"""The tables of the job store."""

from __future__ import annotations

from typing import Final, final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

__all__ = ["archived", "history", "jobs", "leases", "meta", "metadata"]


class _Hidden(str):
    """Text that does not show itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


@final
class _Document(TypeDecorator[str]):
    """A job's document: it holds secrets, and SQLAlchemy writes rows to its log when asked to."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text as read."""
        return None if value is None else _Hidden(value)


metadata: Final = MetaData()

# SQLite numbers rows by itself only where the type is exactly INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")

meta: Final = Table(
    "vidiom_meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about the store itself: its schema version."""

jobs: Final = Table(
    "vidiom_jobs",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("id", String(255), nullable=False, unique=True),
    Column("provider", String(255), nullable=False),
    # Empty instead of null, which would be unequal to itself in the constraint below.
    Column("account", String(255), nullable=False),
    Column("state", String(32), nullable=False),
    Column("vendor_id", String(255)),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("document", _Document, nullable=False),
    Column("campaign", String(255)),
    Column("submitted_at", String(32)),
    Column("collected", Integer, nullable=False, server_default="0"),
    UniqueConstraint("provider", "account", "vendor_id", name="vidiom_jobs_vendor_id"),
    Index("vidiom_jobs_state", "state", "provider"),
    Index("vidiom_jobs_account", "provider", "account", "state", "collected"),
    Index("vidiom_jobs_submitted", "provider", "account", "submitted_at"),
    Index("vidiom_jobs_campaign", "campaign", "state", "collected"),
)
"""One row a job: the document is the truth, the columns are what it is found by.

Times are ISO 8601 in UTC with microseconds, which sort as text. ``number`` is the order of arrival.
"""

history: Final = Table(
    "vidiom_job_history",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("job_id", ForeignKey(jobs.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("before", String(32)),
    Column("after", String(32), nullable=False),
    Column("why", Text),
    Column("by_whom", String(255)),
)
"""One row a change of state: when, from, to, why, and by which process."""

archived: Final = Table(
    "vidiom_job_archived",
    metadata,
    Column("job_id", ForeignKey(jobs.c.id, ondelete="CASCADE"), primary_key=True),
    Column("sha256", String(64), primary_key=True, index=True),
)
"""What of the archive belongs to which job: content is deleted with the last job that has it."""

leases: Final = Table(
    "vidiom_leases",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("holder", String(255), nullable=False, index=True),
    Column("until", String(32), nullable=False),
)
"""Who is at work on what. Saves work done twice; what must not happen twice does not rely on it."""
