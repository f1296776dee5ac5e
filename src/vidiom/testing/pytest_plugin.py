"""Fixtures for the tests of a provider. Load them with ``-p vidiom.testing.pytest_plugin``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TypeAlias

import pytest

from vidiom.testing.cassettes import Tape, cassette
from vidiom.testing.emulators import AsgiApp, serve
from vidiom.testing.waiting import SkippingClock, no_waiting

__all__ = ["OpenCassette", "StartVendor", "open_cassette", "skipping_clock", "start_vendor"]

StartVendor: TypeAlias = Callable[[AsgiApp], str]
OpenCassette: TypeAlias = Callable[[str], AbstractContextManager[Tape]]


@pytest.fixture
def start_vendor() -> Iterator[StartVendor]:
    """Runs ASGI apps on loopback until the test ends; gives the base URL of each."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(serve(app))


@pytest.fixture
def skipping_clock() -> Iterator[SkippingClock]:
    """Nobody waits in this test; the clock tells how long would have been waited."""
    with no_waiting() as clock:
        yield clock


@pytest.fixture
def open_cassette(pytestconfig: pytest.Config) -> OpenCassette:
    """Plays ``cassettes/<name>.yaml`` of the project, such as ``example/one-job``."""
    folder = Path(pytestconfig.rootpath) / "cassettes"
    return lambda name: cassette(folder / f"{name}.yaml")
