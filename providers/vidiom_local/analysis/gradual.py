"""Gradual transitions: runs of pictures that are a straight mixture of both their ends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vidiom_local.analysis.difference import histogram_difference, pixel_difference

if TYPE_CHECKING:
    from vidiom_local.analysis.difference import Look

__all__ = ["LONGEST_SECONDS", "Gradual", "GradualDetector"]

SPANS_SECONDS = (0.3, 0.5, 0.8, 1.2, 1.6, 2.0)
LONGEST_SECONDS = SPANS_SECONDS[-1]
"""A slower mixture is not told from a change of light."""

CHANGED_PIXELS, CHANGED_COLOURS = 0.07, 0.30
"""How different both ends must be for a mixture to be an edit."""

STRAIGHTNESS = 0.17
"""How far the pictures between may stand off the straight line, as a share of the whole change.

Motion moves edges, so its pictures stand far off the line: 0.3 and more.
"""

BLACK_BRIGHTNESS, BLACK_CONTRAST = 0.06, 0.04

Kind = Literal["dissolve", "fade_in", "fade_out"]


@dataclass(frozen=True, slots=True)
class Gradual:
    kind: Kind
    first_index: int
    last_index: int
    start: float
    end: float
    strength: float


class GradualDetector:
    """Is fed one look per picture; keeps two seconds of them, whatever the film's length."""

    def __init__(self, rate: float) -> None:
        self._spans = sorted({max(4, round(seconds * rate)) for seconds in SPANS_SECONDS})
        self._looks: deque[Look] = deque(maxlen=self._spans[-1] + 1)
        self._best: Gradual | None = None

    def feed(self, look: Look) -> Gradual | None:
        """A transition, once nothing that overlaps it can fit better."""
        self._looks.append(look)
        found = self._mixture()
        best = self._best
        if best is None or (found is not None and found.first_index <= best.last_index):
            self._best = _better(best, found)
            return None
        if found is not None or look.index > best.last_index + self._spans[0]:
            self._best = found
            return best
        return None

    def finish(self) -> list[Gradual]:
        return [] if self._best is None else [self._best]

    def cut(self, index: int) -> None:
        """A hard cut before this frame became certain: nothing mixes across it."""
        while self._looks and self._looks[0].index < index:
            self._looks.popleft()

    def _mixture(self) -> Gradual | None:
        """The widest span ending at the newest picture that is a straight mixture of its ends."""
        looks = self._looks
        best: Gradual | None = None
        for span in self._spans:
            if span >= len(looks):
                break
            first, last = looks[-1 - span], looks[-1]
            change = pixel_difference(first, last)
            kind = _kind(first, last, change)
            if kind is not None and self._is_straight(span, change):
                found = Gradual(
                    kind, first.index, last.index, first.time, last.time, round(change, 4)
                )
                best = _better(best, found)
        return best

    def _is_straight(self, span: int, change: float) -> bool:
        import numpy as np

        looks = self._looks
        first, last = looks[-1 - span], looks[-1]
        for quarter in (1, 2, 3):
            step = span * quarter // 4
            share = step / span
            mixed = (1 - share) * first.grid + share * last.grid
            off = float(np.abs(looks[-1 - span + step].grid - mixed).mean())
            if off > STRAIGHTNESS * change:
                return False
        return True


def _kind(first: Look, last: Look, change: float) -> Kind | None:
    if change < CHANGED_PIXELS:
        return None
    if _is_black(last):
        return "fade_out"
    if _is_black(first):
        return "fade_in"
    return "dissolve" if histogram_difference(first, last) >= CHANGED_COLOURS else None


def _is_black(look: Look) -> bool:
    return look.brightness < BLACK_BRIGHTNESS and look.contrast < BLACK_CONTRAST


def _better(one: Gradual | None, other: Gradual | None) -> Gradual | None:
    """The one with the larger change: a window inside a dissolve sees only a part of it.

    Among equals the shorter, because a wider one only adds pictures in which nothing happens.
    """
    if one is None or other is None:
        return one or other
    if abs(one.strength - other.strength) < 0.03 * max(one.strength, other.strength):
        shorter_first = one.last_index - one.first_index <= other.last_index - other.first_index
        return one if shorter_first else other
    return one if one.strength > other.strength else other
