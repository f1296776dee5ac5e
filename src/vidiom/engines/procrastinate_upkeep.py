"""What Procrastinate leaves lying: rows of dead workers, rows without an end, and old ones."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from vidiom.flow.clock import clock

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job as Row

__all__ = ["Over", "Upkeep"]

_log = logging.getLogger("vidiom.engines")

_KEEP_HOURS: Final = 24
_TIDY: Final = 600.0


Over: TypeAlias = set[tuple[int | None, int]]
"""Rows whose steps have ended in this process, each with the number of its attempt."""


@dataclass
class Upkeep:
    """Each worker's, every few seconds.

    It is a coroutine, not one of Procrastinate's periodic tasks, which would wait for a free slot,
    and could stall like any other.
    """

    app: App
    task: str
    """Name of the task whose rows are looked after."""
    dead_after: float
    """Seconds without a sign of life after which a worker is dead."""
    over: Over
    """Threads add to it."""

    async def run(self) -> None:
        """Go on until it is canceled.

        Raises:
            ConnectorException: The database is away.
        """
        tidy = clock().monotonic()
        before: Over = set()
        while True:
            before = await self._without_end(before)
            await self._of_the_dead()
            if clock().monotonic() >= tidy:
                tidy = clock().monotonic() + _TIDY
                await self.app.job_manager.delete_old_jobs(
                    _KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
                )
            await asyncio.sleep(self.dead_after / 3)

    async def _without_end(self, before: Over) -> Over:
        """End the rows whose steps were over at the last look already; return those over now.

        The database may go away just when the end of a row is to be written. Procrastinate does
        not try again, and as its worker lives on, the job would wait as long as this process does.
        """
        now = self.over.copy()
        doing = list(await self.app.job_manager.list_jobs_async(task=self.task, status="doing"))
        for row in doing:
            if (row.id, row.attempts) in before:
                await self._ended(row)
        self.over -= now - {(row.id, row.attempts) for row in doing}
        return now

    async def _of_the_dead(self) -> None:
        """Give steps of dead workers to others."""
        from procrastinate.exceptions import ConnectorException, UniqueViolation  # noqa: PLC0415

        for row in await self.app.job_manager.get_stalled_jobs(
            task_name=self.task, seconds_since_heartbeat=self.dead_after
        ):
            try:
                await self.app.job_manager.retry_job(row)
                _log.warning("a step of a dead worker is run again: %s", row.task_kwargs["job_id"])
            except UniqueViolation:
                # It had done its step: the next one waits already, but for the end of this row.
                await self._ended(row)
            except ConnectorException as error:
                _log.debug("another worker was faster: %s", error)

    async def _ended(self, row: Row) -> None:
        from procrastinate.exceptions import ConnectorException  # noqa: PLC0415
        from procrastinate.jobs import Status  # noqa: PLC0415

        with suppress(ConnectorException):  # it has ended meanwhile
            await self.app.job_manager.finish_job(row, Status.FAILED, delete_job=False)
