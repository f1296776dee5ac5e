"""The store in PostgreSQL: shared by processes, migrated once, and its errors in our words."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from vidiom.errors import MissingExtra, StoreError
from vidiom.jobs.archive import FileArchive
from vidiom.jobs.databases import database_url
from vidiom.jobs.home import open_store
from vidiom.jobs.records import StateChange
from vidiom.jobs.sql import SqlStore
from vidiom.schema.jobs import JobState
from vidiom.testing.store_conformance import MOMENT, bound_to, intended, titled, with_answer

PROCESSES = 4
INCREMENTS = 10


def several(act: Callable[[int], object]) -> None:
    """Do something in several processes, which begin together."""
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


def test_the_environment_may_name_a_server(postgres_url: str, tmp_path: Path) -> None:
    environment = {"VIDIOM_HOME": str(tmp_path), "VIDIOM_STORE": postgres_url}
    with closing(open_store(environment, writer="worker-1")) as store:
        store.add(intended("one"))
        store.archive.put(b"x")
        store.update("one", with_answer(b"x"))
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]
    with closing(open_store(environment, writer="worker-2")) as store:
        store.update("one", bound_to("v-1"))
        assert store.history("one") == [
            StateChange(MOMENT, None, JobState.CREATED, None, "worker-1"),
            StateChange(MOMENT, JobState.CREATED, JobState.QUEUED, None, "worker-2"),
        ]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_the_scheme_means_the_one_driver(scheme: str) -> None:
    url = database_url(f"{scheme}://me@db.example/jobs")
    assert url.drivername == "postgresql+psycopg"


def test_processes_lose_no_change(postgres_store: SqlStore) -> None:
    postgres_store.add(titled("0")(intended("one")))

    def count_up(_: int) -> None:
        for _each in range(INCREMENTS):
            postgres_store.update("one", lambda r: titled(str(int(r.order.title or "") + 1))(r))

    several(count_up)
    assert postgres_store.get("one").order.title == str(PROCESSES * INCREMENTS)


def test_several_processes_may_create_the_tables_at_once(
    postgres_url: str, archive: FileArchive
) -> None:
    several(lambda number: SqlStore(postgres_url, archive).add(intended(str(number))))
    with closing(SqlStore(postgres_url, archive)) as store:
        assert len(store.list()) == PROCESSES


def test_of_processes_that_add_the_same_job_one_succeeds(postgres_store: SqlStore) -> None:
    def add(number: int) -> None:
        try:
            postgres_store.add(intended("one", provider=str(number)))
        except StoreError as error:
            assert "'one' is already in the store" in error.message  # noqa: PT017
            postgres_store.add(intended(f"refused {number}"))

    several(add)
    assert len(postgres_store.list()) == PROCESSES


def test_of_processes_that_bind_the_same_vendors_job_one_succeeds(
    postgres_store: SqlStore,
) -> None:
    for number in range(PROCESSES):
        postgres_store.add(intended(str(number)))

    def bind(number: int) -> None:
        try:
            postgres_store.update(str(number), bound_to("v-1"))
        except StoreError as error:
            assert "already; go on with" in error.message  # noqa: PT017

    several(bind)
    assert len(postgres_store.list(states=[JobState.QUEUED])) == 1


def test_an_answer_shared_by_jobs_that_come_and_go_at_once_is_there_or_gone(
    postgres_store: SqlStore,
) -> None:
    digest = postgres_store.archive.put(b"shared")
    for number in range(PROCESSES):
        postgres_store.add(intended(str(number)))

    def come_and_go(number: int) -> None:
        try:
            postgres_store.update(str(number), with_answer(b"shared"))
        except StoreError as error:
            assert "archive holds nothing" in error.message  # noqa: PT017
        if number % 2:
            postgres_store.remove(str(number))

    several(come_and_go)
    left = [record for record in postgres_store.list() if record.answer is not None]
    if left:
        assert bytes(postgres_store.archive.read(digest)) == b"shared"
    else:
        with pytest.raises(StoreError):
            postgres_store.archive.read(digest)


def test_a_connection_that_the_server_ended_costs_no_error(
    postgres_store: SqlStore, postgres_url: str
) -> None:
    postgres_store.add(intended("one"))
    with postgres_store._transaction() as connection:
        kept = connection.scalar(text("SELECT pg_backend_pid()"))
    engine = create_engine(postgres_url, poolclass=NullPool)
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": kept})
    assert postgres_store.get("one") == intended("one")


def test_a_lock_that_nobody_releases_ends_in_an_error_that_may_pass(
    postgres_url: str, postgres_store: SqlStore
) -> None:
    postgres_store.add(intended("one"))
    with closing(SqlStore(postgres_url, postgres_store.archive, patience=0.05)) as impatient:
        with postgres_store._transaction(writing=True) as connection:
            connection.execute(text("SELECT * FROM vidiom_jobs FOR UPDATE"))
            with pytest.raises(StoreError, match="holding a lock for too long") as caught:
                impatient.update("one", bound_to("v-1"))
        assert caught.value.passing
        impatient.update("one", bound_to("v-1"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:geheim@127.0.0.1:1/jobs",
        "postgresql://me:geheim@/jobs?host=/nowhere&password=geheim",
    ],
)
def test_a_server_that_is_not_there_is_named_without_the_password(
    url: str, archive: FileArchive
) -> None:
    with pytest.raises(StoreError, match="cannot be reached, or lets nobody in") as caught:
        SqlStore(url, archive)
    assert caught.value.passing
    assert "geheim" not in "".join(traceback.format_exception(caught.value))


def test_without_the_driver_the_extra_is_named(
    archive: FileArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"vidiom\[postgres\]") as caught:
        SqlStore("postgresql://me@host/jobs", archive)
    assert caught.value.extra == "postgres"
