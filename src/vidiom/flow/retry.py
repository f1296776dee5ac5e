"""What deserves to be sent again, when, and how often."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from vidiom.errors import TransportError
from vidiom.flow.effects import Answer

__all__ = ["PASSING", "RetryPolicy", "Unavailable", "retry_after"]

PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may well succeed."""

_DOUBLINGS: Final = 30


class Unavailable(Exception):
    """Carries an answer that says "not now" out of an attempt; never leaves the drivers."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a repeatable request is sent again."""

    attempts: int = 5
    """Requests in all, the first one included; 1 never repeats."""
    first_wait: float = 0.5
    """Seconds before the second request, doubled each time; up to half of it is left to chance."""
    longest_wait: float = 30.0
    """Most seconds between two requests, unless the vendor asks for more."""
    longest_asked: float = 600.0
    """Most seconds that are waited because the vendor asks for it; if it asks for more, its answer
    is handed on at once."""

    def wait_after(
        self, error: Unavailable | TransportError, attempt: int, *, remaining: float, now: datetime
    ) -> float | None:
        """Seconds to wait after this failed attempt (the first is 1), or ``None`` to give up.

        A wait that would outlive the caller's deadline is not begun.
        """
        if attempt >= self.attempts:
            return None
        asked = retry_after(error.answer, now) if isinstance(error, Unavailable) else None
        if asked is not None and asked > self.longest_asked:
            return None
        wait = self._backoff(attempt) if asked is None else asked
        return wait if wait < remaining else None

    def _backoff(self, attempt: int) -> float:
        longest = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt - 1, _DOUBLINGS))
        # Many clients that failed in one moment must not come back in one moment.
        return longest * (1.0 - 0.5 * random.random())  # noqa: S311 - no secret


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds that the vendor asks to wait: ``Retry-After`` as a number or as a date."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):  # as the parser of dates pleases
        return None
