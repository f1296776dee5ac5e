"""A local result told by Valossa and read back: the same but for what its formats cannot carry."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest

from vidiom import Result
from vidiom.schema.boxes import Box, Track
from vidiom.schema.detections import AnyDetection, Detection, Face, Speech, Text
from vidiom.schema.media import MediaFacts
from vidiom.schema.provenance import Provenance
from vidiom.schema.raw import RawResult
from vidiom.schema.segments import Segment, Word
from vidiom_valossa import normalize
from vidiom_valossa.emulation.expression import EXPRESSED, LOST
from vidiom_valossa.emulator import expressed_answer

UNTOLD = {"id", "source", "attributes", "references"}
"""Fields that are the adapter's own business."""


@pytest.fixture(scope="module")
def found() -> Result:
    """What the local provider finds in the bundled clip, with one gradual transition more."""
    local = Result.from_json((Path(__file__).parent / "local_result.json").read_text())
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
    contents = {kind: b"".join(expressed_answer(result, kind)) for kind in ("core", "frames_faces")}
    return normalize.result(RawResult.of("valossa", contents), adapter_version="test")


def of(*detections: AnyDetection, rate: int = 25) -> Result:
    """A result of these."""
    media = MediaFacts(type="video", duration=10.0, frame_rate=Fraction(rate))
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
    kinds = dict.fromkeys(detection.kind for detection in one.detections)
    for kind in kinds:
        mine = [detection for detection in one.detections if detection.kind == kind]
        theirs = [detection for detection in other.detections if detection.kind == kind]
        if not theirs:
            found.add(kind)
        elif kind in {"sound", "color"}:  # are told in other portions: see the tests of these
            found.add(f"{kind}.segments")
        else:
            fields = type(mine[0]).model_fields.keys() - UNTOLD
            found |= changed(kind, zip(mine, theirs, strict=True), fields)
    return found


def test_what_differs_after_the_round_trip_is_exactly_what_is_listed(
    found: Result, read: Result
) -> None:
    assert differences(found, read) == set(LOST)


def test_nothing_is_invented(read: Result) -> None:
    assert {one.kind for one in read.detections} == EXPRESSED
    assert read.signals == ()
    assert all(face.confidence is None and not face.identities for face in read.faces)
    assert all(text.confidence is None and text.box is None for text in read.texts)


def test_the_answer_is_read_without_a_single_repair_or_assumption(read: Result) -> None:
    assert read.notices == ()


def test_a_face_is_where_it_was_measured(found: Result, read: Result) -> None:
    (mine,), (theirs,) = found.faces, read.faces
    assert mine.track is not None
    assert theirs.track is not None
    assert mine.segments == theirs.segments
    assert len(theirs.track) == 100
    for seconds, box in mine.track.boxes():
        assert near(theirs.track.at(seconds + 0.001), box)


def near(one: Box | None, other: Box) -> bool:
    assert one is not None
    return (one.x, one.y, one.width, one.height) == pytest.approx(
        (other.x, other.y, other.width, other.height), abs=1e-5
    )


def test_writing_stands_in_the_third_of_the_frame_that_its_box_is_in(read: Result) -> None:
    regions = {text.text: text.region for text in read.texts}
    assert regions == {"EILEEN COLLINS": "lower_third", "CITY AT NIGHT": "upper_third"}


@pytest.mark.parametrize(
    ("box", "region"),
    [
        (Box(0.1, 0.0, 0.5, 0.1), "upper_third"),
        (Box(0.1, 0.45, 0.5, 0.1), "middle_third"),
        (Box(0.1, 0.9, 0.5, 0.1), "lower_third"),
        (Box(0.1, 0.2, 0.5, 0.6), "full_frame"),
        (None, "full_frame"),
    ],
)
def test_tall_writing_and_writing_without_a_place_is_that_of_the_whole_frame(
    box: Box | None, region: str
) -> None:
    text = Text(id="t", label="HI", text="HI", box=box, segments=(Segment(1.0, 2.0),))
    assert [one.region for one in read_back(of(text)).texts] == [region]


def test_sounds_are_heard_at_the_same_times_with_the_same_confidence(
    found: Result, read: Result
) -> None:
    mine = [(one.label, s.start, s.end, one.confidence) for one in found.sounds for s in _of(one)]
    theirs = [(one.label, s.start, s.end, s.confidence) for one in read.sounds for s in _of(one)]
    assert sorted(map(str, mine)) == sorted(map(str, theirs))


def _of(detection: Detection) -> tuple[Segment, ...]:
    return detection.segments


def test_colours_are_the_same_in_the_middle_of_every_second(found: Result, read: Result) -> None:
    for second in range(14):
        shades = [
            {(one.rgb, one.share) for one in result.colors if one.is_on_at(second + 0.5)}
            for result in (found, read)
        ]
        assert shades[0]
        assert shades[0] == shades[1]


def test_words_keep_their_marks_times_and_confidences(found: Result, read: Result) -> None:
    assert read.transcript.text == found.transcript.text
    assert read.transcript.words == found.transcript.words
    assert [word.text for word in read.transcript.words if "." in word.text] == [
        "Mr.",
        "them.",
        "himself.",
    ]


@pytest.mark.parametrize(
    "words",
    [
        (Word("'Tis", 1.0, 1.5, 0.5), Word("(so)!?", 1.5, 2.0, 0.75)),
        (Word("a.", 1.0, 1.6), Word("b,", 1.5, 2.0)),
        (Word("one", 1.0, 1.5, None, "A"), Word("two…", 1.5, 2.0, None, "A")),
        (Word("3.5", 1.0, 1.2), Word("o'clock.", 1.2, 1.2), Word("x", 1.2, 2.0)),
    ],
)
def test_words_of_all_sorts_come_back_as_they_were(words: tuple[Word, ...]) -> None:
    text = " ".join(word.text for word in words)
    said = Speech(id="s", label=text, text=text, words=words, segments=(Segment(1.0, 2.0),))
    (back,) = read_back(of(said)).speech
    assert back.words == words
    assert back.speaker == words[0].speaker


def test_a_box_beyond_the_frame_is_cut_to_it() -> None:
    track = Track.of([(0.0, Box(-0.1, 0.9, 0.3, 0.3))])
    face = Face(id="f", segments=(Segment(0.0, 0.08),), track=track)
    (back,) = read_back(of(face)).faces
    assert back.track is not None
    assert near(back.track.at(0.0), Box(0.0, 0.9, 0.2, 0.1))


def test_nothing_found_is_told_as_nothing() -> None:
    back = read_back(of())
    assert back.detections == ()
    assert back.media.duration == 10.0
