"""The content of results: as the examples have it, and the same story in every type."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Literal

import pytest
from tests.providers.valossa_emulator.customer import PAYLOADS, Customer, Json

from vidiom_valossa.emulator import TYPES, Behaviour, canned_answer

JSON_TYPES = [name for name in TYPES if not name.startswith("speech")]
TEXT_TYPES = [name for name in TYPES if name.startswith("speech")]


def canned(kind: str, *, minutes: float = 1.0) -> Json:
    return json.loads(b"".join(canned_answer(kind, minutes=minutes)))


def shape(value: object, path: str = "") -> set[str]:
    """Every path of a document with its sort; ids count as one, detections by their type."""
    if isinstance(value, dict):
        here = f"{path}<{value['t']}>" if "t" in value and "label" in value else path
        inner = {one for key, item in value.items() for one in shape(item, f"{here}/{_key(key)}")}
        return {f"{here}:object", *inner}
    if isinstance(value, list):
        return {f"{path}:array", *(one for item in value for one in shape(item, f"{path}[]"))}
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {f"{path}:{'number' if number else type(value).__name__}"}


def _key(key: str) -> str:
    return "*" if key.isdigit() or len(key) == 36 else key


@pytest.mark.parametrize("kind", JSON_TYPES)
def test_results_have_the_shape_of_the_examples(kind: str) -> None:
    customer = Customer()
    request = json.loads((PAYLOADS / "new_job.request.json").read_text())
    job = customer.finished(**{name: request[name] for name in request if name != "api_key"})
    answer = customer.get("job_results", job_id=job, type=kind)
    example = json.loads((PAYLOADS / f"job_results.{kind}.json").read_text())
    assert shape(answer.json()) == shape(example)
    assert b"\n" not in answer.content


@pytest.mark.parametrize(("kind", "example"), [("srt", "srt"), ("vtt", "vtt")])
def test_subtitles_are_those_of_the_examples(kind: str, example: str) -> None:
    customer = Customer()
    job = customer.finished()
    answer = customer.get("job_results", job_id=job, type=f"speech_to_text_{kind}")
    assert answer.text == (PAYLOADS / f"job_results.{example}").read_text()


@pytest.mark.parametrize("kind", TEXT_TYPES)
def test_every_line_stands_in_every_sort_of_subtitles(kind: str) -> None:
    text = b"".join(canned_answer(kind)).decode()
    speech = [one["label"] for one in canned("core")["detections"].values() if _is_speech(one)]
    assert len(speech) == 7
    assert [line for line in speech if line not in text] == []


def _is_speech(one: dict[str, Json]) -> bool:
    return bool(one["t"] == "audio.speech")


def test_the_story_has_28_types_of_detections() -> None:
    assert len(canned("core")["detection_groupings"]["by_detection_type"]) == 28


@pytest.mark.parametrize("minutes", [1, 3])
def test_the_groupings_agree_with_the_detections(minutes: int) -> None:
    core = canned("core", minutes=minutes)
    found, groups = core["detections"], core["detection_groupings"]
    assert sorted(one for ids in groups["by_detection_type"].values() for one in ids) == sorted(
        found
    )
    ids = [occ["id"] for one in found.values() for occ in one.get("occs", [])]
    assert len(ids) == len(set(ids))
    seconds = groups["by_second"]
    assert len(seconds) == int(core["media_info"]["technical"]["duration_s"]) + 1
    for second, items in enumerate(seconds):
        assert len({item["d"] for item in items}) == len(items)
        for item in items:
            own = {occ["id"]: occ for occ in found[item["d"]]["occs"]}
            assert all(
                own[one]["ss"] < second + 1 and own[one]["se"] >= second for one in item["o"]
            )


def test_the_highest_confidence_of_an_occurrence_is_that_of_its_best_second() -> None:
    core = canned("core", minutes=2)
    best: dict[str, float] = {}
    for items in core["detection_groupings"]["by_second"]:
        for item in items:
            if "c" in item and len(item["o"]) == 1:
                best[item["o"][0]] = max(best.get(item["o"][0], 0.0), item["c"])
    peaks = {
        occ["id"]: occ["c_max"]
        for one in core["detections"].values()
        for occ in one.get("occs", [])
        if "c_max" in occ
    }
    assert len(best) > 10
    assert {name: peaks[name] for name in best} == best


@pytest.mark.parametrize("minutes", [1, 2])
def test_boxes_belong_to_detections_of_the_core_while_these_are_on(minutes: int) -> None:
    core = canned("core", minutes=minutes)
    found = core["detections"]
    faces = canned("frames_faces", minutes=minutes)["faces_by_frame"]
    assert len(faces) == round(core["media_info"]["technical"]["duration_s"] * 25)
    for frame, items in enumerate(faces):
        for item in items:
            spans = found[item["id"]]["occs"]
            assert any(occ["ss"] - 0.04 <= frame / 25 <= occ["se"] + 0.04 for occ in spans)
    for kind, rows in (("seconds_objects", "objects_by_second"), ("frames_objects", None)):
        content = canned(kind, minutes=minutes)[rows or "objects_by_frame"]
        shown = {(item["d"], one) for items in content for item in items for one in item["o"]}
        assert shown == {
            (name, occ["id"])
            for name, one in found.items()
            if one["t"] == "visual.object.localized"
            for occ in one["occs"]
        }


def test_captions_name_the_shot_that_they_describe() -> None:
    shots = canned("core", minutes=2)["segmentations"]["detected_shots"]
    for one in canned("visual_captions", minutes=2)["selected_sections"]:
        section = one["section"]
        shot = shots[section["shot_index"]]
        assert (section["s_start"], section["s_end"]) == (shot["ss"], shot["se"])


def test_shots_follow_each_other_without_a_gap() -> None:
    core = canned("core", minutes=3)
    shots = core["segmentations"]["detected_shots"]
    for one, after in pairwise(shots):
        assert (one["se"], one["fe"] + 1) == (after["ss"], after["fs"])
    assert shots[-1]["se"] == core["media_info"]["technical"]["duration_s"]


def test_a_longer_story_is_as_long_as_was_asked() -> None:
    customer = Customer(Behaviour(minutes=10))
    job = customer.finished()
    core = customer.get("job_results", job_id=job).json()
    assert 600 <= core["media_info"]["technical"]["duration_s"] < 660
    assert len(core["detections"]) > 600


def test_the_request_is_repeated_in_the_result() -> None:
    customer = Customer()
    media = {"video": {"url": "https://x.example/y.mp4"}, "language": "fi-FI"}
    core = customer.get("job_results", job_id=customer.finished(media=media)).json()
    assert core["job_info"]["request"] == {
        "media": {
            "video": {"url": "https://x.example/y.mp4"},
            "transcript": {"url": None},
            "description": None,
            "language": "fi-FI",
            "title": None,
        }
    }
    assert core["media_info"]["from_customer"] == {}


def test_a_result_asked_too_early_is_refused_as_the_example_says() -> None:
    customer = Customer()
    answer = customer.get("job_results", job_id=customer.buy())
    example = json.loads((PAYLOADS / "error.job_not_finished.json").read_text())
    assert (answer.status_code, answer.json()) == (400, example)


def test_a_type_that_does_not_exist_is_refused() -> None:
    customer = Customer()
    job = customer.finished()
    assert customer.get("job_results", job_id=job, type="frames_dogs").status_code == 400


@pytest.mark.parametrize("status", [400, 404])
def test_a_type_that_was_not_generated_is_refused_the_way_that_was_chosen(
    status: Literal[400, 404],
) -> None:
    plan = frozenset({"frames_faces", "visual_captions"})
    customer = Customer(Behaviour(not_generated=plan, not_generated_status=status))
    job = customer.finished()
    refused = [customer.get("job_results", job_id=job, type=kind) for kind in sorted(plan)]
    assert {answer.status_code for answer in refused} == {status}
    assert customer.get("job_results", job_id=job).status_code == 200


def test_an_unknown_job_has_no_results() -> None:
    answer = Customer().get("job_results", job_id="5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11")
    example = json.loads((PAYLOADS / "error.job_not_found.json").read_text())
    assert (answer.status_code, answer.json()) == (404, example)
