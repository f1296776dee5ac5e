"""The parts of a result: what each is called and holds, and which features it is fetched for."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Final

import msgspec

from vidiom.schema.features import Feature
from vidiom.schema.raw import RawPart, RawResult
from vidiom_valossa import metadata
from vidiom_valossa.reading import CORE

__all__ = [
    "CAPTIONS",
    "CORE",
    "FEATURES",
    "FRAMES_FACES",
    "FRAMES_OBJECTS",
    "REDUNDANT",
    "SECONDS_OBJECTS",
    "WIRE_TYPES",
    "optional_parts",
    "recognised",
]

FRAMES_FACES: Final = "frames_faces"
SECONDS_OBJECTS: Final = "seconds_objects"
FRAMES_OBJECTS: Final = "frames_objects"
CAPTIONS: Final = "visual_captions"
_SUBTITLES: Final = "speech_to_text_srt", "speech_to_text_vtt", "speech_to_text_ttml"
_AVID: Final = "speech_to_text_avid_txt"

# https://docs.valossa.com/api-reference/job-results: `type`
_FOR: Final[Mapping[str, frozenset[Feature]]] = {
    FRAMES_FACES: frozenset({Feature.FACES}),
    SECONDS_OBJECTS: frozenset({Feature.LOGOS}),
    FRAMES_OBJECTS: frozenset({Feature.LOGOS}),
    CAPTIONS: frozenset({Feature.CAPTIONS}),
    **dict.fromkeys((*_SUBTITLES, _AVID), frozenset({Feature.SPEECH})),
}


def optional_parts(features: AbstractSet[Feature]) -> tuple[str, ...]:
    """The parts to fetch besides the core; all of them when nothing in particular is asked for."""
    return tuple(name for name, serves in _FOR.items() if not features or features & serves)


# What runs is fixed by the plan of the key, never by the request; these are the types that answer
# a feature (https://docs.valossa.com/metadata/detection-types).
FEATURES: Final[Mapping[Feature, str]] = {
    Feature.SHOTS: "segmentations.detected_shots",
    Feature.SECTIONS: "highlight detections",
    Feature.LABELS: "visual.context",
    Feature.FACES: "human.face, frames_faces",
    Feature.PERSONS: "human.face_group",
    Feature.TEXT: "visual.text_region.*",
    Feature.SPEECH: "audio.speech, audio.speech_detailed, speech_to_text_*",
    Feature.SOUNDS: "audio.context",
    Feature.LOGOS: "visual.object.localized, seconds_objects, frames_objects",
    Feature.MODERATION: "content_compliance, *.keyword.compliance, explicit_content.*",
    Feature.TOPICS: "topic.*",
    Feature.KEYWORDS: "*.keyword.novelty_word, audio.speech_summary.keyword",
    Feature.ENTITIES: "*.keyword.name.*",
    Feature.EMOTIONS: "by_second of human.face, audio.voice_emotion",
    Feature.CAPTIONS: "visual_captions",
    Feature.SUMMARY: "audio.speech_summary",
    Feature.COLORS: "by_second of visual.color",
}

WIRE_TYPES: Final[Mapping[str, Any]] = {
    CORE: metadata.AuditedCore,
    FRAMES_FACES: metadata.FramesFaces,
    SECONDS_OBJECTS: metadata.SecondsObjects,
    FRAMES_OBJECTS: metadata.FramesObjects,
    CAPTIONS: metadata.Captions,
    "speech_to_text_*": bytes,
}

REDUNDANT: Final[Mapping[str, str]] = {
    "core/detections/*/occs/*/id": "an occurrence is found by its place",
    "core/detections/*/occs/*/sh[se]": "which shots it lies in follows from its times",
    "core/detections/*/occs/*/sdur": "end less start",
    "core/segmentations/detected_shots/*/sdur": "end less start",
    "core/detection_groupings/by_second/*/*/c": "each occurrence keeps its peak and its median",
    "core/detection_groupings/by_second/*/*/o/*": "a copy of the occurrences, by second",
    "core/detection_groupings/by_detection_property*": "follows from similar_to",
    "core/media_info/from_customer/description": "stands in the request's echo as well",
    "*/media_info/technical/*_codec/name_long": "the codec is known by its short name",
    "*_*/media_info/*": "as in the core",
    "*_*/job_info/*": "as in the core",
    "*/job_info/request/media/*/url": "the request's own words, and may be signed",
    "*_objects/objects_by_*/o/*": "the occurrence follows from the time",
}


class _Told(metadata.Header, gc=False):
    detections: msgspec.Raw = msgspec.Raw()


def recognised(raw: RawResult) -> RawResult:
    """The same with each part under the vendor's name for it, which stands in the part.

    A file that somebody kept may be called anything, such as ``job_results.core.json``.
    """
    parts: dict[str, RawPart] = {}
    for name, part in raw.items():
        told = name if name in WIRE_TYPES else _type_of(part)
        known = told in WIRE_TYPES and told not in raw and told not in parts
        parts[told if known else name] = replace(part, name=told) if known else part
    return replace(raw, parts=parts)


def _type_of(part: RawPart) -> str:
    try:
        said = msgspec.json.decode(part.content, type=_Told)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return part.name
    info = said.version_info
    if info is not None and info.metadata_type is not None:
        return info.metadata_type
    return CORE if bytes(said.detections) else part.name  # before 1.3.1 only the core was there
