"""The port to engines: five verbs. The job store stays the truth whichever engine runs.

An engine decides when and where a step runs, and nothing else: it is never asked how a job is, it
may run a step twice, and it may forget everything, because the next worker starts again what the
store has unfinished.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, Protocol, TypeAlias

__all__ = ["COLLECT", "RUN", "Due", "Engine", "EngineState", "Queue", "StepRunner"]

Queue: TypeAlias = Literal["run", "collect"]

RUN: Final = "run"
"""Jobs on their way to the vendor and there."""
COLLECT: Final = "collect"
"""Answers to be downloaded: apart, so that a large one never holds a vendor's slot."""


class EngineState(StrEnum):
    """What an engine knows of a job."""

    UNKNOWN = "unknown"
    """Nothing: it was never started here, or was forgotten."""
    WAITING = "waiting"
    """It will run."""
    ACTIVE = "active"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Due:
    """When the next step of a job is due, and among what."""

    after: float
    """Seconds."""
    queue: Queue = RUN


class StepRunner(Protocol):
    """The steps, as an engine calls them. They block, and may be called from several threads."""

    def run(self, job_id: str) -> Due | None:
        """Submit or check; ``None`` when nothing is left to do."""

    def collect(self, job_id: str) -> Due | None:
        """Fetch and archive; ``None`` when nothing is left to do."""


class Engine(Protocol):
    """What runs the steps of jobs."""

    def start(self, job_id: str, queue: Queue = RUN, delay: float = 0.0) -> None:
        """Have the steps of a job run; starting one that is started already changes nothing."""

    def wake(self, job_id: str, message: str = "") -> None:
        """There is news of a job: what waits for it goes on at once."""

    def cancel(self, job_id: str) -> None:
        """Run no more steps of a job. What becomes of the job itself is the store's business."""

    def state(self, job_id: str) -> EngineState:
        """What the engine knows of a job."""

    def work(self, runner: StepRunner, *, stop: Callable[[], bool]) -> None:
        """Run steps in this process until it is told to stop."""

    def close(self) -> None:
        """Let go of connections."""
