"""Freeze: spans in which the picture stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidiom_local.wire import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vidiom_local.analysis.picture import Picture

__all__ = ["FreezeDetector"]

MEAN_CHANGE = 0.6
"""Mean change per pixel, of 255, that encoding noise stays under."""

SPOT_CHANGE = 12
"""Change in any one spot, of 255, that counts as movement: blinking eyes, a clock's hand."""

SHORTEST_SECONDS = 2.0


class FreezeDetector:
    """Compares with the picture that the freeze began with: a slow drift does not pass as still."""

    name = "freeze"

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._reference: NDArray[np.int16] | None = None
        self._start = 0.0
        self._end = 0.0

    def feed(self, picture: Picture) -> None:
        import numpy as np

        pixels = picture.small.astype(np.int16)
        if self._reference is not None and _still(self._reference, pixels):
            self._end = picture.end
            return
        self._spans = self.finish()
        self._reference = pixels
        self._start, self._end = picture.time, picture.end

    def finish(self) -> list[Span]:
        if self._end - self._start < SHORTEST_SECONDS:
            return list(self._spans)
        return [*self._spans, Span(self._start, self._end)]


def _still(reference: NDArray[np.int16], pixels: NDArray[np.int16]) -> bool:
    import numpy as np

    if reference.shape != pixels.shape:
        return False
    change = np.abs(reference - pixels)
    return float(change.mean()) <= MEAN_CHANGE and int(change.max()) <= SPOT_CHANGE
