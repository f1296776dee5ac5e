"""From a store of any earlier version to the present tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from sqlalchemy import Connection, Executable, insert, inspect, select, text, update

from vidiom.errors import StoreError
from vidiom.jobs import delivery_tables
from vidiom.jobs.tables import meta, metadata

__all__ = ["SCHEMA_VERSION", "STEPS", "Step", "migrate", "stored_version"]

Step: TypeAlias = Sequence[Executable]
"""What turns a store of one version into one of the next."""

_TO_VERSION_2: Final[Step] = tuple(
    text(statement)
    for statement in (
        "ALTER TABLE vidiom_job_history ADD COLUMN by_whom VARCHAR(255)",
        "ALTER TABLE vidiom_jobs ADD COLUMN campaign VARCHAR(255)",
        "ALTER TABLE vidiom_jobs ADD COLUMN submitted_at VARCHAR(32)",
        "ALTER TABLE vidiom_jobs ADD COLUMN collected INTEGER DEFAULT '0' NOT NULL",
        # version 1 was kept in SQLite only
        "UPDATE vidiom_jobs SET collected = 1 WHERE json_extract(document, '$.answer') IS NOT NULL",
        # what version 1 was sending when its process died may be at the vendor
        """
        UPDATE vidiom_jobs SET document = json_set(document, '$.claim', 'version 1')
        WHERE state = 'submitting'
        """,
        "CREATE INDEX vidiom_jobs_account ON vidiom_jobs (provider, account, state, collected)",
        "CREATE INDEX vidiom_jobs_submitted ON vidiom_jobs (provider, account, submitted_at)",
        "CREATE INDEX vidiom_jobs_campaign ON vidiom_jobs (campaign, state, collected)",
        """
        CREATE TABLE vidiom_leases (name VARCHAR(255) NOT NULL, holder VARCHAR(255) NOT NULL,
        until VARCHAR(32) NOT NULL, PRIMARY KEY (name))
        """,
        "CREATE INDEX ix_vidiom_leases_holder ON vidiom_leases (holder)",
    )
)
"""Many jobs at once: campaigns, limits, leases, and who changed what."""

STEPS: Final[Sequence[Step]] = (_TO_VERSION_2, delivery_tables.CREATION)
"""Entry *n* leads from version *n + 1* to *n + 2*; entries are only ever added.

A change of the tables, or of the stored document (which refuses fields that it does not know),
goes into the tables' own module and comes with a step here: new stores are made from the tables,
old ones by the steps.
"""

SCHEMA_VERSION: Final = 1 + len(STEPS)

_VERSION_KEY: Final = "schema_version"


def stored_version(connection: Connection) -> int | None:
    """The version of the store; ``None`` when there is none yet.

    Raises:
        StoreError: The version is not a number.
    """
    if not inspect(connection).has_table(meta.name):
        return None
    text = connection.scalar(select(meta.c.value).where(meta.c.key == _VERSION_KEY))
    if text is None or not text.isdecimal():
        msg = "the job store does not say its version: it is damaged; restore it from a backup."
        raise StoreError(msg)
    return int(text)


def migrate(connection: Connection, steps: Sequence[Step] = STEPS) -> None:
    """Create the tables, or bring them forward; to be called in a write transaction.

    Raises:
        StoreError: A newer vidiom made this store.
    """
    present = 1 + len(steps)
    found = stored_version(connection)
    if found is None:
        metadata.create_all(connection)
        connection.execute(insert(meta).values(key=_VERSION_KEY, value=str(present)))
        return
    if found > present:
        raise StoreError(
            f"a newer vidiom made the job store (version {found}, this one knows {present}); "
            "upgrade vidiom, or let VIDIOM_HOME name another folder."
        )
    for statement in (one for step in steps[found - 1 :] for one in step):
        connection.execute(statement)
    connection.execute(update(meta).where(meta.c.key == _VERSION_KEY).values(value=str(present)))
