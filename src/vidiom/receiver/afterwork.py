"""What is done after the vendor has its answer: questions that hints ask for, and fetching."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Final

from vidiom.errors import VidiomError
from vidiom.schema.jobs import Job
from vidiom.schema.received import DeliveryOutcome, Received

if TYPE_CHECKING:
    from vidiom.client.async_client import AsyncClient

__all__ = ["Afterwork"]

_EVERY: Final = 5.0
"""Seconds between two looks for questions that are due by now."""
_TRIES: Final = 5
_SHORTEST: Final = 0.05
"""Seconds between two looks at least, whatever seems to be due."""

_log = logging.getLogger("vidiom.receiver")


@dataclass
class _Wanted:
    """The answer of a job that has ended."""

    tries: int = _TRIES
    """How many are left."""
    not_before: float = 0.0
    """By the loop's clock: what brings other news must not use up the tries of this one."""


@dataclass
class Afterwork:
    """Runs beside a receiver; what it leaves undone, waiting and workers do."""

    client: AsyncClient
    collect: bool = True
    """Whether answers of jobs that have ended are fetched into the archive."""
    every: float = _EVERY
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _ended: dict[str, _Wanted] = field(default_factory=dict, init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def told(self, received: Received) -> None:
        """Look after a delivery that was accepted."""
        if received.outcome is DeliveryOutcome.IGNORED:
            return
        if received.job is not None:
            self._note(received.job)
        self._news.set()

    async def stop(self) -> None:
        """Finish what is being done, and do no more."""
        self._stopping = True
        self._news.set()
        if self._task is not None:
            await self._task
            self._task = None

    async def _run(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                for job in await self.client.follow_up():
                    self._note(job)
                await self._collect()
            except VidiomError as error:
                _log.warning("nothing could be asked or fetched for now: %s", error.message)
            except Exception:  # noqa: BLE001 - what comes next has nothing to do with it
                _log.exception("a defect; the receiver goes on")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._pause())

    def _pause(self) -> float:
        """Seconds until something may be due without any news."""
        now = asyncio.get_running_loop().time()
        due = min((one.not_before for one in self._ended.values()), default=inf)
        return min(self.every, max(due - now, _SHORTEST))

    def _note(self, job: Job) -> None:
        if self.collect and job.state.has_result:
            self._ended.setdefault(job.id, _Wanted())

    async def _collect(self) -> None:
        clock = asyncio.get_running_loop().time
        due = [job_id for job_id, one in self._ended.items() if one.not_before <= clock()]
        for job_id in due:
            if self._stopping:
                return
            wanted = self._ended[job_id]
            wanted.tries -= 1
            wanted.not_before = clock() + self.every
            try:
                step = await self.client.advance(job_id)
            except VidiomError as error:
                _log.warning("the answer of job %s is not fetched: %s", job_id, error.message)
            else:
                if step.done:
                    wanted.tries = 0
                elif step.again_after is not None:
                    wanted.not_before = clock() + step.again_after
            if wanted.tries <= 0:
                del self._ended[job_id]
