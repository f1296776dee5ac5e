"""Example's webhooks."""

from __future__ import annotations

from vidiom.provider import decode, readable_delivery
from vidiom.schema.jobs import JobUpdate
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom_example import normalize, wire

__all__ = ["SIGNATURE", "update"]

# https://api.example/docs#webhooks
SIGNATURE = SignatureScheme(header="X-Example-Signature", digest="sha256", encoding="hex")


def update(delivery: Delivery) -> JobUpdate:
    """What a delivery says."""
    with readable_delivery("example"):
        job = decode(delivery.body, wire.JobState, provider="example", operation="read_delivery")
        status = normalize.status(job)
    return JobUpdate(vendor_id=job.id, status=status, event="job.changed", verified=True)
