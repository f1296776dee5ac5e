"""All that the core part finds: its detections and signals, each type by its own rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage, read_document
from vidiom.schema.boxes import Track
from vidiom.schema.detections import AnyDetection
from vidiom.schema.media import MediaFacts
from vidiom.schema.provenance import NoticeCode
from vidiom.schema.raw import RawResult
from vidiom.schema.signals import Signal
from vidiom_valossa import metadata
from vidiom_valossa.detections import custom, detection
from vidiom_valossa.facts import requested
from vidiom_valossa.per_second import PerSecond, per_second
from vidiom_valossa.placing import Placed
from vidiom_valossa.reading import CORE, Reading, source_of
from vidiom_valossa.segmentation import shots
from vidiom_valossa.speech import SEGMENT, WORD, speech

__all__ = ["Findings", "read_core"]

_COLOR = "visual.color"


@dataclass(frozen=True)
class Findings:
    """What the core says, and what it was read with."""

    reading: Reading
    detections: list[AnyDetection]
    signals: tuple[Signal, ...]


@dataclass
class _Sorted:
    """Detections by how they are read."""

    segments: dict[str, metadata.Detection] = field(default_factory=dict)
    colors: dict[str, metadata.Detection] = field(default_factory=dict)
    others: dict[str, metadata.Detection] = field(default_factory=dict)


def read_core(
    core: metadata.Core,
    raw: RawResult,
    media: MediaFacts,
    places: Sequence[Placed],
    notes: Notes,
) -> Findings:
    """Everything in the core."""
    groupings = core.detection_groupings or metadata.Groupings()
    words = _as_listed(_taken_out(core, WORD), groupings)
    reading = _reading(core, groupings, places, notes)
    sorted_ = _sorted(reading)
    found: list[AnyDetection] = [*speech(sorted_.segments, words, reading)]
    found += shots(_shots(core), reading)
    left = _each(sorted_.others, reading, found)
    seconds = per_second(groupings.by_second, Salvage(CORE, notes), media.duration)
    left += _without_values(sorted_.colors, seconds)
    if left:
        found += _in_vendors_words(left, raw, reading)
    known = {one.id.removeprefix("core:") for one in found}
    found += seconds.emotions(known)
    found += seconds.dominant()
    return Findings(reading, found, tuple(seconds.signals(known)))


def _reading(
    core: metadata.Core,
    groupings: metadata.Groupings,
    places: Sequence[Placed],
    notes: Notes,
) -> Reading:
    boxes: dict[str, Track] = {}
    for place in places:  # frames come before seconds, and say more
        boxes = {**place.tracks, **boxes}
    return Reading(
        notes=notes,
        detections=core.detections or {},
        ranks=_ranks(groupings),
        language=requested(core).language,
        shots=frozenset(_placed_shots(core)),
        tracks=boxes,
    )


def _placed_shots(core: metadata.Core) -> Iterator[int]:
    for index, one in enumerate(_shots(core)):
        if one.ss is not None or one.se is not None:
            yield index


def _shots(core: metadata.Core) -> Sequence[metadata.Shot]:
    found = core.segmentations
    return found.detected_shots or () if found is not None else ()


# https://docs.valossa.com/resources/glossary: "most prominent first, except speech types"
def _ranks(groupings: metadata.Groupings) -> dict[str, int]:
    return {
        vendor_id: rank
        for name, ids in (groupings.by_detection_type or {}).items()
        if not name.startswith(SEGMENT)
        for rank, vendor_id in enumerate(ids)
    }


def _sorted(reading: Reading) -> _Sorted:
    kinds = _Sorted()
    by_type = {SEGMENT: kinds.segments, _COLOR: kinds.colors}
    for vendor_id, found in reading.detections.items():
        by_type.get(found.t, kinds.others)[vendor_id] = found
    return kinds


def _taken_out(core: metadata.Core, kind: str) -> dict[str, metadata.Detection]:
    """Detections of a type, which the core has no more: words are most of what it holds."""
    known = core.detections or {}
    taken = {vendor_id: one for vendor_id, one in known.items() if one.t == kind}
    for vendor_id in taken:
        del known[vendor_id]
    return taken


def _as_listed(
    words: dict[str, metadata.Detection], groupings: metadata.Groupings
) -> dict[str, metadata.Detection]:
    """Words in the order of time: that is how they are listed, whatever the order of the keys."""
    listed: tuple[str, ...] = (groupings.by_detection_type or {}).get(WORD, ())
    if tuple(words) == listed:  # as the vendor writes them
        return words
    return {one: words[one] for one in listed if one in words} | words


def _each(
    others: Mapping[str, metadata.Detection], reading: Reading, found: list[AnyDetection]
) -> list[str]:
    """Read each detection; the ids of those that have no neutral kind, or do not fit theirs."""
    left: list[str] = []
    for vendor_id, one in others.items():
        try:
            read = detection(vendor_id, one, reading)
        except ValueError:
            reading.notes.repaired(
                "Detections with values that cannot be are kept in the vendor's words.",
                source_of(vendor_id, one),
            )
            left.append(vendor_id)
            continue
        found += read
        if not read:
            reading.notes.add(
                NoticeCode.UNMAPPED,
                "Detections of types without a neutral kind are kept in the vendor's words.",
                source_of(vendor_id, one),
            )
            left.append(vendor_id)
    return left


def _without_values(colors: Iterable[str], seconds: PerSecond) -> list[str]:
    """Colours that are not spelt out second by second stand for something, too."""
    painted = {owner for (owner, _, _), _ in seconds.colors}
    return [vendor_id for vendor_id in colors if vendor_id not in painted]


def _in_vendors_words(
    ids: Sequence[str], raw: RawResult, reading: Reading
) -> Iterable[AnyDetection]:
    # read once more, because the wire types keep only what they declare; noted is it already
    content = read_document(raw[CORE], metadata.CoreDetections, Notes(), provider="valossa")
    return custom(ids, content, reading)
