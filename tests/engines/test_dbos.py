"""DBOS as the engine: what it is told, what it remembers, and whose work is whose."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from tests.engines.conftest import dbos_on, needs_dbos_on
from tests.engines.scripted_steps import LATER, RUN, AtWork, Script

import vidiom
from vidiom.engines.dbos_database import schema_beside
from vidiom.engines.dbos_engine import DbosEngine, DbosSettings
from vidiom.engines.executors import ExecutorLease
from vidiom.engines.port import Again, Run
from vidiom.errors import ConfigurationError, MissingExtra, StoreError
from vidiom.flow.clock import clock


@pytest.fixture
def file(tmp_path: Path) -> Path:
    needs_dbos_on("sqlite")
    return tmp_path / "engine.sqlite3"


@pytest.fixture(params=["sqlite", "postgres"])
def location(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("file"))
    url: str = request.getfixturevalue("postgres_database")
    return url


def test_it_goes_on_where_another_process_stopped(location: str, script: Script) -> None:
    script.scripts = {"one": [LATER, LATER], "two": [Again(0.3, RUN)]}
    with closing(dbos_on(location, script)) as first:
        with AtWork(first):
            first.start("one", RUN)
            first.start("two", RUN)
            script.until(lambda: len(script.calls) >= 2 and script.at_once == 0)
        first.start("three", RUN)
    with closing(dbos_on(location, script, executor="another")) as second:
        assert second.state("one") is not Run.ENDED
        with AtWork(second):
            script.until(lambda: second.state("two") is second.state("three") is Run.ENDED)
    assert script.count("three") == 1
    assert script.count("one") <= 2
    assert script.count("two") <= 3


@pytest.mark.parametrize("executor", ["local", ""])
def test_on_postgresql_a_worker_without_a_name_is_refused(executor: str, script: Script) -> None:
    lease = ExecutorLease(vidiom.MemoryStore(), executor)
    with pytest.raises(ConfigurationError, match="VIDIOM_EXECUTOR"):
        DbosEngine(script.step, "postgresql://me@host/jobs", lease)


def test_a_second_live_process_of_one_name_is_refused(script: Script, file: Path) -> None:
    store = vidiom.MemoryStore()
    first = ExecutorLease(store, "one", seconds=0.2)
    first.take()
    engine = DbosEngine(script.step, str(file), ExecutorLease(store, "one", seconds=0.2))
    with closing(engine), AtWork(engine) as work:
        script.until(lambda: work.error is not None)
        assert isinstance(work.error, ConfigurationError)
        assert "another process is at work as executor 'one'" in work.error.message
        work.error = None
    first.release()


def test_a_worker_whose_name_was_taken_meanwhile_stops(script: Script, file: Path) -> None:
    store = vidiom.MemoryStore()
    lease = ExecutorLease(store, "one", seconds=0.2)
    engine = DbosEngine(script.step, str(file), lease)
    with closing(engine), AtWork(engine) as work:
        script.until(lambda: lease._thread is not None)
        moment = clock().now() + timedelta(seconds=60)  # as if it had been frozen until then
        assert store.lease(["executor/one"], "another", until=moment + timedelta(60), at=moment)
        script.until(lambda: work.error is not None)
        assert isinstance(work.error, ConfigurationError)
        assert "away for too long" in work.error.message
        work.error = None


def test_what_a_dead_worker_left_is_taken_over_where_that_is_wanted(
    location: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.scripts = {"one": [LATER]}
    store = vidiom.MemoryStore()
    with closing(dbos_on(location, script)) as first, AtWork(first):
        first.start("one", RUN)
        script.until(lambda: script.count("one") == 1 and script.at_once == 0)
        monkeypatch.setattr(first, "_resume", lambda _: 0)  # it dies without a word
    settings = DbosSettings(queue_poll_seconds=0.05, wake_poll_seconds=0.05, takeover=True)
    lease = ExecutorLease(store, "two", seconds=0.4)
    alive = ExecutorLease(store, "one", seconds=0.4)
    alive.take()
    with closing(DbosEngine(script.step, location, lease, settings)) as second, AtWork(second):
        script.until(lambda: second.state("one") is Run.STEPPING)
        second.wake("one")
        second.start("two", RUN)
        script.until(lambda: second.state("two") is Run.ENDED)
        assert script.count("one") == 1  # it is the other one's, which lives
        alive.release()
        script.until(lambda: second.state("one") is Run.ENDED)
    assert script.count("one") == 2


def test_what_ended_long_ago_is_deleted(location: str, script: Script) -> None:
    settings = DbosSettings(queue_poll_seconds=0.05, keep_seconds=0.0, tidy_seconds=0.1)
    lease = ExecutorLease(vidiom.MemoryStore(), "one")
    with closing(DbosEngine(script.step, location, lease, settings)) as engine, AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: script.count("one") == 1)
        script.until(lambda: engine.state("one") is Run.UNKNOWN)


def test_nothing_in_its_tables_is_a_pickle(script: Script, file: Path) -> None:
    script.scripts = {"one": [LATER]}
    with closing(dbos_on(str(file), script)) as engine, AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: script.count("one") == 1 and script.at_once == 0)
        engine.wake("one")
        script.until(lambda: engine.state("one") is Run.ENDED)
    with closing(sqlite3.connect(file)) as connection:
        forms = {
            *connection.execute("SELECT serialization FROM workflow_status"),
            *connection.execute("SELECT serialization FROM operation_outputs"),
            *connection.execute("SELECT serialization FROM notifications"),
        }
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert forms <= {("portable_json",), (None,)}


def test_it_does_not_nag(script: Script, file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with closing(dbos_on(str(file), script)) as engine, AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: engine.state("one") is Run.ENDED)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("dbos").level >= logging.WARNING


def test_the_applications_own_instance_is_used_and_left_alone(
    location: str, script: Script
) -> None:
    from dbos import DBOS

    settings = DbosSettings(queue_poll_seconds=0.05, wake_poll_seconds=0.05, hosted=True)
    lease = ExecutorLease(vidiom.MemoryStore(), "host-1")
    with closing(DbosEngine(script.step, location, lease, settings)) as engine:
        config = engine._database.config("host-1")
        config["name"] = "their-application"
        config["application_version"] = "theirs"
        DBOS(config=config)
        try:
            DBOS.launch()
            with AtWork(engine):
                engine.start("one", RUN)
                script.until(lambda: engine.state("one") is Run.ENDED)
            assert DBOS.application_version == "theirs"
            assert DBOS.list_workflows(workflow_ids=["one"])[0].app_version == "theirs"
        finally:
            DBOS.destroy()


def test_an_upgrade_goes_on_with_what_the_former_code_began(
    location: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version of the workflow does not depend on its code, so what was begun is picked up."""
    from vidiom.engines import dbos_workflow

    script.scripts = {"begun": [LATER]}
    with closing(dbos_on(location, script)) as before:
        with AtWork(before):
            before.start("begun", RUN)
            script.until(lambda: script.count("begun") == 1 and script.at_once == 0)
        before.start("queued", RUN)

    async def changed(job_id: str, waits_in: dict[str, object]) -> dict[str, object]:
        return {"was": await original(job_id, waits_in), "by": "the changed workflow"}

    original = dbos_workflow._job
    changed.__module__ = original.__module__  # as a new version of the file would have it
    monkeypatch.setattr(dbos_workflow, "_job", changed)
    dbos_workflow.register.cache_clear()
    logging.getLogger("dbos").setLevel(logging.ERROR)  # it warns of the second registration
    try:
        with closing(dbos_on(location, script)) as after, AtWork(after):
            after.wake("begun")
            script.until(lambda: after.state("begun") is after.state("queued") is Run.ENDED)
            with after._database.connected() as client:
                outputs = [str(one.output) for one in client.list_workflows()]
        assert ["the changed workflow" in output for output in outputs] == [True, True]
    finally:
        monkeypatch.undo()
        dbos_workflow.register.cache_clear()
        dbos_workflow.register()
        logging.getLogger("dbos").setLevel(logging.WARNING)


