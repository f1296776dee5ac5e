"""SRT artifacts: cues, and the words that underlines mark in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vidiom.schema.raw import Bytes
from vidiom.schema.segments import Word

__all__ = ["Cue", "cues", "is_srt", "words"]

_TIMES: Final = re.compile(
    r"^\s*(\d{1,4}):(\d{1,2}):(\d{1,2})[,.](\d{1,3})\s*-->\s*(\d{1,4}):(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
)
_MARKED: Final = re.compile(r"<u>(.*?)</u>", re.IGNORECASE | re.DOTALL)
_TAGS: Final = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
_LOOKED_AT: Final = 4096


@dataclass(frozen=True)
class Cue:
    """One subtitle."""

    start: float
    end: float
    text: str
    """With its tags."""

    @property
    def plain(self) -> str:
        """Without them."""
        return " ".join(_TAGS.sub("", self.text).split())


def is_srt(content: Bytes) -> bool:
    """Whether it looks like subtitles: artifacts do not say what they are."""
    return b"-->" in bytes(content[:_LOOKED_AT])


def cues(content: Bytes) -> Iterator[Cue]:
    """The subtitles in the order of the file; what is damaged in it is passed over."""
    text = bytes(content).decode("utf-8-sig", errors="replace")
    times: tuple[float, float] | None = None
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        found = _TIMES.match(line)
        if found is not None:
            said = found.groups()
            times = _seconds(*said[:4]), _seconds(*said[4:])
            lines = []
        elif line.strip():
            lines.append(line.strip())
        elif times is not None:
            if lines and times[0] <= times[1]:
                yield Cue(*times, "\n".join(lines))
            times, lines = None, []
        else:
            lines = []


def _seconds(hours: str, minutes: str, seconds: str, fraction: str) -> float:
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    return (whole * 1000 + int(fraction.ljust(3, "0"))) / 1000


# https://docs.deepva.com/mining-modules/speech-recognition: `underline_words_in_srt`
def words(content: Bytes) -> tuple[Word, ...]:
    """Each underlined word with the time of its cue: the subtitle is repeated for every word."""
    return tuple(
        Word(said, cue.start, cue.end)
        for cue in cues(content)
        for said in (" ".join(_TAGS.sub("", one).split()) for one in _MARKED.findall(cue.text))
        if said
    )
