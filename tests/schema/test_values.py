"""Values are structs in memory, and dataclasses to everybody who uses them."""

from __future__ import annotations

import copy
import dataclasses
import gc
import pickle

import pytest
from pydantic import TypeAdapter, ValidationError

from vidiom import Box, Segment
from vidiom.schema.detection import AgeRange, Concept, Reference, Score
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Word
from vidiom.schema.values import Value

EACH: list[Value] = [
    Segment(1.0, 2.0, 0.5),
    Word("ahoy", 1.0, 2.0, speaker="1"),
    Box(0.1, 0.2, 0.3, 0.4),
    Source("core", "/detections/1", "visual.context", "1"),
    Score(0.3, "cosine_distance"),
    Concept("wikidata", "Q1"),
    Reference("member", "core:2"),
    AgeRange(30.0, 40.0),
]


@pytest.mark.parametrize("value", EACH, ids=lambda one: type(one).__name__)
def test_a_value_survives_every_way_of_copying(value: Value) -> None:
    adapter = TypeAdapter(type(value))
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value
    assert dataclasses.replace(value) == value
    assert type(value)(**dataclasses.asdict(value)) == value
    assert adapter.validate_json(adapter.dump_json(value)) == value
    assert adapter.validate_python(adapter.dump_python(value)) == value
    assert adapter.validate_python(value) is value
    assert hash(copy.copy(value)) == hash(value)


@pytest.mark.parametrize("value", EACH, ids=lambda one: type(one).__name__)
def test_the_collector_does_not_know_of_values(value: Value) -> None:
    assert not gc.is_tracked(value)


def test_no_two_values_that_were_read_are_the_same_one() -> None:
    one, other = TypeAdapter(tuple[Segment, ...]).validate_json(
        '[{"start": 0, "end": 1}, {"start": 2, "end": 3, "confidence": 0.5}]'
    )
    assert one == Segment(0.0, 1.0)
    assert other == Segment(2.0, 3.0, 0.5)


def test_the_rules_of_a_value_hold_wherever_it_comes_from() -> None:
    adapter = TypeAdapter(Segment)
    with pytest.raises(ValueError, match="ends at or after its start"):
        dataclasses.replace(Segment(1.0, 2.0), end=0.5)
    with pytest.raises(ValidationError, match="ends at or after its start"):
        adapter.validate_json('{"start": 2, "end": 1}')
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        adapter.validate_python({"start": 0, "end": 1, "confidence": 2})
    with pytest.raises(ValidationError, match="required"):
        adapter.validate_python({"start": 0})
    with pytest.raises(TypeError, match="end"):
        Segment(0.0)  # type: ignore[call-arg]


def test_values_of_different_classes_are_never_equal() -> None:
    one: Value = Concept("a", "b")
    assert one != Reference("a", "b")
