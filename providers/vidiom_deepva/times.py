"""The vendor's wall-clock times: two notations, mixed in one object, and never with a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

__all__ = ["moment"]

# `2024-06-11 09:28:44.615000`, `8/27/2020, 4:20:41 PM` (month first: a sample has 24 in second
# place), and true ISO 8601. Both stand in one object for the same second, so they share a zone;
# that it is UTC is assumed (https://docs.deepva.com/core-resources/job).
_SPACES: Final = re.compile("[\\u00a0\\u2007\\u2009\\u202f]")
_AMERICAN: Final = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AP])\.?M\.?", re.IGNORECASE
)
_FRACTION: Final = re.compile(r"\.(\d+)")
_NOON: Final = 12


def moment(text: str | None) -> datetime | None:
    """An aware moment in UTC; ``None`` for what cannot be read, which stays in the raw answer."""
    if not text:
        return None
    plain = _SPACES.sub(" ", text).strip()
    try:
        said = _american(plain) or datetime.fromisoformat(_FRACTION.sub(_micros, plain))
    except (ValueError, OverflowError):
        return None
    try:
        return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except (ValueError, OverflowError):  # an offset that leads out of the years there are
        return None


def _american(text: str) -> datetime | None:
    found = _AMERICAN.fullmatch(text)
    if found is None:
        return None
    month, day, year, hour, minute, second = (int(one or 0) for one in found.groups()[:6])
    if not 1 <= hour <= _NOON:
        msg = "an hour of the 12-hour clock is from 1 to 12"
        raise ValueError(msg)
    afternoon = _NOON if found[7].upper() == "P" else 0
    return datetime(year, month, day, hour % _NOON + afternoon, minute, second, tzinfo=UTC)


def _micros(found: re.Match[str]) -> str:
    """Six digits, whatever number there was."""
    return f".{found[1][:6]:0<6}"
