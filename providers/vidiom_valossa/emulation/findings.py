"""What was found in a video, kept so that every result type tells the same story of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from typing import Final, TypeAlias

from vidiom.emulation.refusal import Json
from vidiom_valossa.emulation.places import Path
from vidiom_valossa.emulation.subtitles import Line

__all__ = ["Findings", "PerSecond", "Span", "Technical"]

PerSecond: TypeAlias = Callable[[int], Json | None]
"""The attributes of a detection in one second, if it has any there."""

# Chronological in `by_detection_type`; all other types stand there most prominent first
# (https://docs.valossa.com/metadata/speech-transcription).
_CHRONOLOGICAL: Final = ("audio.speech", "audio.speech_detailed")
_WAVE: Final = (0.02, 0.0, 0.04, 0.05, 0.03, 0.06)
_LEAST: Final = 0.5  # concepts below it are not in the metadata


@dataclass(frozen=True, slots=True)
class Technical:
    """What the vendor measures of the media (``media_info.technical``)."""

    duration: float
    rate: float
    """Frames per second."""
    detail: Json = field(default_factory=dict)
    """Resolution, codecs, channels."""

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return round(self.duration * self.rate)

    def written(self) -> Json:
        """As it stands in an answer; a whole rate is a whole number there."""
        rate = int(self.rate) if self.rate == int(self.rate) else self.rate
        return {"duration_s": self.duration, "fps": rate, **self.detail}


@dataclass(frozen=True, slots=True)
class Span:
    """When: an occurrence before it has an id."""

    start: float
    end: float
    peak: float | None = None
    """``c_max``."""
    more: Mapping[str, object] = field(default_factory=dict)
    """What else stands in the occurrence."""

    def seconds(self) -> range:
        """Every second that it touches; one without length touches the second it is in."""
        return range(int(self.start), max(int(self.start) + 1, ceil(self.end)))


@dataclass(slots=True)
class _Detection:
    content: Json
    spans: tuple[Span, ...]
    occurrences: list[str]
    per_second: PerSecond | None


@dataclass
class Findings:
    """Shots and detections with their ids, from which each result type is written."""

    technical: Technical
    wavering: bool = False
    """Whether confidences rise and fall from second to second, as real ones do."""
    faces: list[Path] = field(default_factory=list)
    objects: list[Path] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    captions: list[Line] = field(default_factory=list)
    shots: list[Json] = field(default_factory=list)
    _starts: list[float] = field(default_factory=list)
    _found: dict[str, _Detection] = field(default_factory=dict)
    _occurrences: int = 0

    def shot(self, start: float, end: float, first: int, last: int) -> None:
        """The next shot; ``last`` is inclusive (…/metadata/segmentation-shots)."""
        length = round(end - start, 3)
        self.shots.append({"ss": start, "se": end, "fs": first, "fe": last, "sdur": length})
        self._starts.append(start)

    def add(
        self,
        kind: str,
        label: str,
        spans: tuple[Span, ...] = (),
        more: Mapping[str, object] | None = None,
        per_second: PerSecond | None = None,
    ) -> str:
        """One detection; its id in the core."""
        name = str(len(self._found) + 1)
        content: Json = {"t": kind, "label": label, **(more or {})}
        ids = [str(self._occurrences + number) for number in range(1, len(spans) + 1)]
        self._occurrences += len(spans)
        if spans:
            pairs = zip(ids, spans, strict=True)
            content["occs"] = [self._occurrence(one, span, kind) for one, span in pairs]
        self._found[name] = _Detection(content, spans, ids, per_second)
        return name

    def occurrences(self, detection: str) -> list[str]:
        """The ids of a detection's occurrences, in the order of its spans."""
        return self._found[detection].occurrences

    def has(self, kind: str) -> bool:
        """Whether there is a detection of this type."""
        return any(one.content["t"] == kind for one in self._found.values())

    def frame(self, seconds: float) -> int:
        """The frame nearest to a moment."""
        return round(seconds * self.technical.rate)

    def shot_at(self, seconds: float) -> int:
        """0-based index of the shot of a moment."""
        return max(0, bisect_right(self._starts, seconds) - 1)

    # --- as the core ----------------------------------------------------------------------

    def written(self) -> Json:
        """Detections, groupings and segmentations (…/metadata/json-structure)."""
        return {
            "detections": {name: one.content for name, one in self._found.items()},
            "detection_groupings": {
                "by_detection_property": self._by_property(),
                "by_detection_type": self._by_type(),
                "by_frequency": {},
                "by_second": self._by_second(),
            },
            "segmentations": {"detected_shots": self.shots},
        }

    def _occurrence(self, name: str, span: Span, kind: str) -> Json:
        told: Json = {"id": name, "ss": span.start, "se": span.end}
        if self.shots:
            last = max(self.shot_at(span.start), bisect_left(self._starts, span.end) - 1)
            told |= {"shs": self.shot_at(span.start), "she": last}
        if span.peak is not None:
            told["c_max"] = span.peak
            if kind == "visual.context":
                sure = [self._sure(span, second) for second in span.seconds()]
                told["c_med"] = round(median(sure), 3)
        return told | dict(span.more)

    def _sure(self, span: Span, second: int) -> float:
        peak = span.peak or 0.0
        if not self.wavering or len(span.seconds()) == 1:
            return peak
        below = _WAVE[(second - int(span.start)) % len(_WAVE)]
        return max(min(peak, _LEAST), round(peak - below, 3))

    def _by_second(self) -> list[list[Json]]:
        seconds: list[list[Json]] = [[] for _ in range(int(self.technical.duration) + 1)]
        for name, one in self._found.items():
            for second, item in self._moments(name, one).items():
                if second < len(seconds):
                    seconds[second].append(item)
        return seconds

    def _moments(self, name: str, one: _Detection) -> dict[int, Json]:
        """A detection stands once in a second, whatever the number of its occurrences there."""
        items: dict[int, Json] = {}
        for occurrence, span in zip(one.occurrences, one.spans, strict=True):
            for second in span.seconds():
                item = items.setdefault(second, {"d": name, "o": []})
                item["o"] = [*_ids(item["o"]), occurrence]
                if span.peak is not None:
                    sure = self._sure(span, second)
                    item["c"] = max(sure, float(str(item.get("c", sure))))
                said = one.per_second(second) if one.per_second is not None else None
                if said is not None:
                    item["a"] = said
        return items

    def _by_type(self) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for name, one in self._found.items():
            groups.setdefault(str(one.content["t"]), []).append(name)
        for kind, names in groups.items():
            if kind not in _CHRONOLOGICAL:
                names.sort(key=self._length, reverse=True)
        return groups

    def _length(self, name: str) -> float:
        return sum(span.end - span.start for span in self._found[name].spans)

    def _by_property(self) -> Json:
        """Faces merged by who they may be; the shape is inferred."""
        same: dict[str, list[str]] = {}
        for name, one in self._found.items():
            for person in _persons(one.content):
                same.setdefault(person, []).append(name)
        if not same:
            return {}
        merged = {who: self._merged(names) for who, names in same.items()}
        return {"human.face": {"similar_to_face_id": merged}}

    def _merged(self, names: list[str]) -> Json:
        spans = sorted((s.start, s.end) for name in names for s in self._found[name].spans)
        return {"moccs": [{"ss": a, "se": b} for a, b in spans], "det_ids": names}


def _ids(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def _persons(content: Json) -> list[str]:
    attributes = content.get("a")
    candidates = attributes.get("similar_to", []) if isinstance(attributes, dict) else []
    return [one["gallery_face"]["id"] for one in candidates if "gallery_face" in one]
