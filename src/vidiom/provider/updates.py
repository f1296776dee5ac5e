"""Reading a delivery: its signature first, then the adapter's rules, and our errors only."""

from __future__ import annotations

from collections.abc import Iterable

from vidiom.errors import UnreadableDelivery, VidiomError, WebhookError
from vidiom.provider.capabilities import supports
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobUpdate
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.messages import Secret
from vidiom.webhooks.scheme import SignatureScheme, Unsigned
from vidiom.webhooks.verification import Receipt, check_signature

__all__ = ["proven", "read_update"]


def proven(
    adapter: Provider,
    delivery: Delivery,
    secrets: Iterable[Secret],
    *,
    scheme: SignatureScheme | Unsigned | None = None,
    allow_unsigned: bool = False,
    ignore_age: bool = False,
) -> Receipt:
    """What the signature of a delivery proves.

    Raises:
        WebhookError: It is refused; the error names the provider.
        UnsupportedOperation: This provider receives no webhooks.
    """
    if not supports(adapter, "read_delivery"):
        adapter.read_delivery(delivery)  # says so
    try:
        return check_signature(
            scheme or adapter.signature_scheme(),
            delivery,
            secrets,
            allow_unsigned=allow_unsigned,
            ignore_age=ignore_age,
        )
    except WebhookError as error:
        error.provider, error.operation = adapter.name, "verify"
        raise


def read_update(adapter: Provider, delivery: Delivery, receipt: Receipt) -> JobUpdate:
    """What a delivery says; whether it may be believed is the receipt's to say, not the adapter's.

    Raises:
        UnreadableDelivery: It is not what the vendor documents.
    """
    try:
        update = adapter.read_delivery(delivery)
    except WebhookError:
        raise
    except VidiomError as error:
        raise UnreadableDelivery(
            error.message, provider=adapter.name, operation="read_delivery"
        ) from None
    return update.model_copy(update={"verified": receipt.verified})
