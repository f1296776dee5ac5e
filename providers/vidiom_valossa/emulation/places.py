"""Where things are, frame by frame and second by second: written row by row, never held whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = ["Path", "Place", "face_rows", "object_rows", "second_rows"]

_TOGETHER: Final = 512
"""Rows that are sent at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """A box in fractions of the frame, and how sure the vendor is of it."""

    x: float
    y: float
    w: float
    h: float
    c: float | None = None

    def written(self) -> dict[str, float]:
        """As it stands in an answer."""
        box = {"x": self.x, "y": self.y, "w": self.w, "h": self.h}
        return box if self.c is None else {**box, "c": self.c}


@dataclass(frozen=True, slots=True)
class Path:
    """Where one occurrence of one detection is, from frame ``first`` to before ``stop``."""

    detection: str
    occurrence: str
    first: int
    stop: int
    at: Callable[[int], Sequence[Place]]
    """The boxes in one frame."""


_Row: TypeAlias = list[dict[str, object]]


# Both bodies are inferred (https://docs.valossa.com/metadata/overview names the types only); the
# faces carry no confidence for each box, the objects do (…/metadata/localized-objects).
def face_rows(paths: Iterable[Path], frames: int) -> Iterator[bytes]:
    """The content of ``faces_by_frame``, without the brackets around it."""
    return _written(_face_row(frame, on) for frame, on in _sweep(paths, range(frames)))


def object_rows(paths: Iterable[Path], frames: int) -> Iterator[bytes]:
    """The content of ``objects_by_frame``."""
    return _written(_object_row(frame, on) for frame, on in _sweep(paths, range(frames)))


def second_rows(paths: Iterable[Path], seconds: int, rate: float) -> Iterator[bytes]:
    """The content of ``objects_by_second``: the first frame of each second that shows it."""
    paths = tuple(paths)
    return _written(_second_row(second, paths, rate) for second in range(seconds))


def _second_row(second: int, paths: Sequence[Path], rate: float) -> _Row:
    start, stop = round(second * rate), round((second + 1) * rate)
    on = [path for path in paths if path.first < stop and path.stop > start]
    return [item for path in on for item in _object_row(max(start, path.first), [path])]


def _face_row(frame: int, on: Iterable[Path]) -> _Row:
    return [{"id": path.detection, **box.written()} for path in on for box in path.at(frame)]


def _object_row(frame: int, on: Iterable[Path]) -> _Row:
    return [
        {
            "d": path.detection,
            "o": [path.occurrence],
            "b": [box.written() for box in path.at(frame)],
        }
        for path in on
    ]


def _sweep(paths: Iterable[Path], frames: Iterable[int]) -> Iterator[tuple[int, list[Path]]]:
    """Each frame with the paths that cover it."""
    coming = sorted(paths, key=lambda path: path.first, reverse=True)
    on: list[Path] = []
    for frame in frames:
        while coming and coming[-1].first <= frame:
            on.append(coming.pop())
        if on:
            on = [path for path in on if path.stop > frame]
        yield frame, on


def _written(rows: Iterator[_Row]) -> Iterator[bytes]:
    together: list[str] = []
    before = b""
    for row in rows:
        together.append(json.dumps(row, separators=(",", ":")) if row else "[]")
        if len(together) == _TOGETHER:
            yield before + ",".join(together).encode()
            together, before = [], b","
    if together:
        yield before + ",".join(together).encode()
