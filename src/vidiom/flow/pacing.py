"""Requests at a limited rate, counted over everything that shares one pacer."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

from vidiom.flow.clock import clock
from vidiom.flow.effects import Flow, Send, sleep
from vidiom.flow.shaping import shaped

__all__ = ["Pacer", "paced"]

T = TypeVar("T")


class Pacer:
    """Gives out moments to send at, evenly spaced. For threads and tasks alike."""

    def __init__(self, per_second: float) -> None:
        """So many a second at most."""
        self._gap = 1.0 / per_second
        self._next = 0.0
        self._lock = Lock()

    def take(self) -> float:
        """Seconds to wait before sending."""
        with self._lock:
            now = clock().monotonic()
            moment = max(now, self._next)
            self._next = moment + self._gap
        return moment - now


def paced(flow: Flow[T], pacer: Pacer | None) -> Flow[T]:
    """The same flow, whose requests wait for their turn."""
    if pacer is None:
        return flow

    def in_turn(request: Send) -> Flow[Send]:
        wait = pacer.take()
        if wait > 0:
            yield from sleep(wait)
        return request

    return shaped(flow, in_turn)
