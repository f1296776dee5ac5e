"""Intervals on the media's clock: segments, and the words of a transcript."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import inf

from vidiom.schema.model import Confidence
from vidiom.schema.timecode import frame_at, timecode
from vidiom.schema.values import Value, as_dataclass

__all__ = ["Segment", "Word", "merged", "total_duration"]


@as_dataclass
class Segment(Value, frozen=True, gc=False):
    """One interval ``[start, end)`` in seconds on the media's own clock.

    ``start == end`` is an instant. A confidence is from 0 to 1; unknown is ``None``.

    Raises:
        ValueError: ``end`` is before ``start``, or one of them is not finite.
    """

    start: float
    end: float
    confidence: Confidence | None = None

    def __post_init__(self) -> None:
        """Refuse what would break every later computation (NaN fails each comparison)."""
        if not -inf < self.start <= self.end < inf:
            msg = f"a segment ends at or after its start, both finite: [{self.start}, {self.end})"
            raise ValueError(msg)
        if self.confidence is not None and not 0.0 <= self.confidence <= 1.0:
            msg = f"a confidence is from 0 to 1, not {self.confidence}"
            raise ValueError(msg)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    def contains(self, seconds: float) -> bool:
        """Whether this moment lies in the interval; an instant contains just itself."""
        return self.start <= seconds < self.end or self.start == seconds == self.end

    def overlap(self, other: Segment) -> float:
        """Length of the common part in seconds; 0 when there is none."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def frames(self, rate: Fraction) -> range:
        """The frames nearest to the two bounds, as a half-open range of 0-based numbers."""
        return range(frame_at(self.start, rate), frame_at(self.end, rate))

    def timecode(self, rate: Fraction, *, drop_frame: bool = False) -> tuple[str, str]:
        """SMPTE timecode of the two bounds; the second one is exclusive, as in an edit list."""
        frames = self.frames(rate)
        return (
            timecode(frames.start, rate, drop_frame=drop_frame),
            timecode(frames.stop, rate, drop_frame=drop_frame),
        )


@as_dataclass
class Word(Value, frozen=True, gc=False):
    """One word of a transcript: ``[start, end)`` in seconds, and who said it if known."""

    text: str
    start: float
    end: float
    confidence: Confidence | None = None
    speaker: str | None = None

    def __post_init__(self) -> None:
        """As for a segment."""
        if not -inf < self.start <= self.end < inf:
            msg = f"a word ends at or after its start, both finite: [{self.start}, {self.end})"
            raise ValueError(msg)
        if self.confidence is not None and not 0.0 <= self.confidence <= 1.0:
            msg = f"a confidence is from 0 to 1, not {self.confidence}"
            raise ValueError(msg)


def merged(segments: Iterable[Segment], *, gap: float = 0.0) -> tuple[Segment, ...]:
    """The union of the intervals in order of time, joined where at most ``gap`` seconds apart."""
    joined: list[Segment] = []
    for segment in sorted(segments, key=lambda one: (one.start, one.end)):
        if joined and segment.start <= joined[-1].end + gap:
            last = joined[-1]
            joined[-1] = Segment(last.start, max(last.end, segment.end))
        else:
            joined.append(Segment(segment.start, segment.end))
    return tuple(joined)


def total_duration(segments: Iterable[Segment]) -> float:
    """Seconds covered by at least one of the intervals."""
    return sum(segment.duration for segment in merged(segments))
