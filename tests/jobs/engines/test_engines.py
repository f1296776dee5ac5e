"""What every engine keeps to, and what happens to jobs when its workers are killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TypeAlias

import pytest
from tests.jobs.tracking.hardship import hard_vendor

from vidiom.client.workers import EngineOnStore, open_engine
from vidiom.errors import ConfigurationError, MissingExtra, UsageError
from vidiom.jobs.archive import FileArchive
from vidiom.jobs.engines.engine import COLLECT, RUN, Due, EngineState
from vidiom.jobs.queries import Counts
from vidiom.jobs.sql import SqlStore
from vidiom.schema.jobs import JobState

Until: TypeAlias = Callable[[Callable[[], bool]], None]

JOBS = 20
ENGINES = ["dbos on sqlite", "dbos on postgres", "procrastinate on postgres"]


@pytest.fixture(params=ENGINES)
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """An engine's name and the URL of a store for it."""
    name, _, place = request.param.partition(" on ")
    if place == "sqlite":
        return name, f"sqlite:///{tmp_path / 'jobs.sqlite3'}"
    return name, request.getfixturevalue("postgres_url")


@pytest.fixture
def store(setup: tuple[str, str], archive: FileArchive) -> Iterator[SqlStore]:
    with closing(SqlStore(setup[1], archive)) as kept:
        yield kept


@pytest.fixture
def archive(tmp_path: Path) -> FileArchive:
    return FileArchive(tmp_path / "archive")


class Recorder:
    """Steps that do nothing but remember that they were run."""

    def __init__(self, wait: float | None = None, times: int = 1) -> None:
        self.ran: list[str] = []
        self.collected: list[str] = []
        self.event = Event()
        self._wait, self._times = wait, times

    def run(self, job_id: str) -> Due | None:
        self.ran.append(job_id)
        self.event.set()
        return Due(self._wait) if self._wait and self.ran.count(job_id) <= self._times else None

    def collect(self, job_id: str) -> Due | None:
        self.collected.append(job_id)
        self.event.set()
        return None


@contextmanager
def working(
    engine: EngineOnStore, runner: Recorder
) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """The engine at work in a thread; the value waits until something holds."""
    over = Event()
    thread = Thread(target=engine.work, args=(runner,), kwargs={"stop": over.is_set})
    thread.start()

    def until(holds: Callable[[], bool]) -> None:
        for _ in range(600):
            if holds():
                return
            runner.event.wait(0.05)
            runner.event.clear()
        raise AssertionError

    try:
        yield until
    finally:
        over.set()
        thread.join(60)
        assert not thread.is_alive()


def test_a_job_that_is_started_twice_runs_once_and_its_state_is_told(
    setup: tuple[str, str], store: SqlStore
) -> None:
    runner = Recorder()
    with closing(open_engine(setup[0], store, "w", lease=1.0)) as engine:
        assert engine.state("one") is EngineState.UNKNOWN
        for _ in range(2):
            engine.start("one")
        engine.start("two", COLLECT)
        assert engine.state("one") is EngineState.WAITING
        with working(engine, runner) as until:
            until(lambda: bool(runner.ran and runner.collected))
            until(lambda: engine.state("one") is EngineState.DONE)
    assert (runner.ran, runner.collected) == (["one"], ["two"])


def test_news_ends_a_wait(setup: tuple[str, str], store: SqlStore) -> None:
    runner = Recorder(wait=300.0)
    with closing(open_engine(setup[0], store, "w", lease=1.0)) as engine:
        engine.start("one", RUN)
        with working(engine, runner) as until:
            until(lambda: runner.ran == ["one"])
            engine.wake("one")
            until(lambda: runner.ran == ["one", "one"])


def test_a_canceled_job_is_not_run(setup: tuple[str, str], store: SqlStore) -> None:
    runner = Recorder()
    with closing(open_engine(setup[0], store, "w", lease=1.0)) as engine:
        engine.start("one")
        engine.cancel("one")
        engine.start("two")
        with working(engine, runner) as until:
            until(lambda: runner.ran == ["two"])
            assert engine.state("one") is EngineState.DONE


def test_workers_on_an_engine_that_are_killed_lose_nothing_and_buy_nothing_twice(
    setup: tuple[str, str], tmp_path: Path
) -> None:
    name, url = setup
    with hard_vendor(tmp_path, store=url, seed=11) as hard:
        hard.enlist(JOBS)
        for _ in range(2):
            hard.kill(hard.start(engine=f"{name}/w"), after=hard.chance.uniform(0.1, 0.5))
        last = [hard.start(engine=f"{name}/other-{number}") for number in range(2)]
        for worker in last:
            worker.finish()
        assert hard.kills == 2
        assert (hard.twice(), len(hard.bought())) == (0, JOBS)
        assert hard.counts() == Counts({JobState.SUCCEEDED: JOBS})


def test_two_live_workers_of_one_name_are_refused(setup: tuple[str, str], store: SqlStore) -> None:
    if setup[0] != "dbos":
        return  # only DBOS tells workers apart by their names
    first, second = (open_engine("dbos", store, "same", lease=1.0) for _ in range(2))
    with closing(first), closing(second), working(first, Recorder()) as until:
        first.start("one")
        until(lambda: first.state("one") is EngineState.DONE)
        with pytest.raises(ConfigurationError, match="another live worker has the name 'same'"):
            second.work(Recorder(), stop=lambda: True)


def test_on_a_server_a_worker_needs_a_name(postgres_url: str, archive: FileArchive) -> None:
    with closing(SqlStore(postgres_url, archive)) as store:
        engine = open_engine("dbos", store)
        with closing(engine), pytest.raises(ConfigurationError, match="needs a name of its own"):
            engine.work(Recorder(), stop=lambda: True)


def test_procrastinate_wants_a_server(tmp_path: Path, archive: FileArchive) -> None:
    store = SqlStore(tmp_path / "jobs.sqlite3", archive)
    with closing(store), pytest.raises(UsageError, match="PostgreSQL"):
        open_engine("procrastinate", store)


@pytest.mark.parametrize(
    ("name", "extra"), [("dbos", "durable"), ("procrastinate", "procrastinate")]
)
def test_without_its_extra_an_engine_says_what_to_install(
    name: str, extra: str, postgres_url: str, archive: FileArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, name, None)
    store = SqlStore(postgres_url, archive)
    with closing(store), pytest.raises(MissingExtra) as caught:
        open_engine(name, store)
    assert caught.value.extra == extra
