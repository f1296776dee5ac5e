"""Answers that are not what the vendor documents: the good part is kept, and the rest is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidiom.errors import MalformedAnswer, VidiomError
from vidiom.schema.detections import Face, Section, Speech
from vidiom.schema.provenance import NoticeCode
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment, Word
from vidiom_valossa.provider import ValossaProvider
from vidiom_valossa.settings import ValossaSettings

Normalized = Callable[..., Result]
PAYLOADS = Path(__file__).with_name("payloads")
PROVIDER = ValossaProvider(ValossaSettings())


def core(*detections: dict[str, Any], **more: object) -> dict[str, Any]:
    numbered = {str(number): one for number, one in enumerate(detections, 1)}
    return {"version_info": {"metadata_format": "1.8.1"}, "detections": numbered, **more}


def label(*occurrences: dict[str, Any]) -> dict[str, Any]:
    return {"t": "visual.context", "label": "boat", "occs": list(occurrences)}


def word(text: str, start: float, end: float, speaker: str = "1") -> dict[str, Any]:
    return {
        "t": "audio.speech_detailed",
        "label": text,
        "c": 0.9,
        "a": {"s": {"id": speaker}},
        "occs": [{"ss": start, "se": end}],
    }


def codes(result: Result) -> list[NoticeCode]:
    return [one.code for one in result.notices]


def test_a_detection_without_occurrences_holds_for_the_whole(normalized: Normalized) -> None:
    result = normalized(core=core({"t": "visual.context", "label": "boat"}))
    assert result.labels[0].segments == ()
    assert result.notices == ()


def test_an_instant_is_kept_as_it_is(normalized: Normalized) -> None:
    result = normalized(core=core(label({"ss": 2.0, "se": 2.0, "c_max": 0.5})))
    assert result.labels[0].segments == (Segment(2.0, 2.0, 0.5),)
    assert result.notices == ()


def test_an_occurrence_that_ends_before_it_starts_is_turned_and_noted(
    normalized: Normalized,
) -> None:
    result = normalized(core=core(label({"ss": 3.0, "se": 2.0}, {"ss": 5.0, "se": 6.0})))
    assert result.labels[0].segments == (Segment(2.0, 3.0), Segment(5.0, 6.0))
    assert codes(result) == [NoticeCode.REPAIRED]
    assert result.notices[0].source is not None
    assert result.notices[0].source.pointer == "/detections/1"


def test_an_occurrence_without_times_is_left_out_and_the_others_are_kept(
    normalized: Normalized,
) -> None:
    result = normalized(core=core(label({"id": "1"}, {"ss": 5.0, "se": 6.0}, {"ss": 8.0})))
    assert result.labels[0].segments == (Segment(5.0, 6.0), Segment(8.0, 8.0))
    assert codes(result) == [NoticeCode.REPAIRED] * 2


def test_a_confidence_beyond_its_scale_is_no_confidence(normalized: Normalized) -> None:
    result = normalized(core=core(label({"ss": 1.0, "se": 2.0, "c_max": 98.1})))
    assert result.labels[0].confidence is None
    assert result.labels[0].segments == (Segment(1.0, 2.0),)
    assert codes(result) == [NoticeCode.REPAIRED]


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "-Infinity"])
def test_non_numbers_are_missing_values(normalized: Normalized, wrong: str) -> None:
    text = json.dumps(core(label({"ss": 1.0, "se": 2.0, "c_max": 0.77}))).replace("0.77", wrong)
    result = normalized(core=text.encode())
    assert result.labels[0].segments == (Segment(1.0, 2.0),)
    assert codes(result) == [NoticeCode.REPAIRED]


def test_numbers_written_as_text_are_numbers(normalized: Normalized) -> None:
    result = normalized(core=core(label({"ss": "1.5", "se": 2, "c_max": "0.5"})))
    assert result.labels[0].segments == (Segment(1.5, 2.0, 0.5),)
    assert [(one.code, one.count) for one in result.notices] == [(NoticeCode.REPAIRED, 2)]


def test_a_value_of_a_wrong_type_takes_nothing_else_with_it(normalized: Normalized) -> None:
    face = {"t": "human.face", "label": 7, "a": {"gender": [1], "quality": "low"}, "occs": [5]}
    result = normalized(core=core(face, "no detection", label({"ss": 1, "se": 2})))  # type: ignore[arg-type]
    kept = result.get("core:1")
    assert isinstance(kept, Face)
    assert (kept.label, kept.gender, kept.quality, kept.segments) == ("7", None, "low", ())
    assert result.labels[0].segments == (Segment(1.0, 2.0),)
    assert [one.source.pointer for one in result.notices if one.source is not None] == [
        "/detections/1/label",
        "/detections/1/a/gender",
    ]


def test_of_a_name_that_stands_twice_the_last_one_counts(normalized: Normalized) -> None:
    many = json.dumps(core(*[word("ahoy", at, at + 1.0) for at in range(1000)])["detections"])
    again = json.dumps({"7": word("again", 6.0, 7.0), "8": label({"ss": 1, "se": 2})})
    result = normalized(core=f'{{"detections":{many[:-1]},{again[1:]}}}'.encode())
    words = [one.text for one in result.transcript.words]
    assert (len(words), words.count("again")) == (999, 1)
    assert [one.id for one in result.labels] == ["core:8"]
    assert result.notices == ()


def test_where_a_name_stands_twice_a_repair_is_still_said_once(normalized: Normalized) -> None:
    wrong = {**word("ahoy", 1.0, 2.0), "label": 5}
    words = [word("ahoy", at, at + 1.0) for at in range(1000)]
    many = json.dumps(core(wrong, *words)["detections"])
    again = json.dumps({"7": word("again", 6.0, 7.0)})
    result = normalized(core=f'{{"detections":{many[:-1]},{again[1:]}}}'.encode())
    assert [(one.code, one.count) for one in result.notices] == [(NoticeCode.REPAIRED, 1)]


def test_a_repair_far_down_says_where_it_was(normalized: Normalized) -> None:
    voice = {"t": "audio.voice_emotion", "label": "voice emotion"}
    rows: list[object] = [[{"d": "1", "a": {"sen": {"val": 0.5}}}] for _ in range(3000)]
    rows[2900] = [{"d": "1", "a": {"sen": {"val": "0.5"}}}]
    result = normalized(core=core(voice, detection_groupings={"by_second": rows}))
    (notice,) = result.notices
    assert notice.source is not None
    assert notice.source.pointer == "/detection_groupings/by_second/2900/0/a/sen/val"
    assert len(result.signals[0].values) == 3000


def test_a_gap_between_shots_is_said_and_not_filled(normalized: Normalized) -> None:
    listed = [{"ss": 0.0, "se": 2.0, "fs": 0, "fe": 49}, {"ss": 3.0, "se": 4.0, "fs": 75, "fe": 99}]
    result = normalized(core=core(segmentations={"detected_shots": listed}))
    assert [one.start for one in result.shots] == [0.0, 3.0]
    assert codes(result) == [NoticeCode.ASSUMED]


def test_members_that_are_not_there_are_left_out_of_a_group(normalized: Normalized) -> None:
    face = {"t": "human.face", "label": "face"}
    group = {"t": "human.face_group", "label": "face group", "a": {"face_det_ids": ["1", "9"]}}
    result = normalized(core=core(face, group))
    assert [one.detection for one in result.persons[0].references] == ["core:1"]
    assert codes(result) == [NoticeCode.REPAIRED]


def test_an_unknown_type_is_kept_in_the_vendors_words(normalized: Normalized) -> None:
    odd = {"t": "visual.pose", "label": "sitting", "joints": [1, 2], "occs": [{"ss": 1, "se": 2}]}
    result = normalized(core=core(odd, odd))
    assert [one.data for one in result.custom] == [odd, odd]
    assert result.custom[0].segments == (Segment(1.0, 2.0),)
    assert [(one.code, one.count) for one in result.notices] == [(NoticeCode.UNMAPPED, 2)]


def test_what_has_a_highlight_score_is_a_highlight(normalized: Normalized) -> None:
    found = {"t": "x.highlight", "label": "goal", "occs": [{"ss": 1, "se": 2, "scr": 0.8}]}
    section = normalized(core=core(found)).of(Section)[0]
    assert section.score is not None
    assert (section.score.value, section.score.scale) == (0.8, "highlight")
    assert (section.confidence, section.attributes["scr"]) == (None, [0.8])


def test_words_without_a_segment_make_stretches_by_speaker(normalized: Normalized) -> None:
    words = [word("Hi", 1, 1.4), word(",", 1.4, 1.4), word("Bo", 1.5, 2), word("Yes", 2, 3, "2")]
    result = normalized(core=core(*words))
    assert [(one.id, one.text, one.speaker) for one in result.speech] == [
        ("core:1", "Hi, Bo", "1"),
        ("core:4", "Yes", "2"),
    ]
    assert result.speech[0].segments == (Segment(1.0, 2.0),)


def test_an_opening_mark_belongs_to_the_word_after_it(normalized: Normalized) -> None:
    words = [word("Ah", 0, 1), word("¿", 1, 1), word("Sí", 1, 2), word("?", 2, 2)]
    assert [one.text for one in normalized(core=core(*words)).transcript.words] == ["Ah", "¿Sí?"]


def test_a_word_just_before_its_segment_belongs_to_it(normalized: Normalized) -> None:
    segment = {"t": "audio.speech", "label": "Slow", "occs": [{"ss": 27.7, "se": 28.0}]}
    speech = normalized(core=core(segment, word("Slow", 27.4, 27.6))).of(Speech)
    assert [one.words for one in speech] == [(Word("Slow", 27.4, 27.6, 0.9, "1"),)]


@pytest.mark.parametrize(
    ("key", "value"), [("sen", {"aro": 0.4}), ("arousal", 0.4), ("sen", {"arousal": 0.4})]
)
def test_arousal_may_be_spelt_in_several_ways(
    normalized: Normalized, key: str, value: object
) -> None:
    voice = {"t": "audio.voice_emotion", "label": "voice emotion"}
    seconds = {"by_second": [[], [{"d": "1", "a": {key: value}}]]}
    result = normalized(core=core(voice, detection_groupings=seconds))
    assert [(one.name, list(one.samples())) for one in result.signals] == [
        ("arousal", [(1.0, 0.4)])
    ]


@pytest.mark.parametrize("shade", ["4F6B7A", "#4f6b7a", {"v": "4f6b7a"}, {"v": "#4F6B7A", "f": 7}])
def test_colours_may_be_spelt_in_several_ways(normalized: Normalized, shade: object) -> None:
    color = {"t": "visual.color", "label": "dominant colors"}
    seconds = {"by_second": [[{"d": "1", "a": {"rgb": [shade, "no colour"]}}]]}
    result = normalized(core=core(color, detection_groupings=seconds))
    assert [(one.rgb, one.share) for one in result.colors] == [("#4f6b7a", None)]


def test_a_colour_without_values_is_kept_in_the_vendors_words(normalized: Normalized) -> None:
    color = {"t": "visual.color", "label": "dominant colors", "occs": [{"ss": 0, "se": 9}]}
    assert normalized(core=core(color)).custom[0].data == color


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>504</html>", b"[]", b"null", b'{"detections": {"1": {"t": "visual', b"\xff{}"],
)
def test_what_is_no_json_object_is_a_malformed_answer(
    normalized: Normalized, content: bytes
) -> None:
    with pytest.raises(MalformedAnswer):
        normalized(core=content)


def test_boxes_that_are_none_are_left_out_and_counted(
    normalized: Normalized,
) -> None:
    fine = {"id": "1", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}
    rows = [[fine], [{**fine, "w": -0.1}], [{"id": "1", "x": 0.1}], [{"x": 1, "y": 1}], [fine]]
    face = {"t": "human.face", "label": "face"}
    facts = {"media_info": {"technical": {"fps": 25}}}
    result = normalized(core=core(face, **facts), frames_faces={"faces_by_frame": rows})
    track = result.faces[0].track
    assert track is not None
    assert list(track.times) == [0.0, 0.16]
    assert [one.count for one in result.notices] == [1, 1, 1]


# --- whatever is done to the document -------------------------------------------------------------

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=4),
    st.just([]),
    st.just({}),
    st.just([[{"d": "1", "a": {}}]]),
)


@st.composite
def mutated(draw: st.DrawFn, name: str) -> bytes:
    """A payload with some of its values dropped or replaced."""
    document: Any = deepcopy(DOCUMENTS[name])
    for _ in range(draw(st.integers(1, 6))):
        place = document
        while True:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            if not keys:
                break
            key: Any = draw(st.sampled_from(keys))
            if isinstance(place[key], (dict, list)) and place[key] and draw(st.integers(0, 9)):
                place = place[key]
                continue
            if draw(st.booleans()):
                place[key] = deepcopy(draw(ODD))  # a later round may change what is in it
            else:
                del place[key]
            break
    return json.dumps(document).encode()


DOCUMENTS = {
    name: json.loads((PAYLOADS / f"job_results.{name}.json").read_bytes())
    for name in (
        "core",
        "core.legacy_1.3.1",
        "frames_faces",
        "frames_objects",
        "seconds_objects",
        "visual_captions",
    )
}

OPTIONAL = ("frames_faces", "frames_objects", "seconds_objects", "visual_captions")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_mutated_answer_gives_a_result_or_an_error_of_ours(data: st.DataObject) -> None:
    first = data.draw(st.sampled_from(["core", "core.legacy_1.3.1"]))
    parts = {"core": data.draw(mutated(first))}
    for name in sorted(data.draw(st.sets(st.sampled_from(OPTIONAL)))):
        parts[name] = data.draw(mutated(name))
    try:
        result = PROVIDER.normalize(RawResult.of("valossa", parts))
    except VidiomError:
        return
    assert Result.from_json(result.to_json()) == result


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 49_582), st.binary(max_size=3))
def test_a_damaged_text_gives_a_result_or_an_error_of_ours(at: int, bytes_: bytes) -> None:
    content = (PAYLOADS / "job_results.core.json").read_bytes()
    broken = content[:at] + bytes_ + content[at + 1 :]
    try:
        PROVIDER.normalize(RawResult.of("valossa", {"core": broken}))
    except VidiomError:
        return
