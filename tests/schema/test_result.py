"""Results: views on one list, and checks of what ties its parts together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from pydantic import ValidationError
from tests.schema.strategies import ALL_KINDS, results

from vidiom.schema.detections import (
    AgeRange,
    AnyDetection,
    Caption,
    Face,
    Label,
    Reference,
    Score,
    Shot,
    Speech,
)
from vidiom.schema.provenance import Provenance
from vidiom.schema.result import BatchItem, BatchResult, ItemFailure, Result, in_order
from vidiom.schema.segments import Segment, Word
from vidiom.schema.signals import Signal

PROVENANCE = Provenance(provider="x", adapter_version="1")
VIEWS = {
    "shot": "shots",
    "scene": "scenes",
    "section": "sections",
    "label": "labels",
    "object": "objects",
    "face": "faces",
    "person": "persons",
    "text": "texts",
    "speech": "speech",
    "sound": "sounds",
    "logo": "logos",
    "landmark": "landmarks",
    "moderation": "moderation",
    "topic": "topics",
    "keyword": "keywords",
    "entity": "entities",
    "emotion": "emotions",
    "caption": "captions",
    "summary": "summaries",
    "color": "colors",
    "custom": "custom",
}


def result_of(*detections: AnyDetection, signals: tuple[Signal, ...] = ()) -> Result:
    return Result(detections=detections, signals=signals, provenance=PROVENANCE)


def speech(name: str, text: str, *at: float, speaker: str | None = None) -> Speech:
    segments = tuple(Segment(one, one + 1) for one in at)
    return Speech(id=name, label=text, text=text, segments=segments, speaker=speaker)


def signal(name: str, subject: str | None = None) -> Signal:
    return Signal.model_validate({"id": name, "name": "valence", "values": [], "subject": subject})


def test_there_is_a_view_of_every_kind() -> None:
    assert VIEWS.keys() == {model.KIND for model in ALL_KINDS}


@given(results())
@settings(max_examples=25, deadline=None)
def test_the_views_show_each_detection_once_and_in_order(result: Result) -> None:
    for kind, view in VIEWS.items():
        expected = tuple(one for one in result.detections if one.kind == kind)
        assert getattr(result, view) == expected
        assert result.of(kind) == expected
    for model in ALL_KINDS:
        assert result.of(model) == result.of(model.KIND)
    for one in result.detections:
        assert result.get(one.id) is one


def test_nothing_is_found_under_a_name_that_is_not_there() -> None:
    result = result_of(Shot(id="s"))
    assert result.get("t") is None
    assert result.of("hologram") == ()
    assert result.signal("loudness") is None


def test_detections_are_put_in_order_of_time_with_those_of_the_whole_first() -> None:
    late, early, whole, same = (
        Label(id="late", label="x", segments=(Segment(5, 6), Segment(2, 3))),
        Label(id="early", label="x", segments=(Segment(-1, 9),)),
        Label(id="whole", label="x"),
        Label(id="same", label="x", segments=(Segment(2, 9),)),
    )
    assert in_order([late, early, whole, same]) == (whole, early, late, same)


def test_the_time_of_a_detection_is_that_of_its_segments() -> None:
    label = Label(id="a", label="x", segments=(Segment(5, 6), Segment(1, 3), Segment(2, 4)))
    assert (label.start, label.end, label.duration) == (1, 6, 4)
    assert label.is_on_at(3.5)
    assert not label.is_on_at(4)
    whole = Label(id="a", label="x")
    assert (whole.start, whole.end, whole.duration) == (None, None, 0)


def test_a_copy_with_other_segments_has_another_duration() -> None:
    label = Label(id="a", label="x", segments=(Segment(0, 1),))
    assert label.duration == 1
    assert label.model_copy(update={"segments": (Segment(0, 5),)}).duration == 5


def test_the_transcript_reads_in_order_of_time() -> None:
    later = speech("b", " there ", 5, speaker="2")
    first = speech("a", "hello", 1).model_copy(
        update={"words": (Word("hello", 1, 2, speaker="1"),)}
    )
    transcript = result_of(later, speech("c", "  ", 7), first).transcript
    assert str(transcript) == transcript.text == "hello there"
    assert transcript.speakers == ("1", "2")
    assert [word.text for word in transcript.words] == ["hello"]


def test_a_signal_of_the_whole_media_comes_before_one_of_a_face() -> None:
    face = Face(id="f")
    result = result_of(face, signals=(signal("a", "f"), signal("b")))
    found = result.signal("valence")
    assert found is not None
    assert found.id == "b"


def test_the_samples_of_a_signal_tell_when_they_were_taken() -> None:
    head: dict[str, object] = {"id": "g", "name": "n", "values": [1.0, None, 3.0]}
    even = Signal.model_validate({**head, "start": 2, "interval": 0.5})
    uneven = Signal.model_validate({**head, "times": [0, 1, 5]})
    untimed = Signal.model_validate(head)
    assert list(even.samples()) == [(2.0, 1.0), (2.5, None), (3.0, 3.0)]
    assert list(uneven.samples()) == [(0.0, 1.0), (1.0, None), (5.0, 3.0)]
    assert list(untimed.samples()) == [(None, 1.0), (None, None), (None, 3.0)]
    assert (even.timed, uneven.timed, untimed.timed) == (True, True, False)


@pytest.mark.parametrize(
    ("detections", "signals", "reason"),
    [
        ((Shot(id="a"), Face(id="a")), (), "the id 'a' stands twice"),
        ((Shot(id="a"),), (signal("a"),), "the id 'a' stands twice"),
        ((Shot(id="a", references=(Reference("r", "b"),)),), (), "'a' refers to 'b'"),
        ((), (signal("g", "b"),), "'g' belongs to 'b'"),
        ((), (signal("i" * 9000, "b"),), "'iii"),
    ],
)
def test_a_result_that_contradicts_itself_is_refused_in_few_words(
    detections: tuple[AnyDetection, ...], signals: tuple[Signal, ...], reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason) as caught:
        result_of(*detections, signals=signals)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("broken", [(Shot(id="a"), Face(id="a")), (Shot(id="b"), Shot(id="b"))])
def test_models_that_contradict_each_other_are_refused_as_by_the_class(
    broken: tuple[AnyDetection, ...],
) -> None:
    with pytest.raises(ValidationError) as by_class:
        Result(detections=broken, provenance=PROVENANCE)
    with pytest.raises(ValidationError) as unlooked:
        Result.from_models(detections=broken, provenance=PROVENANCE)
    assert str(unlooked.value) == str(by_class.value)


@given(results())
@settings(max_examples=50)
def test_a_result_of_models_is_the_one_that_all_checks_make(checked: Result) -> None:
    made = Result.from_models(
        media=checked.media,
        detections=iter(checked.detections),
        signals=list(checked.signals),
        notices=checked.notices,
        provenance=checked.provenance,
    )
    assert made == checked
    assert made.to_json() == checked.to_json()
    assert all(a is b for a, b in zip(made.detections, checked.detections, strict=True))


def test_references_may_point_forward_and_to_signals() -> None:
    caption = Caption(
        id="c",
        label="x",
        text="x",
        references=(Reference("shot", "s"), Reference("curve", "g"), Reference("self", "c")),
    )
    assert result_of(caption, Shot(id="s"), signals=(signal("g", "s"),)).captions == (caption,)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_cannot_carry_is_refused_where_it_is_made(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Score(number, "distance")
    with pytest.raises(ValueError, match="finite"):
        AgeRange(number, number)
    with pytest.raises(ValidationError, match="finite"):
        Shot.model_validate({"id": "s", "attributes": {"n": [number]}})
    with pytest.raises(ValidationError, match=r"(less|greater) than or equal|finite"):
        Shot.model_validate({"id": "s", "confidence": number})


def test_a_detection_cannot_be_changed_and_refuses_what_it_does_not_know() -> None:
    shot = Shot(id="s")
    with pytest.raises(ValidationError, match="frozen"):
        shot.label = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="lable"):
        Shot.model_validate({"id": "s", "lable": "x"})


def test_detections_do_not_share_their_attributes() -> None:
    one, other = Shot(id="a"), Shot(id="b")
    assert one.attributes is not other.attributes


def test_the_items_of_a_batch_are_found_by_their_external_ids() -> None:
    good = BatchItem(external_id="a", result=result_of(Shot(id="s")))
    bad = BatchItem(external_id="b", error=ItemFailure(code="E", message="m"))
    batch = BatchResult(items=(good, bad), provenance=PROVENANCE)
    assert batch["a"] is good
    assert batch.results == {"a": good.result}
    assert batch.errors == {"b": bad.error}
    with pytest.raises(KeyError):
        batch["c"]


def test_an_item_of_a_batch_has_either_a_result_or_an_error() -> None:
    for both in ({}, {"result": result_of(), "error": ItemFailure(code="E", message="m")}):
        with pytest.raises(ValidationError, match="either a result or an error"):
            BatchItem.model_validate({"external_id": "a", **both})
    item = BatchItem(external_id="a", result=result_of())
    with pytest.raises(ValidationError, match="stands twice"):
        BatchResult(items=(item, item), provenance=PROVENANCE)
