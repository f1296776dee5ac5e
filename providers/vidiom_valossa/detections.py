"""Each detection type of the core in neutral words: tables, and small functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import msgspec

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom.schema.detection import Modality, Reference, Score
from vidiom.schema.detections import (
    AnyDetection,
    Custom,
    Emotion,
    Entity,
    Keyword,
    Label,
    Logo,
    Moderation,
    Section,
    Sound,
    Summary,
    Text,
    Topic,
)
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.provenance import NoticeCode
from vidiom.schema.trusted import trusted
from vidiom_valossa import faces, metadata
from vidiom_valossa.reading import CORE, Basics, Reading, concepts, tags

__all__ = ["COMPLIANCE", "custom", "detection", "reader_of"]

# Of the kinds that come by the thousand; wire types and `Reading` have checked all their values.
_KEYWORD: Final = trusted(Keyword)
_LABEL: Final = trusted(Label)
_MODERATION: Final = trusted(Moderation)
_TEXT: Final = trusted(Text)

_Reader: TypeAlias = Callable[[str, metadata.Detection, Reading], AnyDetection]

# The umbrella tag of everything that matters to moderation; the finer tags are an open list
# (https://docs.valossa.com/guides/content-moderation).
COMPLIANCE: Final = "content_compliance"

# What comes before `.keyword.` or in `explicit_content.…` tells where a word was found.
_FOUND_IN: Final[Mapping[str, Modality]] = {
    "audio": "speech",
    "transcript": "speech",
    "visual": "text",
    "external": "metadata",
}

# https://docs.valossa.com/metadata/detection-types
_REGIONS: Final[Mapping[str, str]] = {"full_frame_analysis": "full_frame"}

_IN_WHAT: Final[Mapping[str, Modality]] = {
    "audio": "audio",
    "visual": "visual",
    "human": "visual",
    "transcript": "speech",
    "external": "metadata",
}


def detection(
    vendor_id: str, found: metadata.Detection, reading: Reading
) -> tuple[AnyDetection, ...]:
    """What a detection of the core becomes; nothing when its type has no neutral kind."""
    read = reader_of(found)
    if read is None:
        return ()
    one = read(vendor_id, found, reading)
    if COMPLIANCE in tags(found) and not isinstance(one, Moderation):
        return one, _flagged(one, found)
    return (one,)


def reader_of(found: metadata.Detection) -> _Reader | None:
    """The function for a detection, by its type."""
    exact = _BY_TYPE.get(found.t)
    if exact is not None:
        return exact
    for prefix, read in _BY_PREFIX.items():
        if found.t.startswith(prefix):
            return read
    if ".keyword." in found.t:
        return _by_keyword(found.t)
    # The name of the highlight type is not documented; its score is, and nothing else has one
    # (https://docs.valossa.com/metadata/occurrences).
    if any(one.scr is not None for one in found.occs or ()):
        return _highlight
    return None


def _by_keyword(name: str) -> _Reader:
    if ".keyword.name." in name:
        return _entity
    return _compliance_word if name.endswith(".keyword.compliance") else _keyword


def _flagged(one: AnyDetection, found: metadata.Detection) -> Moderation:
    """The same finding once more, as something to moderate."""
    return _MODERATION(
        id=f"{one.id}:moderation",
        label=one.label,
        confidence=one.confidence,
        segments=one.segments,
        source=one.source,
        references=(Reference(one.kind, one.id),),
        categories=_flags(found),
        modality=_IN_WHAT.get(found.t.partition(".")[0]),
    )


def _flags(found: metadata.Detection, *named: str) -> tuple[str, ...]:
    """Categories of moderation: the umbrella first, then what the vendor says besides."""
    kept = tags(found)
    umbrella = (COMPLIANCE,) if COMPLIANCE in kept else ()
    return tuple(dict.fromkeys((*umbrella, *named, *kept)))


def _with(basics: Basics, **more: JsonValue) -> Basics:
    """The same with more of the vendor's words, those that there are."""
    said: JsonObject = {name: value for name, value in more.items() if value is not None}
    return {**basics, "attributes": {**basics["attributes"], **said}}


def _told(vendor_id: str, found: metadata.Detection, reading: Reading) -> Basics:
    """For kinds without fields for categories and concepts: those stand in the attributes."""
    return _with(
        reading.basics(vendor_id, found),
        tags=list(tags(found)) or None,
        concepts=_concepts(found),
        frames=reading.frames(found),
    )


def _concepts(found: metadata.Detection) -> list[JsonValue] | None:
    return [{"scheme": one.scheme, "id": one.id} for one in concepts(found)] or None


def _label(vendor_id: str, found: metadata.Detection, reading: Reading) -> Label:
    return _LABEL(
        **reading.basics(vendor_id, found),
        categories=tags(found),
        concepts=concepts(found),
        modality="visual",
    )


def _sound(vendor_id: str, found: metadata.Detection, reading: Reading) -> Sound:
    return Sound(
        **reading.basics(vendor_id, found), categories=tags(found), concepts=concepts(found)
    )


def _logo(vendor_id: str, found: metadata.Detection, reading: Reading) -> Logo:
    """Objects with boxes are "currently logos" (…/metadata/localized-objects)."""
    return Logo(
        **_with(reading.basics(vendor_id, found), tags=list(tags(found)) or None),
        concepts=concepts(found),
        track=reading.tracks.get(vendor_id),
    )


