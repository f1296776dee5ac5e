"""What every reader of rows shares: the job's context, ids, times and scores, and notices."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import msgspec

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom.schema.detection import Score
from vidiom.schema.model import JsonValue
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.raw import RawPart
from vidiom.schema.segments import Segment
from vidiom_deepva.candidates import Keys
from vidiom_deepva.places import Place, place_of
from vidiom_deepva.rows import Row, numbered

__all__ = ["COSINE", "EUCLIDEAN", "Ids", "Reading", "Sureness"]

EUCLIDEAN: Final = "euclidean_distance"
"""0 to 2, smaller is nearer (docs.deepva.com/mining-modules/face-recognition)."""
COSINE: Final = "cosine_similarity"
"""0 to 1, larger is nearer (docs.deepva.com/mining-modules/speaker-identification)."""

_MOST_PERCENT: Final = 100.0
_LABELS: Final = "object_scene_recognition"
"""The one module whose confidences are documented as percent."""


class Sureness(msgspec.Struct, frozen=True):
    """A row's own number: a confidence, or a score on a scale of its own."""

    confidence: float | None = None
    score: Score | None = None


UNSURE: Final = Sureness()


class Ids:
    """Ids that are the same whenever the same row is read: rows have none of their own.

    They follow from what is read of a row, so members that the vendor adds later do not change
    them. Rows that agree in it are one row given twice, or two that differ in something else.
    """

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._pages: list[tuple[int, RawPart]] = []
        self._rows: tuple[int, list[JsonValue]] = (-1, [])
        self._count = 0
        self.repeated = 0

    def begin(self, part: RawPart) -> None:
        """The next rows are those of this page."""
        self._pages.append((self._count, part))

    def new(self, row: Row, word: str, index: int) -> str | None:
        """The id of a row, or ``None`` for one that was there before.

        Args:
            row: The row.
            word: What it says: a label, a text.
            index: Its place in its page.
        """
        number = self._pages[-1][0] + index
        self._count = number + 1
        said = (
            f"{row.source}\n{row.frame_start}\n{row.frame_end}\n{row.time_start}\n{row.time_end}"
            f"\n{word}"
        )
        digest = hashlib.blake2b(said.encode(errors="replace"), digest_size=8).hexdigest()
        made = f"{row.module or 'unknown'}:{digest}"
        before = self._seen.setdefault(made, number)
        if before == number:
            return made
        return self._another(made, number)

    def _another(self, made: str, number: int) -> str | None:
        """An id with a number, unless one of the rows before is the same in everything."""
        twin, name = 1, made
        mine = self._row(number)
        while True:
            before = self._seen.setdefault(name, number)
            if before == number:
                return name
            if self._row(before) == mine:
                self.repeated += 1
                return None
            twin += 1
            name = f"{made}-{twin}"

    def words(self, index: int) -> dict[str, JsonValue]:
        """A row of the present page as the vendor wrote it, but for its picture."""
        return self._row(self._pages[-1][0] + index)

    def _row(self, number: int) -> dict[str, JsonValue]:
        page = max(at for at, (first, _) in enumerate(self._pages) if first <= number)
        if self._rows[0] != page:
            self._rows = (page, _rows_of(self._pages[page][1]))
        index = number - self._pages[page][0]
        row = self._rows[1][index] if index < len(self._rows[1]) else None
        if not isinstance(row, dict):
            return {}
        return {key: value for key, value in row.items() if key != "thumbnail"}


def _rows_of(part: RawPart) -> list[JsonValue]:
    page = Salvage(part.name, Notes()).read(part.content, dict[str, msgspec.Raw])
    content = part.content if page is None else page.get("data", msgspec.Raw(b"[]"))
    rows: list[JsonValue] | None = Salvage(part.name, Notes()).read(content, list[Any])
    return rows or []


@dataclass
class Reading:
    """One answer while it is read."""

    notes: Notes
    keys: Keys
    rates: Mapping[str | None, Fraction]
    """Frames per second by source; ``None`` stands for any other one."""
    arguments: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """What each module of the job was asked for."""
    shots: bool = False
    """Whether rows of visual understanding are shots."""
    thumbnails: bool = False
    media: tuple[str, ...] = ()
    """The media of the job, where it was about several."""
    ids: Ids = field(default_factory=Ids)
    unstated: int = 0
    """Scores whose scale the vendor does not document, taken for confidences."""

    def rate(self, row: Row) -> Fraction | None:
        """Frames per second of a row's media."""
        rate = self.rates.get(row.source)
        return self.rates.get(None) if rate is None else rate

    def place(self, row: Row, source: Source, *, moving: bool = False) -> Place:
        """Where a row is."""
        return place_of(row, source, self.rate(row), self.notes, moving=moving)

    def segments(self, row: Row, source: Source) -> tuple[Segment, ...]:
        """When a row is: one interval, or none for images and where there are no times."""
        if row.media_type == "image":
            return ()
        start, end = row.time_start, row.time_end
        if type(start) is float and type(end) is float and start <= end:
            return (Segment(start, end),)
        return self._repaired(row, source)

    def _repaired(self, row: Row, source: Source) -> tuple[Segment, ...]:
        start, end = numbered(row.time_start), numbered(row.time_end)
        if start is None or end is None:
            rate = self.rate(row)
            first, last = numbered(row.frame_start), numbered(row.frame_end)
            if start is None and first is not None and rate is not None:
                start = float(first / rate)
            if end is None and last is not None and rate is not None:
                end = float(last / rate)
            if start is None or end is None:
                start, end = (end if start is None else start), (start if end is None else end)
            if start is None or end is None:
                self.notes.repaired("Rows without any time are kept without one.", source)
                return ()
            self.notes.repaired("Times that are missing were taken from frames.", source)
        if end < start:
            self.notes.repaired("Rows that end before they start were turned.", source)
            start, end = end, start
        return (Segment(start, end),)

    def sureness(self, row: Row, meta: dict[str, Any], source: Source) -> Sureness:
        """A row's confidence; similarity and distance are scores, and stay what they are.

        Only those of face attributes are documented as 0 to 1. Of labels the threshold is
        documented as percent, so what is above 1 is percent. Nothing else above 1 is guessed at.
        """
        keys = self.keys
        value = keys.number("confidence", meta) if meta else None
        similarity = keys.number("similarity", meta) if meta else None
        score = None if similarity is None else Score(similarity, COSINE)
        if value is None:
            return UNSURE if score is None else Sureness(None, score)
        if 0.0 <= value <= 1.0:
            self.unstated += 1
            return Sureness(value, score)
        if row.module == _LABELS and 1.0 < value <= _MOST_PERCENT:
            self.notes.add(
                NoticeCode.ASSUMED,
                "Confidences of labels above 1 were read as percent, as their threshold is "
                "documented.",
                source,
            )
            return Sureness(value / 100.0, score)
        self.notes.repaired(
            "Confidences on a scale that is not documented were kept as scores.", source
        )
        return Sureness(None, score or Score(value, "unknown"))

    def finish(self) -> None:
        """Note what was counted on the way, and let go of what was only needed there."""
        if self.unstated:
            self.notes.add(
                NoticeCode.ASSUMED,
                "The vendor does not document the scale of the scores in results; numbers from 0 "
                "to 1 were taken for confidences.",
                count=self.unstated,
            )
        if self.ids.repeated:
            self.notes.repaired("Rows that came twice were left out.", count=self.ids.repeated)
        self.ids = Ids()  # as large as a tenth of what was found
