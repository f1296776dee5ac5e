"""The time between two questions for a job's state, while news may come at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vidiom.client.follow_up import FollowUp
from vidiom.flow.bells import Bell
from vidiom.flow.effects import Flow, now, run_blocking, sleep
from vidiom.jobs.records import StoredJob
from vidiom.jobs.store import JobStore
from vidiom.jobs.waking import waiting_for
from vidiom.provider.contract import Provider

__all__ = ["Resting"]

_LOOK: Final = 1.0
"""Seconds between two looks into the store: what another process has received is found there."""


@dataclass(frozen=True)
class Resting:
    """Waiting for one job."""

    provider: Provider
    store: JobStore

    def pause(self, record: StoredJob, hint: float | None) -> float:
        """Seconds to the next question; polling is relaxed where a webhook is expected."""
        settings = self.provider.settings
        pause = settings.poll_seconds if hint is None else hint
        if record.order.callback is not None:
            pause = max(pause, settings.relaxed_poll_seconds)
        return pause

    def rest(self, record: StoredJob, seconds: float) -> Flow[StoredJob]:
        """Let the time pass, or less when news of the job comes; the job as it is then."""
        if record.order.callback is None:
            yield from sleep(seconds)
            return record
        with waiting_for(record.job.id) as bell:
            return (yield from self._until_news(record, seconds, bell))

    def _until_news(self, record: StoredJob, seconds: float, bell: Bell) -> Flow[StoredJob]:
        begun = yield from now()
        while True:
            bell.clear()
            kept = yield from run_blocking(lambda: self.store.get(record.job.id))
            if kept.job.state is record.job.state:
                # A hint: nobody may believe it, but the vendor can be asked at once.
                kept = (yield from self._asked(kept)) or kept
            if kept.job.state is not record.job.state:
                return kept
            moment = yield from now()
            left = seconds - (moment - begun).total_seconds()
            if left <= 0:
                return kept
            yield from sleep(min(left, _LOOK), bell)

    def _asked(self, record: StoredJob) -> Flow[StoredJob | None]:
        follow_up = FollowUp(self.store, lambda _: self.provider)
        return (yield from follow_up.poll(record.job.id))
