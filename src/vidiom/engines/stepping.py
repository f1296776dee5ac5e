"""The step that engines run: a job is advanced by what is due, and says what comes next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from vidiom.engines.port import Again, Done, Failed, Next, WorkQueue
from vidiom.errors import StoreError, UnknownJob, VidiomError
from vidiom.flow.effects import Flow, now
from vidiom.flow.pacing import Pacer, paced
from vidiom.jobs.queries import AT_VENDOR
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.adoption import is_ambiguous, ripe_after
from vidiom.jobs.steps.steps import StepOutcome, Steps, limits_of
from vidiom.jobs.steps.stored import patiently
from vidiom.jobs.store import JobStore
from vidiom.provider.contract import Provider

__all__ = ["JobStep", "queues_of"]

_log = logging.getLogger("vidiom.engines")

_PERSON: Final = 300.0
"""Seconds before what somebody must put right (a wrong key) is tried again."""
_STORE: Final = 5.0
"""Seconds before a store that was away for long is tried again."""
_SHARE: Final = 0.5
"""A job at the vendor is asked after by itself when its age has grown by this share …"""
_LONGEST: Final = 600.0
"""… or after so long. Each account's poller asks for all of them far more often."""


def queues_of(provider: Provider, account: str | None) -> tuple[WorkQueue, WorkQueue]:
    """The two queues of an account: where its jobs run, and where answers are collected."""
    limits = limits_of(provider)
    name = f"{provider.name}/{account or 'default'}"
    run = WorkQueue(
        name=f"{name}/run",
        jobs_at_once=limits.jobs_in_flight,
        starts=limits.submissions,
        period_seconds=limits.period_seconds,
    )
    return run, WorkQueue(
        name=f"{name}/collect", jobs_at_once=provider.settings.collections_at_once
    )


@dataclass
class JobStep:
    """Advances jobs of a store. May be called from several threads; it raises nothing."""

    store: JobStore
    provider_of: Callable[[str, str | None], Provider]
    run: Callable[[Flow[Next]], Next]
    """Carries a flow out in the calling thread."""
    _accounts: dict[tuple[str, str | None], tuple[Provider, Pacer | None]] = field(
        default_factory=dict
    )
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, job_id: str, queue: str) -> Next:
        """Advance the job by the step that is due."""
        try:
            return self.run(self._advanced(job_id, queue))
        except UnknownJob as error:
            return Failed(error.message)
        except StoreError as error:
            _log.warning("%s", error.message)
            return self._later(job_id, _STORE if error.passing else _PERSON)
        except VidiomError as error:
            _log.warning("job %s: %s", job_id, error.message)
            return self._later(job_id, _PERSON)
        except Exception as error:  # noqa: BLE001 - a defect must not stop the other jobs
            _log.exception("job %s ended in a defect", job_id)
            return Failed(f"a defect: {type(error).__name__}")

    def _later(self, job_id: str, seconds: float) -> Next:
        """When what went wrong has told nothing of the job itself."""
        try:
            record = self.store.get(job_id)
            provider, _ = self._account(record)
        except VidiomError as error:
            return Failed(error.message)  # it is found and started again from the store
        if record.job.state.terminal and not record.to_be_collected:
            return Done()
        run, collect = queues_of(provider, record.job.account)
        return Again(seconds, collect if record.job.state.terminal else run)

    def _advanced(self, job_id: str, queue: str) -> Flow[Next]:
        record = yield from patiently(lambda: self.store.get(job_id))
        provider, pacer = self._account(record)
        run, collect = queues_of(provider, record.job.account)
        moment = (yield from now()).timestamp()
        if record.to_be_collected and queue != collect.name:
            return Again(0.0, collect)  # a big download holds up no submission
        if is_ambiguous(record):
            # The feeder looks up all of these in one listing, and wakes them.
            return Again(max(ripe_after(record, provider, moment), 1.0) + 1.0, run)
        steps = Steps(self.store, lambda _: provider)
        outcome = yield from paced(steps.advance(job_id), pacer)
        return _next(outcome, moment, run, collect)

    def _account(self, record: StoredJob) -> tuple[Provider, Pacer | None]:
        key = (record.job.provider, record.job.account)
        with self._lock:
            if key not in self._accounts:
                provider = self.provider_of(*key)
                rate = provider.settings.requests_per_second
                self._accounts[key] = provider, None if rate is None else Pacer(rate)
            return self._accounts[key]


def _next(outcome: StepOutcome, moment: float, run: WorkQueue, collect: WorkQueue) -> Next:
    record = outcome.record
    if outcome.again_after is None:
        return Done()
    after = outcome.again_after
    if record.job.state in AT_VENDOR:
        begun = record.submitted_at or record.job.created_at
        age = moment - begun.timestamp()
        after = max(after, min(_SHARE * age, _LONGEST))
    return Again(after, collect if record.to_be_collected else run)
