"""What a step tells those who watch: a log record with fields, a span and two metrics.

Spans and metrics go through the OpenTelemetry API alone (extra ``telemetry``): whichever SDK and
exporter the application has set up gets them, and without one they cost nothing. No field holds a
secret, a URL or anything of an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from vidiom.errors import VidiomError
from vidiom.flow.clock import clock
from vidiom.flow.effects import Flow
from vidiom.jobs.records import StoredJob

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram
    from opentelemetry.trace import Tracer

__all__ = ["observed"]

T = TypeVar("T")

_log = logging.getLogger("vidiom.jobs")
_NAME: Final = "vidiom"


@dataclass(frozen=True)
class _Instruments:
    tracer: Tracer
    steps: Counter
    seconds: Histogram


@cache
def _instruments() -> _Instruments | None:
    try:
        from opentelemetry import metrics, trace  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        return None
    meter = metrics.get_meter(_NAME)
    return _Instruments(
        tracer=trace.get_tracer(_NAME),
        steps=meter.create_counter(
            "vidiom.steps", unit="{step}", description="Steps of jobs that came to an end"
        ),
        seconds=meter.create_histogram(
            "vidiom.step.duration", unit="s", description="How long a step of a job took"
        ),
    )


def observed(step: str, job_id: str, flow: Flow[T], record_of: Callable[[T], StoredJob]) -> Flow[T]:
    """The same flow, which tells what it did when it ends."""
    begun = clock().monotonic()
    instruments = _instruments()
    span = None
    if instruments is not None:
        span = instruments.tracer.start_span(f"vidiom.{step}", attributes={"vidiom.job": job_id})
    facts: dict[str, str] = {"step": step}
    try:
        outcome = yield from flow
        job = record_of(outcome).job
        facts |= {"provider": job.provider, "state": job.state.value}
    except VidiomError as error:
        facts |= {"error": type(error).__name__}
        if error.provider is not None:
            facts["provider"] = error.provider
        raise
    finally:
        seconds = clock().monotonic() - begun
        if span is not None and instruments is not None:
            span.set_attributes({f"vidiom.{name}": word for name, word in facts.items()})
            span.end()
            instruments.steps.add(1, facts)
            instruments.seconds.record(seconds, facts)
        _tell(job_id, seconds, facts)
    return outcome


def _tell(job_id: str, seconds: float, facts: Mapping[str, str]) -> None:
    """A record for people, with fields for machines (``vidiom_job``, ``vidiom_step``)."""
    _log.info(
        "job %s: %s in %.3f s: %s",
        job_id,
        facts["step"],
        seconds,
        facts.get("state") or facts.get("error", "interrupted"),
        extra={
            "vidiom_job": job_id,
            "vidiom_seconds": seconds,
            **{f"vidiom_{name}": word for name, word in facts.items()},
        },
    )
