"""Stopping jobs, at whatever point of their way to the vendor they are."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from vidiom.errors import ApiError, RateLimited, ServerError, TransportError
from vidiom.flow.effects import Flow
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.stored import stored
from vidiom.jobs.store import JobStore
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobState

__all__ = ["Cancellation"]

_log = logging.getLogger("vidiom.jobs")


@dataclass(frozen=True)
class Cancellation:
    """Stops jobs of one vendor account."""

    provider: Provider
    store: JobStore

    def cancel(self, record: StoredJob) -> Flow[StoredJob]:
        """Stop a job; one that has already ended stays as it is.

        While nobody knows whether the vendor has it, the wish is kept, and carried out as soon as
        the vendor's id is known.

        Raises:
            UnsupportedOperation: This vendor cannot stop a job.
        """
        if record.job.state.terminal:
            return record
        if record.ref is None:
            record = yield from stored(
                self.store,
                record.job.id,
                lambda r, at: (
                    r.with_changes(cancel_requested=True)
                    if r.claim is not None or r.ref is not None
                    else r.moved(JobState.CANCELED, at=at)
                ),
            )
        if record.ref is None or record.job.state.terminal:
            return record
        yield from self.provider.cancel(record.ref)
        return (
            yield from stored(
                self.store, record.job.id, lambda r, at: r.moved(JobState.CANCELED, at=at)
            )
        )

    def as_requested(self, record: StoredJob) -> Flow[StoredJob]:
        """Carry out a wish from before the vendor's id was known, where the vendor can."""
        if not record.cancel_requested or record.ref is None or record.job.state.terminal:
            return record
        if not supports(self.provider, "cancel"):
            return record
        try:
            return (yield from self.cancel(record))
        except (RateLimited, ServerError, TransportError) as error:
            _log.info("job %s is canceled later: %s", record.job.id, error.message)
            return record  # the wish is kept, and carried out when it is looked at again
        except ApiError as error:  # it is too late for that: the job goes on
            _log.warning("job %s could not be canceled: %s", record.job.id, error.message)
        return (
            yield from stored(
                self.store, record.job.id, lambda r, _: r.with_changes(cancel_requested=False)
            )
        )
