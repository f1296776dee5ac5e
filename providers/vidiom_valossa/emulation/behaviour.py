"""How the emulated vendor behaves: what is settled before it starts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from vidiom.schema.result import Result
from vidiom_valossa.emulation.faults import Fault

__all__ = ["DOCUMENTED_HINTS", "Analysis", "Behaviour"]

Analysis: TypeAlias = Callable[[Path], Result]
"""Looks at a media file, and says what is in it."""

DOCUMENTED_HINTS: Final = (
    ("queued", 60),
    ("on_hold", 600),
    ("preparing_analysis", 60),
    ("processing", 30),
)
"""``poll_again_after_seconds`` as the vendor's examples have it, for those who have the time."""

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """Everything that the documentation leaves open, and everything that a test may want."""

    stages: tuple[tuple[str, float], ...] = (
        ("queued", 1),
        ("preparing_analysis", 1),
        ("processing", 1),
    )
    """States before the end, and how long each lasts: polls, or seconds."""
    advance: Literal["polls", "clock"] = "polls"
    """Whether a job moves on when it is asked after, or as time passes."""
    hints: tuple[tuple[str, int], ...] = ()
    """``poll_again_after_seconds`` by state; :data:`DOCUMENTED_HINTS` for the vendor's own."""
    hint: int = 1
    """The same for every other state."""
    analyze: Literal["canned", "local"] | Analysis = "canned"
    """Where findings come from: the scene, vidiom's local provider, or a function."""
    allow_files: bool = False
    """Whether media may be ``file://`` URLs of this machine, to be analysed."""
    allow_loopback: bool = False
    """Whether media is fetched from web servers on this machine, to be analysed."""
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
    folder: Path | None = None
    """Where uploads are kept; left out, a temporary folder that is removed at the end."""
    seed: int | None = None
    """Makes all ids the same in every run."""
    faults: tuple[Fault, ...] = ()
    """What goes wrong, each the number of times it says."""
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    """Seconds, from any start."""
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)
    """How slow answers wait."""

    def hint_for(self, status: str) -> int:
        """How many seconds the vendor suggests to wait in this state."""
        return dict(self.hints).get(status, self.hint)
