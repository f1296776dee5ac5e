"""A home, stores to try, and processes that may be killed or kept short of something."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import pytest

from vidiom.jobs.archive import FileArchive
from vidiom.jobs.home import open_home
from vidiom.jobs.sql import SqlStore

Tell: TypeAlias = Callable[[str], None]


@pytest.fixture
def forked() -> Callable[[Callable[[Tell], object]], tuple[int, list[str]]]:
    """Do something in a forked process; its exit code, and what it told."""

    def run(act: Callable[[Tell], object]) -> tuple[int, list[str]]:
        context = multiprocessing.get_context("fork")
        reader, writer = context.Pipe(duplex=False)
        child = context.Process(target=lambda: act(writer.send))
        child.start()
        writer.close()
        told: list[str] = []
        with reader, suppress(EOFError):
            while reader.poll(60):
                told.append(reader.recv())
        child.join(60)
        assert child.exitcode is not None
        return child.exitcode, told

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def sql_store(home: Path) -> Iterator[SqlStore]:
    store = open_home(home)
    yield store
    store.close()


@pytest.fixture
def archive(tmp_path: Path) -> FileArchive:
    return FileArchive(tmp_path / "archive")


@pytest.fixture
def postgres_store(postgres_url: str, archive: FileArchive) -> Iterator[SqlStore]:
    store = SqlStore(postgres_url, archive)
    yield store
    store.close()
