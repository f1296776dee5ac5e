"""What may be said about a job besides what every order has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vidiom.provider import ProviderOptions
from vidiom.schema.orders import Order

__all__ = ["GenericOptions", "options_of"]


class GenericOptions(ProviderOptions):
    """What a submission takes besides the media."""

    max_processing_time: Annotated[int, Field(ge=0)] | None = None
    """Seconds after which the vendor stops the job with an error; 0 is sent as 0 and means no
    bound. Let ``timeout`` of the client be a little longer."""
    duration_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Length of the video, where it is known: with the vendor's latency it tells when to ask first.
    It is not sent."""


def options_of(order: Order) -> GenericOptions:
    """The options of an order, which were checked when it was made."""
    return GenericOptions.model_validate(order.options)
