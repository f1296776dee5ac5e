"""Every engine in turn, on every store that it can be on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool
from tests.engines.scripted_steps import Script

import vidiom
from vidiom.engines.dbos_engine import DbosEngine, DbosSettings
from vidiom.engines.executors import ExecutorLease
from vidiom.engines.port import Engine
from vidiom.engines.threads import ThreadEngine

Opened: TypeAlias = Callable[[], Engine]
"""Opens another engine on the same database, as the next process would."""


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """URL of a database of its own: engines have schemas of their own in it."""
    name = f"engines_{uuid4().hex[:12]}"
    url = make_url(postgres).set(drivername="postgresql+psycopg")
    server = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def dbos_on(location: str, script: Script, *, executor: str = "one") -> DbosEngine:
    return DbosEngine(
        script.step,
        location,
        ExecutorLease(vidiom.MemoryStore(), executor, seconds=2.0),
        DbosSettings(queue_poll_seconds=0.05, wake_poll_seconds=0.05, slots=4),
    )


@pytest.fixture(params=["threads", "dbos-sqlite", "dbos-postgres"])
def opened(request: pytest.FixtureRequest, script: Script, tmp_path: Path) -> Iterator[Opened]:
    engines: list[Engine] = []
    sort, _, store = request.param.partition("-")
    location = str(tmp_path / "engine.sqlite3")
    if store == "postgres":
        location = request.getfixturevalue("postgres_database")

    def open_engine() -> Engine:
        engine: Engine
        if sort == "threads":
            engine = ThreadEngine(script.step, slots=4)
        else:
            engine = dbos_on(location, script)
        engines.append(engine)
        return engine

    yield open_engine
    for engine in engines:
        engine.close()


@pytest.fixture
def engine(opened: Opened) -> Engine:
    return opened()
