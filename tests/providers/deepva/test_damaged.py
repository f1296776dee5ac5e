"""Answers that are not what the vendor documents: the good part is kept, the rest is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from vidiom.errors import MalformedAnswer
from vidiom.schema.boxes import Box
from vidiom.schema.detection import Score
from vidiom.schema.detections import Custom
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment

Normalized = Callable[..., Result]


def page(*rows: object, **more: object) -> dict[str, object]:
    return {"data": list(rows), **more}


def row(module: str = "text_recognition", **more: object) -> dict[str, Any]:
    plain = {"media_type": "video", "time_start": 1.0, "time_end": 2.0, "meta": {"text": "BOAT"}}
    return {"module": module, **plain, **more}


def told(result: Result) -> list[str]:
    return [f"{one.code}: {one.message}" for one in result.notices]


def boxed(*places: object, **more: object) -> dict[str, Any]:
    """A row of a face with boxes at these frames."""
    listed = [
        {"frame_index": frame, "type": "face_bbox", "data": data}
        for frame, data in enumerate(places)
    ]
    return row("face_recognition", meta={"label": "Ada"}, detections=listed, **more)


BOX = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}


# --- rows ----------------------------------------------------------------------------------------


def test_a_row_that_is_no_object_costs_only_itself_and_the_others_keep_their_place(
    normalized: Normalized,
) -> None:
    result = normalized({"detailed_results/0": page("no row", row(), None, row(time_start=1.5))})
    assert [(one.text, one.source and one.source.pointer) for one in result.texts] == [
        ("BOAT", "/data/1"),
        ("BOAT", "/data/3"),
    ]
    assert len(result.notices) == 1


def test_a_page_that_cannot_be_read_is_said_and_the_others_are_read(
    normalized: Normalized,
) -> None:
    result = normalized({"detailed_results/0": b"<html>busy</html>", "detailed_results/1": [row()]})
    assert len(result.texts) == 1
    assert told(result) == [
        "failed_in_part: A page of the answer cannot be read, and its rows are missing."
    ]


def test_a_bare_array_is_a_page(normalized: Normalized) -> None:
    result = normalized({"detailed_results/0": [row()]})
    assert result.texts[0].source is not None
    assert result.texts[0].source.pointer == "/0"


def test_a_row_that_came_twice_stands_once_and_that_is_counted(normalized: Normalized) -> None:
    twice = {**row(), "thumbnail": {"image": "another encoding of the same picture"}}
    parts = {"detailed_results/0": page(row(), row()), "detailed_results/2": page(twice)}
    result = normalized(parts)
    assert len(result.texts) == 1
    assert [(one.code, one.count) for one in result.notices] == [("repaired", 2)]


def test_rows_that_differ_only_in_their_place_are_two(normalized: Normalized) -> None:
    one = row(detections=[{"frame_index": 25, "type": "text_bbox", "data": BOX}])
    other = row(detections=[{"frame_index": 25, "type": "text_bbox", "data": {**BOX, "x": 0.6}}])
    result = normalized({"detailed_results/0": page(one, other, row(), one)})
    assert [text.box and text.box.x for text in result.texts] == [0.1, 0.6, None]
    assert len({text.id for text in result.texts}) == 3


def test_ids_do_not_change_when_the_vendor_adds_a_member(normalized: Normalized) -> None:
    before = normalized({"detailed_results/0": page(row())})
    after = normalized(
        {"detailed_results/0": page(row(confidence_v2=1, meta={"text": "BOAT", "new": {}}))}
    )
    assert [one.id for one in before.texts] == [one.id for one in after.texts]
    assert after.texts[0].attributes == {"new": {}}


def test_ids_do_not_depend_on_pages(normalized: Normalized) -> None:
    rows = [row(time_start=number / 10) for number in range(6)]
    whole = normalized({"detailed_results/0": page(*rows)})
    parts = {f"detailed_results/{at}": page(*rows[at : at + 2]) for at in (0, 2, 4)}
    assert [one.id for one in normalized(parts).texts] == [one.id for one in whole.texts]


def test_fewer_rows_than_the_total_says_is_a_notice(normalized: Normalized) -> None:
    result = normalized({"detailed_results/0": page(row(), total=3)})
    assert [(one.code, one.count) for one in result.notices] == [("failed_in_part", 2)]


# --- times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "segment"),
    [
        ({"time_start": "1.92", "time_end": "4.84"}, Segment(1.92, 4.84)),
        ({"time_start": 3, "time_end": 3}, Segment(3.0, 3.0)),
        ({"time_start": 5, "time_end": 4}, Segment(4.0, 5.0)),
        ({"time_start": None, "time_end": 4}, Segment(4.0, 4.0)),
        ({"time_start": 4, "time_end": "soon"}, Segment(4.0, 4.0)),
    ],
)
def test_times_are_read_as_far_as_they_go(
    normalized: Normalized, times: dict[str, object], segment: Segment
) -> None:
    assert normalized({"detailed_results/0": page({**row(), **times})}).texts[0].segments == (
        segment,
    )


@pytest.mark.parametrize("value", [None, "nan", "inf", [], {}, "x", True])
def test_a_row_without_any_usable_time_is_kept_without_one(
    normalized: Normalized, value: object
) -> None:
    result = normalized({"detailed_results/0": page(row(time_start=value, time_end=value))})
    assert (result.texts[0].text, result.texts[0].segments) == ("BOAT", ())
    assert len(result.notices) >= 1


def test_times_that_are_missing_follow_from_frames_where_the_rate_is_known(
    normalized: Normalized,
) -> None:
    bare = row(time_start=None, time_end=None, frame_start=48, frame_end=121)
    source = "storage://Qm7Zt2LxKd94RbVaYw1c"
    result = normalized(
        {"job": "job.completed.json", "detailed_results/0": page({**bare, "source": source})}
    )
    assert result.texts[0].segments == (Segment(1.92, 4.84),)


# --- places --------------------------------------------------------------------------------------


def test_boxes_above_one_and_a_half_are_percent_and_that_is_said(normalized: Normalized) -> None:
    percent = {"x": 10, "y": 20, "w": 30, "h": 40}
    result = normalized({"detailed_results/0": page(boxed(percent))})
    track = result.faces[0].track
    assert track is not None
    assert track.box(0) == Box(0.1, 0.2, 0.3, 0.4)
    assert told(result) == [
        "assumed: Boxes with values above 1.5 were read as percent of the frame."
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"x": 400, "y": 120, "w": 80, "h": 90},
        {"x": 0.1, "y": 0.2, "w": -0.3, "h": 0.4},
        {"x": 0.1, "y": 0.2, "w": 0.3},
        {"points": [[0, 0], [1, 1]]},
        None,
        "everywhere",
        [],
    ],
)
def test_a_place_that_is_no_box_costs_only_itself(normalized: Normalized, bad: object) -> None:
    alone = normalized({"detailed_results/0": page(boxed(bad))})
    assert alone.faces[0].track is None
    assert alone.notices
    if not (isinstance(bad, dict) and bad.get("x") == 400):  # which makes the whole row's unit
        both = normalized({"detailed_results/0": page(boxed(BOX, bad))})
        track = both.faces[0].track
        assert track is not None
        assert len(track) == 1


def test_boxes_beyond_the_frame_keep_their_extent(normalized: Normalized) -> None:
    beyond = {"x": -0.2, "y": 0.9, "w": 0.5, "h": 0.4}
    track = normalized({"detailed_results/0": page(boxed(beyond))}).faces[0].track
    assert track is not None
    assert track.box(0) == Box(-0.2, 0.9, 0.5, 0.4)


def test_without_a_rate_boxes_are_spread_over_the_row(normalized: Normalized) -> None:
    face = boxed(BOX, BOX, BOX, frame_start=0, frame_end=2, time_start=10, time_end=11)
    track = normalized({"detailed_results/0": page(face)}).faces[0].track
    assert track is not None
    assert list(track.times) == [10.0, 10.5, 11.0]


def test_boxes_in_disorder_are_put_in_order(normalized: Normalized) -> None:
    face = boxed(BOX, {**BOX, "x": 0.5}, frame_start=0, frame_end=1)
    face["detections"].reverse()
    track = normalized({"detailed_results/0": page(face)}).faces[0].track
    assert track is not None
    assert (list(track.times), list(track.x)) == ([1.0, 2.0], [0.1, 0.5])


def test_a_rate_that_no_job_tells_follows_from_rows_and_that_is_said(
    normalized: Normalized,
) -> None:
    late = {
        "frame_start": 17982,
        "frame_end": 17985,
        "time_start": 600.0,
        "time_end": 600.1,
        "detections": [{"frame_index": 17983, "type": "face_bbox", "data": BOX}],
    }
    result = normalized({"detailed_results/0": page(row("face_recognition", **late))})
    track = result.faces[0].track
    assert track is not None
    assert track.times[0] == 17983 * 1001 / 30000
    (said,) = told(result)
    assert said.startswith("assumed: The job does not tell the frame rate;")
    assert said.endswith("say 30000/1001.")


# --- meta ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("meta", [None, [], "text", 7, {}])
def test_a_row_without_a_usable_meta_is_still_there(normalized: Normalized, meta: object) -> None:
    modules = ["face_recognition", "object_scene_recognition", "speech_recognition"]
    result = normalized({"detailed_results/0": page(*(row(one, meta=meta) for one in modules))})
    assert [one.segments for one in result.detections] == [(Segment(1.0, 2.0),)] * 3
    assert [one.kind for one in result.detections] == ["face", "label", "custom"]


def test_a_key_can_be_corrected_in_the_settings(normalized: Normalized) -> None:
    parts = {"detailed_results/0": page(row(meta={"ocr": {"line": "HARBOUR"}, "sureness": "0.5"}))}
    keys = {"text": ["ocr.line"], "confidence": ["sureness"]}
    (text,) = normalized(parts, result_keys=keys).texts
    assert (text.text, text.confidence) == ("HARBOUR", 0.5)
    assert normalized(parts).texts[0].text == ""


def test_a_confidence_beyond_its_scale_is_a_score(normalized: Normalized) -> None:
    result = normalized({"detailed_results/0": page(row(meta={"text": "A", "confidence": 97}))})
    assert (result.texts[0].confidence, result.texts[0].score) == (None, Score(97.0, "unknown"))
    far = row("object_scene_recognition", meta={"label": "A", "confidence": 970})
    assert normalized({"detailed_results/0": page(far)}).labels[0].confidence is None


def test_labels_may_be_empty_and_of_any_script(normalized: Normalized) -> None:
    rows = [row(meta={"text": text}, time_start=at) for at, text in enumerate(("", "Ærø ☂", "港"))]
    result = normalized({"detailed_results/0": page(*rows)})
    assert [one.text for one in result.texts] == ["", "Ærø ☂", "港"]


# --- the job -------------------------------------------------------------------------------------


def test_a_module_that_did_not_finish_is_named_with_its_features(normalized: Normalized) -> None:
    modules = {
        "face_recognition": {"state": "failed"},
        "text_recognition": {"state": "completed"},
        "speech_recognition": {},
    }
    job = {"id": "j", "state": "completed", "modules": modules, "errors": ["no speech found"]}
    result = normalized({"job": job, "detailed_results/0": page(row())})
    assert [(one.code, one.features) for one in result.notices] == [
        ("failed_in_part", ("faces",)),
        ("failed_in_part", ()),
    ]
    assert "'face_recognition' is failed" in result.notices[0].message
    assert result.notices[1].message == "The vendor says: no speech found"


def test_what_is_secret_in_the_media_s_address_is_in_no_notice(normalized: Normalized) -> None:
    url = "https://media.example.org/a.mp4?signature=canary-4711"
    job = {"state": "failed", "sources": [url], "errors": [f"could not load {url}"]}
    text = normalized({"job": job}).to_json()
    assert "canary-4711" not in text
    assert "https://media.example.org/a.mp4" in text


def test_several_media_in_one_job_are_told_apart(normalized: Normalized) -> None:
    job = {"state": "completed", "media_type": "video", "sources": ["storage://a", "storage://b"]}
    rows = [row(source="storage://b"), row(source="storage://a")]
    result = normalized({"job": job, "detailed_results/0": page(*rows)})
    assert [one.attributes for one in result.texts] == [
        {"media_source": "1"},
        {"media_source": "0"},
    ]
    assert told(result)[0].startswith("assumed: The job is about several media")


def test_an_answer_of_another_vendor_is_refused(normalized: Normalized) -> None:
    with pytest.raises(MalformedAnswer, match="neither results nor a job"):
        normalized({"core": {"detections": {}}})


def test_parts_of_any_name_are_recognised_by_what_is_in_them(
    normalized: Normalized, payload: Callable[[str], bytes]
) -> None:
    names = {
        "my job": "job.completed.json",
        "page1": "detailed_results.face_recognition.page1.json",
        "page2": "detailed_results.face_recognition.page2.json",
        "numbers": "summarized_results.advanced_diversity_analysis.json",
        "files": "artifacts.list.json",
    }
    result = normalized({mine: payload(theirs) for mine, theirs in names.items()})
    assert (len(result.faces), len(result.of(Custom)), result.media.duration) == (5, 5, 90.0)
    assert {one.source and one.source.part for one in result.faces} == {"page1", "page2"}


def test_not_a_number_is_left_out(normalized: Normalized) -> None:
    text = json.dumps(page(row(), row(time_start=1.5, time_end=float("nan")))).encode()
    result = normalized({"detailed_results/0": text})
    assert [one.segments for one in result.texts] == [(Segment(1, 2),), (Segment(1.5, 1.5),)]
    assert len(result.notices) == 2
