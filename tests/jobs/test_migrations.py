"""A store of any earlier version becomes one of the present version, whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from vidiom.errors import StoreError
from vidiom.jobs.home import open_home
from vidiom.jobs.migrations import SCHEMA_VERSION, STEPS, migrate, stored_version
from vidiom.jobs.sql import SqlStore
from vidiom.testing.store_conformance import intended

MADE_BEFORE = sorted(Path(__file__).parent.glob("schema_*.sql"))
SECOND = (
    text("ALTER TABLE vidiom_jobs ADD COLUMN colour VARCHAR(9)"),
    text("UPDATE vidiom_jobs SET colour = 'red'"),
)
THIRD = (text("ALTER TABLE vidiom_jobs ADD COLUMN shape VARCHAR(9)"),)
BROKEN = (text("ALTER TABLE vidiom_jobs ADD COLUMN size INTEGER"), text("SELECT nothing"))


def tables(home: Path) -> list[tuple[object, ...]]:
    """Columns and indices as the database has them, whatever the statements that made them."""
    with closing(sqlite3.connect(home / "jobs.sqlite3")) as connection:
        return sorted(
            connection.execute(
                """
                SELECT m.name, c.name, c.type, c."notnull", c.pk FROM sqlite_master AS m
                JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'
                UNION ALL
                SELECT m.name, c.name, '', i."unique", c.seqno FROM sqlite_master AS m
                JOIN pragma_index_list(m.name) AS i JOIN pragma_index_info(i.name) AS c
                WHERE m.type = 'table'
                """
            ),
            key=str,
        )


def test_there_is_an_example_of_every_version() -> None:
    assert [path.stem for path in MADE_BEFORE] == [
        f"schema_{number}" for number in range(1, SCHEMA_VERSION + 1)
    ]


@pytest.mark.parametrize("example", MADE_BEFORE, ids=lambda path: path.stem)
def test_a_store_of_every_version_becomes_what_a_new_one_is(example: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    with closing(sqlite3.connect(old / "jobs.sqlite3")) as connection:
        connection.executescript(example.read_text())
    with closing(open_home(old)) as migrated, closing(open_home(new)):
        assert tables(old) == tables(new)
        assert migrated.get("one") == intended("one")
        assert len(migrated.history("one")) == 1


def test_a_job_of_version_1_with_an_answer_counts_as_collected(tmp_path: Path) -> None:
    example = (Path(__file__).parent / "schema_1.sql").read_text()
    answer = '"answer":{"parts":[],"fetched_at":"2026-01-02T03:04:05Z"}'
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as connection:
        connection.executescript(example.replace('"answer":null', answer))
    with closing(open_home(tmp_path)), closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as after:
        assert after.execute("SELECT collected FROM vidiom_jobs").fetchall() == [(1,)]


def steps_run(store: SqlStore, *steps: Sequence[object]) -> None:
    with store._transaction(writing=True) as connection:
        migrate(connection, [*STEPS, *steps])  # type: ignore[list-item]


def columns(home: Path) -> set[object]:
    return {row[1] for row in tables(home) if row[0] == "vidiom_jobs"}


def test_only_the_steps_that_are_missing_are_run(sql_store: SqlStore, home: Path) -> None:
    sql_store.add(intended("one"))
    steps_run(sql_store, SECOND)
    steps_run(sql_store, SECOND, THIRD)  # the second would fail if it ran twice
    steps_run(sql_store, SECOND, THIRD)
    assert {"colour", "shape"} <= columns(home)
    with sql_store._transaction() as connection:
        assert stored_version(connection) == SCHEMA_VERSION + 2
        assert connection.scalar(text("SELECT colour FROM vidiom_jobs")) == "red"


def test_a_step_that_fails_leaves_the_store_as_it_was(sql_store: SqlStore, home: Path) -> None:
    before = tables(home)
    with pytest.raises(StoreError):
        steps_run(sql_store, SECOND, BROKEN)
    assert tables(home) == before
    with sql_store._transaction() as connection:
        assert stored_version(connection) == SCHEMA_VERSION


def test_a_store_of_a_newer_vidiom_is_left_alone(sql_store: SqlStore, home: Path) -> None:
    sql_store.add(intended("one"))
    newer = str(SCHEMA_VERSION + 1)
    set_version(sql_store, newer)
    with pytest.raises(StoreError, match=f"newer vidiom made.*version {newer}.*upgrade vidiom"):
        open_home(home)


def test_a_store_without_a_version_is_damaged(sql_store: SqlStore, home: Path) -> None:
    set_version(sql_store, "two")
    with pytest.raises(StoreError, match="does not say its version"):
        open_home(home)


def set_version(store: SqlStore, version: str) -> None:
    with store._transaction(writing=True) as connection:
        connection.execute(text("UPDATE vidiom_meta SET value = :v"), {"v": version})
