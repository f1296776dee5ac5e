"""One displayed picture of the film, as detectors are given it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import av
    import numpy as np
    from av.video.reformatter import VideoReformatter
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

__all__ = ["SMALL_SIDE", "Picture", "Scaler"]

SMALL_SIDE = 128
"""The longer side of the small copy that each picture comes with; enough for the edit."""


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """The even size with the same shape whose longer side is at most `longest`."""
    scale = min(1.0, longest / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


class Scaler:
    """Makes upright, square-pixel copies of decoded frames.

    It keeps the scaling contexts between frames: building one costs ten times as much as using it.
    One scaler belongs to one thread.
    """

    def __init__(self, *, pixel_aspect: float, quarter_turns: int) -> None:
        self.pixel_aspect = pixel_aspect
        self.quarter_turns = quarter_turns
        """Turns of 90 degrees counter-clockwise that make the coded picture upright."""
        self._contexts: dict[tuple[int, str], VideoReformatter] = {}

    def scaled(self, frame: av.VideoFrame, longest: int, pixel_format: str) -> Pixels:
        import numpy as np
        from av.video.reformatter import VideoReformatter

        width, height = fitted(round(frame.width * self.pixel_aspect) or 1, frame.height, longest)
        key = (longest, pixel_format)
        if key not in self._contexts:
            self._contexts[key] = VideoReformatter()
        copy = self._contexts[key].reformat(
            frame, width=width, height=height, format=pixel_format, interpolation="AREA"
        )
        turned = np.rot90(copy.to_ndarray(), self.quarter_turns % 4)
        return np.ascontiguousarray(turned, dtype=np.uint8)


class Picture:
    """A picture with its place in time; larger copies are made only when a detector asks."""

    __slots__ = ("_copies", "_frame", "_scaler", "duration", "index", "small", "time")

    def __init__(
        self,
        frame: av.VideoFrame,
        *,
        index: int,
        time: float,
        duration: float,
        small: Pixels,
        scaler: Scaler,
    ) -> None:
        self.index = index
        self.time = time
        self.duration = duration
        self.small = small
        """RGB, at most `SMALL_SIDE` on the longer side."""
        self._frame = frame
        self._scaler = scaler
        self._copies: dict[tuple[int, str], Pixels] = {}

    @property
    def end(self) -> float:
        return self.time + self.duration

    def rgb(self, longest: int) -> Pixels:
        return self._copy(longest, "rgb24")

    def gray(self, longest: int) -> Pixels:
        return self._copy(longest, "gray")

    def _copy(self, longest: int, pixel_format: str) -> Pixels:
        key = (longest, pixel_format)
        if key not in self._copies:
            self._copies[key] = self._scaler.scaled(self._frame, longest, pixel_format)
        return self._copies[key]
