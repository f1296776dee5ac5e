"""Ending a wait early, from any thread: a bell that waits in threads and event loops can hear."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from threading import Event, Lock
from typing import Any

__all__ = ["Bell", "until_rung"]


class Bell:
    """Stays rung until it is cleared, so that nobody who listens too late misses it."""

    def __init__(self) -> None:
        """Silent."""
        self.event = Event()
        self._lock = Lock()
        self._listeners: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def set(self) -> None:
        """Ring."""
        with self._lock:
            self.event.set()
            listeners = list(self._listeners)
        for loop, heard in listeners:
            loop.call_soon_threadsafe(heard.set)

    def clear(self) -> None:
        """Be silent again; what rang before has been looked after."""
        self.event.clear()

    async def heard(self) -> None:
        """Wait until it rings."""
        listener = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            if self.event.is_set():
                return
            self._listeners.append(listener)
        try:
            await listener[1].wait()
        finally:
            with self._lock:
                self._listeners.remove(listener)


async def until_rung(waiting: Coroutine[Any, Any, None], bell: Bell) -> None:
    """Wait for the end of ``waiting`` or for the bell, whichever is first."""
    tasks = {asyncio.ensure_future(waiting), asyncio.ensure_future(bell.heard())}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
