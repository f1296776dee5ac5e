"""When to ask for a job's state again, where the vendor does not say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from zlib import crc32

from vidiom_generic.settings import GenericSettings

__all__ = ["Pace"]

_SHORTEST_ASKED: Final = 1.0
"""``Retry-After: 0`` must not become a loop without a pause."""
_SPREAD: Final = 0.2


@dataclass(frozen=True)
class Pace:
    """Gaps that grow with the age of the job: it needs nothing but the moment of its submission."""

    at: datetime
    shortest: float
    growth: float
    longest: float
    share: float
    """Which part of the spread is this job's: many jobs that were submitted in one moment must not
    be asked for in one moment."""

    @classmethod
    def of(cls, settings: GenericSettings, at: datetime, job_id: str) -> Self:
        """The pace of one job."""
        return cls(
            at=at,
            shortest=settings.shortest_poll_seconds,
            growth=settings.poll_growth,
            longest=settings.longest_poll_seconds,
            share=crc32(job_id.encode()) / 2**32,
        )

    def next_question(self, moment: datetime) -> float:
        """Seconds until the next question.

        Asked ``t`` seconds after the submission, the next one comes at ``growth * t``: the same
        gaps as if each were ``growth`` times the one before.
        """
        age = max(0.0, (moment - self.at).total_seconds())
        gap = min(self.longest, max(self.shortest, (self.growth - 1.0) * age))
        return gap * (1.0 - _SPREAD * self.share)

    def asked(self, seconds: float) -> float:
        """What the vendor asks for, but never nothing."""
        return max(_SHORTEST_ASKED, seconds)

    def begun_within(self, moment: datetime, seconds: float) -> bool:
        """Whether the job was submitted less than this long ago."""
        return 0.0 <= (moment - self.at).total_seconds() < seconds
