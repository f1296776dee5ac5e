"""What an account at Valossa is configured with."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from vidiom.provider import ProviderSettings

__all__ = ["ValossaSettings"]


class ValossaSettings(ProviderSettings):
    """``VIDIOM_VALOSSA_API_KEY`` is needed; the rest has defaults."""

    base_url: str = "https://api-eu.valossa.com"
    """The host; ``https://api.valossa.com`` is that of the older reference. A job belongs to the
    host that created it."""
    poll_seconds: Annotated[float, Field(gt=0)] = 30.0
    """Seconds between two questions for a job's state, where the vendor gives no hint."""
    shortest_poll_seconds: Annotated[float, Field(gt=0)] = 5.0
    """The vendor's hint is never taken for less."""
    longest_poll_seconds: Annotated[float, Field(gt=0)] = 600.0
    """The vendor's hint is never taken for more."""
    uploads_in_flight: Annotated[int, Field(ge=1, le=32)] = 4
    """How many chunks of a file are sent at once."""
    parts_in_flight: Annotated[int, Field(ge=1, le=9)] = 4
    """How many parts of a result are fetched at once."""
    result_types: tuple[str, ...] = ()
    """Optional result types to fetch, such as ``["frames_faces"]``; left out, those that serve the
    features asked for, and all of them when none are named."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.shortest_poll_seconds > self.longest_poll_seconds:
            msg = "shortest_poll_seconds is above longest_poll_seconds"
            raise ValueError(msg)
        return self
