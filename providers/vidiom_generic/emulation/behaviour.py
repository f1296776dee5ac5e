"""How the emulated vendor behaves: what is settled before it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from vidiom.emulation.behaviour import EmulatorBehaviour
from vidiom_generic.settings import GenericSettings

__all__ = ["Behaviour"]

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Behaviour(EmulatorBehaviour):
    """Everything that the documentation leaves open, and everything that a test may want."""

    stages: tuple[tuple[str, float], ...] = (("queued", 1), ("processing", 1))
    settings: GenericSettings = field(default_factory=GenericSettings)
    """What the adapter's settings say of the vendor is how this one is: its paths, where the key
    is, how a webhook is said and signed."""
    pending: Literal["status", "202", "202-empty", "204"] = "status"
    """How a job that has not ended answers: 200 or 202 with its status, or without a body."""
    location: Literal["relative", "absolute", "none"] = "relative"
    """How ``Location`` is written."""
    retry_after: str | None = None
    """``Retry-After`` of a job that has not ended."""
    error_form: Literal["object", "string", "message", "detail", "problem"] = "object"
    """How errors look."""
    milliseconds_per_unit: float = 120.0
    """What the latency operation says."""
    minutes: float = 0.4
    """Length of the canned video."""
    most_video_bytes: int = 4096 * MIB
    most_batch_bytes: int = 512 * MIB
    most_image_bytes: int = 20 * MIB
    """Of one image; a larger one fails as an item."""
    unseen_polls: int = 0
    """How often a new job is not known yet."""
