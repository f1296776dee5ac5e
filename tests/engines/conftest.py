"""Every engine in turn, on every store that it can be on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool
from tests.engines.scripted_steps import Script
from tests.jobs.tracking.conftest import crashing_server

import vidiom
from vidiom.engines.dbos_database import sqlite_suffices
from vidiom.engines.dbos_engine import DbosEngine, DbosSettings
from vidiom.engines.executors import ExecutorLease
from vidiom.engines.port import Engine
from vidiom.engines.procrastinate_engine import ProcrastinateEngine, ProcrastinateSettings
from vidiom.engines.threads import ThreadEngine


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


def needs_dbos_on(store: str) -> None:
    """Skip the test where DBOS cannot work on this kind of store."""
    if store == "sqlite" and not sqlite_suffices():
        pytest.skip(f"DBOS wants a newer SQLite than {sqlite3.sqlite_version} of this Python")


def dbos_on(location: str, script: Script, *, executor: str = "one") -> DbosEngine:
    needs_dbos_on("postgres" if "://" in location else "sqlite")
    return DbosEngine(
        script.step,
        location,
        ExecutorLease(vidiom.MemoryStore(), executor, seconds=2.0),
        DbosSettings(queue_poll_seconds=0.05, wake_poll_seconds=0.05, slots=4),
    )


def procrastinate_on(location: str, script: Script) -> ProcrastinateEngine:
    own = ProcrastinateSettings(slots=4, collecting=2, poll_seconds=0.05, dead_after=1.0)
    return ProcrastinateEngine(script.step, location, own)


LIMITING = ["threads", "dbos-sqlite", "dbos-postgres"]
"""Those that keep to the limits of queues; Procrastinate leaves them to the store."""


def opened_engine(sort: str, location: str, script: Script) -> Engine:
    if sort == "threads":
        return ThreadEngine(script.step, slots=4)
    if sort == "procrastinate":
        return procrastinate_on(location, script)
    return dbos_on(location, script)


@pytest.fixture(params=[*LIMITING, "procrastinate-postgres"])
def engine(request: pytest.FixtureRequest, script: Script, tmp_path: Path) -> Iterator[Engine]:
    sort, _, store = request.param.partition("-")
    location = str(tmp_path / "engine.sqlite3")
    if store == "postgres":
        location = request.getfixturevalue("postgres_database")
    with closing(opened_engine(sort, location, script)) as opened:
        yield opened


__all__ = ["crashing_server"]
