"""The vendor's own list of jobs, also of those that other programs submitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vidiom.schema.jobs import JobRef, JobStatus
from vidiom.schema.model import JsonObject
from vidiom_valossa import normalize, wire

__all__ = ["JobAtVendor", "jobs_of"]


@dataclass(frozen=True)
class JobAtVendor:
    """One job as the vendor lists it (https://docs.valossa.com/api-reference/overview)."""

    ref: JobRef
    customer_media_id: str | None
    """The id that whoever submitted it gave it; of vidiom's own jobs the job's id."""
    status: JobStatus | None
    """``None`` where the vendor did not say."""
    media: JsonObject
    """Title and the like, in the vendor's words: their names are not documented."""


def jobs_of(listed: Iterable[wire.ListedJob], poll: normalize.PollRange) -> Iterator[JobAtVendor]:
    """The jobs of a listing, in its order; entries without an id are none."""
    for one in listed:
        if not one.job_id:
            continue
        said = one.job_status
        status = normalize.status(said, said.status, poll) if said and said.status else None
        ref = JobRef(provider="valossa", vendor_id=one.job_id)
        yield JobAtVendor(ref, one.customer_media_id, status, one.media_info or {})
