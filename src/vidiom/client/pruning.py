"""Forgetting old jobs, here and at the vendor; never one whose result is not archived."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from vidiom.errors import NotFound, StoreError, UsageError, VidiomError
from vidiom.flow.effects import Flow, Progress, now, report, run_blocking
from vidiom.jobs.queries import JobQuery
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.collection import Collection
from vidiom.jobs.store import JobStore
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobState
from vidiom.schema.model import Model

__all__ = ["Pruned", "Pruning", "PruningRequest"]

_ENDS: Final = tuple(state for state in JobState if state.terminal)


@dataclass(frozen=True, kw_only=True)
class PruningRequest:
    """Which jobs are to be forgotten, and where."""

    older_than: timedelta
    """Since their last change."""
    states: Sequence[JobState] = ()
    """Only ends; empty means every end."""
    at_vendor: bool = False
    """Delete them at the vendor as well, where it can."""
    keep_here: bool = False
    """Delete them at the vendor only: the job and its result stay here."""
    dry_run: bool = False

    def __post_init__(self) -> None:
        """Only what has come to an end is forgotten.

        Raises:
            UsageError: A state is no end, or nothing is to be deleted anywhere.
        """
        moving = [state.value for state in self.states if not state.terminal]
        if moving:
            ends = ", ".join(state.value for state in _ENDS)
            raise UsageError(f"jobs that are {moving[0]} are not pruned; ends are: {ends}.")
        if self.keep_here and not self.at_vendor:
            raise UsageError("to keep the jobs here, say that they are to go at the vendor.")


class Pruned(Model):
    """What became of old jobs."""

    jobs: tuple[str, ...] = ()
    """Ids of those that were forgotten."""
    kept: Mapping[str, str] = {}
    """Ids of those that stay, each with the reason."""


@dataclass(frozen=True)
class Pruning:
    """Forgets jobs one by one: what fails for one is told, and the others go all the same.

    A result that nobody has collected is archived before it goes at the vendor. Where the job is to
    go here as well it stays, because its result would be lost unseen.
    """

    store: JobStore
    provider_of: Callable[[StoredJob], Provider]

    def prune(self, asked: PruningRequest) -> Flow[Pruned]:
        """Forget what is asked for; its answers go with it."""
        query = JobQuery(
            states=tuple(asked.states) or _ENDS,
            changed_before=(yield from now()) - asked.older_than,
        )
        found = yield from run_blocking(lambda: self.store.track(query))
        gone: list[str] = []
        kept: dict[str, str] = {}
        for number, one in enumerate(found, 1):
            try:
                yield from self._forgotten(one.id, asked)
            except StoreError:
                raise
            except VidiomError as error:
                kept[one.id] = error.message
            else:
                gone.append(one.id)
            yield from report(Progress("pruning", fraction=number / len(found)))
        return Pruned(jobs=tuple(gone), kept=kept)

    def _forgotten(self, job_id: str, asked: PruningRequest) -> Flow[None]:
        record = yield from run_blocking(lambda: self.store.get(job_id))
        if asked.dry_run:
            return
        if record.to_be_collected:
            record = yield from self._archived(record, keep_here=asked.keep_here)
        if asked.at_vendor and record.ref is not None:
            provider = self.provider_of(record)
            if supports(provider, "delete"):
                with suppress(NotFound):  # then it is gone, which is what was wanted
                    yield from provider.delete(record.ref)
        if not asked.keep_here:
            yield from run_blocking(lambda: self.store.remove(job_id))

    def _archived(self, record: StoredJob, *, keep_here: bool) -> Flow[StoredJob]:
        """The job once its result is safe.

        Raises:
            VidiomError: It is not; the job stays.
        """
        if not keep_here:
            raise UsageError("its result is not in the archive yet; `vidiom resume` collects it.")
        collection = Collection(self.provider_of(record), self.store)
        return (yield from collection.collect(record))
