"""Python's cyclic garbage collector, held back while an answer is read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

__all__ = ["paused_collector"]

_pausing: Final = Lock()


@contextmanager
def paused_collector() -> Iterator[None]:
    """Nothing is searched for cycles in the block; then the collector is as it was before.

    Reading an answer makes many objects that stay, and none that only a search would free; the
    collector would go through them again and again while they grow, which takes as long as all
    the rest. What is no longer referred to is freed at once, in the block as anywhere.

    The collector is one for the process, so other threads go without it for as long. One block
    pauses at a time: another one inside it or in another thread changes nothing, so that a pause
    ends with the block that began it, however many follow on each other. Where the program has
    turned the collector off, it stays off.
    """
    if not _pausing.acquire(blocking=False):
        yield
        return
    running = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if running:
            gc.enable()
        _pausing.release()
