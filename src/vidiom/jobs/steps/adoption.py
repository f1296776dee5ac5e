"""Submissions that were never answered: finding out at the vendor whether they created a job."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from vidiom.errors import JobNeedsReview, StoreError, UnsupportedOperation, VidiomError
from vidiom.flow.effects import Flow, now
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.stored import Change, stored
from vidiom.jobs.store import JobStore
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobFailure, JobRef, JobState

__all__ = ["Adoption", "is_ambiguous", "ripe_after"]

_log = logging.getLogger("vidiom.jobs")


def is_ambiguous(record: StoredJob) -> bool:
    """Whether the request that creates the job may have reached the vendor, and nobody knows."""
    waiting = record.job.state is JobState.SUBMITTING and record.ref is None
    return waiting and record.claim is not None


def ripe_after(record: StoredJob, provider: Provider, moment_seconds: float) -> float:
    """Seconds until the vendor's listing can be trusted about this job; 0 when it can be now."""
    begun = (record.submitted_at or record.job.created_at).timestamp()
    return max(0.0, begun + provider.settings.settle_seconds - moment_seconds)


@dataclass(frozen=True)
class Adoption:
    """Settles what became of submissions of one vendor account. It never sends one."""

    provider: Provider
    store: JobStore

    def settle(self, records: Sequence[StoredJob]) -> Flow[list[StoredJob]]:
        """Look all ambiguous jobs up at once, those for which it is time; the jobs afterwards.

        What the vendor has is adopted. What it provably has not may be submitted again: its claim
        is cleared. Where neither can be told, a person decides (``needs_review``), unless the
        account is set to send again.
        """
        moment = (yield from now()).timestamp()
        ripe = [
            record
            for record in records
            if is_ambiguous(record) and ripe_after(record, self.provider, moment) <= 0
        ]
        after = {record.job.id: record for record in records}
        if ripe:
            found = yield from self._found(ripe)
            for record in ripe:
                refs = found.get(record.order.correlation) if found is not None else None
                after[record.job.id] = yield from self._decided(record, refs)
        return [after[record.job.id] for record in records]

    def _found(self, records: Sequence[StoredJob]) -> Flow[Mapping[str, Sequence[JobRef]] | None]:
        """What the vendor has, by correlation id; ``None`` where it cannot be asked."""
        if supports(self.provider, "find_many"):
            return (yield from self.provider.find_many([record.order for record in records]))
        if not supports(self.provider, "find"):
            return None
        found: dict[str, Sequence[JobRef]] = {}
        for record in records:
            try:
                ref = yield from self.provider.find(record.order)
            except (JobNeedsReview, UnsupportedOperation):
                continue  # left out: this one cannot be told
            found[record.order.correlation] = () if ref is None else (ref,)
        return found

    def _decided(self, record: StoredJob, refs: Sequence[JobRef] | None) -> Flow[StoredJob]:
        if refs:
            yield from self._end_surplus(record, refs[1:])
            try:
                return (yield from self._changed(record, lambda r, at: r.bound(refs[0], at=at)))
            except StoreError as error:
                if error.passing:
                    raise
                # The vendor's job belongs to another job of ours: nothing that we can repair.
                return (yield from self._changed(record, _moved(JobState.NEEDS_REVIEW, _UNKNOWN)))
        absent = refs is not None and self.provider.listing_complete
        if absent or self.provider.settings.when_unanswered == "send_again":
            return (yield from self._changed(record, _cleared))
        return (yield from self._changed(record, _moved(JobState.NEEDS_REVIEW, _UNKNOWN)))

    def _changed(self, record: StoredJob, change: Change) -> Flow[StoredJob]:
        """The job after a change that nobody else was faster with."""
        return (
            yield from stored(
                self.store,
                record.job.id,
                lambda r, at: change(r, at) if is_ambiguous(r) and r.claim == record.claim else r,
            )
        )

    def _end_surplus(self, record: StoredJob, refs: Sequence[JobRef]) -> Flow[None]:
        """Of several jobs at the vendor one is ours; the others are told of, and stopped."""
        for ref in refs:
            _log.warning(
                "job %s was bought more than once: %s job %s is another one of it",
                record.job.id,
                self.provider.name,
                ref.vendor_id,
            )
            if supports(self.provider, "cancel"):
                try:
                    yield from self.provider.cancel(ref)
                except VidiomError as error:
                    _log.warning("it could not be canceled: %s", error.message)


def _moved(state: JobState, failure: JobFailure) -> Change:
    return lambda record, at: record.moved(state, at=at, failure=failure)


def _cleared(record: StoredJob, at: datetime) -> StoredJob:
    """Free to be sent again; or canceled, if somebody wanted that meanwhile."""
    if record.cancel_requested:
        return record.moved(JobState.CANCELED, at=at).with_changes(claim=None)
    job = record.job.model_copy(update={"error": _NEVER_CREATED})
    return record.with_changes(claim=None, job=job)


_UNKNOWN: Final = JobFailure(
    code="SubmissionUnanswered",
    message="The vendor never answered the submission, and whether it has the job cannot be "
    "found out by looking it up. Look at the vendor's own pages, then tell with `vidiom settle`.",
)
_NEVER_CREATED: Final = JobFailure(
    code="NeverCreated",
    message="The vendor does not have the job; nothing was bought, and it may be submitted again.",
)
