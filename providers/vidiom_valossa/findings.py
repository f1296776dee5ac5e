"""All that the core part finds: its detections and signals, each type by its own rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import msgspec

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom.schema.boxes import Track
from vidiom.schema.detections import AnyDetection
from vidiom.schema.media import MediaFacts
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.signals import Signal
from vidiom_valossa import metadata
from vidiom_valossa.detections import custom, detection
from vidiom_valossa.facts import requested
from vidiom_valossa.per_second import PerSecond, per_second
from vidiom_valossa.placing import Placed
from vidiom_valossa.reading import CORE, Reading, pointer_to, source_of
from vidiom_valossa.rows import members
from vidiom_valossa.segmentation import shots
from vidiom_valossa.speech import SEGMENT, WORD, Words, speech
from vidiom_valossa.undecoded import OpenedCore, OpenedGroupings

__all__ = ["Findings", "read_core"]

_COLOR: Final = "visual.color"
_DETECTION: Final = msgspec.json.Decoder(metadata.Detection)


@dataclass(frozen=True)
class Findings:
    """What the core says, and what it was read with."""

    reading: Reading
    detections: list[AnyDetection]
    signals: tuple[Signal, ...]


@dataclass
class _Decoded:
    """The detections of the core by how they are read."""

    words: Words
    segments: dict[str, metadata.Detection] = field(default_factory=dict)
    colors: dict[str, metadata.Detection] = field(default_factory=dict)
    others: dict[str, metadata.Detection] = field(default_factory=dict)
    twice: bool = False
    """Whether a name stands twice."""

    def types(self) -> dict[str, str]:
        """The vendor's type of each but the words."""
        each = chain(self.segments.items(), self.colors.items(), self.others.items())
        return {vendor_id: found.t for vendor_id, found in each}


def read_core(
    core: OpenedCore, media: MediaFacts, places: Sequence[Placed], notes: Notes
) -> Findings:
    """Everything in the core.

    What has been read is let go at once: vendor's words and neutral ones together take several
    times what the answer does.
    """
    salvage = Salvage(CORE, notes)
    groupings = core.detection_groupings or OpenedGroupings()
    lists = _Lists(groupings.by_detection_type or {}, salvage)
    decoded = _decoded(core.detections, salvage)
    reading = _reading(core, decoded.types(), lists, places, notes)
    words = decoded.words.in_time(lists.ids(WORD))
    found: list[AnyDetection] = [*speech(decoded.segments, words, reading)]
    decoded.segments.clear()
    found += shots(_shots(core), reading)
    left = _each(decoded.others, reading, found)
    seconds = per_second(groupings.by_second, salvage, media.duration)
    left |= _without_values(decoded.colors, seconds)
    if left:
        found += custom(left, _one_by_one(core.detections, salvage), reading)
    known = {one.id for one in found}
    found += seconds.emotions(known)
    found += seconds.palettes.dominant(media.duration)
    return Findings(reading, found, tuple(seconds.signals(known)))


def _decoded(content: msgspec.Raw, salvage: Salvage) -> _Decoded:
    """Each detection decoded; words, of which there are most, are neutral at once."""
    notes = Notes()
    decoded = _sorted(members(content, metadata.Detection), Salvage(CORE, notes))
    if decoded.twice:  # read together, of what stands twice the last one counts
        return _sorted([_salvaged(content, salvage)], salvage)
    salvage.notes.take(notes)
    return decoded


def _sorted(
    stretches: Iterable[dict[str, metadata.Detection] | msgspec.Raw], salvage: Salvage
) -> _Decoded:
    """The detections by how they are read."""
    decoded = _Decoded(Words(salvage.notes))
    by_type = {SEGMENT: decoded.segments, _COLOR: decoded.colors}
    names: set[str] = set()
    count = 0
    for stretch in stretches:
        found = _salvaged(stretch, salvage) if isinstance(stretch, msgspec.Raw) else stretch
        names.update(found)
        count += len(found)
        for vendor_id, one in found.items():
            if one.t == WORD:
                decoded.words.add(vendor_id, one)
            else:
                by_type.get(one.t, decoded.others)[vendor_id] = one
    decoded.twice = len(names) < count
    return decoded


