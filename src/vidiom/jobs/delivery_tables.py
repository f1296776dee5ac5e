"""The tables of deliveries, and the step that brings them into a store of an earlier version."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Executable, ForeignKey, Integer, String, Table, text

from vidiom.jobs.tables import jobs, metadata

__all__ = ["CREATION", "deliveries", "nonces", "polls"]

deliveries: Final = Table(
    "vidiom_deliveries",
    metadata,
    Column("job_id", ForeignKey(jobs.c.id, ondelete="CASCADE"), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("finished", Integer, nullable=False),
)
"""One row a delivery that was taken. Nothing of its content is kept."""

nonces: Final = Table(
    "vidiom_delivery_nonces",
    metadata,
    Column("scope", String(255), primary_key=True),
    Column("last", BigInteger, nullable=False),
)
"""The largest nonce of each account whose nonces must grow strictly, in microseconds."""

polls: Final = Table(
    "vidiom_delivery_polls",
    metadata,
    Column("job_id", ForeignKey(jobs.c.id, ondelete="CASCADE"), primary_key=True),
    Column("due_at", String(32), index=True),
    Column("polled_at", String(32)),
    Column("leased", Integer, nullable=False),
    Column("conflict", String(32)),
)
"""One row a job whose vendor is to be asked, or was, because of a delivery."""

CREATION: Final[tuple[Executable, ...]] = tuple(
    text(statement)
    for statement in (
        """
        CREATE TABLE vidiom_deliveries (job_id VARCHAR(255) NOT NULL, key VARCHAR(128) NOT NULL,
        at VARCHAR(32) NOT NULL, finished INTEGER NOT NULL, PRIMARY KEY (job_id, key),
        FOREIGN KEY(job_id) REFERENCES vidiom_jobs (id) ON DELETE CASCADE)
        """,
        """
        CREATE TABLE vidiom_delivery_nonces (scope VARCHAR(255) NOT NULL, last BIGINT NOT NULL,
        PRIMARY KEY (scope))
        """,
        """
        CREATE TABLE vidiom_delivery_polls (job_id VARCHAR(255) NOT NULL, due_at VARCHAR(32),
        polled_at VARCHAR(32), leased INTEGER NOT NULL, conflict VARCHAR(32), PRIMARY KEY (job_id),
        FOREIGN KEY(job_id) REFERENCES vidiom_jobs (id) ON DELETE CASCADE)
        """,
        "CREATE INDEX ix_vidiom_delivery_polls_due_at ON vidiom_delivery_polls (due_at)",
    )
)
"""A frozen copy of the above: steps never change."""
