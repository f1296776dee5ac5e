"""Times as the vendor writes them: of jobs in two notations, and timecodes of media."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from vidiom.schema.timecode import timecode
from vidiom_deepva.emulation.behaviour import Behaviour

__all__ = ["job_time", "stamp", "timecode_at"]


def stamp(moment: datetime) -> str:
    """``2024-06-11 09:28:44.615000``, in UTC (assumed)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def job_time(moment: datetime | None, behaviour: Behaviour, *, first: bool = False) -> str | None:
    """A job's time; in the mixed notation, only the first one of an object is of the former."""
    if moment is None:
        return None
    moment = moment.astimezone(UTC)
    kind = behaviour.job_times
    if kind == "locale" or (kind == "mixed" and not first):
        hour = f"{moment.hour % 12 or 12}:{moment:%M:%S} {moment:%p}"
        return f"{moment.month}/{moment.day}/{moment.year}, {hour}"
    if kind == "iso":
        return moment.isoformat().replace("+00:00", "Z")
    return stamp(moment)


def timecode_at(frame: int, rate: Fraction) -> str:
    """``HH:MM:SS:FF``, without dropped frames (assumed)."""
    return timecode(frame, rate)
