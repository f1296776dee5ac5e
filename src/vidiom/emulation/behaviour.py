"""How an emulated vendor behaves, whichever it is: what is settled before it starts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from vidiom.emulation.faults import Fault
from vidiom.schema.result import Result

__all__ = ["Analysis", "EmulatorBehaviour"]

Analysis: TypeAlias = Callable[[Path], Result]
"""Looks at a media file, and says what is in it."""


@dataclass(frozen=True, kw_only=True)
class EmulatorBehaviour:
    """What every emulator can be told; a vendor's own adds what its documentation leaves open."""

    stages: tuple[tuple[str, float], ...]
    """States of a job before the end, and how long each lasts: polls, or seconds."""
    advance: Literal["polls", "clock"] = "polls"
    """Whether a job moves on when it is asked after, or as time passes."""
    analyze: Literal["canned", "local"] | Analysis = "canned"
    """Where findings come from: a canned story, vidiom's local provider, or a function."""
    allow_files: bool = False
    """Whether media may be ``file://`` URLs of this machine, to be analysed."""
    allow_loopback: bool = False
    """Whether media is fetched from web servers on this machine, to be analysed."""
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

    def stage(self, *, polls: int, created: float) -> str | None:
        """The state of a job that was asked after so often; ``None`` when all are over.

        Args:
            polls: How often it was asked after.
            created: When it was created, by the clock.
        """
        gone = self.progress(polls=polls, created=created)
        for name, length in self.stages:
            if gone < length:
                return name
            gone -= length
        return None

    def progress(self, *, polls: int, created: float) -> float:
        """How far a job is, in polls or in seconds."""
        return polls if self.advance == "polls" else self.clock() - created

    @property
    def length(self) -> float:
        """How long a job takes before its end, in polls or in seconds."""
        return sum(length for _, length in self.stages)
