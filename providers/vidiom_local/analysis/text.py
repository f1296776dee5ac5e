"""On-screen text: readings twice a second, joined over time into lines with exact ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from vidiom_local.analysis.boxes import Rectangle, centre_distance, overlap
from vidiom_local.analysis.sampling import Look, Sampler
from vidiom_local.analysis.text_edges import EdgeMemory
from vidiom_local.analysis.text_reader import LEAST_LETTERS, LONGEST_SIDE, Reader, ReadLine
from vidiom_local.wire import Boxes, TextLine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vidiom_local.analysis.picture import Picture

__all__ = ["TextDetector"]

INTERVAL = 0.5
FREE_LINES, SECONDS_PER_LINE = 10, 0.15
"""Each line costs as much as finding all of them, so a page of credits is read more seldom.

By lines and not by the clock: a slow machine must give the same answer.
"""

LEAST_READINGS = 2
SURE = 0.9
"""A line that was read only once is kept if the reader was this sure of it."""

SAME_PLACE, SAME_TEXT = 0.3, 0.5
"""At the same place, half of the letters are enough: single readings vary."""

MOVED_ON, SURELY_SAME_TEXT = 0.15, 0.85
"""Between two readings a rolling line moves this far at most, and is told by its words."""

MOVED = 0.01
"""A box is noted again when it has moved by this share of the picture."""


@dataclass(slots=True)
class _OpenLine:
    """A line that is on the screen now."""

    start: float
    seen: float
    box: Rectangle
    strokes: NDArray[np.float32]
    scores: dict[str, float] = field(default_factory=dict)
    """For each reading, how sure the reader was in sum: the vote."""
    readings: Counter[str] = field(default_factory=Counter)
    held: int = 0
    """How often it was found unchanged without being read again."""
    boxes: list[tuple[float, Rectangle, float]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return max(self.scores, key=lambda text: (self.scores[text], len(text)))

    def add(self, read: ReadLine, time: float, strokes: NDArray[np.float32]) -> None:
        self.seen, self.box, self.strokes = time, read.box, strokes
        self.scores[read.text] = self.scores.get(read.text, 0.0) + read.score
        self.readings[read.text] += 1
        if not self.boxes or _moved(self.boxes[-1][1], read.box):
            self.boxes.append((time, read.box, read.score))


class TextDetector:
    """Memory: under a second of grey pictures, the lines on screen, one entry per ended line."""

    name = "text"

    def __init__(self, reader: Reader, *, still: bool = False) -> None:
        self._read = reader
        self._still = still
        """A single picture: every line was read once and that is enough."""
        self._sampler = Sampler(INTERVAL)
        self._memory = EdgeMemory()
        self._open: list[_OpenLine] = []
        self._lines: list[TextLine] = []
        self._last_look = 0.0
        self._end = 0.0

    def feed(self, picture: Picture) -> None:
        self._end = picture.end
        self._memory.add(picture)
        verdict = self._sampler.judge(picture)
        if verdict is Look.SKIP:
            return
        if verdict is Look.SAME:
            for line in self._open:
                line.seen = picture.time
                line.held += 1
        else:
            reads = self._read(picture.rgb(LONGEST_SIDE))
            self._take(reads, picture)
            self._sampler.rest(
                until=picture.time + max(0, len(reads) - FREE_LINES) * SECONDS_PER_LINE
            )
        self._last_look = picture.time

    def finish(self) -> list[TextLine]:
        """The lines so far, those on screen included. Asking changes nothing."""
        lines = [
            *self._lines,
            *(_closed(line, self._end) for line in self._open if self._good(line)),
        ]
        return sorted(lines, key=lambda line: (line.start, line.boxes.y[0], line.boxes.x[0]))

    def _take(self, reads: list[ReadLine], picture: Picture) -> None:
        waiting = list(self._open)
        for read in reads:
            strokes = self._memory.strokes(picture, read.box)
            line = max(waiting, key=lambda known: _match(known, read), default=None)
            if line is not None and _match(line, read) > 0:
                waiting.remove(line)
                line.add(read, picture.time, strokes)
                continue
            start = self._memory.appeared(
                strokes, read.box, not_before=self._last_look, seen=picture.time
            )
            line = _OpenLine(start=start, seen=picture.time, box=read.box, strokes=strokes)
            line.add(read, picture.time, strokes)
            self._open.append(line)
        for line in waiting:
            self._missed(line, picture)

    def _missed(self, line: _OpenLine, picture: Picture) -> None:
        """The line was not read this time: the reader overlooked it, or it is gone."""
        if self._memory.still_there(line.strokes, picture, line.box):
            line.seen = picture.time
            line.held += 1
            return
        self._open.remove(line)
        if self._good(line):
            end = self._memory.vanished(line.strokes, line.box, seen=line.seen, gone=picture.time)
            self._lines.append(_closed(line, end))

    def _good(self, line: _OpenLine) -> bool:
        """Texture that looks like letters is read once, and with doubt."""
        if self._still or line.readings.total() + line.held >= LEAST_READINGS:
            return True
        return line.scores[line.text] >= SURE


def _match(line: _OpenLine, read: ReadLine) -> float:
    """How well the reading continues the line; 0 if it is another text."""
    common = overlap(line.box, read.box)
    if not common and centre_distance(line.box, read.box) >= MOVED_ON:
        return 0.0
    alike = _similarity(line.text, read.text)
    if common >= SAME_PLACE and (alike >= SAME_TEXT or _grows(line.text, read.text)):
        return alike + common
    moving = centre_distance(line.box, read.box) < MOVED_ON and alike >= SURELY_SAME_TEXT
    return alike if moving else 0.0


def _similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, _letters(one), _letters(other), autojunk=False).ratio()


def _grows(one: str, other: str) -> bool:
    """Whether one text is the beginning of the other: it is being typed or wiped on."""
    short, long = sorted((_letters(one), _letters(other)), key=len)
    return len(short) >= LEAST_LETTERS and long.startswith(short)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _moved(one: Rectangle, other: Rectangle) -> bool:
    pairs = ((one.x, other.x), (one.y, other.y), (one.width, other.width))
    return any(abs(before - after) > MOVED for before, after in pairs)


def _closed(line: _OpenLine, end: float) -> TextLine:
    text = line.text
    return TextLine(
        text=text,
        start=line.start,
        end=max(end, line.start),
        confidence=round(line.scores[text] / line.readings[text], 4),
        readings=line.readings.total(),
        variants={other: count for other, count in line.readings.items() if other != text},
        boxes=Boxes(
            time=[time for time, _, _ in line.boxes],
            x=[box.x for _, box, _ in line.boxes],
            y=[box.y for _, box, _ in line.boxes],
            width=[box.width for _, box, _ in line.boxes],
            height=[box.height for _, box, _ in line.boxes],
            confidence=[round(score, 4) for _, _, score in line.boxes],
        ),
    )
