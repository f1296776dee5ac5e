"""What is particular to SQLite: how it is opened, how it writes, and what its errors mean."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from vidiom.errors import StoreError
from vidiom.jobs.faults import DISK_FULL, READ_ONLY, file_faults

__all__ = ["WRITING", "Sqlite"]

WRITING: Final = "vidiom_writing"
"""Execution option of a connection whose transactions write."""

_AGAIN: Final = 0.01
"""Seconds before what SQLite refused to wait for is tried again."""

_CAUSES: Final[Mapping[int, str]] = MappingProxyType(
    {
        sqlite3.SQLITE_BUSY: "another process has been writing to it for too long; "
        "try again, or end that process",
        sqlite3.SQLITE_READONLY: READ_ONLY,
        sqlite3.SQLITE_PERM: READ_ONLY,
        sqlite3.SQLITE_AUTH: READ_ONLY,
        sqlite3.SQLITE_FULL: DISK_FULL,
        sqlite3.SQLITE_IOERR: "the disk refused to read or write; is it full, over a quota or "
        "failing? Free some space or check it, or set VIDIOM_HOME to a folder on another disk",
        sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; is its folder there, and writable "
        "for this user? Put that right, or set VIDIOM_HOME to another folder",
        sqlite3.SQLITE_CORRUPT: "the file is damaged; move it away and restore it from a backup",
        sqlite3.SQLITE_NOTADB: "the file is no database; move it away, "
        "or set VIDIOM_HOME to another folder",
        sqlite3.SQLITE_TOOBIG: "the job is too large to be kept; pass its media as files or URLs",
    }
)


@dataclass(frozen=True)
class Sqlite:
    """One database file."""

    url: URL
    one_writer: bool = True

    @property
    def name(self) -> str:
        """The file."""
        return str(self.url.database)

    def engine(self, *, patience: float) -> Engine:
        """An engine with connections of its own; the file is created for its owner only."""
        _create_file(self.url)
        engine = create_engine(
            self.url,
            connect_args={"timeout": patience},
            pool_timeout=patience,
            hide_parameters=True,  # they hold secrets and personal data, errors and logs must not
        )
        event.listen(engine, "connect", lambda connection, _: _configure(connection, patience))
        event.listen(engine, "begin", _begin)
        return engine

    def fault(self, error: DBAPIError) -> StoreError:
        """What an error of the database means, by its code."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest tells variants apart
        cause = _CAUSES.get(code)
        if cause is None:
            cause = f"{error.orig}; run `PRAGMA integrity_check` on it if this persists"
        return StoreError(
            f"the job store {self.name} cannot be used: {cause}.",
            passing=code == sqlite3.SQLITE_BUSY,
        )

    def hold(self, connection: Connection, what: str) -> None:
        """There is one writer at a time anyway."""


def _create_file(url: URL) -> None:
    path = url.database or ""
    if path.startswith("file:"):
        return  # an SQLite URI says itself whether the file may be created
    # Only where it is missing: to close a file that this process has open elsewhere would drop the
    # locks of those connections, and other processes would take the log away from under them.
    with file_faults("opening the job store", Path(path).parent):
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            if Path(path).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from None


def _configure(connection: sqlite3.Connection, patience: float) -> None:
    try:
        connection.isolation_level = None  # transactions begin where `_begin` says so
        _keep_a_log(connection, patience)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()  # the pool has not taken it over yet, and nobody else would
        raise


def _keep_a_log(connection: sqlite3.Connection, patience: float) -> None:
    """Switch to the write-ahead log, which stays with the file.

    Of processes that do this at the same time all but one are refused at once: SQLite does not
    wait where each of two would wait for the other.
    """
    deadline = time.monotonic() + patience
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= deadline:
                raise
            time.sleep(_AGAIN)


def _begin(connection: Connection) -> None:
    """Writers queue up at the beginning: a reader that turns writer later could only fail."""
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
