"""Which pictures a costly detector really looks at."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vidiom_local.analysis.picture import Picture

__all__ = ["Look", "Sampler"]

ABRUPT_CHANGE = 18.0
"""Mean change per pixel, of 255, from one picture to the next that may be a cut: look at once."""

SAME_MEAN, SAME_SPOT = 0.5, 14
"""Below both, a picture is the one that was looked at last: encoding noise stays under them, and
letters of readable size do not, even on the small copy."""


class Look(Enum):
    SKIP = "not due"
    """Not due."""
    SAME = "unchanged"
    """Due, but nothing has changed: what was found last time still holds."""
    NEW = "new"
    """Due, and worth the cost."""


class Sampler:
    """Due at a fixed interval and right after an abrupt change."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self._due = 0.0
        self._previous: NDArray[np.int16] | None = None
        self._seen: NDArray[np.int16] | None = None

    def judge(self, picture: Picture) -> Look:
        import numpy as np

        pixels = picture.small.astype(np.int16)
        abrupt = _mean_change(self._previous, pixels) > ABRUPT_CHANGE
        self._previous = pixels
        if not abrupt and picture.time < self._due:
            return Look.SKIP
        self._due = picture.time + self.interval - picture.duration / 2
        if self._seen is not None and _is_same(self._seen, pixels):
            return Look.SAME
        self._seen = pixels
        return Look.NEW

    def rest(self, until: float) -> None:
        """Nothing is due before this time, abrupt changes excepted."""
        self._due = max(self._due, until)


def _mean_change(one: NDArray[np.int16] | None, other: NDArray[np.int16]) -> float:
    import numpy as np

    if one is None or one.shape != other.shape:
        return 255.0
    return float(np.abs(one - other).mean())


def _is_same(one: NDArray[np.int16], other: NDArray[np.int16]) -> bool:
    import numpy as np

    if one.shape != other.shape:
        return False
    change = np.abs(one - other)
    return float(change.mean()) <= SAME_MEAN and int(change.max()) <= SAME_SPOT
