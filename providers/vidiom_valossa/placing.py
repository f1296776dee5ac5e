"""The parts that say where: per-frame faces, per-frame and per-second objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import msgspec

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage, read_document
from vidiom.schema.boxes import Track
from vidiom.schema.detections import AnyDetection, Face, Object
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.raw import RawPart
from vidiom.schema.segments import Segment
from vidiom_valossa import metadata, parts
from vidiom_valossa.tracks import frame_moments, second_moments, tracks

__all__ = ["BOXED_PARTS", "Envelope", "Placed", "boxes", "opened", "strangers"]

# What the array is called: documented for seconds_objects only, and then for a future name
# (https://docs.valossa.com/metadata/localized-objects).
_ARRAYS: Final[Mapping[str, tuple[str, str]]] = {
    parts.FRAMES_FACES: ("faces_by_frame", "_by_frame"),
    parts.FRAMES_OBJECTS: ("objects_by_frame", "_by_frame"),
    parts.SECONDS_OBJECTS: ("objects_by_second", "_by_second"),
}
BOXED_PARTS: Final = tuple(_ARRAYS)
_HEADER: Final[Mapping[str, Any]] = {
    "version_info": metadata.VersionInfo,
    "job_info": metadata.JobInfo,
    "media_info": metadata.MediaInfo,
}


@dataclass(frozen=True)
class Placed:
    """The boxes of one part."""

    part: str
    array: str
    tracks: Mapping[str, Track]


def strangers(
    places: Iterable[Placed], known: Collection[str], notes: Notes
) -> Iterator[AnyDetection]:
    """What has boxes, but is no detection of the core: nothing more is known of it."""
    for place in places:
        for vendor_id, track in place.tracks.items():
            if vendor_id in known or not len(track):
                continue
            source = Source(place.part, f"/{place.array}", None, vendor_id)
            notes.repaired(
                "Boxes of detections that the core does not have became detections of their own.",
                source,
            )
            name, span = f"{place.part}:{vendor_id}", _span(track)
            if place.part == parts.FRAMES_FACES:
                yield Face(id=name, segments=span, track=track, source=source)
            else:
                yield Object(id=name, label="object", segments=span, track=track, source=source)


def _span(track: Track) -> tuple[Segment, ...]:
    return (Segment(track.times[0], track.times[-1] + (track.interval or 0.0)),)


@dataclass(frozen=True)
class Envelope:
    """A part whose array of boxes is not decoded yet."""

    part: str
    header: metadata.Header
    array: str
    content: msgspec.Raw


def opened(part: RawPart, notes: Notes) -> Envelope:
    """The part's header, and its array as it came."""
    members = read_document(part, dict[str, msgspec.Raw], notes, provider="valossa")
    salvage = Salvage(part.name, notes)
    said = {
        name: salvage.read(members[name], kind, f"/{name}")
        for name, kind in _HEADER.items()
        if name in members
    }
    array, suffix = _ARRAYS[part.name]
    if array not in members:
        array = next((name for name in members if name.endswith(suffix)), array)
    if array not in members:
        notes.repaired("The part has no array of boxes.", Source(part.name, ""))
    header = metadata.Header(**said)
    return Envelope(part.name, header, array, members.get(array, msgspec.Raw()))


def boxes(
    envelope: Envelope, rate: Fraction | None, shots: Sequence[tuple[int, float]], notes: Notes
) -> Placed:
    """The boxes of a part, by detection."""
    per_second = envelope.part == parts.SECONDS_OBJECTS
    source = Source(envelope.part, f"/{envelope.array}")
    if rate is None and not per_second:
        notes.add(
            NoticeCode.UNMAPPED,
            "The frame rate is not known, so boxes by frame have no time and were left out.",
            source,
        )
        return Placed(envelope.part, envelope.array, {})
    moments = second_moments() if rate is None or per_second else frame_moments(rate, shots)
    interval = 1.0 if rate is None or per_second else float(1 / rate)
    salvage = Salvage(envelope.part, notes)
    found = tracks(envelope.content, moments, interval, salvage, source.pointer)
    return Placed(envelope.part, envelope.array, found)
