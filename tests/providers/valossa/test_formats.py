"""Older formats, answers with next to nothing in them, and each part on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vidiom.errors import MalformedAnswer
from vidiom.provider.frame_rates import exact_rate
from vidiom.schema.detection import IdentityMatch, Reference
from vidiom.schema.detections import Caption, Face, Moderation, Object, Person, Topic
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment
from vidiom_valossa.provider import ValossaProvider

Normalized = Callable[..., Result]


@pytest.fixture
def legacy(normalized: Normalized) -> Result:
    return normalized(core="job_results.core.legacy_1.3.1.json")


def test_format_1_3_is_read_by_the_fields_that_it_has(legacy: Result) -> None:
    assert [(one.kind, one.id) for one in legacy.detections] == [
        ("topic", "core:9"),
        ("topic", "core:10"),
        ("shot", "shot:0"),
        ("label", "core:4"),
        ("sound", "core:5"),
        ("face", "core:1"),
        ("person", "core:3"),
        ("entity", "core:7"),
        ("keyword", "core:8"),
        ("shot", "shot:1"),
        ("face", "core:2"),
        ("moderation", "core:6"),
    ]
    assert legacy.notices == ()
    assert legacy.signals == ()
    assert legacy.provenance.vendor_versions == {"core": "1.3.1", "backend": "3.0.10"}
    assert legacy.provenance.applied == {"language": "en"}
    assert (legacy.media.duration, legacy.media.width) == (10.04, None)


def test_old_identities_have_a_name_and_a_confidence_only(legacy: Result) -> None:
    face = legacy.get("core:1")
    assert isinstance(face, Face)
    assert face.identities == (IdentityMatch(name="Mira Salonen", confidence=0.912),)
    assert (face.quality, face.visible_seconds, face.track) == (None, 3.96, None)
    group = legacy.get("core:3")
    assert isinstance(group, Person)
    assert [one.detection for one in group.references] == ["core:1", "core:2"]


def test_old_explicit_content_is_moderation_of_the_category_in_its_type(legacy: Result) -> None:
    assert legacy.get("core:6") == Moderation(
        id="core:6",
        label="bare skin",
        confidence=0.533,
        segments=(Segment(8.0, 9.0, 0.533),),
        source=Source("core", "/detections/6", "explicit_content.nudity", "6"),
        attributes={"rank": 0},
        categories=("nudity",),
        modality="visual",
    )


def test_old_topics_name_their_source_in_their_type(legacy: Result) -> None:
    assert [(one.topic_id, one.scheme, one.sources) for one in legacy.of(Topic)] == [
        ("IAB20", "iab", ("visual",)),
        ("IAB8", "iab", ("transcript",)),
    ]


def test_a_silent_still_has_one_shot_and_no_notices(normalized: Normalized) -> None:
    result = normalized(core="job_results.core.sparse.json")
    assert [one.id for one in result.detections] == ["shot:0"]
    assert (result.media.title, result.media.audio_codec) == (None, None)
    assert result.notices == ()


def test_per_frame_faces_become_the_tracks_of_their_faces(whole: Result) -> None:
    sizes = {one.id: len(one.track) for one in whole.faces if one.track is not None}
    assert sizes == {"core:1": 512, "core:2": 394, "core:3": 86, "core:4": 94}
    track = whole.faces[0].track
    assert track is not None
    seconds, box = next(track.boxes())
    assert seconds == pytest.approx(5.36)
    assert (box.x, box.y) == (0.424, 0.1734)
    assert (box.width, box.height) == (0.121, 0.236)
    assert (track.confidences, track.interval) == (None, 0.04)


def test_boxes_without_a_core_are_kept_and_the_core_is_said_to_be_missing(
    normalized: Normalized,
) -> None:
    result = normalized(frames_faces="job_results.frames_faces.json")
    assert [one.id for one in result.faces] == [f"frames_faces:{n}" for n in (1, 2, 4, 3)]
    assert result.faces[2].start == 45.0
    assert result.faces[2].end == pytest.approx(48.76)
    assert NoticeCode.FAILED_IN_PART in {one.code for one in result.notices}


def test_per_second_objects_serve_where_there_are_none_by_frame(normalized: Normalized) -> None:
    result = normalized(
        core="job_results.core.json", seconds_objects="job_results.seconds_objects.json"
    )
    track = result.logos[0].track
    assert track is not None
    assert (len(track), track.interval) == (12, 1.0)
    assert [t for t, _ in track.boxes()] == [12, 13, 14, 14, 15, 15, 16, 17, 18, 29, 30, 31]
    assert track.confidences is not None
    assert list(track.confidences)[2:4] == [0.951, 0.841]


@pytest.mark.parametrize(
    "row",
    [
        {"d": "1", "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4},
        {"id": 1, "h": 0.4, "w": 0.3, "y": 0.2, "x": 0.1},
        {"d": "1", "b": [{"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}]},
        {"id": "1", "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4, "extra": "f"},
    ],
    ids=["d", "number", "nested", "more"],
)
@pytest.mark.parametrize("name", ["faces_by_frame", "somethings_by_frame"])
def test_the_undocumented_body_of_frames_faces_may_be_spelt_in_several_ways(
    normalized: Normalized, document: Callable[[str], Any], name: str, row: dict[str, object]
) -> None:
    core = document("job_results.core.legacy_1.3.1.json")
    result = normalized(core=core, frames_faces={name: [[], [row], [row, row]]})
    face = result.get("core:1")
    assert isinstance(face, Face)
    assert face.track is not None
    assert list(face.track.times) == [0.04, 0.08, 0.08]
    assert [box.y for _, box in face.track.boxes()] == [0.2] * 3


def test_boxes_of_unknown_objects_become_objects(
    normalized: Normalized, document: Callable[[str], Any]
) -> None:
    box = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4, "c": 0.5}
    result = normalized(
        core=document("job_results.core.sparse.json"),
        seconds_objects={"objects_by_second": [[], [{"d": "7", "o": ["1"], "b": [box]}]]},
    )
    stranger = result.get("seconds_objects:7")
    assert isinstance(stranger, Object)
    assert stranger.segments == (Segment(1.0, 2.0),)
    assert [one.code for one in result.notices] == [NoticeCode.REPAIRED]


def test_captions_name_their_shot(whole: Result) -> None:
    captions = whole.of(Caption)
    assert len(captions) == 7
    assert captions[3].text == "The man answers beside an open laptop and a row of coffee bags."
    assert captions[3].segments == (Segment(27.4, 36.0),)
    assert captions[3].references == (Reference("shot", "shot:4"),)
    assert captions[3].source == Source(
        "visual_captions", "/selected_sections/3", "visual_captions", "3"
    )


def test_frames_are_timed_from_the_start_of_their_shot(normalized: Normalized) -> None:
    core = {
        "version_info": {"metadata_format": "1.8.1"},
        "media_info": {"technical": {"fps": 29.97}},
        "segmentations": {"detected_shots": [{"ss": 0.083, "se": 1.0, "fs": 0, "fe": 26}]},
    }
    box = {"id": "1", "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
    result = normalized(core=core, frames_faces={"faces_by_frame": [[box], [], [], [box]]})
    track = result.faces[0].track
    assert track is not None
    assert list(track.times) == [0.083, pytest.approx(0.083 + 3 * 1001 / 30000)]


@pytest.mark.parametrize(
    ("fps", "exact"),
    [
        (25, "25"),
        (29.97, "30000/1001"),
        (23.976, "24000/1001"),
        (23.98, "24000/1001"),
        (59.94, "60000/1001"),
        (12.5, "25/2"),
        (0, "None"),
        (None, "None"),
    ],
)
def test_a_rounded_frame_rate_is_taken_for_what_it_stands_for(
    fps: float | None, exact: str
) -> None:
    assert str(exact_rate(fps)) == exact


def test_a_newer_format_is_read_and_said_to_be_newer(
    normalized: Normalized, document: Callable[[str], Any]
) -> None:
    core = document("job_results.core.sparse.json")
    core["version_info"]["metadata_format"] = "2.0.0"
    assert [one.code for one in normalized(core=core).notices] == [NoticeCode.ASSUMED]


def test_subtitles_alone_are_no_result(normalized: Normalized) -> None:
    with pytest.raises(MalformedAnswer, match="no part 'core'"):
        normalized(speech_to_text_srt="job_results.srt")


def test_a_kept_file_is_recognised_by_what_it_says_of_itself(
    provider: ValossaProvider, payload: Callable[[str], bytes], whole: Result
) -> None:
    names = ["core", "frames_faces", "seconds_objects", "frames_objects", "visual_captions"]
    contents = {f"job_results.{name}": payload(f"job_results.{name}.json") for name in names}
    assert provider.normalize(RawResult.of("valossa", contents)) == whole
