"""Ending flows that run together in threads, which nobody can cancel from outside."""

from __future__ import annotations

from threading import Event, Lock

from vidiom.flow.bells import Bell

__all__ = ["Stop", "Stopped"]


class Stopped(BaseException):
    """Unwinds a flow that was told to stop; no flow can catch it for an error of its own."""


class Stop:
    """Tells flows to stop at their next step, and those that they have started too."""

    def __init__(self, above: Stop | None = None) -> None:
        """Set together with the one above."""
        self.event = Event()
        self._below: list[Stop | Bell] = []
        self._lock = Lock()
        if above is not None:
            above.adopt(self)

    def adopt(self, other: Stop | Bell) -> None:
        """Stop the other one too, or ring the bell, when it comes to that."""
        with self._lock:
            self._below.append(other)
        if self.event.is_set():
            other.set()

    def release(self, other: Stop | Bell) -> None:
        """Leave the other one alone again."""
        with self._lock:
            self._below.remove(other)

    def set(self) -> None:
        """Stop."""
        self.event.set()
        with self._lock:
            below = list(self._below)
        for other in below:
            other.set()

    def check(self) -> None:
        """Raise :class:`Stopped` when it is time."""
        if self.event.is_set():
            raise Stopped
