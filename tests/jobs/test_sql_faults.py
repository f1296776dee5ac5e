"""What can be wrong with the store in SQLite, and what is said of it."""

from __future__ import annotations

import io
import resource
import shutil
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import event

from vidiom.errors import ConfigurationError, StoreError
from vidiom.jobs.archive import FileArchive
from vidiom.jobs.home import open_home
from vidiom.jobs.sql import SqlStore
from vidiom.testing.store_conformance import (
    bound_to,
    intended,
    titled,
)

Tell: TypeAlias = Callable[[str], None]
Forked: TypeAlias = Callable[[Callable[[Tell], object]], tuple[int, list[str]]]

SECRET = "a secret of one job"


@contextmanager
def database(home: Path) -> Iterator[sqlite3.Connection]:
    """The file as somebody else would open it."""
    with closing(sqlite3.connect(home / "jobs.sqlite3", isolation_level=None)) as connection:
        yield connection


def limit_pages(store: SqlStore) -> None:
    """Let SQLite find its disk full soon."""

    def limit(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA max_page_count = 40")

    store._own.engine.dispose()
    event.listen(store._own.engine, "connect", limit)


def fill(store: SqlStore) -> None:
    for number in range(100):
        store.add(titled("x" * 10_000)(intended(str(number))))


def test_no_secret_reaches_a_traceback(sql_store: SqlStore) -> None:
    limit_pages(sql_store)
    with pytest.raises(StoreError) as caught:
        fill(sql_store)
    told = "".join(traceback.format_exception(caught.value))
    assert "vidiom_jobs" in told
    assert SECRET not in told


def test_a_full_disk_refuses_the_job_and_keeps_the_others(sql_store: SqlStore, home: Path) -> None:
    limit_pages(sql_store)
    with pytest.raises(StoreError, match="the disk is full; free some space") as caught:
        fill(sql_store)
    assert str(home) in caught.value.message
    kept = [record.job.id for record in sql_store.list()]
    assert 0 < len(kept) < 40
    assert len(sql_store.history(kept[0])) == 1
    sql_store.remove(kept[0])
    sql_store.add(intended("small"))


def test_a_write_that_the_system_refuses_keeps_what_was_there(home: Path, forked: Forked) -> None:
    with closing(open_home(home)) as store:
        store.add(intended("one"))

    def limited(tell: Tell) -> None:
        store = open_home(home)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        with pytest.raises(StoreError) as caught:
            fill(store)
        tell(caught.value.message)

    code, (message,) = forked(limited)
    assert code == 0
    assert "the disk refused to read or write; is it full" in message
    with closing(open_home(home)) as store:
        assert store.get("one").job == intended("one").job


def test_a_store_opened_for_reading_can_be_read_and_not_written(
    sql_store: SqlStore, home: Path, archive: FileArchive
) -> None:
    sql_store.add(intended("one"))
    url = f"sqlite:///file:{home / 'jobs.sqlite3'}?mode=ro&uri=true"
    with closing(SqlStore(url, archive)) as reader:
        assert reader.get("one") == intended("one")
        with pytest.raises(StoreError, match="may not be written; make it writable"):
            reader.add(intended("two"))


def test_a_lock_that_nobody_releases_ends_in_an_error(sql_store: SqlStore, home: Path) -> None:
    sql_store.add(intended("one"))
    impatient = SqlStore(home / "jobs.sqlite3", sql_store.archive, patience=0.01)
    with closing(impatient), database(home) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process has been writing to it"):
            impatient.update("one", bound_to("v-1"))
        assert impatient.get("one") == intended("one")
        other.execute("ROLLBACK")
        impatient.update("one", bound_to("v-1"))


def test_more_threads_than_connections_end_in_an_error(sql_store: SqlStore, home: Path) -> None:
    store = SqlStore(home / "jobs.sqlite3", sql_store.archive, patience=0.01)
    held = [store._own.engine.connect() for _ in range(15)]
    with pytest.raises(StoreError, match=r"too busy.*fewer threads"):
        store.list()
    for connection in held:
        connection.close()
    assert store.list() == []
    store.close()


def test_a_file_that_is_no_database_is_left_alone(home: Path) -> None:
    home.mkdir()
    (home / "jobs.sqlite3").write_text("my shopping list, which is long enough to be read" * 9)
    with pytest.raises(StoreError, match="is no database; move it away"):
        open_home(home)
    assert (home / "jobs.sqlite3").read_text().startswith("my shopping list")


def test_a_damaged_database_is_an_error(sql_store: SqlStore, home: Path) -> None:
    for number in range(50):
        sql_store.add(intended(str(number)))
    sql_store.close()
    with (home / "jobs.sqlite3").open("r+b") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(StoreError, match="is damaged; move it away and restore it"):
        open_home(home)


def test_a_folder_in_the_place_of_the_file_is_an_error(home: Path) -> None:
    (home / "jobs.sqlite3").mkdir(parents=True)
    with pytest.raises(StoreError, match="a folder is in the way of a file"):
        open_home(home)


def test_a_store_whose_folder_vanished_is_an_error(home: Path, archive: FileArchive) -> None:
    home.mkdir()
    store = SqlStore(home / "jobs.sqlite3", archive)
    store.close()
    shutil.rmtree(home)
    with pytest.raises(StoreError, match="is its folder there"):
        store.list()
    with pytest.raises(StoreError, match="create it"):
        SqlStore(home / "jobs.sqlite3", archive)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://", "MemoryStore"),
        ("sqlite:///:memory:", "MemoryStore"),
        ("oracle://user:geheim@host/db", "'oracle'; use a URL with sqlite:/// or postgresql://"),
        ("mysql+://geheim:geheim:geheim", "cannot be read"),
    ],
)
def test_a_url_that_jobs_cannot_be_kept_in_is_refused(
    url: str, message: str, archive: FileArchive
) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        SqlStore(url, archive)
    assert "geheim" not in "".join(traceback.format_exception(caught.value))


def test_opening_waits_for_another_process_that_prepares_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other one holds what makes SQLite refuse the switch to its log without waiting at all.
    with database(tmp_path) as other:
        other.execute("CREATE TABLE of_another (number)")
        other.execute("BEGIN IMMEDIATE")
        refused: list[float] = []

        def end_the_other(seconds: float) -> None:
            refused.append(seconds)
            other.execute("COMMIT")

        monkeypatch.setattr("vidiom.jobs.sqlite.time.sleep", end_the_other)
        with closing(open_home(tmp_path)) as store:
            store.add(intended("one"))
            assert [record.job.id for record in store.list()] == ["one"]
    assert len(refused) == 1
