"""What time it is, and how to wait: one clock for all flows, so that tests never wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import TIMEOUT_MAX, Event

__all__ = ["Clock", "clock", "clock_replaced"]


class Clock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; deadlines are moments on this clock."""
        return time.monotonic()

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float, stop: Event | None = None) -> None:
        """Let this much time pass, or less when the event is set meanwhile."""
        seconds = min(max(0.0, seconds), TIMEOUT_MAX)
        if stop is not None:
            stop.wait(seconds)
        else:
            time.sleep(seconds)

    async def wait_async(self, seconds: float) -> None:
        """The same on an event loop."""
        await asyncio.sleep(min(max(0.0, seconds), TIMEOUT_MAX))


_clock = Clock()


def clock() -> Clock:
    """The clock in use."""
    return _clock


@contextmanager
def clock_replaced(other: Clock) -> Iterator[None]:
    """Use another clock for a while, in the whole process. For tests."""
    global _clock  # noqa: PLW0603 - threads of the drivers see it too, which a context would not
    before, _clock = _clock, other
    try:
        yield
    finally:
        _clock = before
