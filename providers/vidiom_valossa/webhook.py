"""Valossa's callback: unsigned, so never more than a hint to ask for the state."""

from __future__ import annotations

from vidiom.errors import MalformedAnswer, UnreadableDelivery
from vidiom.provider import decode
from vidiom.schema.jobs import JobUpdate
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import Unsigned
from vidiom_valossa import wire
from vidiom_valossa.normalize import PollRange, status

__all__ = ["SIGNATURE", "update"]

# https://docs.valossa.com/api-reference/new-job: one POST when the job reaches an end state, sent
# again once when it is not answered with 200; no signature, secret, timestamp or sender is
# documented.
SIGNATURE = Unsigned(reason="Valossa signs no callbacks; a delivery only causes a poll")


def update(delivery: Delivery, poll: PollRange) -> JobUpdate:
    """What a callback claims."""
    try:
        said = decode(delivery.body, wire.Callback, provider="valossa", operation="read_delivery")
    except MalformedAnswer as error:
        raise UnreadableDelivery(
            error.message, provider="valossa", operation="read_delivery"
        ) from None
    claimed = status(wire.JobStatus(), said.status, poll)
    return JobUpdate(vendor_id=said.job_id, status=claimed, event=said.status, verified=False)
