"""What the async client can do with many jobs, and step by step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import timedelta
from typing import TypeVar, Unpack

from vidiom.client.campaigns import Campaign, ListedMedia, ListOptions, ListRequest, Tally
from vidiom.client.duplicates import Duplicates
from vidiom.client.many_operations import ManyOperations, NextStep
from vidiom.client.opening import OnProgress
from vidiom.client.operations import JobLike, Operations
from vidiom.client.ordering import OrderOptions
from vidiom.client.pruning import Pruned, PruningRequest
from vidiom.flow.effects import Flow
from vidiom.jobs.records import StateChange
from vidiom.jobs.steps.review import Decision
from vidiom.schema.jobs import Job
from vidiom.schema.media import MediaInput

__all__ = ["AsyncManyJobs"]

T = TypeVar("T")


class AsyncManyJobs(ABC):
    """Many jobs at once, single steps, and what happened to a job; each to be awaited."""

    _operations: Operations

    @abstractmethod
    async def _run(
        self,
        flow: Flow[T],
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> T:
        """Carry a flow out; the client knows how."""

    @property
    def _many(self) -> ManyOperations:
        return ManyOperations(self._operations)

    async def submit_many(
        self,
        provider: str,
        items: Iterable[MediaInput | ListedMedia],
        *,
        campaign: str,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
        **options: Unpack[ListOptions],
    ) -> Campaign:
        """Make one job of each item of a list, as :meth:`vidiom.Client.submit_many` does."""
        asked = ListRequest(provider, campaign, options)
        flow = self._many.submit_many(asked, items, timeout)
        return await self._run(flow, on_progress)

    async def resume(
        self,
        *,
        provider: str | None = None,
        campaign: str | None = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Tally:
        """Bring everything unfinished to its end: submit, follow and collect.

        Any number of processes may do so at the same time on one store.

        Args:
            provider: Only jobs at this provider, or ``provider/account``.
            campaign: Only jobs of this list.
            timeout: Seconds to work at most.
            on_progress: Called with counts by state, rate and time left.
        """
        flow = self._many.resume(provider, campaign, timeout)
        return await self._run(flow, on_progress)

    async def prune(
        self, asked: PruningRequest, *, on_progress: OnProgress | None = None
    ) -> Pruned:
        """Forget jobs that ended long ago, with their answers; at the vendor too, if so wanted.

        A job whose result nobody has collected stays, or is collected first where only the vendor's
        copy is to go. What stays is told with the reason.
        """
        return await self._run(self._many.prune(asked), on_progress)

    async def duplicates(
        self,
        provider: str,
        *,
        within: timedelta | None = None,
        on_progress: OnProgress | None = None,
    ) -> Duplicates:
        """Jobs of ours that the vendor has more than once, by a listing of all that it has.

        What keeps jobs from being bought twice leaves one case over, which no client can exclude: a
        process that is frozen for minutes right before the first byte of its request. Nothing is
        changed here or there.

        Args:
            provider: Name of an installed provider, or ``provider/account``.
            within: Only jobs that were made so long ago at most.
            on_progress: Called as the listing goes on.

        Raises:
            UnsupportedOperation: The vendor cannot be asked which jobs it has of one order.
        """
        return await self._run(self._many.duplicates(provider, within), on_progress)

    async def enqueue(
        self, provider: str, media: MediaInput, **options: Unpack[OrderOptions]
    ) -> Job:
        """Store what is wanted and send nothing: a worker does, or whoever calls :meth:`advance`.

        Raises:
            UsageError: The request cannot be made.
        """
        return await self._run(self._many.enqueue(provider, media, options))

    async def advance(self, job: JobLike) -> NextStep:
        """Do the one step of a job that is due: submit, check or collect.

        It may be called at any time, twice, and by several processes: for schedulers of your own.

        Raises:
            VidiomError: Somebody must put something right; what passes is no error.
        """
        return await self._run(self._many.advance(job))

    async def settle(
        self, job: JobLike, decision: Decision, *, vendor_id: str | None = None
    ) -> Job:
        """Say what is to become of a job that needs a review.

        Args:
            job: A job or its id.
            decision: ``adopt`` (it is the vendor's job ``vendor_id``), ``send_again`` (the vendor
                has it not, which :meth:`wait` or a worker will change), or ``give_up``.
            vendor_id: The vendor's id of the job.

        Raises:
            UsageError: There is nothing to settle about this job.
        """
        return await self._run(self._many.settle(job, decision, vendor_id))

    async def history(self, job: JobLike) -> tuple[StateChange, ...]:
        """What happened to a job: when, from which state to which, why, and by which process.

        Raises:
            UnknownJob: The store has no such job.
        """
        return await self._run(self._many.history(job))
