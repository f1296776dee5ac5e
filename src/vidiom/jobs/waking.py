"""Who waits for which job in this process, so that news of it is heard at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from vidiom.flow.bells import Bell

__all__ = ["waiting_for", "wake"]

# By our id of the job, which no other job anywhere has: several clients and stores of one process
# may share this, and a web server's handler finds whoever waits in another thread.
_waiting: dict[str, list[Bell]] = {}
_lock = Lock()


@contextmanager
def waiting_for(job_id: str) -> Iterator[Bell]:
    """A bell that rings when there is news of the job.

    Look at the store after this has begun and before waiting: what came earlier rang nowhere.
    """
    bell = Bell()
    with _lock:
        _waiting.setdefault(job_id, []).append(bell)
    try:
        yield bell
    finally:
        with _lock:
            bells = _waiting[job_id]
            bells.remove(bell)
            if not bells:
                del _waiting[job_id]


def wake(job_id: str) -> int:
    """Ring for everybody in this process who waits for the job; how many there are."""
    with _lock:
        bells = list(_waiting.get(job_id, ()))
    for bell in bells:
        bell.set()
    return len(bells)
