"""A neutral result as this vendor would tell it, as far as its format goes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from math import isnan
from typing import Final

from vidiom.emulation.refusal import Json
from vidiom.schema.detections import Face, Label, Person
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment

__all__ = ["LOST", "expressed_image", "expressed_video"]

LOST: Final = (
    "boxes and tracks",
    "confidences of anything but sections and tags",
    "speech, sounds, loudness, colours, moderation, topics and captions",
    "facts of the media",
    "who somebody is",
    "times of the activity curve",
)
"""What the vendor's format has no place for."""


def expressed_video(result: Result) -> Json:
    """``result`` of a video."""
    said: Json = {
        "raw_scenes": [_interval(one) for shot in result.shots for one in shot.segments],
        "sections": [
            _present(
                section_tag=section.label,
                time_segments=[_interval(one) for one in section.segments],
                thumbnail_timestamp=section.thumbnail_time,
                confidence=section.confidence,
                is_critical=section.critical,
                relative_activity=section.activity,
            )
            for section in result.sections
        ],
        "ocr_results": [
            _present(language_code=text.language, full_text=text.text, time_segment=_interval(one))
            for text in result.texts
            for one in text.segments
        ],
        "person_constellation_scenes": [
            {"time_segment": {"start_seconds": start, "end_seconds": end}, "person_ids": people}
            for start, end, people in _together(_people(result))
        ],
    }
    activity = result.signal("activity")
    if activity is not None:
        said["frame_activity_diffs"] = [one for one in activity.values if not isnan(one)]
    return said


def expressed_image(result: Result) -> Json:
    """``result`` of an image."""
    return {
        "tags": [
            _present(
                tag=label.label,
                probability=label.confidence,
                is_critical=label.attributes.get("is_critical"),
            )
            for label in result.of(Label)
        ],
        "person_ids": [_person(one) for one in _people(result)],
        "ocr_results": [
            _present(language_code=text.language, full_text=text.text) for text in result.texts
        ],
    }


def _people(result: Result) -> list[Face | Person]:
    """Everybody once: persons where there are any, else faces; never groups."""
    persons = [one for one in result.persons if not one.references]
    return [*persons] if persons else [*result.faces]


def _together(people: Iterable[Face | Person]) -> Iterator[tuple[float, float, list[Json]]]:
    """Stretches in which the same people are seen, and who."""
    known = list(people)
    bounds = sorted(
        set(chain.from_iterable((s.start, s.end) for one in known for s in one.segments))
    )
    for start, end in pairwise(bounds):
        seen = [one for one in known if one.is_on_at(start)]
        if seen:
            yield start, end, [_person(one) for one in seen]


def _person(one: Face | Person) -> Json:
    age = one.age
    return _present(
        age=None if age is None else (age.lower + age.upper) / 2,
        gender=one.gender,
        face_embedding=None if one.embedding is None else list(one.embedding.values),
        face_thumbnail=None if one.thumbnail is None else b64encode(one.thumbnail).decode(),
        allowlisted=one.allow_listed,
        relative_prominence=one.prominence,
    )


def _interval(segment: Segment) -> Json:
    return {"start_seconds": segment.start, "end_seconds": segment.end}


def _present(**members: object) -> Json:
    return {name: value for name, value in members.items() if value is not None}
