"""A clock on which waiting takes no time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Lock

from vidiom.flow.clock import Clock, clock_replaced

__all__ = ["SkippingClock", "no_waiting"]


class SkippingClock(Clock):
    """Goes like the machine's clock, and jumps ahead instead of waiting."""

    def __init__(self) -> None:
        """With no waits yet."""
        self.waits: list[float] = []
        """Seconds of each wait so far."""
        self._lock = Lock()

    @property
    def skipped(self) -> float:
        """Seconds that nobody had to wait."""
        return sum(self.waits)

    def monotonic(self) -> float:
        """The machine's clock and all that was skipped."""
        return super().monotonic() + self.skipped

    def now(self) -> datetime:
        """The time in UTC, ahead by all that was skipped."""
        return super().now() + timedelta(seconds=self.skipped)

    def wait(self, seconds: float, stop: Event | None = None) -> None:
        """Jump ahead."""
        del stop
        with self._lock:
            self.waits.append(max(0.0, seconds))

    async def wait_async(self, seconds: float) -> None:
        """Jump ahead, and let others run."""
        self.wait(seconds)
        await asyncio.sleep(0)


@contextmanager
def no_waiting() -> Iterator[SkippingClock]:
    """Within the block no flow waits, neither between questions nor before a retry.

    Deadlines hold as if it had waited: a wait of an hour is an hour on the clock. The value's
    ``waits`` tells how long would have been waited.
    """
    clock = SkippingClock()
    with clock_replaced(clock):
        yield clock
