"""The answer to a video: golden values, and what a vendor may do wrong in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.providers.generic.playing import payload

import vidiom
from vidiom.errors import MalformedAnswer
from vidiom.schema.detections import Custom, Person

Json = Mapping[str, Any]


def read(result: Json, **more: object) -> vidiom.Result:
    document = {"job_id": "v1", "status": "finished", "result": result, **more}
    return vidiom.normalize("generic", {"video": json.dumps(document).encode()})


def golden() -> vidiom.Result:
    return vidiom.normalize("generic", {"video": payload("video.finished")})


def spans(*detections: vidiom.AnyDetection) -> list[tuple[float, float]]:
    return [(s.start, s.end) for one in detections for s in one.segments]


# --- what a good answer says --------------------------------------------------------------------


def test_every_scene_is_a_shot_in_seconds_without_a_confidence() -> None:
    shots = golden().shots
    assert spans(*shots) == [(0.0, 6.48), (6.48, 13.2), (13.2, 24.0)]
    assert {shot.confidence for shot in shots} == {None}
    assert [shot.source and shot.source.pointer for shot in shots] == [
        "/result/raw_scenes/0",
        "/result/raw_scenes/1",
        "/result/raw_scenes/2",
    ]


def test_a_section_has_all_its_segments_and_every_mark() -> None:
    arrival, conversation, altercation = golden().sections
    assert (arrival.label, arrival.confidence, arrival.critical) == ("arrival", 0.94, False)
    assert spans(conversation) == [(6.48, 13.2), (18.0, 24.0)]
    assert conversation.thumbnail_time == 9.96
    assert (altercation.critical, altercation.activity) == (True, 0.86)


def test_a_section_without_a_critical_mark_is_neither_critical_nor_harmless() -> None:
    (section,) = read({"sections": [{"section_tag": "intro", "time_segments": []}]}).sections
    assert (section.critical, section.confidence, section.activity) == (None, None, None)
    assert section.thumbnail_time is None


def test_the_activity_curve_has_the_vendors_values_and_no_times() -> None:
    signal = golden().signal("activity")
    assert signal is not None
    assert list(signal.values)[:3] == [0.02, 0.03, 0.02]
    assert len(signal) == 24
    assert not signal.timed
    assert (signal.minimum, signal.maximum) == (None, None)


def test_a_person_has_everything_that_the_vendor_says() -> None:
    person = golden().get("person:1/0")
    assert isinstance(person, Person)
    assert person.age == vidiom.schema.detections.AgeRange(41.5, 41.5)
    assert person.gender == "female"
    assert person.embedding is not None
    assert person.embedding.values.tolist()[:2] == [0.031, -0.204]
    assert len(person.embedding.values) == 8
    assert person.thumbnail is not None
    assert person.thumbnail.startswith(b"\x89PNG")
    assert (person.prominence, person.allow_listed) == (0.72, True)
    assert spans(person) == [(6.48, 13.2)]


def test_what_is_not_said_of_a_person_stays_unknown() -> None:
    person = golden().get("person:1/1")
    assert isinstance(person, Person)
    assert (person.age, person.gender, person.thumbnail) == (None, None, None)
    assert (person.prominence, person.allow_listed) == (None, None)


def test_people_who_are_seen_together_are_linked() -> None:
    group = golden().get("persons:1")
    assert isinstance(group, Person)
    assert [(one.role, one.detection) for one in group.references] == [
        ("member", "person:1/0"),
        ("member", "person:1/1"),
    ]


def test_a_scene_in_which_nobody_is_seen_says_so_and_is_no_person() -> None:
    nobody = golden().get("persons:0")
    assert isinstance(nobody, Custom)
    assert (nobody.label, spans(nobody)) == ("nobody", [(0.0, 6.48)])
    assert golden().get("persons:2") is None, "one alone is no group"


def test_writing_is_verbatim_with_its_language_where_there_is_one() -> None:
    first, second = golden().texts
    assert (first.text, first.language, spans(first)) == ("Café du Port", "fr", [(0.0, 4.2)])
    assert (second.text, second.language) == ("PLATFORM 9\nMind the step", None)
    assert (second.confidence, second.box) == (None, None)


def test_a_good_answer_has_no_notices_and_knows_its_job() -> None:
    assert golden().notices == ()
    assert golden().provenance.vendor_job_id == "video_7f3a19c2"


# --- what is personal -----------------------------------------------------------------------------


def test_biometric_fields_are_in_no_repr_and_can_be_left_out() -> None:
    result = golden()
    shown = repr(result.persons)
    for secret in ("0.031", "41.5", "female", "PNG", "allow_listed", "thumbnail", "embedding"):
        assert secret not in shown
    bare = result.to_json(biometrics=False)
    for secret in ("0.031", "41.5", "female", "iVBOR", '"allow_listed":true'):
        assert secret not in bare
    assert "0.031" in result.to_json()


# --- what a vendor may do wrong -------------------------------------------------------------------


def test_new_findings_change_nothing_and_are_told_of() -> None:
    result = read({"raw_scenes": [{"start_seconds": 0, "end_seconds": 1}], "speech": [{"t": "x"}]})
    assert len(result.shots) == 1
    assert [(one.code, one.source and one.source.pointer) for one in result.notices] == [
        ("unmapped", "/result/speech")
    ]


def test_one_damaged_value_does_not_take_its_neighbours_along() -> None:
    scenes = [
        {"start_seconds": 0, "end_seconds": 1},
        "rubbish",
        {"start_seconds": 2, "end_seconds": 3},
    ]
    result = read({"raw_scenes": scenes, "sections": 7, "ocr_results": [{"full_text": "A"}]})
    assert spans(*result.shots) == [(0.0, 1.0), (2.0, 3.0)]
    assert [one.source and one.source.pointer for one in result.shots] == [
        "/result/raw_scenes/0",
        "/result/raw_scenes/2",
    ]
    assert [one.text for one in result.texts] == ["A"]
    assert {one.code for one in result.notices} == {"repaired"}


@pytest.mark.parametrize(
    "scene",
    [{"start_seconds": 5, "end_seconds": 2}, {"start_seconds": 5}, {"end_seconds": None}],
)
def test_an_interval_that_cannot_be_is_left_out_with_a_notice(scene: Json) -> None:
    result = read({"raw_scenes": [scene]})
    assert result.shots == ()
    assert [one.code for one in result.notices] == ["repaired"]


def test_scenes_that_overlap_are_kept_as_they_are_with_a_notice() -> None:
    scenes = [{"start_seconds": 0, "end_seconds": 5}, {"start_seconds": 4, "end_seconds": 9}]
    result = read({"raw_scenes": scenes})
    assert spans(*result.shots) == [(0.0, 5.0), (4.0, 9.0)]
    assert [(one.code, one.count) for one in result.notices] == [("assumed", 1)]


def test_a_confidence_beyond_its_scale_is_kept_as_a_score() -> None:
    interval = {"start_seconds": 0, "end_seconds": 1}
    section = {"section_tag": "a", "time_segments": [interval], "confidence": 87}
    (read_section,) = read({"sections": [section]}).sections
    assert read_section.confidence is None
    assert read_section.score == vidiom.schema.detections.Score(87.0, "confidence")


@pytest.mark.parametrize(
    "thumbnail", ["https://a.example/face.jpg", "string", "bm90IGEgcGljdHVyZQ=="]
)
def test_a_thumbnail_that_is_no_picture_is_neither_kept_nor_fetched(thumbnail: str) -> None:
    scene = {
        "time_segment": {"start_seconds": 0, "end_seconds": 1},
        "person_ids": [{"face_thumbnail": thumbnail}],
    }
    result = read({"person_constellation_scenes": [scene]})
    assert result.persons[0].thumbnail is None
    assert [one.code for one in result.notices] == ["unmapped"]
    assert thumbnail not in result.to_json()


@pytest.mark.parametrize("number", ["1e999", "NaN", "Infinity"])
def test_numbers_that_are_none_are_left_out_with_a_notice(number: str) -> None:
    document = f'{{"result": {{"frame_activity_diffs": [0.1, {number}]}}}}'.encode()
    result = vidiom.normalize("generic", {"video": document})
    assert result.signals == ()
    assert [one.code for one in result.notices] != []


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b'{"job_id": "v1", "status": "failed"}', "'failed'"),
        (b'{"job_id": "v1", "status": "finished"}', "no 'result'"),
        (b'{"status": "finished", "items": []}', "as a batch"),
        (b'{"status": "finished", "result": null}', "no 'result'"),
        (b'{"status": "finished", "result": {"raw_sc', "cut short"),
    ],
)
def test_an_answer_without_a_result_is_malformed_and_no_empty_success(
    document: bytes, says: str
) -> None:
    with pytest.raises(MalformedAnswer, match=says):
        vidiom.normalize("generic", {"video": document})


def test_a_kept_file_may_have_any_name() -> None:
    result = vidiom.normalize("generic", {"video.finished": payload("video.finished")})
    assert len(result.shots) == 3
    assert result.shots[0].source is not None
    assert result.shots[0].source.part == "video.finished"


def test_nothing_of_a_good_answer_is_unmapped() -> None:
    report = vidiom.audit("generic", {"video": payload("video.finished")})
    assert report.retention == 1.0
    report = vidiom.audit("generic", {"images/0": payload("images.finished")})
    assert report.retention == 1.0
