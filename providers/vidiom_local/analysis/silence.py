"""Silence: spans in which no channel rises above a whisper of noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidiom_local.wire import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vidiom_local.analysis.hearing import Sound

__all__ = ["SilenceDetector"]

LEVEL = 10 ** (-50 / 20)
"""-50 dBFS, as a peak."""

STEP_SECONDS = 0.01
SHORTEST_SECONDS = 0.5


class SilenceDetector:
    name = "silence"

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._rest: NDArray[np.float32] | None = None
        self._start: float | None = None
        self._now = 0.0

    def feed(self, sound: Sound) -> None:
        import numpy as np

        peaks = np.abs(sound.samples).max(axis=0)
        begin = sound.time
        if self._rest is not None:
            begin -= self._rest.size / sound.rate
            peaks = np.concatenate([self._rest, peaks])
        step = max(1, round(STEP_SECONDS * sound.rate))
        whole = peaks.size // step
        self._rest = peaks[whole * step :]
        quiet = peaks[: whole * step].reshape(whole, step).max(axis=1) < LEVEL
        for number, is_quiet in enumerate(quiet.tolist()):
            self._mark(begin + number * step / sound.rate, is_quiet=is_quiet)
        self._now = sound.time + sound.seconds

    def _mark(self, time: float, *, is_quiet: bool) -> None:
        if is_quiet:
            if self._start is None:
                self._start = time
        elif self._start is not None:
            self._spans = self._with_open(time)
            self._start = None

    def finish(self) -> list[Span]:
        return self._with_open(self._now)

    def _with_open(self, end: float) -> list[Span]:
        if self._start is None or end - self._start < SHORTEST_SECONDS:
            return list(self._spans)
        return [*self._spans, Span(round(max(0.0, self._start), 3), round(end, 3))]
