"""When a job may be expected to end, by what its vendor says of its own speed."""

from __future__ import annotations

from datetime import datetime, timedelta

from vidiom.errors import VidiomError
from vidiom.flow.effects import Flow
from vidiom.jobs.records import StoredJob
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.schema.media import ImageBatch

__all__ = ["expected_end"]


def expected_end(provider: Provider, record: StoredJob) -> Flow[datetime | None]:
    """The moment; ``None`` where the vendor does not say, or the media's length is not known.

    Only a hint: where the question fails, the job must not fail with it.
    """
    if record.submitted_at is None or not supports(provider, "latency"):
        return None
    units = provider.units(record.order)
    if units is None:
        return None
    try:
        latency = yield from provider.latency(
            "image" if isinstance(record.order.media, ImageBatch) else "video"
        )
        return record.submitted_at + timedelta(seconds=latency.seconds_for(units))
    except (VidiomError, OverflowError):
        return None
