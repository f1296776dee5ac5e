"""Rows of results before they are written, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final, TypeAlias, overload

from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.moments import timecode_at

__all__ = [
    "Arguments",
    "Box",
    "Facts",
    "File",
    "Repeated",
    "Row",
    "Story",
    "Summed",
    "number_of",
    "written",
]

Arguments: TypeAlias = Mapping[str, object]
"""What a module was told."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height, in shares of the frame."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the vendor measures of the media (``info`` of a summary)."""

    media_type: str = "video"
    duration: float = 0.0
    rate: Fraction = Fraction(25)
    width: int | None = None
    height: int | None = None

    def info(self) -> Json:
        """As it stands in a summary; nothing for an image."""
        if self.media_type != "video":
            return {} if self.media_type == "image" else {"duration": self.duration}
        rate = int(self.rate) if self.rate.denominator == 1 else float(self.rate)
        told: Json = {"fps": rate, "total_frames": round(self.duration * self.rate)}
        if self.width is not None and self.height is not None:
            told["resolution"] = [self.width, self.height]
        return {**told, "duration": self.duration}


@dataclass(frozen=True, slots=True)
class Row:
    """One segment of one module (https://docs.deepva.com/core-resources/detailed-result)."""

    start: float
    end: float
    meta: Mapping[str, object]
    places: tuple[tuple[float, Box], ...] = ()
    """Boxes by time in seconds."""
    place_type: str = "face_bbox"
    """The one type of a detection that is documented; ``text_bbox`` is assumed."""
    thumbnail: str | None = None

    def moved(self, seconds: float) -> Row:
        """The same, later."""
        return replace(
            self,
            start=round(self.start + seconds, 6),
            end=round(self.end + seconds, 6),
            places=tuple((round(time + seconds, 6), box) for time, box in self.places),
        )


@dataclass(frozen=True, slots=True)
class Summed:
    """One summarized result (https://docs.deepva.com/core-resources/summarized-result)."""

    type: str
    meta: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class File:
    """A file that a module made."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Story:
    """What there is to tell of one source: by module, for the arguments that it was given."""

    facts: Facts
    rows: Mapping[str, Callable[[Arguments], Sequence[Row]]]
    summed: Mapping[str, Callable[[Arguments], Sequence[Summed]]] = field(default_factory=dict)
    files: Mapping[str, Callable[[Arguments], Sequence[File]]] = field(default_factory=dict)


def number_of(value: object, default: float) -> float:
    """An argument that is a number; else what holds without it."""
    return default if isinstance(value, bool) or not isinstance(value, (int, float)) else value


class Repeated(Sequence[Row]):
    """A story told over and over, until there are so many rows; none is held."""

    def __init__(self, rows: Sequence[Row], count: int, length: float) -> None:
        """These rows, the next telling so many seconds later."""
        self._rows = rows
        self._count = count if rows else 0
        self._length = length

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        """A row, or some."""
        if isinstance(index, slice):
            return [self._at(number) for number in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._at(index % self._count)

    def _at(self, index: int) -> Row:
        telling, number = divmod(index, len(self._rows))
        return self._rows[number].moved(telling * self._length) if telling else self._rows[number]


# Only one type of detection is documented, and it is named there in full.
_DETECTION_KEYS: Final = ("x", "y", "w", "h")


def written(row: Row, module: str, source: str, facts: Facts, index: int) -> Json:
    """A row as it stands in an answer.

    Args:
        row: What is to be told.
        module: Which module found it.
        source: The media, as submitted.
        facts: What is known of it.
        index: Which of the job's sources it is; images have it in the place of frames.
    """
    told: Json = {"media_type": facts.media_type}
    if facts.media_type == "image":
        told |= {"frame_start": index, "frame_end": index, "time_start": 0, "time_end": 0}
        told |= {"tc_start": None, "tc_end": None}
    elif facts.media_type == "audio":
        told |= {"frame_start": None, "frame_end": None}
        told |= {"time_start": row.start, "time_end": row.end, "tc_start": None, "tc_end": None}
    else:
        first, last = round(row.start * facts.rate), round(row.end * facts.rate)
        told |= {"frame_start": first, "frame_end": last}
        told |= {"time_start": row.start, "time_end": row.end}
        told["tc_start"] = timecode_at(first, facts.rate)
        told["tc_end"] = timecode_at(last, facts.rate)
    return {
        **told,
        "source": source,
        "module": module,
        "meta": dict(row.meta),
        "detections": [*_detections(row, facts, index)],
        "thumbnail": None if row.thumbnail is None else {"image": row.thumbnail, "meta": {}},
    }


def _detections(row: Row, facts: Facts, index: int) -> Iterable[Json]:
    for seconds, box in row.places:
        frame = index if facts.media_type == "image" else round(seconds * facts.rate)
        data = dict(zip(_DETECTION_KEYS, box, strict=True))
        yield {"frame_index": frame, "type": row.place_type, "data": data}
