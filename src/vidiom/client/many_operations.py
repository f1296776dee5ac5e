"""Operations on many jobs at once, and single steps, as flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from vidiom.client.campaigns import Campaign, ListedMedia, ListRequest, Tally, enlisted
from vidiom.client.configuration import ProviderName
from vidiom.client.duplicates import Duplicates, DuplicateSearch
from vidiom.client.operations import JobLike, Operations
from vidiom.client.ordering import OrderOptions
from vidiom.client.pruning import Pruned, Pruning, PruningRequest
from vidiom.flow.effects import Flow, run_blocking
from vidiom.jobs.records import StateChange
from vidiom.jobs.steps.review import Decision, Review
from vidiom.jobs.steps.steps import Steps
from vidiom.jobs.steps.stored import stored
from vidiom.jobs.tracking.plan import Selection
from vidiom.jobs.tracking.tracker import Tracker
from vidiom.schema.jobs import Job, JobRef
from vidiom.schema.media import MediaInput, as_media

__all__ = ["ManyOperations", "NextStep"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where a job stands after a step, and when the next one is due."""

    job: Job
    again_after: float | None
    """Seconds until there is something to do again; ``None`` when nothing is left to do."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do: it has ended, and what there is of it is archived."""
        return self.again_after is None


@dataclass(frozen=True)
class ManyOperations:
    """What both clients can do with many jobs, on top of what they can do with one."""

    operations: Operations

    def submit_many(
        self,
        asked: ListRequest,
        items: Iterable[MediaInput | ListedMedia],
        timeout: float | None,
    ) -> Flow[Campaign]:
        """Store a job for each item of a list, then bring all of them to their end."""
        name = ProviderName.parse(asked.provider)
        adapter = yield from run_blocking(
            lambda: self.operations.provider(name.provider, name.account)
        )
        asked = replace(asked, callback_base=self.operations.configuration.callback_url)
        campaign = yield from enlisted(asked, adapter, items, self.operations.store)
        chosen = Selection(campaign=asked.campaign, **name.selected())
        if asked.options.get("wait", True):
            counts = yield from self.tracker(chosen).run(timeout=timeout)
        else:
            counts = yield from run_blocking(lambda: self.operations.store.counts(chosen.query()))
        return campaign.model_copy(update={"tally": Tally.of(counts)})

    def resume(
        self, provider: str | None, campaign: str | None, timeout: float | None
    ) -> Flow[Tally]:
        """Bring everything unfinished to its end."""
        name = ProviderName.parse(provider or "")
        chosen = Selection(campaign=campaign, **(name.selected() if provider else {}))
        counts = yield from self.tracker(chosen).run(timeout=timeout)
        return Tally.of(counts)

    def prune(self, asked: PruningRequest) -> Flow[Pruned]:
        """Forget old jobs."""
        own = self.operations
        pruning = Pruning(own.store, lambda r: own.provider(r.job.provider, r.job.account))
        return (yield from pruning.prune(asked))

    def duplicates(self, provider: str, within: timedelta | None) -> Flow[Duplicates]:
        """Jobs that the vendor has more than once."""
        name, own = ProviderName.parse(provider), self.operations
        adapter = yield from run_blocking(lambda: own.provider(name.provider, name.account))
        return (yield from DuplicateSearch(adapter, name.account or "", own.store).run(within))

    def tracker(self, selection: Selection) -> Tracker:
        """What follows many jobs at once; may block when the store is first opened."""
        return Tracker(
            self.operations.store, self.operations.provider, selection, self.operations.pace
        )

    def enqueue(self, provider: str, media: MediaInput, options: OrderOptions) -> Flow[Job]:
        """Store what is wanted, and send nothing."""
        record, _ = yield from self.operations.intended(provider, lambda: as_media(media), options)
        record = record.with_changes(campaign="")
        yield from run_blocking(lambda: self.operations.store.add(record))
        return record.job

    def advance(self, job: JobLike) -> Flow[NextStep]:
        """Do the one step of a job that is due."""
        outcome = yield from self.steps.advance(job if isinstance(job, str) else job.id)
        return NextStep(outcome.record.job, outcome.again_after)

    @property
    def steps(self) -> Steps:
        """The steps of all jobs of the store; may block when it is first opened."""
        return Steps(
            self.operations.store, lambda r: self.operations.provider(r.job.provider, r.job.account)
        )

    def settle(self, job: JobLike, decision: Decision, vendor_id: str | None) -> Flow[Job]:
        """Keep a person's word on a job that needs a review."""
        record, adapter = yield from self.operations.record(job)
        ref: JobRef | None = None
        if vendor_id:
            ref = adapter.reference(record.order, vendor_id)
            ref = ref.model_copy(update={"account": record.job.account})
        review = Review(decision, ref)
        record = yield from stored(self.operations.store, record.job.id, review.settled)
        return record.job

    def history(self, job: JobLike) -> Flow[tuple[StateChange, ...]]:
        """What happened to a job, the oldest first."""
        job_id = job if isinstance(job, str) else job.id
        return tuple((yield from run_blocking(lambda: self.operations.store.history(job_id))))
