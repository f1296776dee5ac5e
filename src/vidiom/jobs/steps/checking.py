"""Asking the vendor how jobs are, and keeping what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from vidiom.errors import Expired, NotFound
from vidiom.flow.effects import Flow, now, run_blocking
from vidiom.jobs.deliveries import disputes
from vidiom.jobs.records import StoredJob, failure_of
from vidiom.jobs.steps.adoption import Adoption, is_ambiguous
from vidiom.jobs.steps.stored import patiently, stored
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobState, JobStatus

__all__ = ["Checking"]


@dataclass(frozen=True)
class Checking:
    """Questions about jobs of one vendor account. They change nothing at the vendor."""

    provider: Provider
    store: JobStore

    def check(self, record: StoredJob) -> Flow[tuple[StoredJob, float | None]]:
        """Ask once; the record as it is now, and when the vendor suggests to ask again."""
        if record.job.state.terminal:
            return record, None
        if is_ambiguous(record):
            (record,) = yield from Adoption(self.provider, self.store).settle([record])
            return record, None
        if record.ref is None:
            return record, None
        try:
            status = yield from self.provider.check(record.ref)
        except NotFound as error:
            return (yield from self._gone(record, error)), None
        record = yield from stored(
            self.store, record.job.id, lambda r, at: r.moved(status.state, at=at, status=status)
        )
        if disputes(record, status):
            yield from self._disputed(record, status)
        return record, status.poll_after

    def told(self, statuses: Mapping[str, JobStatus]) -> Flow[list[StoredJob]]:
        """Keep what the vendor said of many jobs, by our ids; the jobs afterwards."""
        moment = yield from now()

        def moved(record: StoredJob) -> StoredJob:
            status = statuses[record.job.id]
            return record.moved(status.state, at=moment, status=status)

        return list((yield from patiently(lambda: self.store.update_many(statuses, moved))))

    def _disputed(self, record: StoredJob, status: JobStatus) -> Flow[None]:
        """A webhook told another end while the vendor was being asked: it is asked once more."""
        moment = yield from now()
        yield from run_blocking(
            lambda: self.store.deliveries.want_poll(
                record.job.id, at=moment, interval=timedelta(0), conflict=status.state
            )
        )

    def _gone(self, record: StoredJob, error: NotFound) -> Flow[StoredJob]:
        """A job that was accepted and is not known any more has expired at the vendor."""
        seen = record.job.state is JobState.RUNNING or record.job.vendor_state is not None
        if not seen and not isinstance(error, Expired):
            raise error
        failure = failure_of(error)
        return (
            yield from stored(
                self.store,
                record.job.id,
                lambda r, at: r.moved(JobState.EXPIRED, at=at, failure=failure),
            )
        )
