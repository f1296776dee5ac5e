"""How far the analysis is, how long it will still take, and whether it was asked to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Progress", "Watch"]

LEAST_SECONDS, LEAST_FRACTION = 1.0, 0.01
"""Before so much is known, an estimate would be a guess."""


@dataclass(frozen=True, slots=True)
class Progress:
    fraction: float
    media_seconds: float
    """Seconds of media that every lane is done with."""
    eta_seconds: float | None
    """Until the whole job is done; null while it cannot be known."""
    stage: str


@dataclass(slots=True)
class _Lane:
    weight: float
    started: float
    fraction: float = 0.0
    media_seconds: float = 0.0


class Watch:
    """Gathers the progress of lanes that run side by side. Safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._best = 0.0
        self._share = (0.0, 1.0)

    def stop(self) -> None:
        self._stop.set()

    def stopped(self) -> bool:
        return self._stop.is_set()

    def begin(self, lanes: dict[str, float], *, item: int = 0, items: int = 1) -> None:
        """Work in these lanes begins; each number is the lane's part of the cost.

        `item` of `items` tells where this work stands in a batch.
        """
        now = self._clock()
        with self._lock:
            self._lanes = {name: _Lane(weight, now) for name, weight in lanes.items()}
            self._share = (item / items, 1 / items)

    def advance(self, lane: str, *, fraction: float, media_seconds: float) -> None:
        with self._lock:
            entry = self._lanes[lane]
            entry.fraction = max(entry.fraction, min(1.0, fraction))
            entry.media_seconds = max(entry.media_seconds, media_seconds)

    def progress(self) -> Progress:
        with self._lock:
            lanes = dict(self._lanes)
            base, share = self._share
            total = sum(lane.weight for lane in lanes.values()) or 1.0
            done = sum(lane.weight * lane.fraction for lane in lanes.values()) / total
            # Never backwards: a reader would take that for a second run.
            self._best = max(self._best, base + share * done)
            eta = self._eta(lanes, base=base, share=share) if lanes else None
            unfinished = [name for name, lane in lanes.items() if lane.fraction < 1]
            return Progress(
                fraction=round(min(1.0, self._best), 4),
                media_seconds=min((lane.media_seconds for lane in lanes.values()), default=0.0),
                eta_seconds=eta,
                stage=(" and ".join(unfinished) or "finishing") if lanes else "waiting",
            )

    def _eta(self, lanes: dict[str, _Lane], *, base: float, share: float) -> float | None:
        """The slowest lane decides, at the speed it has kept so far."""
        now = self._clock()
        longest = 0.0
        for lane in lanes.values():
            if lane.fraction >= 1:
                continue
            elapsed = now - lane.started
            if lane.fraction < LEAST_FRACTION or elapsed < LEAST_SECONDS:
                return None
            longest = max(longest, elapsed * (1 - lane.fraction) / lane.fraction)
            whole = elapsed / lane.fraction
            longest = max(longest, longest + whole * round((1 - base - share) / share))
        return round(longest, 1)
