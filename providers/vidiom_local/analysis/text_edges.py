"""Exactly when a line of text appeared or went, found in a short memory of grey pictures.

Text is read twice a second; a viewer sees it to the frame. Between two readings the strokes at
the line's place are compared with those that were read, which costs microseconds instead of
another reading.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vidiom_local.analysis.boxes import Rectangle
    from vidiom_local.analysis.picture import Picture, Pixels

    Strokes = NDArray[np.float32]

__all__ = ["MEMORY_SECONDS", "EdgeMemory"]

MEMORY_SECONDS = 0.8
"""More than the reading interval, so that the last reading is still remembered at the next."""

FINEST_STEP = 0.03
"""Pictures closer than this are not all remembered: 33 a second bound the memory at 8 MB."""

LONGEST_SIDE = 640

LEAST_SIDE = 3
"""Pixels that an edge needs."""

UNCHANGED = 0.85
"""Strokes this alike are the same text, whatever the reader says."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    time: float
    gray: Pixels


class EdgeMemory:
    def __init__(self) -> None:
        self._pictures: deque[_Remembered] = deque()

    def add(self, picture: Picture) -> None:
        if self._pictures and picture.time - self._pictures[-1].time < FINEST_STEP:
            return
        self._pictures.append(_Remembered(picture.time, picture.gray(LONGEST_SIDE)))
        while picture.time - self._pictures[0].time > MEMORY_SECONDS:
            self._pictures.popleft()

    def strokes(self, picture: Picture, box: Rectangle) -> Strokes:
        return _strokes(picture.gray(LONGEST_SIDE), box)

    def still_there(self, strokes: Strokes, picture: Picture, box: Rectangle) -> bool:
        return _likeness(strokes, self.strokes(picture, box)) >= UNCHANGED

    def appeared(
        self, strokes: Strokes, box: Rectangle, *, not_before: float, seen: float
    ) -> float:
        """The first moment after `not_before` from which the strokes were there until `seen`."""
        path = [p for p in self._pictures if not_before <= p.time <= seen]
        if not path:
            return seen
        likeness = [_likeness(strokes, _strokes(p.gray, box)) for p in path]
        if likeness[0] >= UNCHANGED:
            remembered_all = path[0].time - not_before < FINEST_STEP * 2
            return not_before if remembered_all else path[0].time
        bar = (1 + max(0.0, likeness[0])) / 2
        first = seen
        for remembered, alike in zip(reversed(path), reversed(likeness), strict=True):
            if alike < bar:
                break
            first = remembered.time
        return first

    def vanished(self, strokes: Strokes, box: Rectangle, *, seen: float, gone: float) -> float:
        """The first moment after `seen` at which the strokes were no longer there."""
        path = [p for p in self._pictures if seen <= p.time <= gone]
        if not path:
            return gone
        likeness = [_likeness(strokes, _strokes(p.gray, box)) for p in path]
        bar = (1 + max(0.0, min(likeness[-1], UNCHANGED))) / 2
        for remembered, alike in zip(path, likeness, strict=True):
            if alike < bar and remembered.time > seen:
                return remembered.time
        return gone


def _strokes(gray: Pixels, box: Rectangle) -> Strokes:
    """Edges inside the box: letters survive in them when the background changes."""
    import numpy as np

    height, width = gray.shape
    left, top = max(0, int(box.x * width)), max(0, int(box.y * height))
    right = min(width, int((box.x + box.width) * width) + 1)
    bottom = min(height, int((box.y + box.height) * height) + 1)
    crop = gray[top:bottom, left:right].astype(np.float32)
    if min(crop.shape) < LEAST_SIDE:
        return np.zeros((1, 1), dtype=np.float32)
    across = crop[1:-1, 2:] - crop[1:-1, :-2]
    down = crop[2:, 1:-1] - crop[:-2, 1:-1]
    return np.asarray(np.hypot(across, down), dtype=np.float32)


def _likeness(one: Strokes, other: Strokes) -> float:
    """Correlation, -1 to 1; two empty places are not alike."""
    import numpy as np

    if one.shape != other.shape:
        return 0.0
    first, second = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((first * first).sum() * (second * second).sum()))
    return float((first * second).sum()) / scale if scale > 0 else 0.0
