"""The job store in an SQL database, which any number of processes may share."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vidiom.errors import StoreError
from vidiom.jobs.databases import database_at
from vidiom.jobs.delivery_rows import SqlDeliveries
from vidiom.jobs.faults import id_taken, unknown_job
from vidiom.jobs.many_rows import (
    counted,
    known_ids,
    leased,
    lets_go,
    renewed,
    room_for_submission,
    tracked,
    unfinished_accounts,
)
from vidiom.jobs.migrations import SCHEMA_VERSION, migrate, stored_version
from vidiom.jobs.queries import Counts, JobQuery, Limits, Reservation, Tracked
from vidiom.jobs.records import StateChange, StoredJob, worth_telling
from vidiom.jobs.rows import (
    CHANGED,
    columns_of,
    decoded,
    digests_of,
    document_of,
    history_of,
    refuse_taken_vendor_id,
    state_row,
)
from vidiom.jobs.sqlite import WRITING
from vidiom.jobs.store import Archive, archived_digests, changed
from vidiom.jobs.tables import archived, history, jobs
from vidiom.schema.jobs import JobState

__all__ = ["SqlStore"]


@dataclass(frozen=True)
class _Connections:
    """The connections of one process, and its turn to write.

    SQLite lets writers of one process wait for each other by polling; a lock is fair and quicker.
    """

    engine: Engine
    writing: RLock = field(default_factory=RLock)
    process: int = field(default_factory=os.getpid)


class SqlStore:
    """Jobs in a database; open at once, and usable in processes forked from the present one."""

    def __init__(
        self,
        location: str | os.PathLike[str],
        archive: Archive,
        *,
        patience: float = 30.0,
        writer: str | None = None,
    ) -> None:
        """Open the store at a path or URL; it is created or brought to the present version.

        Args:
            location: Path of an SQLite file, or a URL such as ``sqlite:////folder/jobs.sqlite3``
                or ``postgresql://user@host/database``.
            archive: Where the raw answers of these jobs are.
            patience: Seconds to wait for other writers before giving up.
            writer: What the history calls this process; left out, its host and number.

        Raises:
            StoreError: It cannot be opened or created, or a newer vidiom made it.
            ConfigurationError: The URL names no database that jobs can be kept in.
            MissingExtra: The driver of that database is not installed.
        """
        self._database = database_at(location)
        self._writer = writer
        self._archive = archive
        self._patience = patience
        self._inherited: list[_Connections] = []
        self._own = self._connect()
        try:
            self._prepare()
        except BaseException:
            self.close()  # the caller has nothing to close
            raise

    def _prepare(self) -> None:
        """See to it that the tables are there, and of the present version."""
        with self._transaction() as connection:
            ready = stored_version(connection) == SCHEMA_VERSION
        if not ready:
            with self._transaction(writing=True) as connection:
                self._database.hold(connection, "schema")
                migrate(connection)

    @property
    def name(self) -> str:
        """Which database it is, without a password."""
        return self._database.name

    @property
    def writer(self) -> str:
        """What the history calls this process."""
        return self._writer or f"{socket.gethostname()}:{os.getpid()}"

    @property
    def archive(self) -> Archive:
        """Where the raw answers of these jobs are."""
        return self._archive

    @property
    def deliveries(self) -> SqlDeliveries:
        """What is kept of these jobs' webhooks."""
        return SqlDeliveries(self._transaction, self._database, lambda: self.writer)

    def add(self, record: StoredJob) -> None:
        """Keep a new job."""
        with self._transaction(writing=True, about=record) as connection:
            if connection.scalar(select(jobs.c.id).where(jobs.c.id == record.job.id)):
                raise id_taken(record.job.id)
            refuse_taken_vendor_id(connection, record)
            self._insert(connection, record)

    def get(self, job_id: str) -> StoredJob:
        """The job of this id."""
        with self._transaction() as connection:
            document, _ = document_of(connection, job_id)
        return decoded(job_id, document)

    def update(self, job_id: str, change: Callable[[StoredJob], StoredJob]) -> StoredJob:
        """Replace a job by what ``change`` makes of it."""
        with self._transaction(writing=True) as connection:
            return self._update(connection, job_id, change)

    def _update(
        self, connection: Connection, job_id: str, change: Callable[[StoredJob], StoredJob]
    ) -> StoredJob:
        document, revision = document_of(connection, job_id, writing=True)
        old = decoded(job_id, document)
        new = changed(old, change)
        if new == old:
            return new  # most polls bring no news; they cost no write
        if new.job.vendor_id != old.job.vendor_id:
            self._database.hold(connection, "vendor ids")
            refuse_taken_vendor_id(connection, new)
        connection.execute(CHANGED, {**columns_of(new), "revision": revision + 1, "job_id": job_id})
        if worth_telling(old, new):
            connection.execute(insert(history), state_row(old.job.state, new, by=self.writer))
        if (new.answer, new.order) != (old.answer, old.order):
            self._note_archived(connection, new)
        return new

    def _insert(self, connection: Connection, *records: StoredJob) -> None:
        if not records:
            return
        connection.execute(insert(jobs), [{**columns_of(one), "revision": 1} for one in records])
        rows = [state_row(None, one, by=self.writer) for one in records]
        connection.execute(insert(history), rows)
        for one in records:
            self._note_archived(connection, one)

    def list(
        self,
        *,
        provider: str | None = None,
        states: Sequence[JobState] = (),
        limit: int | None = None,
    ) -> Sequence[StoredJob]:
        """Jobs, the newest first."""
        query = select(jobs.c.id, jobs.c.document).order_by(jobs.c.number.desc()).limit(limit)
        if provider is not None:
            query = query.where(jobs.c.provider == provider)
        if states:
            query = query.where(jobs.c.state.in_([state.value for state in states]))
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        return [decoded(job_id, document) for job_id, document in rows]

    def remove(self, job_id: str) -> None:
        """Forget a job, and what the archive holds for it alone."""
        with self._transaction(writing=True) as connection:
            document_of(connection, job_id, writing=True)
            self._database.hold(connection, "archive")
            had = set(connection.scalars(digests_of(job_id)))
            connection.execute(delete(jobs).where(jobs.c.id == job_id))
            others = select(archived.c.sha256).where(archived.c.sha256.in_(had))
            shared = set(connection.scalars(others))
            # Still in the transaction: nobody can begin to share the content meanwhile, and where
            # it cannot be deleted the job stays, and with it the knowledge of what is to delete.
            for digest in had - shared:
                self._archive.remove(digest)

    def history(self, job_id: str) -> Sequence[StateChange]:
        """The states that a job went through, the oldest first.

        Raises:
            UnknownJob: There is no such job.
        """
        with self._transaction() as connection:
            rows = history_of(connection, job_id)
        if not rows:
            raise unknown_job(job_id)
        return rows

    # --- many jobs at once -------------------------------------------------------------------

    def add_many(self, records: Sequence[StoredJob]) -> frozenset[str]:
        """Keep new jobs in one transaction; the ids of those that were not there yet."""
        with self._transaction(writing=True) as connection:
            self._database.hold(connection, "new jobs")
            taken = known_ids(connection, [record.job.id for record in records])
            new = {one.job.id: one for one in records if one.job.id not in taken}
            for record in new.values():
                refuse_taken_vendor_id(connection, record)
            self._insert(connection, *new.values())
        return frozenset(new)

    def update_many(
        self, job_ids: Iterable[str], change: Callable[[StoredJob], StoredJob]
    ) -> Sequence[StoredJob]:
        """Replace jobs by what ``change`` makes of each, in one transaction."""
        with self._transaction(writing=True) as connection:
            known = known_ids(connection, sorted(job_ids))
            # In one order, so that two processes never wait for each other.
            return [self._update(connection, job_id, change) for job_id in sorted(known)]

    def track(self, query: JobQuery) -> Sequence[Tracked]:
        """The little that following these jobs takes, the oldest first."""
        with self._transaction() as connection:
            return tracked(connection, query)

    def counts(self, query: JobQuery) -> Counts:
        """How many of these are in which state."""
        with self._transaction() as connection:
            return counted(connection, query)

    def accounts(self, query: JobQuery) -> Sequence[tuple[str, str]]:
        """Provider and account where one of these is unfinished."""
        with self._transaction() as connection:
            return unfinished_accounts(connection, query)

    def reserve(
        self,
        job_id: str,
        change: Callable[[StoredJob], StoredJob],
        *,
        limits: Limits,
        at: datetime,
    ) -> Reservation:
        """Change a job while the limits of its account leave room for it."""
        with self._transaction(writing=True) as connection:
            if not limits.none:
                document, _ = document_of(connection, job_id, writing=True)
                record = decoded(job_id, document)
                job = record.job
                self._database.hold(connection, f"{job.provider}/{job.account or ''}")
                room, after = room_for_submission(connection, job, limits, at)
                if not room:
                    return Reservation(record, granted=False, retry_after=after)
            return Reservation(self._update(connection, job_id, change), granted=True)

    def lease(
        self,
        names: Sequence[str],
        holder: str,
        *,
        until: datetime,
        at: datetime,
        limit: int | None = None,
    ) -> Sequence[str]:
        """Take what nobody else holds; the names that are now ours."""
        taken: list[str] = []
        step = len(names) if limit is None else max(1, limit)
        with self._transaction(writing=True) as connection:
            self._database.hold(connection, "leases")
            for start in range(0, len(names), max(1, step)):
                left = None if limit is None else limit - len(taken)
                if left is not None and left <= 0:
                    break
                page = names[start : start + (step if left is None else left)]
                taken += leased(connection, page, holder, until=until, at=at)
        return taken

    def renew(self, holder: str, *, until: datetime, at: datetime) -> int:
        """Keep everything that this holder holds for longer."""
        with self._transaction(writing=True) as connection:
            return renewed(connection, holder, until=until, at=at)

    def release(self, names: Sequence[str], holder: str) -> None:
        """Let go of what this holder holds."""
        with self._transaction(writing=True) as connection:
            lets_go(connection, names, holder)

    def close(self) -> None:
        """Close the files."""
        self._connections().engine.dispose()

    def _connect(self) -> _Connections:
        return _Connections(self._database.engine(patience=self._patience))

    def _connections(self) -> _Connections:
        if self._own.process != os.getpid():
            # A forked process: to close here what the parent opened would drop the parent's locks,
            # so its connections are kept and left alone.
            self._inherited.append(self._own)
            self._own = self._connect()
        return self._own

    @contextmanager
    def _transaction(
        self, *, writing: bool = False, about: StoredJob | None = None
    ) -> Iterator[Connection]:
        here = self._connections()
        queued = writing and self._database.one_writer
        turn: AbstractContextManager[object] = here.writing if queued else nullcontext()
        with (
            self._faults(about),
            turn,
            here.engine.connect() as connection,
            connection.execution_options(**{WRITING: writing}).begin(),
        ):
            yield connection

    @contextmanager
    def _faults(self, about: StoredJob | None = None) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            if about is not None:  # another process added it between our look and our insertion
                raise id_taken(about.job.id) from None
            raise self._database.fault(error) from error
        except DBAPIError as error:
            raise self._database.fault(error) from error
        except PoolTimeout as error:
            raise StoreError(
                f"the job store {self._database.name} is too busy: no connection became free "
                f"within {self._patience:g} s; use fewer threads at once.",
                passing=True,
            ) from error

    def _note_archived(self, connection: Connection, record: StoredJob) -> None:
        """Note what belongs to a job; what once did stays noted, to be deleted with the job."""
        belonging = archived_digests(record, self._archive)
        if not belonging:
            return
        self._database.hold(connection, "archive")
        known = set(connection.scalars(digests_of(record.job.id)))
        for digest in sorted(belonging - known):
            self._archive.require(digest)  # a removal may have been faster
            connection.execute(insert(archived).values(job_id=record.job.id, sha256=digest))
