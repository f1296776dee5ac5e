"""Answers, statistics, unknown modules and the job's own facts: golden values from the payloads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from vidiom.schema.detection import Reference
from vidiom.schema.detections import Caption, Custom
from vidiom.schema.provenance import NoticeCode
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment

Normalized = Callable[..., Result]


def span(start: float, end: float) -> tuple[Segment, ...]:
    return (Segment(start, end),)


def messages(result: Result) -> list[tuple[str, int | None]]:
    return [(one.code.value, one.count) for one in result.notices]


# --- visual understanding -------------------------------------------------------------------------


def understood(job_modules: dict[str, Any]) -> dict[str, object]:
    return {
        "job": {"id": "j", "state": "completed", "modules": {"visual_understanding": job_modules}},
        "detailed_results/0": "detailed_results.visual_understanding.json",
    }


def test_answers_are_captions_with_their_prompt_and_shots_where_it_was_to_split(
    normalized: Normalized,
) -> None:
    asked = {"prompt": "Describe it.", "enable_shot_detection": True, "state": "completed"}
    result = normalized(understood(asked))
    assert [(one.segments, one.first_frame, one.last_frame) for one in result.shots] == [
        (span(0.0, 4.4), 0, 109),
        (span(4.4, 9.6), 110, 239),
    ]
    first, second = result.captions
    assert (first.text, first.prompt) == ("A ferry enters a harbour at dawn.", "Describe it.")
    assert first.references == (Reference("shot", result.shots[0].id),)
    assert second.segments == span(4.4, 9.6)
    assert [one.label for one in result.keywords] == ["ferry", "harbour", "dawn", "people", "quay"]
    assert {json.dumps(one.attributes) for one in result.keywords} == {'{"derived_from": "prompt"}'}
    assert first.attributes["structured_response"] == {
        "caption": "A ferry enters a harbour at dawn.",
        "keywords": ["ferry", "harbour", "dawn"],
    }


def test_without_splitting_there_are_no_shots(normalized: Normalized) -> None:
    assert normalized(understood({"enable_shot_detection": False})).shots == ()
    assert normalized(understood({})).shots == ()


def test_structured_answers_of_the_adapters_schemas_become_their_kinds(
    normalized: Normalized,
) -> None:
    answer = {"topics": ["harbour"], "moderation": ["smoking"], "summary": "A day.", "keywords": 3}
    rows = [
        {"module": "visual_understanding", "meta": {"structured_response": json.dumps(answer)}},
        {"module": "visual_understanding", "meta": {"response": "x", "structured_response": "no"}},
    ]
    result = normalized({"detailed_results/0": {"data": rows}})
    assert [(one.label, one.scheme) for one in result.topics] == [("harbour", "prompt")]
    assert [one.label for one in result.moderation] == ["smoking"]
    assert [one.text for one in result.summaries] == ["A day."]
    assert [one.text for one in result.captions] == ["A day.", "x"]
    assert result.captions[1].attributes == {"structured_response": {"text": "no"}}
    assert NoticeCode.REPAIRED in {one.code for one in result.notices}


# --- what has no neutral kind ---------------------------------------------------------------------


def test_statistics_are_kept_whole(normalized: Normalized) -> None:
    name = "summarized_results.advanced_diversity_analysis.json"
    result = normalized({"summarized_results/0": name})
    found = {one.label: one.data for one in result.of(Custom)}
    assert found["gender_count"] == {"female": 2, "male": 3}
    assert found["age_screen_time"] == {"20-30": 6.0, "30-40": 43.5, "40-50": 3.5, "60-70": 8.0}
    assert len(found) == 5
    assert messages(result) == []


def test_a_caption_of_the_whole_has_no_segments(normalized: Normalized) -> None:
    name = "summarized_results.object_scene_recognition.captions.json"
    (caption,) = normalized({"summarized_results/0": name}).of(Caption)
    assert (caption.text, caption.segments) == ("A woman in a suit speaks in a studio.", ())


def test_rows_of_an_unknown_module_are_kept_in_the_vendors_words(normalized: Normalized) -> None:
    row = {
        "module": "speaker_dataset_creation",
        "time_start": 1.5,
        "time_end": 2.5,
        "meta": {"label": "voice 1", "depth": {"of": ["anything"]}},
        "detections": [{"type": "polygon", "data": {"points": [1, 2]}}],
        "thumbnail": {"image": "AAAA"},
    }
    result = normalized({"detailed_results/0": {"data": [row]}})
    (custom,) = result.of(Custom)
    assert (custom.label, custom.segments) == ("voice 1", span(1.5, 2.5))
    assert custom.data == {name: value for name, value in row.items() if name != "thumbnail"}
    assert messages(result) == [("unmapped", 1)]


def test_a_module_that_fills_a_dataset_is_named_in_a_notice(normalized: Normalized) -> None:
    modules = {"dataset_creation": {"dataset_id": "6f0a2d84", "state": "completed"}}
    result = normalized({"job": {"id": "j", "state": "completed", "modules": modules}})
    assert messages(result) == [("not_available", 1)]
    assert "6f0a2d84" in result.notices[0].message


# --- the job --------------------------------------------------------------------------------------


def test_media_facts_are_those_of_the_deprecated_summary(normalized: Normalized) -> None:
    media = normalized({"job": "job.completed.json"}).media
    assert (media.type, media.duration, media.frame_rate) == ("video", 90.0, Fraction(25))
    assert (media.frame_count, media.width, media.height) == (2250, 1280, 720)
    television = normalized({"job": "job.completed.subtitle_v2_links.json"}).media
    assert television.frame_rate == Fraction(30000, 1001)
    assert normalized({"job": "job.completed.no_result_field.json"}).media.frame_rate is None


def test_provenance_has_models_arguments_and_times_of_the_job(normalized: Normalized) -> None:
    told = normalized({"job": "job.completed.json"}).provenance
    assert told.vendor_job_id == "3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41"
    assert told.vendor_versions == {
        "face_recognition": "celebrities",
        "object_scene_recognition": "general-c",
    }
    assert told.applied["object_scene_recognition"] == {"model": "general-c", "language": 0}
    assert told.submitted_at == datetime(2024, 6, 11, 9, 28, 44, 615000, UTC)
    assert told.applied["job"] == {
        "time_created": "2024-06-11T09:28:44.615000+00:00",
        "time_started": "2024-06-11T09:28:46.422000+00:00",
        "time_completed": "2024-06-11T09:30:21.130000+00:00",
        "processing_seconds": 94.708,
    }


def test_both_notations_of_times_in_one_job_are_read(normalized: Normalized) -> None:
    told = normalized({"job": "job.completed.locale_timestamps.json"}).provenance.applied["job"]
    assert isinstance(told, dict)
    assert told["time_created"] == "2020-08-27T16:20:41.118000+00:00"
    assert told["time_started"] == "2020-08-27T16:20:41+00:00"
    assert told["time_completed"] == "2020-08-27T16:22:16+00:00"
