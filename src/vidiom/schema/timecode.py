"""Exact conversion between seconds, frames and SMPTE timecode (ST 12-1)."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["frame_at", "parse_timecode", "seconds_at", "timecode"]

_TIMECODE = re.compile(r"(\d{2}):([0-5]\d):([0-5]\d)([:;.])(\d{2,4})", re.ASCII)


def frame_at(seconds: float, rate: Fraction) -> int:
    """The number of the frame whose start is nearest to ``seconds`` (0-based).

    The float is taken at its exact value, so the answer has no rounding of its own; an exact
    half goes to the later frame.
    """
    position = Fraction(seconds) * rate
    return (2 * position.numerator + position.denominator) // (2 * position.denominator)


def seconds_at(frame: int, rate: Fraction) -> float:
    """When frame number ``frame`` (0-based) starts, as the nearest float.

    ``frame_at(seconds_at(n, rate), rate) == n`` for every rate and every frame of a day.
    """
    return float(Fraction(frame) / rate)


def timecode(frame: int, rate: Fraction, *, drop_frame: bool = False) -> str:
    """The SMPTE timecode of a frame number: ``HH:MM:SS:FF``, with ``;FF`` when drop-frame.

    Args:
        frame: 0-based, counted from ``00:00:00:00``; wraps after 24 hours of timecode.
        rate: Exact frame rate, for example ``Fraction(30000, 1001)``.
        drop_frame: Leave out frame *numbers* so that timecode follows the clock. Defined for
            30000/1001 and its multiples only.

    Raises:
        ValueError: ``frame`` is negative, or drop-frame is asked for a rate without it.
    """
    if frame < 0:
        msg = "a frame number is not negative"
        raise ValueError(msg)
    base = _nominal(rate)
    if drop_frame:
        frame = _numbered(frame, _dropped_per_minute(rate), base)
    frame %= base * 86_400
    seconds, frames = divmod(frame, base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    mark = ";" if drop_frame else ":"
    digits = len(str(base - 1))
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{frames:0{max(2, digits)}}"


def parse_timecode(text: str, rate: Fraction) -> int:
    """The 0-based frame number of an SMPTE timecode; ``;`` or ``.`` marks drop-frame.

    Raises:
        ValueError: The text is no timecode, or names a frame that does not exist at this rate
            (such as one that drop-frame leaves out).
    """
    match = _TIMECODE.fullmatch(text)
    if match is None:
        msg = "a timecode is written HH:MM:SS:FF, or HH:MM:SS;FF for drop-frame"
        raise ValueError(msg)
    hours, minutes, seconds = (int(match[i]) for i in (1, 2, 3))
    frames, base = int(match[5]), _nominal(rate)
    if frames >= base or hours >= 24:  # noqa: PLR2004
        msg = f"no such timecode at {rate} frames per second"
        raise ValueError(msg)
    number = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if match[4] == ":":
        return number
    dropped = _dropped_per_minute(rate)
    if minutes % 10 and seconds == 0 and frames < dropped:
        msg = f"drop-frame leaves this number out at {rate} frames per second"
        raise ValueError(msg)
    total_minutes = hours * 60 + minutes
    return number - dropped * (total_minutes - total_minutes // 10)


def _nominal(rate: Fraction) -> int:
    """Frame numbers per second of timecode: 30 for 30000/1001, at least one."""
    if rate <= 0:
        msg = "a frame rate is above zero"
        raise ValueError(msg)
    if rate.denominator == 1001:  # noqa: PLR2004
        return -(-rate.numerator // rate.denominator)
    return max(1, round(rate))


def _dropped_per_minute(rate: Fraction) -> int:
    multiple = rate / Fraction(30_000, 1001)
    if multiple.denominator != 1:
        msg = f"drop-frame is defined for multiples of 30000/1001, not for {rate}"
        raise ValueError(msg)
    return 2 * multiple.numerator


def _numbered(frame: int, dropped: int, base: int) -> int:
    """The frame number with the left-out numbers counted in."""
    per_minute = base * 60 - dropped
    per_ten_minutes = per_minute * 10 + dropped
    tens, rest = divmod(frame, per_ten_minutes)
    skipped = tens * 9 * dropped
    if rest >= base * 60:
        skipped += dropped * (1 + (rest - base * 60) // per_minute)
    return frame + skipped
