"""What is taken for granted of DeepVA, held against answers that confirm and that refute it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vidiom.provider.assumptions import Verdict, tried
from vidiom.schema.raw import RawResult
from vidiom_deepva.assumptions import ASSUMPTIONS
from vidiom_deepva.settings import DeepvaSettings

PAYLOADS = Path(__file__).with_name("payloads")
BY_ID = {one.id: one for one in ASSUMPTIONS}


def verdicts(raw: RawResult) -> dict[str, Verdict]:
    return {one.id: tried(one, raw).verdict for one in ASSUMPTIONS}


def documented() -> RawResult:
    """All that the documentation shows of one job."""
    names = [
        "face_recognition.page1",
        "object_scene_recognition",
        "landmark_recognition",
        "text_recognition",
        "speech_recognition",
        "speaker_identification",
        "visual_understanding",
    ]
    parts = {"job": (PAYLOADS / "job.completed.json").read_bytes()}
    for number, name in enumerate(names):
        content = (PAYLOADS / f"detailed_results.{name}.json").read_bytes()
        parts[f"detailed_results/{number}"] = content
    return RawResult.of("deepva", parts)


def answer(*rows: dict[str, Any], job: dict[str, Any] | None = None) -> RawResult:
    page = {"total": len(rows), "offset": 0, "limit": 10, "data": rows}
    said = {"id": "j", "state": "completed", **(job or {})}
    parts = {"job": json.dumps(said), "detailed_results/0": json.dumps(page)}
    return RawResult.of("deepva", {name: text.encode() for name, text in parts.items()})


def test_what_the_documentation_shows_refutes_nothing() -> None:
    found = verdicts(documented())
    assert {name for name, verdict in found.items() if verdict == "refuted"} == set()
    assert {name for name, verdict in found.items() if verdict == "confirmed"} == {
        "pages",
        "state-words",
        "job-times",
        "modules-known",
        "times-are-numbers",
        "frames-from-zero",
        "boxes-are-shares",
        "face-distance",
        "face-identity",
        "label-percent",
        "label-range",
        "landmark-similarity",
        "text-key",
        "speech-key",
        "speaker-key",
        "answer-key",
    }


def row(module: str, **members: object) -> dict[str, Any]:
    return {"module": module, "meta": {}, **members}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("state-words", answer(job={"state": "wartend"})),
        ("job-times", answer(job={"time_created": "gestern"})),
        ("modules-known", answer(row("scent_recognition"))),
        ("times-are-numbers", answer(row("text_recognition", time_start="1.5", time_end="2"))),
        (
            "times-of-the-source",
            answer(
                row("text_recognition", time_start=0.5, time_end=2.0),
                job={"modules": {"text_recognition": {"range": {"time_start": 60}}}},
            ),
        ),
        (
            "frames-from-zero",
            answer(
                row("text_recognition", frame_start=1, time_start=0.0, source="s"),
                job={"result": {"summary": [{"source": "s", "info": {"fps": 25}}]}},
            ),
        ),
        (
            "boxes-are-shares",
            answer(
                row(
                    "face_recognition",
                    detections=[{"type": "face_bbox", "data": {"x": 120, "y": 40, "w": 9, "h": 9}}],
                )
            ),
        ),
        ("face-distance", answer(row("face_recognition", meta={"distance": 44.0}))),
        ("face-identity", answer(row("face_recognition", meta={"wer": "Mara"}))),
        ("label-percent", answer(row("object_scene_recognition", meta={"confidence": 0.98}))),
        ("label-range", answer(row("object_scene_recognition", meta={"confidence": 980}))),
        ("landmark-similarity", answer(row("landmark_recognition", meta={"similarity": 88}))),
        ("text-key", answer(row("text_recognition", meta={"zeile": "Tickets"}))),
        ("speech-key", answer(row("speech_recognition", meta={"gesagt": "Hallo"}))),
        ("speaker-key", answer(row("speaker_identification", meta={"stimme": "1"}))),
        ("answer-key", answer(row("visual_understanding", meta={"antwort": "a harbour"}))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_that_is_otherwise_refutes_it(name: str, raw: RawResult) -> None:
    assert tried(BY_ID[name], raw).verdict is Verdict.REFUTED


def test_a_list_without_its_envelope_refutes_it() -> None:
    page = b'{"data": [{"module": "text_recognition"}]}'
    raw = RawResult.of("deepva", {"detailed_results/0": page})
    assert tried(BY_ID["pages"], raw).verdict is Verdict.REFUTED


def test_an_answer_that_is_none_refutes_and_breaks_nothing() -> None:
    raw = RawResult.of("deepva", {"job": b"{", "detailed_results/0": b"<html>"})
    assert set(verdicts(raw).values()) == {Verdict.REFUTED, Verdict.NOT_SEEN}


def test_settings_that_are_named_are_there_and_ids_are_unique() -> None:
    named = {one.setting for one in ASSUMPTIONS if one.setting is not None}
    assert named <= set(DeepvaSettings.model_fields)
    assert len(BY_ID) == len(ASSUMPTIONS)
