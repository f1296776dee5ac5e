"""Jobs that the vendor has more than once: what no client can exclude, a listing finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from vidiom.errors import UnsupportedOperation
from vidiom.flow.effects import Flow, Progress, now, report, run_blocking
from vidiom.jobs.queries import JobQuery
from vidiom.jobs.records import StoredJob
from vidiom.jobs.store import JobStore
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobRef
from vidiom.schema.model import Model

__all__ = ["DuplicateSearch", "Duplicates"]

_AT_ONCE: Final = 5000
"""Jobs that are looked up in one listing: their orders are held meanwhile."""


class Duplicates(Model):
    """What a vendor's listing says of jobs that have a place at the vendor."""

    looked_up: int = 0
    """Jobs of ours that the listing tells something of."""
    untold: int = 0
    """Jobs of ours that it says nothing of: it is not complete, or they are gone there."""
    jobs: Mapping[str, tuple[str, ...]] = {}
    """Our ids of jobs that the vendor has more than once, each with the vendor's ids of the others,
    which no job of ours goes on with."""


@dataclass(frozen=True)
class DuplicateSearch:
    """Compares the jobs of one vendor account with the vendor's own listing. It changes nothing."""

    provider: Provider
    account: str
    store: JobStore

    def run(self, within: timedelta | None = None) -> Flow[Duplicates]:
        """Look all jobs up that are no older, by our own ids.

        Raises:
            UnsupportedOperation: The vendor cannot be asked which jobs it has of one order.
        """
        if not supports(self.provider, "find_many"):
            raise UnsupportedOperation(
                "jobs cannot be looked up by our own ids in a listing of this provider's.",
                provider=self.provider.name,
                operation="find_many",
            )
        query = JobQuery(provider=self.provider.name, account=self.account)
        known = yield from run_blocking(lambda: self.store.track(query))
        ids = [job.id for job in known if job.ref is not None]
        since = None if within is None else (yield from now()) - within
        found = Duplicates()
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            records = yield from run_blocking(partial(self._made, some, since))
            if records:
                found = _together(found, (yield from self._compared(records)))
            yield from report(Progress("looking up", fraction=(start + len(some)) / len(ids)))
        return found

    def _made(self, ids: Sequence[str], since: datetime | None) -> list[StoredJob]:
        records = map(self.store.get, ids)
        return [one for one in records if since is None or one.job.created_at >= since]

    def _compared(self, records: Sequence[StoredJob]) -> Flow[Duplicates]:
        found = yield from self.provider.find_many([one.order for one in records])
        told = {one.job.id: found.get(one.order.correlation, ()) for one in records}
        others = {one.job.id: _others(one, told[one.job.id]) for one in records}
        looked_up = sum(map(bool, told.values()))
        return Duplicates(
            looked_up=looked_up,
            untold=len(records) - looked_up,
            jobs={job_id: ids for job_id, ids in others.items() if ids},
        )


def _together(one: Duplicates, other: Duplicates) -> Duplicates:
    return Duplicates(
        looked_up=one.looked_up + other.looked_up,
        untold=one.untold + other.untold,
        jobs={**one.jobs, **other.jobs},
    )


def _others(record: StoredJob, refs: Sequence[JobRef]) -> tuple[str, ...]:
    own = record.ref.vendor_id if record.ref is not None else None
    return tuple(dict.fromkeys(ref.vendor_id for ref in refs if ref.vendor_id != own))
