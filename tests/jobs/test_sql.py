"""The store in SQLite: what it writes, and who can see it."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import stat
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from vidiom.errors import StoreError, UnknownJob
from vidiom.jobs.home import open_home
from vidiom.jobs.records import StateChange, StoredJob
from vidiom.jobs.sql import SqlStore
from vidiom.schema.jobs import JobFailure, JobState
from vidiom.testing.store_conformance import (
    MOMENT,
    bound_to,
    intended,
    titled,
    with_answer,
)

SECRET = "a secret of one job"


@contextmanager
def database(home: Path) -> Iterator[sqlite3.Connection]:
    """The file as somebody else would open it."""
    with closing(sqlite3.connect(home / "jobs.sqlite3", isolation_level=None)) as connection:
        yield connection


def test_nothing_is_lost_with_the_power(sql_store: SqlStore, home: Path) -> None:
    with sql_store._transaction() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert settings == ["wal", 2, 1, 30_000]


def test_the_files_are_for_their_owner_only(sql_store: SqlStore, home: Path) -> None:
    sql_store.add(intended("one"))
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in home.iterdir()}
    assert modes == {
        "archive": "0o700",
        "jobs.sqlite3": "0o600",
        "jobs.sqlite3-shm": "0o600",
        "jobs.sqlite3-wal": "0o600",
    }
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_the_history_tells_every_change_of_state_and_why(sql_store: SqlStore) -> None:
    sql_store.add(intended("one"))
    sql_store.update("one", titled("no change of state"))
    sql_store.update("one", bound_to("v-1"))
    failure = JobFailure(code="Unreadable", message="no picture")
    sql_store.update("one", lambda r: r.moved(JobState.FAILED, at=MOMENT, failure=failure))
    by = sql_store.writer
    assert sql_store.history("one") == [
        StateChange(MOMENT, None, JobState.CREATED, None, by),
        StateChange(MOMENT, JobState.CREATED, JobState.QUEUED, None, by),
        StateChange(MOMENT, JobState.QUEUED, JobState.FAILED, "Unreadable: no picture", by),
    ]
    assert by == f"{socket.gethostname()}:{os.getpid()}"
    sql_store.remove("one")
    with pytest.raises(UnknownJob):
        sql_store.history("one")


def test_a_change_that_changes_nothing_writes_nothing(sql_store: SqlStore, home: Path) -> None:
    sql_store.add(intended("one"))
    before = (home / "jobs.sqlite3-wal").stat()
    sql_store.update("one", lambda record: record)
    sql_store.update("one", lambda record: StoredJob.from_text(record.to_text()))
    assert (home / "jobs.sqlite3-wal").stat().st_size == before.st_size


def test_a_removed_job_leaves_no_row(sql_store: SqlStore, home: Path) -> None:
    sql_store.archive.put(b"x")
    sql_store.add(intended("one"))
    sql_store.update("one", with_answer(b"x"))
    sql_store.remove("one")
    with database(home) as connection:
        for table in ("vidiom_jobs", "vidiom_job_history", "vidiom_job_archived"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608


def test_an_answer_that_cannot_be_deleted_keeps_its_job(sql_store: SqlStore, home: Path) -> None:
    digest = sql_store.archive.put(b"x")
    sql_store.add(intended("one"))
    sql_store.update("one", with_answer(b"x"))
    path = sql_store.archive.path(digest)
    path.unlink()
    path.mkdir()  # nobody can unlink a folder, not even root
    with pytest.raises(StoreError, match="deleting from the archive"):
        sql_store.remove("one")
    assert sql_store.get("one").answer is not None
    path.rmdir()
    sql_store.remove("one")


def test_no_secret_reaches_the_log_even_where_sql_is_logged(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="sqlalchemy")
    with closing(open_home(home)) as store:
        store.add(intended("one"))
        store.update("one", titled("new"))
        assert len(store.list()) == 1
    assert "INSERT INTO vidiom_jobs" in caplog.text
    assert "Row (" in caplog.text
    assert SECRET not in caplog.text
    assert "signature=x" not in caplog.text


def test_a_damaged_document_names_its_job_and_nothing_of_its_content(
    sql_store: SqlStore, home: Path
) -> None:
    sql_store.add(intended("one"))
    with database(home) as connection:
        connection.execute("""UPDATE vidiom_jobs SET document = '{"job": "a face"}'""")
    for read in (lambda: sql_store.get("one"), sql_store.list):
        with pytest.raises(StoreError, match=r"'one' cannot be read.*vidiom delete one") as caught:
            read()
        assert "a face" not in "".join(traceback.format_exception(caught.value))
    sql_store.remove("one")
    assert sql_store.list() == []
