"""Jobs: how they move on, and when they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from vidiom.emulation.analyst import Outcome
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.media import reason
from vidiom_deepva.emulation.orders import NewJob
from vidiom_deepva.emulation.refusal import not_found
from vidiom_deepva.emulation.rows import Story

__all__ = ["ENDED", "Job", "Jobs", "State"]

ENDED: Final = frozenset({"completed", "failed", "stopped"})


@dataclass
class Job:
    """One job, as bought."""

    id: str
    owner: int
    """Number of the key that it was bought with."""
    request: NewJob
    outcomes: tuple[Outcome[Story], ...]
    """One for each source."""
    created: float
    """By the clock that moves it on."""
    time_created: datetime
    fault: str | None = None
    """What was settled to go wrong with it, or with telling of it."""
    time_started: datetime | None = None
    time_completed: datetime | None = None
    polls: int = 0
    listings: int = 0
    stopped: bool = False
    settled: bool = False
    """Whether what it leaves behind is there."""
    told: set[str] = field(default_factory=set)
    """Events that were told."""

    def failing(self, behaviour: Behaviour) -> frozenset[str]:
        """Modules that find nothing but an error."""
        failing = behaviour.failing & self.request.modules.keys()
        if self.fault == "module_failed":
            failing |= {[*self.request.modules][-1]}
        return failing


@dataclass(frozen=True)
class State:
    """How far a job is."""

    word: str
    errors: tuple[str, ...] = ()
    progress: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether the job moves no more."""
        return self.word in ENDED


@dataclass
class Jobs:
    """All jobs of all customers, the newest last."""

    behaviour: Behaviour
    all: dict[str, Job] = field(default_factory=dict)

    def find(self, owner: int, name: str) -> Job:
        """The job of this id.

        Raises:
            Refusal: There is none, or not any more.
        """
        job = self.all.get(name)
        if job is None or job.owner != owner or self._expired(job):
            raise not_found()
        return job

    def _expired(self, job: Job) -> bool:
        """From when ``ttl`` counts is not documented: from the creation (assumed)."""
        ttl = job.request.ttl
        if ttl is not None and self.behaviour.clock() - job.created >= ttl:
            return True
        # deleted just when it would have ended
        return job.fault == "job_deleted" and self._stage(job) is None

    def remove(self, owner: int, name: str) -> Job:
        """``DELETE``: irreversible, or a stop of what runs, as was settled."""
        job = self.find(owner, name)
        if self.behaviour.deleting == "stops" and not self.state(job).ended:
            job.stopped = True
        else:
            del self.all[name]
        return job

    def visible(self, owner: int) -> Iterator[Job]:
        """Newest first, which is not documented; the newest may lag behind."""
        for job in [*reversed(self.all.values())]:
            if job.owner != owner or self._expired(job):
                continue
            job.listings += 1
            if job.listings > self.behaviour.listing_lag_polls:
                yield job

    # --- how far a job is -----------------------------------------------------------------------

    def _stage(self, job: Job) -> str | None:
        return self.behaviour.stage(polls=job.polls, created=job.created)

    def poll(self, job: Job) -> State:
        """What is said when somebody asks, which may be what moves the job on."""
        state = self.state(job)
        job.polls += 1
        return state

    def state(self, job: Job) -> State:
        """How far a job is; its times are noted when that is first seen."""
        state = self._state(job)
        if state.word != "waiting" and job.time_started is None:
            job.time_started = self.behaviour.now()
        if state.ended and job.time_completed is None:
            job.time_completed = self.behaviour.now()
        return state

    def _state(self, job: Job) -> State:
        stage = self._stage(job)
        done = self.behaviour.progress(polls=job.polls, created=job.created)
        share = round(min(0.99, done / (self.behaviour.length or 1)), 2)
        if job.stopped:
            return State("stopped", progress=share)
        failures = [reason(one.failure) for one in job.outcomes if one.failure is not None]
        if failures and stage != "waiting":
            return State("failed", tuple(failures))
        if stage is None and all(one.done for one in job.outcomes):
            return self._end(job)
        if stage == "processing" and job.fault == "unknown_state":
            return State("archiving", progress=share)
        return State(stage or "processing", progress=share)

    def _end(self, job: Job) -> State:
        if job.fault == "job_failed":
            return State("failed", ("Unexpected error while processing",), 0.5)
        if job.fault == "job_stopped":
            return State("stopped", progress=0.5)
        failing = job.failing(self.behaviour)
        errors = tuple(f"{name}: module failed" for name in job.request.modules if name in failing)
        if failing == job.request.modules.keys():
            return State("failed", errors, 1.0)
        return State("completed", errors, 1.0)
