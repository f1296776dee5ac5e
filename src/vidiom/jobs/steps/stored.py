"""Changes of stored jobs within flows, patient with a store that is away for a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

from vidiom.errors import StoreError
from vidiom.flow.effects import Flow, now, run_blocking, sleep
from vidiom.jobs.records import StoredJob
from vidiom.jobs.store import JobStore

__all__ = ["Change", "patiently", "stored"]

T = TypeVar("T")

Change: TypeAlias = Callable[[StoredJob, datetime], StoredJob]
"""What a job becomes at a moment."""

_WAITS: Final = (0.1, 0.3, 1.0, 3.0, 5.0, 10.0, 10.0, 10.0, 10.0, 10.0)
"""Seconds between attempts; a database server restarts within them."""


def patiently(work: Callable[[], T]) -> Flow[T]:
    """Do something with the store; again, when what is wrong with it may pass.

    Only for what may be done twice: its first attempt may have worked and lost its answer.
    """
    for wait in _WAITS:
        try:
            return (yield from run_blocking(work))
        except StoreError as error:
            if not error.passing:
                raise
        yield from sleep(wait)
    return (yield from run_blocking(work))


def stored(store: JobStore, job_id: str, change: Change) -> Flow[StoredJob]:
    """The job after a change, which must lead to the same when it is made twice."""
    moment = yield from now()
    return (
        yield from patiently(lambda: store.update(job_id, lambda record: change(record, moment)))
    )
