"""How many jobs run at once on this machine: one file lock for each place."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["default_limit", "slot"]

PAUSE_SECONDS = 0.2


def default_limit() -> int:
    """One job for every two cores: decoding and detecting each keep one busy."""
    return max(1, (os.cpu_count() or 2) // 2)


@contextmanager
def slot(folder: Path, limit: int, *, stopped: Callable[[], bool]) -> Iterator[bool]:
    """Waits for a free place and keeps it; gives false if the job was stopped first.

    A place is freed by the system when its holder dies. Waiting jobs are not served in order.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    while not stopped():
        for number in range(max(1, limit)):
            lock = FileLock(folder / f"{number}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            try:
                yield True
            finally:
                lock.release()
            return
        time.sleep(PAUSE_SECONDS)
    yield False
