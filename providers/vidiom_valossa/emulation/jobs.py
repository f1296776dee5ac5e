"""Jobs: how they move on, and what is said of them on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from vidiom.emulation.analyst import Outcome
from vidiom.emulation.refusal import Json, Refusal
from vidiom_valossa.emulation.behaviour import Behaviour
from vidiom_valossa.emulation.findings import Findings
from vidiom_valossa.emulation.media import details
from vidiom_valossa.emulation.orders import NewJob
from vidiom_valossa.emulation.refusal import JOB_NOT_FOUND, invalid, missing

__all__ = ["WAITING", "Job", "Jobs", "Status"]

WAITING: Final = frozenset({"queued", "on_hold"})
"""What can be canceled (https://docs.valossa.com/getting-started/core-concepts)."""

_MOST_LISTED: Final = 10_000
_LISTED: Final = 200


@dataclass(frozen=True)
class Status:
    """What ``job_status`` says."""

    status: str
    transfer: str
    details: str | None = None
    hint: int | None = None

    @property
    def ended(self) -> bool:
        """Whether the job moves no more."""
        return self.status in {"finished", "error", "canceled"}

    def written(self) -> Json:
        """As it stands in an answer."""
        return {
            "status": self.status,
            "media_transfer_status": self.transfer,
            "details": self.details,
            "poll_again_after_seconds": self.hint,
        }


@dataclass
class Job:
    """One job, as bought."""

    id: str
    owner: int
    """Number of the key that it was bought with."""
    request: NewJob
    outcome: Outcome[Findings]
    created: float
    fault: str | None = None
    """What was settled to go wrong with it."""
    polls: int = 0
    listings: int = 0
    canceled: bool = False
    expired: bool = False
    called_back: bool = False


@dataclass
class Jobs:
    """All jobs of all customers, the newest last."""

    behaviour: Behaviour
    all: dict[str, Job] = field(default_factory=dict)

    def add(self, job: Job) -> None:
        """One more."""
        self.all[job.id] = job

    def find(self, owner: int, asked: Mapping[str, object]) -> Job:
        """The job that a request names, by its id or the customer's.

        Of several with one customer's id, it is the latest (older reference).
        """
        name, own = asked.get("job_id"), asked.get("customer_media_id")
        if name is None and own is None:
            raise missing("job_id")
        job = self.all.get(str(name)) if name is not None else self._latest(owner, own)
        if job is None or job.owner != owner:
            raise Refusal(404, JOB_NOT_FOUND)
        return job

    def _latest(self, owner: int, own: object) -> Job | None:
        for job in reversed(self.all.values()):
            if job.owner == owner and job.request.customer_media_id == own:
                return job
        return None

    def poll(self, job: Job) -> Status:
        """What is said when somebody asks, which may be what moves the job on."""
        status = self.status(job)
        job.polls += 1
        return status

    def status(self, job: Job) -> Status:
        """How far a job is."""
        stage = self._stage(job)
        transfer = self._transfer(job, stage)
        if job.canceled:
            return Status("canceled", transfer)
        failure = job.outcome.failure
        lost = failure is not None and failure.of_transfer and transfer == "finished"
        if failure is not None and (lost or (stage is None and not failure.of_transfer)):
            return Status("error", "error" if lost else transfer, details(failure))
        if stage is None and job.outcome.done and failure is None:
            return Status("finished", "finished")
        name = stage or "processing"
        return Status(name, transfer, None, self.behaviour.hint_for(name))

    def _progress(self, job: Job) -> float:
        return self.behaviour.progress(polls=job.polls, created=job.created)

    def _stage(self, job: Job) -> str | None:
        """Name of the stage; ``None`` when all are over."""
        return self.behaviour.stage(polls=job.polls, created=job.created)

    def _transfer(self, job: Job, stage: str | None) -> str:
        """The media arrives while the job is in its queue."""
        if not job.outcome.fetched:
            return "downloading" if self._progress(job) else "queued"
        if stage != "queued":
            return "finished"
        return "downloading" if self._progress(job) else "queued"

    # --- listing ----------------------------------------------------------------------------

    def listed(self, owner: int, query: Mapping[str, str]) -> list[Json]:
        """``list_jobs``; asking for states is asking after each job."""
        count = _count(query.get("n_jobs"))
        with_status = query.get("show_status") == "true"
        with_media = query.get("show_media_info") == "true"
        listed: list[Json] = []
        for job in self._visible(owner):
            if len(listed) == count:
                break
            entry: Json = {"job_id": job.id}
            if job.request.customer_media_id is not None:
                entry["customer_media_id"] = job.request.customer_media_id
            if with_status:
                entry["job_status"] = self.poll(job).written()
            if with_media:  # name and shape are not documented
                media = job.request.media
                entry["media_info"] = {name: media[name] for name in ("title", "description")}
            listed.append(entry)
        return listed

    def _visible(self, owner: int) -> Iterator[Job]:
        """Newest first, which is not documented either; the newest may lag behind."""
        now = self.behaviour.clock()
        for job in [*reversed(self.all.values())]:
            if job.owner != owner:
                continue
            job.listings += 1
            late = job.listings <= self.behaviour.listing_lag_polls
            if not late and now - job.created >= self.behaviour.listing_lag_seconds:
                yield job


def _count(asked: str | None) -> int:
    if asked is None:
        return _LISTED
    if not asked.isdecimal() or not 1 <= int(asked) <= _MOST_LISTED:
        raise invalid("n_jobs")
    return int(asked)
