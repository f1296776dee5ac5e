"""Why a webhook delivery is refused."""

from __future__ import annotations

from typing import ClassVar

from vidiom.errors.root import VidiomError

__all__ = [
    "DeliveryIncomplete",
    "DeliveryStale",
    "DeliveryTooLarge",
    "DeliveryUnsupported",
    "SignatureMismatch",
    "SignatureMissing",
    "UnknownDelivery",
    "UnreadableDelivery",
    "WebhookError",
    "WebhookNotConfigured",
]


class WebhookError(VidiomError):
    """A delivery was refused.

    Attributes:
        suggested_status: HTTP status a receiver should answer with. It is 5xx only where the fault
            is ours, so that the vendor tries again.
    """

    suggested_status: ClassVar[int] = 400

    @property
    def retryable(self) -> bool:
        """Whether the same delivery may be taken when it is sent again."""
        return self.suggested_status >= 500  # noqa: PLR2004


class WebhookNotConfigured(WebhookError):
    """There is no usable secret to verify with; unsigned deliveries are never trusted silently."""

    suggested_status = 503
    exit_code = 2


class DeliveryTooLarge(WebhookError):
    """The body is over the configured limit and was not read."""

    suggested_status = 413


class DeliveryUnsupported(WebhookError):
    """The body is compressed, or of a content type that this vendor does not send."""

    suggested_status = 415


class DeliveryIncomplete(WebhookError):
    """The body ended before its length was reached, or did not arrive in time."""

    suggested_status = 408


class SignatureMissing(WebhookError):
    """The delivery carries no signature."""

    suggested_status = 401


class SignatureMismatch(WebhookError):
    """No configured secret gives this signature."""

    suggested_status = 401


class DeliveryStale(WebhookError):
    """The signed time is outside the accepted window."""

    suggested_status = 401


class UnknownDelivery(WebhookError):
    """The address that it was sent to belongs to no provider or job here."""

    suggested_status = 404


class UnreadableDelivery(WebhookError):
    """The signature is right, the content is not what the vendor documents."""