def _text(vendor_id: str, found: metadata.Detection, reading: Reading) -> Text:
    basics = _told(vendor_id, found, reading)
    content = found.a.text if found.a is not None else None
    words = content.as_one_string if content is not None else None
    if words is None:
        words = basics["label"]
        reading.notes.add(
            NoticeCode.ASSUMED,
            "Text regions without a text: their label was taken for it.",
            basics["source"],
        )
    region = found.t.rpartition(".")[2]
    basics["label"] = words
    return _TEXT(**basics, text=words, region=_REGIONS.get(region, region))


def _summary(vendor_id: str, found: metadata.Detection, reading: Reading) -> Summary:
    basics = _told(vendor_id, found, reading)
    content = found.a.text if found.a is not None else None
    if content is not None and content.as_one_string:
        basics["label"] = content.as_one_string
    return Summary(**basics, text=basics["label"], language=reading.language)


def _voice(vendor_id: str, found: metadata.Detection, reading: Reading) -> Emotion:
    """When a voice was judged; its curves are signals with this detection as their subject."""
    return Emotion(**_told(vendor_id, found, reading), modality="audio")


def _topic(vendor_id: str, found: metadata.Detection, reading: Reading) -> Topic:
    _, scheme, *rest = [*found.t.split("."), ""]
    entry = (found.ext_refs or {}).get("iab")
    detail = found.a
    sources = detail.sources if detail is not None else None
    if sources is None and rest[0] not in ("", "section"):
        sources = (rest[0],)  # format 1.3 has a type for each source: topic.iab.visual
    basics = _with(
        _told(vendor_id, found, reading),
        is_scd_category=entry.is_scd_category if entry is not None else None,
        ad_score=_plain(detail.ad_score) if detail is not None else None,
        occs=_occurrences(found),
    )
    return Topic(
        **basics,
        scheme=scheme or None,
        topic_id=str(entry.id) if entry is not None and entry.id is not None else None,
        path=tuple(entry.labels_hierarchy or ()) if entry is not None else (),
        sources=tuple(sources or ()),
    )


def _plain(score: metadata.AdScore | None) -> JsonValue:
    if score is None:
        return None
    told: dict[str, JsonValue] = {"max": score.max, "s_max": score.s_max}
    return {name: value for name, value in told.items() if value is not None}


def _occurrences(found: metadata.Detection) -> list[JsonValue] | None:
    """What is said of single occurrences, where it differs from what is said of the whole."""
    whole = found.a
    told: list[JsonValue] = []
    differs = False
    for one in found.occs or ():
        own = one.a
        told.append(
            None
            if own is None
            else {"sources": list(own.sources or ()), "ad_score": _plain(own.ad_score)}
        )
        differs |= own is not None and (
            whole is None or (own.sources, own.ad_score) != (whole.sources, whole.ad_score)
        )
    return told if differs else None


def _keyword(vendor_id: str, found: metadata.Detection, reading: Reading) -> Keyword:
    return _KEYWORD(**_told(vendor_id, found, reading), origin=_found_in(found))


def _entity(vendor_id: str, found: metadata.Detection, reading: Reading) -> Entity:
    return Entity(
        **_with(
            reading.basics(vendor_id, found),
            tags=list(tags(found)) or None,
            frames=reading.frames(found),
        ),
        entity_type=found.t.rpartition(".")[2],
        origin=_found_in(found),
        concepts=concepts(found),
    )


def _compliance_word(vendor_id: str, found: metadata.Detection, reading: Reading) -> Moderation:
    basics = _with(
        reading.basics(vendor_id, found),
        frames=reading.frames(found),
        concepts=_concepts(found),
    )
    return Moderation(**basics, categories=_flags(found), modality=_found_in(found))


def _explicit(vendor_id: str, found: metadata.Detection, reading: Reading) -> Moderation:
    """``explicit_content.nudity`` and ``explicit_content.audio.offensive`` of format 1.3."""
    *place, category = found.t.split(".")[1:]
    modality = _FOUND_IN.get(place[0]) if place else "visual"
    basics = reading.basics(vendor_id, found)
    return Moderation(**basics, categories=_flags(found, category), modality=modality)


def _highlight(vendor_id: str, found: metadata.Detection, reading: Reading) -> Section:
    scores = [one.scr for one in found.occs or () if one.scr is not None]
    best = Score(max(scores), "highlight") if scores else None
    each: list[JsonValue] = [one.scr for one in found.occs or ()]
    return Section(**_with(_told(vendor_id, found, reading), scr=each), score=best)


def _found_in(found: metadata.Detection) -> Modality | None:
    return _FOUND_IN.get(found.t.partition(".")[0])


def custom(
    left: Mapping[str, metadata.Detection], content: Mapping[str, msgspec.Raw], reading: Reading
) -> Iterable[Custom]:
    """Detections in the vendor's own words."""
    for vendor_id, found in left.items():
        data: JsonValue = Salvage(CORE, Notes()).read(content[vendor_id], dict)
        yield Custom(**reading.basics(vendor_id, found), data=data)


_BY_TYPE: Final[Mapping[str, _Reader]] = {
    "human.face": faces.face,
    "human.face_group": faces.group,
    "visual.context": _label,
    "visual.object.localized": _logo,
    "visual.text_region.keyword.compliance": _compliance_word,
    "audio.context": _sound,
    "audio.speech_summary": _summary,
    "audio.speech_summary.keyword": _keyword,
    "audio.voice_emotion": _voice,
}
_BY_PREFIX: Final[Mapping[str, _Reader]] = {
    "visual.text_region.keyword.": _keyword,
    "visual.text_region.": _text,
    "topic.": _topic,
    "explicit_content.": _explicit,
}
