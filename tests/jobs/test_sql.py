"""The store in SQLite: durable, private, shared by processes, and clear about what is wrong."""

from __future__ import annotations

import io
import logging
import multiprocessing
import os
import resource
import shutil
import signal
import sqlite3
import stat
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TypeAlias

import pytest
from sqlalchemy import event

from vidiom.errors import ConfigurationError, StoreError, UnknownJob
from vidiom.jobs.archive import FileArchive
from vidiom.jobs.home import open_home
from vidiom.jobs.records import StateChange, StoredJob
from vidiom.jobs.sql import SqlStore
from vidiom.schema.jobs import JobFailure, JobState
from vidiom.schema.model import JsonObject
from vidiom.testing.store_conformance import MOMENT, bound_to, intended, with_answer

Tell: TypeAlias = Callable[[str], None]
Forked: TypeAlias = Callable[[Callable[[Tell], object]], tuple[int, list[str]]]

SECRET = "a secret of one job"
PROCESSES = 4
INCREMENTS = 20


def titled(title: str) -> Callable[[StoredJob], StoredJob]:
    return lambda r: r.with_changes(order=r.order.model_copy(update={"title": title}))


def incremented(record: StoredJob) -> StoredJob:
    return titled(str(int(record.order.title or "") + 1))(record)


def incremented_with(options: JsonObject) -> Callable[[StoredJob], StoredJob]:
    def change(record: StoredJob) -> StoredJob:
        new = incremented(record)
        return new.with_changes(order=new.order.model_copy(update={"options": options}))

    return change


@contextmanager
def database(home: Path) -> Iterator[sqlite3.Connection]:
    """The file as somebody else would open it."""
    with closing(sqlite3.connect(home / "jobs.sqlite3", isolation_level=None)) as connection:
        yield connection


# What it writes


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
    assert sql_store.history("one") == [
        StateChange(MOMENT, None, JobState.CREATED, None),
        StateChange(MOMENT, JobState.CREATED, JobState.QUEUED, None),
        StateChange(MOMENT, JobState.QUEUED, JobState.FAILED, "Unreadable: no picture"),
    ]
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


# Who sees what


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


def test_no_secret_reaches_a_traceback(sql_store: SqlStore) -> None:
    limit_pages(sql_store)
    with pytest.raises(StoreError) as caught:
        fill(sql_store)
    told = "".join(traceback.format_exception(caught.value))
    assert "vidiom_jobs" in told
    assert SECRET not in told


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


# Several at once


def several(act: Callable[[int], object]) -> None:
    """Do something in several forked processes, which begin together."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(PROCESSES)

    def begin(number: int) -> None:
        start.wait(60)
        act(number)

    workers = [context.Process(target=begin, args=(number,)) for number in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        worker.kill()
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES


def count_up(store: SqlStore) -> None:
    for _ in range(INCREMENTS):
        store.update("one", incremented)


def test_processes_lose_no_change(home: Path) -> None:
    with closing(open_home(home)) as store:
        store.add(titled("0")(intended("one")))
    several(lambda _: count_up(open_home(home)))
    with closing(open_home(home)) as store:
        assert store.get("one").order.title == str(PROCESSES * INCREMENTS)


def test_an_open_store_can_be_used_in_forked_processes(sql_store: SqlStore) -> None:
    sql_store.add(titled("0")(intended("one")))
    several(lambda _: count_up(sql_store))
    count_up(sql_store)
    assert sql_store.get("one").order.title == str((PROCESSES + 1) * INCREMENTS)


def test_a_process_forked_during_a_write_does_not_wait_for_it_for_ever(
    sql_store: SqlStore, home: Path
) -> None:
    sql_store.add(titled("0")(intended("one")))
    with closing(SqlStore(home / "jobs.sqlite3", sql_store.archive)) as busy:
        writer = Thread(target=busy._own.writing.acquire)  # the turn of a thread of the parent
        writer.start()
        writer.join()
        several(lambda _: count_up(busy))
    assert sql_store.get("one").order.title == str(PROCESSES * INCREMENTS)


def test_several_processes_may_create_the_store_at_once(home: Path) -> None:
    for number in range(5):
        folder = home / str(number)
        several(lambda one, folder=folder: open_home(folder).add(intended(str(one))))  # type: ignore[misc]
        with closing(open_home(folder)) as store:
            assert len(store.list()) == PROCESSES


def test_of_processes_that_add_the_same_job_one_succeeds(sql_store: SqlStore) -> None:
    def add(number: int) -> None:
        try:
            sql_store.add(intended("one", provider=str(number)))
        except StoreError as error:
            assert "'one' is already in the store" in error.message  # noqa: PT017
            sql_store.add(intended(f"refused {number}"))

    several(add)
    assert len(sql_store.list()) == PROCESSES
    assert sql_store.get("one").job.provider.isdecimal()


# Killed


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("moment", "title"),
    [("while computing", "old"), ("before the commit", "old"), ("after the commit", "new")],
)
def test_a_killed_writer_leaves_the_old_or_the_new(
    moment: str, title: str, home: Path, forked: Forked
) -> None:
    with closing(open_home(home)) as store:
        store.add(titled("old")(intended("one")))

    def change(record: StoredJob) -> StoredJob:
        if moment == "while computing":
            die()
        return titled("new")(record)

    def killed(_: Tell) -> None:
        store = open_home(home)
        if moment == "before the commit":
            event.listen(store._own.engine, "commit", die)
        store.update("one", change)
        die()

    assert forked(killed) == (-signal.SIGKILL, [])
    with closing(open_home(home)) as store:
        assert store.get("one").order.title == title
        assert store.update("one", titled("next")).order.title == "next"


@pytest.mark.parametrize("acknowledged", [1, 2, 3, 5, 8, 13, 21])
def test_what_was_acknowledged_survives_a_kill_at_any_moment(acknowledged: int, home: Path) -> None:
    with closing(open_home(home)) as store:
        store.add(titled("0")(intended("one")))
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)

    def endless() -> None:
        store = open_home(home)
        filler: JsonObject = {"filler": "x" * 50_000}  # a write of many pages is easier to hit
        while True:
            after = store.update("one", incremented_with(filler))
            writer.send(after.order.title)

    child = context.Process(target=endless)
    child.start()
    writer.close()
    told = [reader.recv() for _ in range(acknowledged)]
    child.kill()  # in the middle of one of the next writes, whichever it is
    with reader, suppress(EOFError):
        while True:
            told.append(reader.recv())
    child.join(60)
    with closing(open_home(home)) as store:
        assert int(store.get("one").order.title or "") in (int(told[-1]), int(told[-1]) + 1)
    with database(home) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# What can be wrong


def limit_pages(store: SqlStore) -> None:
    """Let SQLite find its disk full soon."""

    def limit(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA max_page_count = 40")

    store._own.engine.dispose()
    event.listen(store._own.engine, "connect", limit)


def fill(store: SqlStore) -> None:
    for number in range(100):
        store.add(titled("x" * 10_000)(intended(str(number))))


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
        ("postgresql://user:geheim@host/db", "'postgresql' yet"),
        ("mysql+://geheim:geheim:geheim", "cannot be read"),
    ],
)
def test_a_url_that_jobs_cannot_be_kept_in_is_refused(
    url: str, message: str, archive: FileArchive
) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        SqlStore(url, archive)
    assert "geheim" not in "".join(traceback.format_exception(caught.value))
