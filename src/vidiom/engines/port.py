"""What an engine is: five verbs over the ids of jobs. It decides when and where a step runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Protocol, TypeAlias

__all__ = ["Again", "Done", "Engine", "Failed", "Next", "Run", "Step", "WorkQueue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueue:
    """What jobs wait in for their turn: two for each vendor account, ``…/run`` and ``…/collect``.

    The limits save attempts that would be in vain. What must hold is held by the job store, which
    refuses a submission too many whoever asks.
    """

    name: str
    jobs_at_once: int | None = None
    """Jobs of this queue that are under way, in all processes; ``None`` means no limit."""
    starts: int | None = None
    """Jobs that may be begun within ``period_seconds``."""
    period_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Again:
    """There is another step to do."""

    after: float
    """In so many seconds, or earlier when the job is woken."""
    queue: WorkQueue
    """Where the job waits for it: another queue than before gives its place there free."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The steps can never succeed: a defect, or a job that is no more."""

    reason: str


Next: TypeAlias = Done | Again | Failed
"""What comes after a step."""

Step: TypeAlias = Callable[[str, str], Next]
"""Advance a job, by its id, by the one step that is due; the second word is the queue's name.

It is idempotent and fenced: it may be called at any time, twice, by several processes at once, and
by one that was thought dead. It may block, and raises nothing.
"""


class Run(StrEnum):
    """What an engine knows of a job: nothing about the job itself, which the store knows."""

    UNKNOWN = "unknown"
    """Never started, or forgotten since it ended."""
    WAITING = "waiting"
    """Another step is to come."""
    STEPPING = "stepping"
    """It is under way: in a step, or, where an engine cannot tell, between two."""
    ENDED = "ended"
    """Nothing is left to do, it failed for good, or it was canceled."""


class Engine(Protocol):
    """Runs steps of jobs. Every method may be called from any thread, and may block.

    Raises (any method):
        StoreError: The engine's database is away; nothing was changed.
    """

    @property
    def name(self) -> str:
        """As users write it: ``threads``, ``dbos``, ``procrastinate``."""

    @property
    def durable(self) -> bool:
        """Whether it remembers what was started when the process has ended."""

    def start(self, job_id: str, queue: WorkQueue, *, delay: float = 0.0) -> None:
        """See to it that steps of the job are run, from so many seconds on.

        While the job is under way this changes nothing; when an earlier run of it has ended,
        another one begins.
        """

    def wake(self, job_id: str) -> None:
        """Run the next step now; nothing happens when none is waited for."""

    def cancel(self, job_id: str) -> None:
        """Begin no further step of the job; one that has begun is finished."""

    def state(self, job_id: str) -> Run:
        """What the engine knows of the job."""

    def work(self, stop: Event) -> None:
        """Run steps in this process until ``stop`` is set, and those that were begun have ended.

        Raises:
            ConfigurationError: This process may not work, or no longer.
        """

    def close(self) -> None:
        """Let go of threads and connections. What was started stays started where it is durable."""
