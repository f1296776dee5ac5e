"""The collector is held back while an answer is read, and is as before afterwards."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from threading import Thread

import pytest

from vidiom.provider.collector import paused_collector


@pytest.fixture(autouse=True)
def _as_found() -> Iterator[None]:
    running = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if running else gc.disable)()


class _Knot:
    def __init__(self) -> None:
        self.itself = self


def test_it_runs_again_after_the_block() -> None:
    with paused_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_runs_again_after_an_error() -> None:
    with pytest.raises(KeyError), paused_collector():
        raise KeyError
    assert gc.isenabled()
    with paused_collector():
        assert not gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    with paused_collector():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_a_block_inside_a_block_changes_nothing() -> None:
    with paused_collector():
        with paused_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_block_of_another_thread_does_not_make_the_pause_longer() -> None:
    seen: list[bool] = []

    def other() -> None:
        with paused_collector():
            seen.append(gc.isenabled())

    with paused_collector():
        thread = Thread(target=other)
        thread.start()
        thread.join()
        assert not gc.isenabled()
    assert seen == [False]
    assert gc.isenabled()


def test_cycles_of_the_block_are_found_later() -> None:
    with paused_collector():
        knot = _Knot()
        gone = weakref.ref(knot)
        del knot
        assert gone() is not None
    gc.collect()
    assert gone() is None