def _salvaged(content: msgspec.Raw, salvage: Salvage) -> dict[str, metadata.Detection]:
    """Detections of which some are not what is documented."""
    each = _one_by_one(content, salvage)
    read = {vendor_id: _detection(vendor_id, one, salvage) for vendor_id, one in each.items()}
    return {vendor_id: one for vendor_id, one in read.items() if one is not None}


def _one_by_one(content: msgspec.Raw, salvage: Salvage) -> Mapping[str, msgspec.Raw]:
    if not memoryview(content):
        return {}
    return salvage.read(content, dict[str, msgspec.Raw], "/detections") or {}


def _detection(vendor_id: str, content: msgspec.Raw, salvage: Salvage) -> metadata.Detection | None:
    try:
        return _DETECTION.decode(content)
    except msgspec.ValidationError:
        return salvage.read(content, metadata.Detection, pointer_to(vendor_id))
    except (msgspec.DecodeError, UnicodeError):
        pointer = pointer_to(vendor_id)
        kept = salvage.read(content, metadata.Detection, pointer)
        if kept is None:
            salvage.notes.repaired(
                "Detections that cannot be read were left out.", Source(CORE, pointer)
            )
        return kept


@dataclass(frozen=True)
class _Lists:
    """``by_detection_type``: the ids of the detections of each type."""

    content: Mapping[str, msgspec.Raw]
    salvage: Salvage

    def ids(self, name: str) -> tuple[str, ...]:
        """Those of a type."""
        if name not in self.content:
            return ()
        pointer = f"/detection_groupings/by_detection_type/{name}"
        return self.salvage.read(self.content[name], tuple[str, ...], pointer) or ()

    # https://docs.valossa.com/resources/glossary: "most prominent first, except speech types"
    def ranks(self) -> dict[str, int]:
        """The place of each detection in its list, where that says something."""
        return {
            vendor_id: rank
            for name in self.content
            if not name.startswith(SEGMENT)
            for rank, vendor_id in enumerate(self.ids(name))
        }


def _reading(
    core: OpenedCore,
    types: Mapping[str, str],
    lists: _Lists,
    places: Sequence[Placed],
    notes: Notes,
) -> Reading:
    boxes: dict[str, Track] = {}
    for place in places:  # frames come before seconds, and say more
        boxes = {**place.tracks, **boxes}
    return Reading(
        notes=notes,
        types=types,
        ranks=lists.ranks(),
        language=requested(core).language,
        shots=frozenset(_placed_shots(core)),
        tracks=boxes,
    )


def _placed_shots(core: OpenedCore) -> Iterator[int]:
    for index, one in enumerate(_shots(core)):
        if one.ss is not None or one.se is not None:
            yield index


def _shots(core: OpenedCore) -> Sequence[metadata.Shot]:
    found = core.segmentations
    return found.detected_shots or () if found is not None else ()


def _each(
    others: dict[str, metadata.Detection], reading: Reading, found: list[AnyDetection]
) -> dict[str, metadata.Detection]:
    """Read each detection, and keep only those that have no neutral kind, or do not fit theirs."""
    left: dict[str, metadata.Detection] = {}
    for vendor_id in list(others):
        one = others.pop(vendor_id)
        try:
            read = detection(vendor_id, one, reading)
        except ValueError:
            reading.notes.repaired(
                "Detections with values that cannot be are kept in the vendor's words.",
                source_of(vendor_id, one),
            )
            left[vendor_id] = one
            continue
        found += read
        if not read:
            reading.notes.add(
                NoticeCode.UNMAPPED,
                "Detections of types without a neutral kind are kept in the vendor's words.",
                source_of(vendor_id, one),
            )
            left[vendor_id] = one
    return left


def _without_values(
    colors: Mapping[str, metadata.Detection], seconds: PerSecond
) -> dict[str, metadata.Detection]:
    """Colours that are not spelt out second by second stand for something, too."""
    painted = seconds.palettes.owners()
    return {vendor_id: one for vendor_id, one in colors.items() if vendor_id not in painted}
