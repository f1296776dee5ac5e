"""How the emulated vendor behaves: what is settled before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from vidiom.emulation.behaviour import EmulatorBehaviour

__all__ = ["DOCUMENTED_HINTS", "Behaviour"]

DOCUMENTED_HINTS: Final = (
    ("queued", 60),
    ("on_hold", 600),
    ("preparing_analysis", 60),
    ("processing", 30),
)
"""``poll_again_after_seconds`` as the vendor's examples have it, for those who have the time."""

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Behaviour(EmulatorBehaviour):
    """Everything that the documentation leaves open, and everything that a test may want."""

    stages: tuple[tuple[str, float], ...] = (
        ("queued", 1),
        ("preparing_analysis", 1),
        ("processing", 1),
    )
    hints: tuple[tuple[str, int], ...] = ()
    """``poll_again_after_seconds`` by state; :data:`DOCUMENTED_HINTS` for the vendor's own."""
    hint: int = 1
    """The same for every other state."""
    minutes: float = 1.0
    """Length of the canned video."""
    not_generated: frozenset[str] = frozenset()
    """Result types that the plan does not have."""
    not_generated_status: Literal[400, 404] = 404
    """Which of the two is not documented."""
    status_names_job: bool = True
    """Whether ``job_status`` repeats the job's id; the older reference's example does not."""
    listing_lag_polls: int = 0
    """How many listings a new job is not in yet."""
    listing_lag_seconds: float = 0.0
    """For how long a new job is in no listing."""
    chunk_size: int = 4 * MIB
    """``file_chunk_size_bytes``."""

    def hint_for(self, status: str) -> int:
        """How many seconds the vendor suggests to wait in this state."""
        return dict(self.hints).get(status, self.hint)
