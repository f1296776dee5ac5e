"""The exact frame rate that a vendor's rounded number stands for."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

__all__ = ["NTSC", "exact_rate"]

NTSC: Final = Fraction(1000, 1001)
"""How much slower than a whole number of frames a second American television runs."""

_CLOSE: Final = 0.006
"""How far a rounded rate (``29.97``, ``23.98``) may lie from what it stands for."""
_HIGHEST: Final = 1000.0


def exact_rate(fps: float | None) -> Fraction | None:
    """The exact rate that a rounded number stands for: 29.97 is 30000/1001."""
    if fps is None or not 0 < fps < _HIGHEST:
        return None
    whole = round(fps)
    if fps == whole:
        return Fraction(whole)
    if whole and abs(fps - float(whole * NTSC)) < _CLOSE:
        return whole * NTSC
    exact = Fraction(fps).limit_denominator(1001)
    return exact if exact > 0 else None
