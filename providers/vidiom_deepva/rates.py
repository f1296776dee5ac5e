"""The frame rate of each source: as the job says, else as frames and times of the rows do."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from vidiom.provider.frame_rates import NTSC, exact_rate
from vidiom_deepva import wire
from vidiom_deepva.rows import Row, numbered

__all__ = ["rate_of_rows", "rates_of_job"]

_HIGHEST: Final = 1000.0
_TELLING: Final = 500
"""Frames from the start after which a rounded time tells the rate well enough."""


def rates_of_job(job: wire.Job) -> dict[str | None, Fraction]:
    """Rates by source; under ``None`` the rate of the only one."""
    summary = (job.result.summary if job.result is not None else None) or []
    rates: dict[str | None, Fraction] = {}
    for one in summary:
        rate = exact_rate(one.info.fps) if one.info is not None else None
        if rate is not None:
            rates[one.source] = rate
            if len(summary) == 1:
                rates[None] = rate
    return rates


def rate_of_rows(rows: Iterable[Row | None]) -> Fraction | None:
    """A usual rate that all rows agree with, of those far enough from the start to tell."""
    ratios: list[float] = []
    for row in rows:
        if row is None or row.media_type == "image":
            continue
        for frame, moment in ((row.frame_start, row.time_start), (row.frame_end, row.time_end)):
            number, seconds = numbered(frame), numbered(moment)
            if number is not None and seconds and number >= _TELLING:
                ratios.append(number / seconds)
    if not ratios:
        return None
    lowest, highest = min(ratios), max(ratios)
    middle = (lowest + highest) / 2
    whole = round(middle)
    if not whole or not 0 < middle < _HIGHEST:
        return None
    # a time is rounded to no worse than 10 ms, which tells rates apart after 20 s
    near = [rate for rate in (Fraction(whole), whole * NTSC) if _agrees(rate, lowest, highest)]
    return near[0] if len(near) == 1 else None


def _agrees(rate: Fraction, lowest: float, highest: float) -> bool:
    margin = float(rate) * 0.0004
    return float(rate) - margin <= lowest and highest <= float(rate) + margin
