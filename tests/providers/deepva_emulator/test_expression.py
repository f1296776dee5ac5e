"""A local result told by DeepVA and read back: the same but for what its formats cannot carry."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest

import vidiom
from vidiom import Result
from vidiom.schema.boxes import Box, Track
from vidiom.schema.detections import AnyDetection, Face, Label, Speech, Text
from vidiom.schema.media import MediaFacts
from vidiom.schema.provenance import Provenance
from vidiom.schema.segments import Segment, Word
from vidiom_deepva.emulation.expression import EXPRESSED
from vidiom_deepva.emulator import LOST, expressed_answer

UNTOLD = {"id", "source", "attributes", "references"}
"""Fields that are the adapter's own business."""


@pytest.fixture(scope="module")
def found() -> Result:
    """What the local provider finds in the bundled clip, with one gradual transition more."""
    path = Path(__file__).parents[1] / "valossa_emulator" / "local_result.json"
    local = Result.from_json(path.read_text())
    gradual = {"transition": "dissolve", "transition_segment": Segment(6.8, 7.0)}
    detections = [
        one.model_copy(update=gradual) if one.id == "shot-2" else one for one in local.detections
    ]
    return local.model_copy(update={"detections": tuple(detections)})


@pytest.fixture(scope="module")
def read(found: Result) -> Result:
    return read_back(found)


def read_back(result: Result) -> Result:
    """Express it, and read that as any answer of the vendor's."""
    return vidiom.normalize("deepva", expressed_answer(result, limit=3))


def of(*detections: AnyDetection, rate: Fraction = Fraction(25)) -> Result:
    """A result of these."""
    media = MediaFacts(type="video", duration=10.0, frame_rate=rate)
    provenance = Provenance(provider="local", adapter_version="test")
    return Result(media=media, detections=detections, provenance=provenance)


def changed(kind: str, pairs: Iterable[tuple[object, object]], fields: Iterable[str]) -> set[str]:
    """Fields that were told and are not read back as they were."""
    return {
        f"{kind}.{name}"
        for one, other in pairs
        for name in fields
        if getattr(one, name) not in (None, ()) and getattr(one, name) != getattr(other, name)
    }


def differences(one: Result, other: Result) -> set[str]:
    """Everything that differs, in the words of ``LOST``."""
    found = changed("media", [(one.media, other.media)], MediaFacts.model_fields)
    found |= {signal.name for signal in one.signals} - {signal.name for signal in other.signals}
    for kind in dict.fromkeys(detection.kind for detection in one.detections):
        mine = [detection for detection in one.detections if detection.kind == kind]
        theirs = [detection for detection in other.detections if detection.kind == kind]
        if not theirs:
            found.add(kind)
        else:
            fields = type(mine[0]).model_fields.keys() - UNTOLD
            found |= changed(kind, zip(mine, theirs, strict=True), fields)
    return found


def test_what_differs_after_the_round_trip_is_exactly_what_is_listed(
    found: Result, read: Result
) -> None:
    assert differences(found, read) == set(LOST)


def test_nothing_is_invented(read: Result) -> None:
    assert {one.kind for one in read.detections} <= EXPRESSED
    assert read.signals == ()
    assert all(face.confidence is None and not face.identities for face in read.faces)


def test_the_answer_is_read_without_a_repair(read: Result) -> None:
    """That the scale of its scores is not documented is the vendor's, and is said once."""
    assert [one.code for one in read.notices] == ["assumed"]


def test_shots_have_the_frames_that_were_found(found: Result, read: Result) -> None:
    shots = [
        [(one.segments, one.first_frame, one.last_frame) for one in result.shots]
        for result in (found, read)
    ]
    assert len(shots[0]) == 4
    assert shots[0] == shots[1]


def test_a_face_is_where_it_was_measured(found: Result, read: Result) -> None:
    (mine,), (theirs,) = found.faces, read.faces
    assert mine.track is not None
    assert theirs.track is not None
    assert mine.segments == theirs.segments
    assert [*mine.track.boxes()] == [*theirs.track.boxes()]


