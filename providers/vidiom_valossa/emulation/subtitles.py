"""What is said as subtitles, in the vendor's four text formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

__all__ = ["WRITERS", "Line"]


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of speech as it is shown."""

    start: float
    end: float
    text: str


Writer: TypeAlias = Callable[[Iterable[Line], float], str]
"""Lines as one text; the rate is for formats that count frames."""


def _srt(lines: Iterable[Line], _rate: float) -> str:
    """SubRip, with LF line ends only (https://docs.valossa.com/api-reference/job-results)."""
    return "".join(
        f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{line.text}\n\n"
        for number, line in enumerate(lines, 1)
    )


def _vtt(lines: Iterable[Line], _rate: float) -> str:
    cues = (
        f"{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n{line.text}\n\n" for line in lines
    )
    return "WEBVTT\n\n" + "".join(cues)


# The vendor's dialects of the other two are not documented: these are the plain forms.
def _ttml(lines: Iterable[Line], _rate: float) -> str:
    said = "".join(
        f'<p begin="{_clock(line.start, ".")}" end="{_clock(line.end, ".")}">'
        f"{escape(line.text)}</p>\n"
        for line in lines
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en">\n'
        f"<body>\n<div>\n{said}</div>\n</body>\n</tt>\n"
    )


def _avid(lines: Iterable[Line], rate: float) -> str:
    said = "".join(
        f"{_timecode(line.start, rate)} {_timecode(line.end, rate)}\n{line.text}\n\n"
        for line in lines
    )
    return f"<begin subtitles>\n\n{said}<end subtitles>\n"


def _clock(seconds: float, mark: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{mark}{thousandths:03}"


def _timecode(seconds: float, rate: float) -> str:
    whole, frame = divmod(round(seconds * rate), max(1, round(rate)))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}:{frame:02}"


WRITERS: Final[Mapping[str, Writer]] = {
    "speech_to_text_srt": _srt,
    "speech_to_text_vtt": _vtt,
    "speech_to_text_ttml": _ttml,
    "speech_to_text_avid_txt": _avid,
}
"""One for each subtitle type of ``job_results``."""