def test_a_database_that_is_away_is_an_error_of_the_store(script: Script) -> None:
    lease = ExecutorLease(vidiom.MemoryStore(), "one")
    engine = DbosEngine(script.step, "postgresql://me:geheim@127.0.0.1:1/jobs", lease)
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        engine.start("one", RUN)
    assert caught.value.passing
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("python", "library", "suffices"),
    [
        ((3, 11, 9), (3, 34, 0), True),
        ((3, 12, 0), (3, 41, 2), False),
        ((3, 12, 0), (3, 42, 0), True),
        ((3, 14, 1), (3, 40, 1), False),
    ],
)
def test_an_sqlite_that_is_too_old_for_it_is_refused_before_anything_is_kept(
    python: tuple[int, ...],
    library: tuple[int, ...],
    suffices: bool,
    script: Script,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lease = ExecutorLease(vidiom.MemoryStore(), "local")
    with monkeypatch.context() as patch:
        patch.setattr("vidiom.engines.dbos_database.sys", SimpleNamespace(version_info=python))
        patch.setattr(sqlite3, "sqlite_version_info", library)
        if suffices:
            DbosEngine(script.step, str(tmp_path / "engine.sqlite3"), lease).close()
            return
        with pytest.raises(ConfigurationError, match="or the engine 'embedded'"):
            DbosEngine(script.step, str(tmp_path / "engine.sqlite3"), lease)
        DbosEngine(script.step, "postgresql://me@host/jobs", ExecutorLease(lease.store, "w-1"))


def test_without_the_package_the_extra_is_named(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "dbos", None)
    with pytest.raises(MissingExtra, match=r"vidiom\[durable\]"):
        DbosEngine(script.step, str(tmp_path / "x"), ExecutorLease(vidiom.MemoryStore(), "local"))


def test_importing_the_engine_imports_no_dbos() -> None:
    import subprocess
    import sys

    code = "import sys, vidiom.engines.dbos_engine; sys.exit('dbos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_schema_is_of_our_own(postgres_database: str, script: Script) -> None:
    with closing(dbos_on(postgres_database, script)) as engine:
        engine.start("one", RUN)
    server = create_engine(postgres_database, poolclass=NullPool)
    with closing(server.connect()) as connection:
        schemas = connection.scalars(
            text("SELECT DISTINCT table_schema FROM information_schema.tables")
        ).all()
    assert set(schemas) - {"pg_catalog", "information_schema"} == {"vidiom_dbos"}


@pytest.mark.parametrize(
    ("location", "schema"),
    [
        ("postgresql://me@host/jobs", "vidiom_dbos"),
        ("postgresql://me@host/jobs?options=-csearch_path%3Deurope", "europe_dbos"),
        ("jobs.sqlite3", "vidiom_dbos"),
    ],
)
def test_each_store_of_a_server_has_tables_of_its_own(location: str, schema: str) -> None:
    assert schema_beside(location) == schema


def test_a_worker_waits_for_a_database_that_is_away_when_it_begins(script: Script) -> None:
    lease = ExecutorLease(vidiom.MemoryStore(), "one")
    engine = DbosEngine(script.step, "postgresql://me@127.0.0.1:1/jobs", lease)
    with closing(engine), AtWork(engine) as work:
        work._thread.join(1.5)
        assert work._thread.is_alive()
        assert work.error is None


def test_what_a_fault_of_the_database_ended_in_a_live_worker_goes_on(
    location: str, script: Script
) -> None:
    """DBOS has it as under way, and would leave it to the next start of the worker."""
    script.scripts = {"one": [LATER]}
    lease = ExecutorLease(vidiom.MemoryStore(), "one", seconds=0.4)
    settings = DbosSettings(queue_poll_seconds=0.05, wake_poll_seconds=0.05)
    with closing(DbosEngine(script.step, location, lease, settings)) as engine, AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: script.count("one") == 1 and "one" in engine.under_way)
        engine.under_way.discard("one")  # as if its coroutine had ended
        script.until(lambda: "one" in engine.under_way)
        engine.wake("one")
        script.until(lambda: engine.state("one") is Run.ENDED)
