"""Webhooks of the API: signed with the job's own secret; the body is the whole result."""

from __future__ import annotations

from vidiom.provider import decode, readable_delivery
from vidiom.schema.jobs import JobUpdate
from vidiom.schema.latency import MediaType
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom_generic import wire
from vidiom_generic.parts import VIDEO
from vidiom_generic.settings import GenericSettings
from vidiom_generic.states import Vocabulary

__all__ = ["SIGNATURE", "signature_of", "update"]


# docs.noxo.dev/api/v0.2.0: HMAC-SHA256 in X-Webhook-Signature where a secret was given, unsigned
# where none was. What is signed and how it is written is not shown; see the settings.
def signature_of(settings: GenericSettings) -> SignatureScheme:
    """The scheme of these settings.

    Raises:
        ConfigurationError: They do not fit together.
    """
    return SignatureScheme(
        header=settings.signature_header,
        digest=settings.signature_digest,
        message=settings.signature_message,
        timestamp_header=settings.signature_timestamp_header,
        id_header=settings.signature_id_header,
        encoding=settings.signature_encoding,
        prefixes=settings.signature_prefixes,
        key_encoding=settings.signature_key_encoding,
    )


SIGNATURE = signature_of(GenericSettings())


def update(delivery: Delivery, words: Vocabulary) -> JobUpdate:
    """What a delivery says; a video's whole result is in its body."""
    with readable_delivery("generic"):
        said = decode(delivery.body, wire.JobOutcome, provider="generic", operation="read_delivery")
        kind: MediaType = "image" if bytes(memoryview(said.items)) else "video"
        status = words.status(said, kind, "read_delivery")
    return JobUpdate(
        vendor_id=said.job_id,
        status=status,
        event=said.status or "",
        verified=True,
        # Of a batch the answer is fetched: only then is it known which images were asked for.
        has_result=status.state.has_result and kind == "video",
        part=VIDEO,
    )
