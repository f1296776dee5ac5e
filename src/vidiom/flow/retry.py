"""What deserves to be sent again, when, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from vidiom.errors import TransportError
from vidiom.flow.effects import Answer

__all__ = ["RetryPolicy", "Unavailable", "retry_after", "retry_hook"]

#: Statuses after which the same request may well succeed.
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a repeatable request is sent again."""

    attempts: int = 5
    """Requests in all, the first one included; 1 never repeats."""
    first_wait: float = 0.5
    """Seconds before the second request, doubled each time, with jitter."""
    longest_wait: float = 30.0
    """Most seconds between two requests, unless the vendor asks for more."""


class Unavailable(Exception):  # noqa: N818 - never leaves the drivers
    """Carries an answer that says "not now" through the retry machinery."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds that the vendor asks to wait: ``Retry-After`` as a number or as a date."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def retry_hook(
    remaining: Callable[[], float], now: Callable[[], datetime]
) -> Callable[[Exception], bool | float]:
    """The rule for the retry library: ``False`` ends, a number of seconds waits exactly that long.

    A wait that would outlive the caller's deadline is not begun.
    """

    def decide(error: Exception) -> bool | float:
        if isinstance(error, Unavailable):
            asked = retry_after(error.answer, now())
            if asked is None:
                return remaining() > 0
            return asked if asked < remaining() else False
        return isinstance(error, TransportError) and remaining() > 0

    return decide