def test_writing_has_its_words_its_box_and_how_sure_they_are(found: Result, read: Result) -> None:
    told = [[(one.text, one.confidence, one.box) for one in r.texts] for r in (found, read)]
    assert told[0] == told[1]
    assert [text for text, _, _ in told[0]] == ["EILEEN COLLINS", "CITY AT NIGHT"]


def test_words_have_the_same_text_and_times(found: Result, read: Result) -> None:
    words = [
        [(word.text, word.start, word.end) for word in result.transcript.words]
        for result in (found, read)
    ]
    assert len(words[0]) > 25
    assert words[0] == words[1]
    assert read.transcript.text == found.transcript.text
    assert {one.language for one in read.speech} == {"en"}


def test_a_face_that_comes_again_is_a_row_for_each_time() -> None:
    track = Track.of([(0.0, Box(0.1, 0.1, 0.2, 0.2)), (4.0, Box(0.5, 0.1, 0.2, 0.2))])
    face = Face(id="f", segments=(Segment(0.0, 1.0), Segment(4.0, 5.0)), track=track)
    other = Face(id="g", segments=(Segment(2.0, 3.0),))
    faces = read_back(of(face, other)).faces
    assert [(one.start, one.end, one.label) for one in faces] == [
        (0.0, 1.0, "Unknown #1"),
        (2.0, 3.0, "Unknown #2"),
        (4.0, 5.0, "Unknown #1"),
    ]
    assert [None if one.track is None else [*one.track.boxes()] for one in faces] == [
        [(0.0, Box(0.1, 0.1, 0.2, 0.2))],
        None,
        [(4.0, Box(0.5, 0.1, 0.2, 0.2))],
    ]


def test_who_speaks_is_told_by_a_module_of_its_own() -> None:
    said = Speech(
        id="s",
        label="Hello there.",
        text="Hello there.",
        speaker="B",
        words=(Word("Hello", 1.0, 1.5), Word("there.", 1.5, 2.0)),
        segments=(Segment(1.0, 2.0),),
    )
    read = read_back(of(said))
    assert [(one.text, one.speaker) for one in read.speech] == [("Hello there.", "B")]
    assert [(one.start, one.end, one.label) for one in read.persons] == [(1.0, 2.0, "B")]


def test_labels_are_percent_on_the_way_and_fractions_again() -> None:
    labels = [
        Label(id=name, label=name, confidence=sure, segments=(Segment(0.0, 2.0),))
        for name, sure in (("boat", 0.9831), ("harbour", 0.5), ("sea", None))
    ]
    read = read_back(of(*labels))
    assert {one.label: one.confidence for one in read.labels} == {
        "boat": 0.9831,
        "harbour": 0.5,
        "sea": None,
    }


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(24000, 1001), Fraction(50)])
def test_times_of_boxes_are_exact_at_every_rate(rate: Fraction) -> None:
    times = [float(frame / rate) for frame in (0, 7, 100, 199)]
    track = Track.of([(time, Box(0.1, 0.2, 0.3, 0.4)) for time in times])
    face = Face(id="f", segments=(Segment(0.0, 9.0),), track=track)
    (back,) = read_back(of(face, rate=rate)).faces
    assert back.track is not None
    assert [time for time, _ in back.track.boxes()] == pytest.approx(times, abs=1e-9)


def test_writing_below_the_threshold_is_left_out_as_the_vendor_does() -> None:
    text = Text(id="t", label="HI", text="HI", confidence=0.3, segments=(Segment(1.0, 2.0),))
    answers = [
        expressed_answer(of(text), {"text_recognition": {"threshold": least}})
        for least in (0.2, 0.5)
    ]
    assert [len(vidiom.normalize("deepva", one).texts) for one in answers] == [1, 0]


def test_nothing_found_is_told_as_nothing() -> None:
    back = read_back(of())
    assert back.detections == ()
    assert back.media.duration == 10.0
