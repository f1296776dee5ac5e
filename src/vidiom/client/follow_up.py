"""What deliveries asked for: questions to vendors, at a limited rate, and disputes settled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from vidiom.errors import NotFound, UnknownJob, VidiomError
from vidiom.flow.effects import Flow, now, run_blocking
from vidiom.jobs.deliveries import settled
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.checking import Checking
from vidiom.jobs.steps.stored import stored
from vidiom.jobs.store import JobStore
from vidiom.jobs.waking import wake
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import Job

__all__ = ["FollowUp"]

_LEASE: Final = timedelta(seconds=90)
"""After this nobody is believed to be still asking."""

_log = logging.getLogger("vidiom.webhooks")


@dataclass(frozen=True)
class FollowUp:
    """The part of receiving that takes time, and is done after the vendor has its answer."""

    store: JobStore
    provider_of: Callable[[StoredJob], Provider]

    def due(self) -> Flow[tuple[Job, ...]]:
        """Ask about every job that is due; the jobs afterwards. What fails is due again later."""
        moment = yield from now()
        waiting = yield from run_blocking(lambda: self.store.deliveries.due_polls(at=moment))
        asked: list[Job] = []
        for job_id in waiting:
            record = yield from self.poll(job_id)
            if record is not None:
                asked.append(record.job)
        return tuple(asked)

    def poll(self, job_id: str) -> Flow[StoredJob | None]:
        """Ask about one job, if it is due and nobody else does."""
        moment = yield from now()
        if not (yield from run_blocking(lambda: self._claimed(job_id, moment))):
            return None
        try:
            record, provider = yield from run_blocking(lambda: self._loaded(job_id))
        except UnknownJob:
            return None
        again_at = moment + timedelta(seconds=max(1.0, provider.settings.hint_seconds))
        try:
            record, done = yield from self._asked(record, provider)
        except VidiomError as error:
            _log.warning("job %s could not be asked after: %s", job_id, error.message)
            done = False
        later = None if done else again_at
        yield from run_blocking(lambda: self.store.deliveries.finish_poll(job_id, again_at=later))
        wake(job_id)
        return record

    def _claimed(self, job_id: str, at: datetime) -> bool:
        return self.store.deliveries.claim_poll(job_id, at=at, lease=_LEASE)

    def _loaded(self, job_id: str) -> tuple[StoredJob, Provider]:
        record = self.store.get(job_id)
        return record, self.provider_of(record)

    def _asked(self, record: StoredJob, provider: Provider) -> Flow[tuple[StoredJob, bool]]:
        """The job after the vendor's answer, and whether that settles the matter."""
        if not record.job.done:
            after, _ = yield from Checking(provider, self.store).check(record)
            return after, after.ref is not None
        conflict = yield from run_blocking(lambda: self.store.deliveries.conflict(record.job.id))
        if conflict is None or record.ref is None:
            return record, True
        try:
            status = yield from provider.check(record.ref)
        except NotFound:
            return record, True  # it cannot be settled any more: the first word stays
        after = yield from stored(
            self.store, record.job.id, lambda kept, at: settled(kept, status, at=at)
        )
        return after, status.state.terminal
