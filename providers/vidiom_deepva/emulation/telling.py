"""Which events of a job are due, and what is told in each (https://docs.deepva.com/webhooks)."""

from __future__ import annotations

from collections.abc import Iterator

from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.found import Detailed, told
from vidiom_deepva.emulation.jobs import Job, State

__all__ = ["due", "envelope", "wanted"]

_SEGMENTS = "landmark_recognition"


def due(job: Job, state: State, behaviour: Behaviour) -> Iterator[tuple[str, Json | None]]:
    """Events that nobody was told of yet, each with a row if it is about one.

    There is none for ``stopped``.
    """
    if state.word != "waiting":
        yield "on_started", None
    if state.word == "completed":
        rows = Detailed(told(job, behaviour))
        for row in rows[: behaviour.detailed_result_events]:
            yield "on_detailed_result", row
        for part in told(job, behaviour):
            if part.module == _SEGMENTS and part.rows:
                row = Detailed(iter([part]))[0]
                yield f"job.{_SEGMENTS}.on_segment_start", row
                yield f"job.{_SEGMENTS}.on_segment_end", row
    if state.ended:
        failing = job.failing(behaviour)
        for module in job.request.modules:
            word = "failed" if state.word == "failed" or module in failing else "completed"
            if state.word != "stopped":
                yield f"job.{module}.on_{word}", None
        if state.word != "stopped":
            yield f"on_{state.word}", None


def wanted(event: str, subscribed: tuple[str, ...]) -> str | None:
    """The name under which a customer asked for an event: with the prefix ``job.``, or without."""
    for name in (event, f"job.{event}"):
        if name in subscribed:
            return name
    return None


def envelope(event: str, timestamp: float, job: Json, row: Json | None) -> Json:
    """The body of a delivery; what ``data`` has beside the job is not documented."""
    data: Json = {"job": job} if row is None else {"job": job, "detailed_result": row}
    return {"event": event, "timestamp": timestamp, "data": data}
