"""Several processes share the store in SQLite, and any of them may be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from typing import TypeAlias

import pytest
from sqlalchemy import event

from vidiom.errors import StoreError
from vidiom.jobs.home import open_home
from vidiom.jobs.records import StoredJob
from vidiom.jobs.sql import SqlStore
from vidiom.schema.model import JsonObject
from vidiom.testing.store_conformance import (
    intended,
    titled,
)

Tell: TypeAlias = Callable[[str], None]
Forked: TypeAlias = Callable[[Callable[[Tell], object]], tuple[int, list[str]]]

PROCESSES = 4
INCREMENTS = 20


def incremented(record: StoredJob) -> StoredJob:
    return titled(str(int(record.order.title or "") + 1))(record)


def incremented_with(options: JsonObject) -> Callable[[StoredJob], StoredJob]:
    def change(record: StoredJob) -> StoredJob:
        new = incremented(record)
        return new.with_changes(order=new.order.model_copy(update={"options": options}))

    return change


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
    with closing(sqlite3.connect(home / "jobs.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_a_process_opens_twice_stays_locked_by_it(home: Path) -> None:
    """Closing a file drops all locks that a process has on it, whoever opened it."""
    code = (
        "import sys; from vidiom.jobs.home import open_home\n"
        "store = open_home(sys.argv[1]); store.list(); store.close()"
    )
    with closing(open_home(home)) as first, closing(open_home(home)) as second:
        first.add(intended("one"))
        subprocess.run([sys.executable, "-c", code, str(home)], check=True)
        # The other process was not the last one, and has not taken the log away.
        assert (home / "jobs.sqlite3-wal").exists()
        second.update("one", titled("new"))
        assert first.get("one").order.title == "new"
