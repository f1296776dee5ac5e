"""What an adapter takes for granted without the vendor's word, and how it is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from vidiom.errors import VidiomError
from vidiom.schema.raw import RawResult

__all__ = ["Assumption", "Finding", "Verdict", "tried"]


class Verdict(StrEnum):
    """What a real answer says of an assumption."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_SEEN = "not_seen"
    """The answer holds nothing that could tell."""

    @classmethod
    def of(cls, seen: Iterable[bool]) -> Verdict:
        """Confirmed when all that was seen agrees."""
        said = list(seen)
        if not said:
            return cls.NOT_SEEN
        return cls.CONFIRMED if all(said) else cls.REFUTED


@dataclass(frozen=True)
class Assumption:
    """One thing that the vendor's documentation leaves open and the adapter had to decide."""

    id: str
    """Short and stable, such as ``frames-faces-shape``."""
    statement: str
    """What is assumed, as a sentence that can be false."""
    setting: str | None = None
    """The setting to change when it is refuted, if there is one."""
    test: Callable[[RawResult], Verdict] | None = None
    """Looks at a real answer; ``None`` when an answer cannot tell. It may raise a
    ``VidiomError``, which counts as refuted."""


@dataclass(frozen=True)
class Finding:
    """An assumption and what came of trying it. Holds nothing of the answer itself."""

    assumption: Assumption
    verdict: Verdict


def tried(assumption: Assumption, raw: RawResult | None) -> Finding:
    """The assumption held against a real answer."""
    if raw is None or assumption.test is None:
        return Finding(assumption, Verdict.NOT_SEEN)
    try:
        return Finding(assumption, assumption.test(raw))
    except VidiomError:
        return Finding(assumption, Verdict.REFUTED)
