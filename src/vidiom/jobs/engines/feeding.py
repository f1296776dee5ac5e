"""What every engine needs beside it: the store's backlog fed to it, and news passed on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Final

from vidiom.errors import StoreError
from vidiom.jobs.engines.engine import COLLECT, RUN, Engine, Queue
from vidiom.jobs.queries import AT_VENDOR, UNSUBMITTED, JobQuery
from vidiom.jobs.store import JobStore
from vidiom.schema.jobs import JobState

__all__ = ["Feeder"]

_log = logging.getLogger("vidiom.jobs")

_WITH_RESULT: Final = tuple(state for state in JobState if state.has_result)
_QUEUED: Final = 300
"""Jobs that are handed to an engine at most before it has had them: the backlog stays in the
store, whose rows are small."""


@dataclass
class Feeder:
    """Starts what the store has unfinished, whoever left it there. Starting twice is harmless."""

    store: JobStore
    engine: Engine
    settle_seconds: float = 120.0
    again: float = 10.0
    """Seconds after which what is unfinished is started once more."""
    _ended: SimpleQueue[str] = field(default_factory=SimpleQueue)
    _started: dict[tuple[str, Queue], datetime] = field(default_factory=dict)

    def ended(self, job_id: str) -> None:
        """A job has come to its end at the vendor, as a poller saw."""
        self._ended.put(job_id)

    def feed(self) -> None:
        """One look at the store; news is passed on."""
        now = datetime.now(UTC)
        alone = now - timedelta(seconds=self.settle_seconds)
        sorts: tuple[tuple[tuple[JobState, ...], bool | None, Queue], ...] = (
            (UNSUBMITTED, None, RUN),
            (AT_VENDOR, None, RUN),
            (_WITH_RESULT, False, COLLECT),
        )
        for states, collected, queue in sorts:
            query = JobQuery(
                states=states, collected=collected, left_alone_since=alone, limit=_QUEUED
            )
            for job in self.store.track(query):
                # Now and then again: the engine may have lost it, or ended it too early.
                if self._started.get((job.id, queue), alone) <= now - timedelta(seconds=self.again):
                    self._started[job.id, queue] = now
                    self.engine.start(job.id, queue)
        self._forget(now)
        while True:
            try:
                self.engine.wake(self._ended.get_nowait(), "ended")
            except Empty:
                return

    def _forget(self, now: datetime) -> None:
        if len(self._started) > 10 * _QUEUED:
            old = now - timedelta(seconds=60)
            self._started = {one: at for one, at in self._started.items() if at > old}

    def until(self, stop: Callable[[], bool], rest: Callable[[], None]) -> None:
        """Feed until it is time to stop."""
        while not stop():
            try:
                self.feed()
            except StoreError as error:
                if not error.passing:
                    raise
                _log.warning("%s It is tried again.", error.message)
            rest()
