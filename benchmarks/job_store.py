"""Jobs a second in the SQLite store, over bare ``sqlite3`` with the same pragmas."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from benchmarks.measuring import Effort, alternating, timed
from benchmarks.tables import Row, Table, per_second, times
from vidiom.jobs.home import open_home
from vidiom.jobs.records import StoredJob
from vidiom.jobs.sql import SqlStore
from vidiom.schema.jobs import JobState
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Order

__all__ = ["tables"]

_LISTED = 100
_AT = datetime(2026, 11, 21, tzinfo=UTC)


def tables(effort: Effort) -> Iterator[Table]:
    """One table of operations."""
    existing, each = effort.pick(2000, 10), effort.pick(200, 3)
    with tempfile.TemporaryDirectory() as folder:
        store = open_home(Path(folder, "home"))
        with closing(store), closing(_Bare(Path(folder, "bare.sqlite3"))) as bare:
            ours, theirs = _operations(store, bare, existing)
            measures = {("ours", name): timed(work, times=each) for name, work in ours.items()}
            measures |= {("bare", name): timed(work, times=each) for name, work in theirs.items()}
            least = alternating(
                {" ".join(key): measure for key, measure in measures.items()},
                rounds=effort.pick(9, 1),
            )
    rows = [_row(name, least[f"ours {name}"], least[f"bare {name}"]) for name in ours]
    yield Table(
        title="Job store",
        note=f"Each operation is one transaction; writes are on the disk before they return "
        f"(WAL, `synchronous = FULL`). {existing:,} jobs are there at the beginning. The baseline "
        "is one table of ids and documents in bare `sqlite3` with the same pragmas: no JSON, no "
        "history, no check of vendor ids, no model.",
        columns=("operation", "vidiom", "bare `sqlite3`", "ratio of times"),
        rows=tuple(rows),
    )


def _row(name: str, ours: float, bare: float) -> Row:
    return Row((f"`{name}`", per_second(1 / ours), per_second(1 / bare), times(ours / bare)))


def _operations(
    store: SqlStore, bare: _Bare, existing: int
) -> tuple[dict[str, Callable[[], object]], dict[str, Callable[[], object]]]:
    numbers, bare_numbers = count(), count()
    chosen, document = f"job-{existing // 2}", _record(existing).to_text()
    for _ in range(existing):
        store.add(_record(next(numbers)))
        bare.add(f"job-{next(bare_numbers)}", document)
    progress = count(1)

    def polled(old: StoredJob) -> StoredJob:
        job = old.job.model_copy(update={"progress": next(progress) * 1e-9})
        return old.model_copy(update={"job": job})

    listing = f"list(limit={_LISTED})"
    ours: dict[str, Callable[[], object]] = {
        "add": lambda: store.add(_record(next(numbers))),
        "update": lambda: store.update(chosen, polled),
        "get": lambda: store.get(chosen),
        listing: lambda: store.list(limit=_LISTED),
    }
    theirs: dict[str, Callable[[], object]] = {
        "add": lambda: bare.add(f"job-{next(bare_numbers)}", document),
        # another text each time: SQLite writes nothing when nothing changes
        "update": lambda: bare.update(chosen, f"{document}{next(bare_numbers)}"),
        "get": lambda: bare.get(chosen),
        listing: lambda: bare.list(_LISTED),
    }
    return ours, theirs


def _record(number: int) -> StoredJob:
    order = Order(
        correlation=f"job-{number}",
        media=UrlMedia(url=f"https://media.example/{number}.mp4"),
        title=f"Film number {number}",
    )
    record = StoredJob.intended(order, provider="benchmark", account=None, at=_AT)
    return record.moved(JobState.SUBMITTING, at=_AT)


class _Bare:
    """The least that keeps documents by id."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute(
            "CREATE TABLE jobs (number INTEGER PRIMARY KEY, id TEXT UNIQUE, document TEXT)"
        )

    def add(self, job: str, document: str) -> None:
        with self._writing():
            self._connection.execute(
                "INSERT INTO jobs (id, document) VALUES (?, ?)", (job, document)
            )

    def update(self, job: str, document: str) -> None:
        with self._writing():
            self.get(job)
            self._connection.execute("UPDATE jobs SET document = ? WHERE id = ?", (document, job))

    def get(self, job: str) -> object:
        query = "SELECT document FROM jobs WHERE id = ?"
        return self._connection.execute(query, (job,)).fetchone()

    def list(self, limit: int) -> object:
        query = "SELECT document FROM jobs ORDER BY number DESC LIMIT ?"
        return self._connection.execute(query, (limit,)).fetchall()

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        yield
        self._connection.execute("COMMIT")
