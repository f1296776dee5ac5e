"""What every detection of the core has in common, and what is known while one is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypedDict

from vidiom.provider.notes import Notes
from vidiom.schema.boxes import Track
from vidiom.schema.detection import Concept
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment
from vidiom_valossa import metadata

__all__ = [
    "BY_SECOND",
    "CORE",
    "Basics",
    "Reading",
    "concepts",
    "interval",
    "people",
    "pointer_to",
    "source_of",
    "tags",
    "within",
]

CORE: Final = "core"
BY_SECOND: Final = "/detection_groupings/by_second"

# https://docs.valossa.com/metadata/detection-types
_SCHEMES: Final[Mapping[str, str]] = {"gkg": "google_knowledge_graph"}


class Basics(TypedDict):
    """The fields that all kinds share."""

    id: str
    label: str
    confidence: float | None
    segments: tuple[Segment, ...]
    source: Source
    attributes: JsonObject


@dataclass(frozen=True)
class Reading:
    """One core document while it is read."""

    notes: Notes
    types: Mapping[str, str]
    """The vendor's type of each detection; words, which are part of speech, are none."""
    ranks: Mapping[str, int]
    """Place of a detection among those of its type, the most prominent first."""
    language: str | None = None
    """Of the speech, as it was asked for."""
    shots: Collection[int] = frozenset()
    """Indexes of the shots that are in the result."""
    tracks: Mapping[str, Track] = field(default_factory=dict)
    """Boxes by vendor id."""

    def basics(self, vendor_id: str, found: metadata.Detection) -> Basics:
        """The fields that all kinds share."""
        source = source_of(vendor_id, found)
        segments = self._segments(found, source)
        sure = [one.confidence for one in segments if one.confidence is not None]
        attributes: JsonObject = {}
        if vendor_id in self.ranks:
            attributes["rank"] = self.ranks[vendor_id]
        medians: list[JsonValue] = [one.c_med for one in found.occs or ()]
        if medians.count(None) < len(medians):
            attributes["c_med"] = medians
        return {
            "id": f"core:{vendor_id}",
            "label": found.label or found.t or "unknown",
            "confidence": max(sure, default=None),
            "segments": segments,
            "source": source,
            "attributes": attributes,
        }

    def within(
        self, value: float | None, source: Source, low: float = 0.0, high: float = 1.0
    ) -> float | None:
        """A number on the vendor's documented scale; what lies beyond it is left out."""
        return within(self.notes, value, source, low, high)

    def segment(
        self, start: float | None, end: float | None, confidence: float | None, source: Source
    ) -> Segment | None:
        """One interval, repaired where it can be; ``None`` where there is no time at all."""
        bounds = interval(self.notes, start, end, source)
        return None if bounds is None else Segment(*bounds, self.within(confidence, source))

    def _segments(self, found: metadata.Detection, source: Source) -> tuple[Segment, ...]:
        occurrences = found.occs
        if not occurrences:
            return ()
        try:
            return tuple(
                [
                    Segment(one.ss, one.se, one.c if one.c_max is None else one.c_max)  # type: ignore[arg-type]  # a bound that is missing is the TypeError below
                    for one in occurrences
                ]
            )
        except (TypeError, ValueError):
            read = (self.segment(o.ss, o.se, _sure(o), source) for o in occurrences)
            return tuple(one for one in read if one is not None)

    def frames(self, found: metadata.Detection) -> list[JsonValue] | None:
        """First and last frame of each occurrence, where the vendor counts them."""
        pairs: list[JsonValue] = [[one.fs, one.fe] for one in found.occs or ()]
        return pairs if any(one.fs is not None for one in found.occs or ()) else None


def within(
    notes: Notes, value: float | None, source: Source, low: float = 0.0, high: float = 1.0
) -> float | None:
    """A number on the vendor's documented scale; what lies beyond it is left out."""
    if value is None or low <= value <= high:
        return value
    notes.repaired(
        f"Numbers that the vendor documents as {low:g} to {high:g} lie beyond and were left out.",
        source,
    )
    return None


def interval(
    notes: Notes, start: float | None, end: float | None, source: Source
) -> tuple[float, float] | None:
    """The bounds of an occurrence, repaired where they can be; ``None`` without any time."""
    if start is None and end is None:
        notes.repaired("Occurrences without any time were left out.", source)
        return None
    if start is None or end is None:
        notes.repaired("Occurrences with one bound were taken as instants.", source)
        known = start if start is not None else end
        return None if known is None else (known, known)
    if end < start:
        notes.repaired("Occurrences that end before they start were turned.", source)
        return end, start
    return start, end


def _sure(occurrence: metadata.Occurrence) -> float | None:
    return occurrence.c if occurrence.c_max is None else occurrence.c_max


def source_of(vendor_id: str, found: metadata.Detection) -> Source:
    """Where a detection of the core stands."""
    return Source(CORE, pointer_to(vendor_id), found.t, vendor_id)


def pointer_to(vendor_id: str) -> str:
    """JSON pointer to a detection of the core."""
    if "~" in vendor_id or "/" in vendor_id:
        vendor_id = vendor_id.replace("~", "~0").replace("/", "~1")
    return f"/detections/{vendor_id}"


def tags(found: metadata.Detection) -> tuple[str, ...]:
    """``categ.tags``: an open list, never checked against one of ours."""
    return tuple(found.categ.tags or ()) if found.categ is not None else ()


def concepts(found: metadata.Detection) -> tuple[Concept, ...]:
    """The vendor's concept id, and what it refers to elsewhere."""
    known = [Concept("valossa", found.cid)] if found.cid else []
    for name, entry in (found.ext_refs or {}).items():
        if entry.id is not None and name != "iab":
            known.append(Concept(_SCHEMES.get(name, name), str(entry.id)))
    return tuple(known)


def people(reading: Reading, ids: Iterable[metadata.Id], source: Source) -> tuple[str, ...]:
    """Our ids of other people in the core; one that is not there is noted and left out."""
    named = list(dict.fromkeys(str(one) for one in ids))
    kept = [one for one in named if reading.types.get(one, "").startswith("human.")]
    lost = len(named) - len(kept)
    if lost:
        reading.notes.repaired(
            "Links to detections that the answer does not have were left out.", source, count=lost
        )
    return tuple(f"core:{one}" for one in kept)
