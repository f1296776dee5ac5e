"""How long a vendor takes at present, as it says itself."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from vidiom.schema.model import Model

__all__ = ["Latency", "MediaType"]

MediaType: TypeAlias = Literal["video", "image"]
"""What a vendor tells its speed of."""


class Latency(Model):
    """What a vendor observes of its own speed: a hint, never a promise."""

    media_type: str
    """``video`` or ``image``."""
    unit: str | None = None
    """The vendor's word for what is counted: ``second`` of a video, ``image`` of a batch."""
    milliseconds_per_unit: Annotated[float, Field(ge=0)]

    def seconds_for(self, units: float) -> float:
        """Seconds that a job of so many units takes at this speed."""
        return units * self.milliseconds_per_unit / 1000.0
