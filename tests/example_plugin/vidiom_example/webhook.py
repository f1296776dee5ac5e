"""Example's webhooks."""

from __future__ import annotations

from vidiom.errors import MalformedAnswer, UnreadableDelivery
from vidiom.provider import decode
from vidiom.schema.jobs import JobUpdate
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom_example import normalize, wire

__all__ = ["SIGNATURE", "update"]

# https://api.example/docs#webhooks
SIGNATURE = SignatureScheme(header="X-Example-Signature", digest="sha256", encoding="hex")


def update(delivery: Delivery) -> JobUpdate:
    """What a delivery says."""
    try:
        job = decode(delivery.body, wire.JobState, provider="example", operation="read_delivery")
        status = normalize.status(job)
    except MalformedAnswer as error:
        raise UnreadableDelivery(error.message, provider="example") from None
    return JobUpdate(vendor_id=job.id, status=status, event="job.changed", verified=True)
