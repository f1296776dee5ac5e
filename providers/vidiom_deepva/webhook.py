"""DeepVA's webhooks: how they are signed, as data, and what a delivery says."""

from __future__ import annotations

from dataclasses import replace

from vidiom.errors import UnreadableDelivery
from vidiom.provider import decode, readable_delivery
from vidiom.schema.jobs import JobState, JobStatus, JobUpdate
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import NonceRule, SignatureScheme
from vidiom_deepva import states, wire
from vidiom_deepva.settings import DeepvaSettings

__all__ = ["SIGNATURE", "scheme", "update"]

# https://docs.deepva.com/webhooks (older copy): HMAC-SHA512 of the request body under a secret that
# is set on the platform's page, and a nonce, Unix time, that always grows. The names of headers and
# the encoding are not documented: all of it is a setting.
SIGNATURE = SignatureScheme(
    header="X-DeepVA-Signature",
    digest="sha512",
    message="{body}",
    encoding="either",
    prefixes=("", "sha512="),
    nonce=NonceRule(header="X-DeepVA-Nonce", member="timestamp"),
)


def scheme(settings: DeepvaSettings) -> SignatureScheme:
    """The same with what an account's settings say of it.

    Raises:
        ConfigurationError: They do not fit together.
    """
    return replace(
        SIGNATURE,
        header=settings.signature_header,
        message=settings.signed_message,
        encoding=settings.signature_encoding,
        nonce=NonceRule(
            header=settings.nonce_header,
            member="timestamp",
            past_seconds=settings.nonce_window_seconds,
            future_seconds=settings.nonce_window_seconds,
            order=settings.nonce_order,
        ),
    )


def update(delivery: Delivery, settings: DeepvaSettings) -> JobUpdate:
    """What a delivery says. Events that are not of jobs say nothing of one, and are no error.

    The event of one module of several tells nothing of the job that the job in it does not.
    """
    with readable_delivery("deepva"):
        said = decode(delivery.body, wire.Event, provider="deepva", operation="read_delivery")
        if not said.event:
            raise UnreadableDelivery(
                "the delivery names no event.", provider="deepva", operation="read_delivery"
            )
        job = said.data.job if said.data is not None else None
        if job is None or not job.id:
            return JobUpdate(vendor_id=None, status=None, event=said.event, verified=False)
        status: JobStatus | None = None
        if job.state:
            status = states.status(job, job.state, settings)
        elif "." not in said.event:
            status = _by_event(said.event)
        return JobUpdate(
            vendor_id=job.id,
            status=status,
            event=said.event,
            verified=False,
            correlation=job.tag or None,
        )


def _by_event(event: str) -> JobStatus | None:
    """For a job without a state: what the name of the event says."""
    known = {
        "on_started": JobState.RUNNING,
        "on_completed": JobState.SUCCEEDED,
        "on_failed": JobState.FAILED,
    }
    state = known.get(event)
    return None if state is None else JobStatus(state=state, vendor_state=event)
