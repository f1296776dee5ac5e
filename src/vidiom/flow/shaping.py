"""Flows whose requests are looked at on their way out: delayed, bounded, or counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from vidiom.flow.effects import Effect, Flow, Send, Together

__all__ = ["shaped", "within"]

T = TypeVar("T")


def shaped(flow: Flow[T], shape: Callable[[Send], Flow[Send]]) -> Flow[T]:
    """The same flow, with ``shape`` run before each request; what it returns is sent instead.

    Flows that run together are shaped as well.
    """
    try:
        effect = next(flow)
        while True:
            try:
                outcome = yield from _passed(effect, shape)
            except Exception as error:  # noqa: BLE001 - it is the flow's to handle or not
                effect = flow.throw(error)
            else:
                effect = flow.send(outcome)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        flow.close()


def _passed(effect: Effect, shape: Callable[[Send], Flow[Send]]) -> Flow[object]:
    if isinstance(effect, Send):
        effect = yield from shape(effect)
    elif isinstance(effect, Together):
        effect = replace(effect, flows=tuple(shaped(one, shape) for one in effect.flows))
    outcome: object = yield effect
    return outcome


def within(flow: Flow[T], seconds: float, *, not_after: datetime | None = None) -> Flow[T]:
    """The same flow, none of whose requests takes longer than this from first to last byte.

    Args:
        flow: What is to be bounded.
        seconds: How long each request may take.
        not_after: When it is too late to begin, that is, to send the first one.
    """
    latest = not_after

    def bounded(request: Send) -> Flow[Send]:
        nonlocal latest
        yield from ()
        first, latest = latest, None
        return replace(request, within=seconds, not_after=first)

    return shaped(flow, bounded)
