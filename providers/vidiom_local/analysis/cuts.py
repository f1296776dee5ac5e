"""Hard cuts: a step between two pictures that stands out from the motion around it and lasts."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidiom_local.analysis.difference import difference

if TYPE_CHECKING:
    from vidiom_local.analysis.difference import Look

__all__ = ["Cut", "CutDetector"]

NEIGHBOURS = 6
"""Steps looked at on either side; also how many pictures late a cut is known."""

CLEAR_STEP, CLEAR_RATIO = 0.33, 2.2
"""A step this large is a cut if it is this many times the mean of its neighbours."""

FAINT_STEP, FAINT_RATIO = 0.09, 6.0
"""A smaller step is a cut only out of near stillness."""

PEAK_REACH = 3
"""Within so many pictures only the largest step can be the cut; the others belong to it."""

SHORTEST_END = 3
"""Fewer pictures than this at the very end are not a shot of their own."""

FLASH_RETURN = 0.45
"""After a flash the picture comes back: nearer to the one before than this share of the step."""


@dataclass(frozen=True, slots=True)
class Cut:
    index: int
    """The first frame of the new shot."""
    time: float
    strength: float


@dataclass(frozen=True, slots=True)
class _Step:
    look: Look
    size: float
    """How different the picture is from the one before it."""


class CutDetector:
    """Is fed one look per picture; answers with the cuts that have become certain."""

    def __init__(self) -> None:
        self._steps: deque[_Step] = deque(maxlen=2 * NEIGHBOURS + 1)
        self._before: deque[Look] = deque(maxlen=2 * NEIGHBOURS + 2)
        self._last_cut = -NEIGHBOURS

    def feed(self, look: Look) -> Cut | None:
        size = difference(self._before[-1], look) if self._before else 0.0
        self._steps.append(_Step(look, size))
        self._before.append(look)
        if len(self._steps) <= NEIGHBOURS:
            return None
        return self._judged(len(self._steps) - 1 - NEIGHBOURS)

    def finish(self) -> list[Cut]:
        """The cuts among the last pictures, whose neighbours on one side are fewer."""
        first = max(0, len(self._steps) - NEIGHBOURS)
        last = len(self._steps) - SHORTEST_END
        cuts = (self._judged(place) for place in range(first, last + 1))
        return [cut for cut in cuts if cut is not None]

    def _judged(self, place: int) -> Cut | None:
        step = self._steps[place]
        if step.size < FAINT_STEP or step.look.index - self._last_cut < NEIGHBOURS - 1:
            return None
        around = [other.size for i, other in enumerate(self._steps) if i != place]
        beside = list(self._steps)[max(0, place - PEAK_REACH) : place + PEAK_REACH + 1]
        if step.size < max(other.size for other in beside):
            return None
        if not _stands_out(step.size, around) or self._is_flash(place):
            return None
        self._last_cut = step.look.index
        return Cut(step.look.index, step.look.time, round(step.size, 4))

    def _is_flash(self, place: int) -> bool:
        """Whether the picture soon looks again as before the step, or had just left that look."""
        step = self._steps[place]
        start = len(self._before) - len(self._steps) + place - 1
        if start < 0:
            return False
        before = self._before[start]
        later = list(self._steps)[place + 1 : place + NEIGHBOURS]
        if any(difference(before, other.look) < FLASH_RETURN * step.size for other in later):
            return True
        # The far edge of a flash: the new picture was already there a moment ago.
        earlier = list(self._before)[max(0, start - NEIGHBOURS + 1) : start]
        return any(difference(other, step.look) < FLASH_RETURN * step.size for other in earlier)


def _stands_out(size: float, around: list[float]) -> bool:
    if not around:
        return True
    # The largest neighbour may be the twin edge of a flash or another real cut: it is left out.
    rest = sorted(around)[:-1] or around
    mean = sum(rest) / len(rest)
    if size >= CLEAR_STEP:
        return size >= CLEAR_RATIO * mean
    return size >= FAINT_RATIO * max(rest)
