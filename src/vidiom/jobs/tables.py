"""The tables of the job store."""

from __future__ import annotations

from typing import Final

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
    UniqueConstraint,
)

__all__ = ["archived", "history", "jobs", "meta", "metadata"]

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
    Column("document", Text, nullable=False),
    UniqueConstraint("provider", "account", "vendor_id", name="vidiom_jobs_vendor_id"),
    Index("vidiom_jobs_state", "state", "provider"),
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
)
"""One row a change of state."""

archived: Final = Table(
    "vidiom_job_archived",
    metadata,
    Column("job_id", ForeignKey(jobs.c.id, ondelete="CASCADE"), primary_key=True),
    Column("sha256", String(64), primary_key=True, index=True),
)
"""What of the archive belongs to which job: content is deleted with the last job that has it."""
