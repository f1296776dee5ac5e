"""Procrastinate as the engine: its database may go away, and its workers may die."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from tests.engines.conftest import procrastinate_on
from tests.engines.scripted_steps import LATER, RUN, SOON, AtWork, Script

from vidiom.engines.port import Again, Run
from vidiom.engines.procrastinate_engine import ProcrastinateEngine
from vidiom.errors import ConfigurationError, MissingExtra, StoreError

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job as Row
    from procrastinate.jobs import Status


def test_it_goes_on_where_another_process_stopped(postgres_database: str, script: Script) -> None:
    script.scripts = {"one": [LATER, LATER], "two": [Again(0.3, RUN)]}
    with closing(procrastinate_on(postgres_database, script)) as first:
        with AtWork(first):
            first.start("one", RUN)
            first.start("two", RUN)
            script.until(lambda: len(script.calls) >= 2 and script.at_once == 0)
        first.start("three", RUN)
    with closing(procrastinate_on(postgres_database, script)) as second:
        assert second.state("one") is not Run.ENDED
        with AtWork(second):
            script.until(lambda: second.state("two") is second.state("three") is Run.ENDED)
    assert script.steps() == {"one": 1, "two": 2, "three": 1}


def test_a_step_whose_worker_died_is_run_again(postgres_database: str, script: Script) -> None:
    with closing(procrastinate_on(postgres_database, script)) as engine:
        engine.start("one", RUN)
        left_by_a_dead_worker(postgres_database)
        assert engine.state("one") is Run.STEPPING
        with AtWork(engine):
            script.until(lambda: engine.state("one") is Run.ENDED)
    assert script.steps() == {"one": 1}


def test_a_worker_that_died_after_its_step_does_not_hold_up_the_next_one(
    postgres_database: str, script: Script
) -> None:
    with closing(procrastinate_on(postgres_database, script)) as engine:
        engine.start("one", RUN)
        left_by_a_dead_worker(postgres_database)
        with engine._opened() as app:
            engine._defer(app, "one", RUN.name, 0.0)
        with AtWork(engine):
            script.until(lambda: engine.state("one") is Run.ENDED)
    assert script.steps() == {"one": 1}


def left_by_a_dead_worker(url: str) -> None:
    """The one waiting row looks as if a worker had begun it and died."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat) "
                "VALUES (now() - interval '1 hour')"
            )
        )
        connection.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing', "
                "worker_id = (SELECT max(id) FROM procrastinate_workers)"
            )
        )


def test_a_worker_that_lost_its_connections_goes_on(postgres_database: str, script: Script) -> None:
    script.scripts = {"one": [LATER]}
    engine = create_engine(postgres_database, poolclass=NullPool)
    with closing(procrastinate_on(postgres_database, script)) as own, AtWork(own):
        own.start("one", RUN)
        script.until(lambda: script.count("one") == 1 and script.at_once == 0)
        for _ in range(2):
            with engine.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
        again_and_again(lambda: own.start("two", RUN))
        again_and_again(lambda: own.wake("one"))
        script.until(lambda: script.count("one") == 2 and script.count("two") == 1, 60)
    assert script.steps() == {"one": 2, "two": 1}


def test_a_step_whose_next_one_could_not_be_queued_is_repeated(
    postgres_database: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    from procrastinate.exceptions import ConnectorException
    from procrastinate.manager import JobManager

    defer, lost = JobManager.defer_job, [True]

    def defer_job(self: JobManager, job: Row, connection: object = None) -> Row:
        if lost and script.calls:
            lost.clear()
            raise ConnectorException
        return defer(self, job, connection)

    monkeypatch.setattr(JobManager, "defer_job", defer_job)
    script.scripts = {"one": [SOON, SOON]}
    with closing(procrastinate_on(postgres_database, script)) as engine, AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: engine.state("one") is Run.ENDED)
    assert (script.count("one"), lost) == (3, [])


def test_a_row_whose_end_could_not_be_written_does_not_hold_up_the_job(
    postgres_database: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker lives on, and Procrastinate does not write it again."""
    from procrastinate.exceptions import ConnectorException
    from procrastinate.manager import JobManager

    finish, lost = JobManager.finish_job, [True]

    async def finish_job(self: JobManager, job: Row, status: Status, delete_job: bool) -> None:
        if lost:
            lost.clear()
            raise ConnectorException
        await finish(self, job, status, delete_job)

    monkeypatch.setattr(JobManager, "finish_job", finish_job)
    script.scripts = {"one": [SOON]}
    with closing(procrastinate_on(postgres_database, script)) as engine, AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: engine.state("one") is Run.ENDED)
    assert (script.count("one"), lost) == (2, [])


def again_and_again(act: Callable[[], None]) -> None:
    """As the feeder does: what the database does not take now, it takes later."""
    deadline = time.monotonic() + 60
    while True:
        try:
            act()
        except StoreError as error:
            assert error.passing  # noqa: PT017 - it may also succeed
            assert time.monotonic() < deadline
        else:
            return


def test_a_job_is_woken_although_its_step_ends_meanwhile(
    postgres_database: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step leaves its row for later between the waker's look and its own row."""
    script.scripts = {"one": [LATER]}
    script.hold = Event()
    with closing(procrastinate_on(postgres_database, script)) as engine, AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: script.at_once == 1)
        looked, hold = engine._rows, script.hold

        def rows(app: App, job_id: str) -> list[Row]:
            seen = looked(app, job_id)
            if not hold.is_set():
                hold.set()
                script.until(lambda: engine.state("one") is Run.WAITING)
            return seen

        monkeypatch.setattr(engine, "_rows", rows)
        engine.wake("one")
        script.until(lambda: script.count("one") == 2)


def test_a_slow_collection_does_not_hold_up_what_runs(
    postgres_database: str, script: Script
) -> None:
    from tests.engines.scripted_steps import COLLECT

    script.hold = Event()
    with closing(procrastinate_on(postgres_database, script)) as engine, AtWork(engine):
        for number in range(4):
            engine.start(f"slow-{number}", COLLECT)
        script.until(lambda: script.at_once == 2)  # so many are collected at once here
        engine.start("quick", RUN)
        script.until(lambda: script.count("quick") == 1)
        assert script.at_once == 3
        script.hold.set()


def test_it_needs_postgresql(script: Script) -> None:
    with pytest.raises(ConfigurationError, match="PostgreSQL only"):
        ProcrastinateEngine(script.step, "jobs.sqlite3")


def test_a_database_that_is_away_is_an_error_of_the_store(script: Script) -> None:
    engine = ProcrastinateEngine(script.step, "postgresql://me:geheim@127.0.0.1:1/jobs")
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        engine.start("one", RUN)
    assert caught.value.passing
    assert "geheim" not in str(caught.value)


def test_without_the_package_the_extra_is_named(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "procrastinate", None)
    with pytest.raises(MissingExtra, match=r"vidiom\[procrastinate\]"):
        ProcrastinateEngine(script.step, "postgresql://me@host/jobs")
