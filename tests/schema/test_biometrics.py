"""Personal fields: never shown, and left out of an export on request."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from pydantic import BaseModel
from tests.schema.strategies import ALL_KINDS, results

from vidiom.schema.biometrics import biometric_fields
from vidiom.schema.boxes import Box
from vidiom.schema.detections import AgeRange, Embedding, Face, IdentityMatch, Person
from vidiom.schema.provenance import Provenance
from vidiom.schema.result import BatchItem, BatchResult, Result

NUMBER = 47.114711
CANARY = "canary-4711"
SIGNS = (CANARY, str(NUMBER), "Y2FuYXJ5LTQ3MTE=", "4711")
PROVENANCE = Provenance(provider="x", adapter_version="1")


def known(kind: type[Face | Person]) -> Face | Person:
    return kind(
        id="f",
        label="x",
        identities=(IdentityMatch(name="Ada"),),
        box=Box(0, 0, 1, 1),
        age=AgeRange(NUMBER, NUMBER),
        gender=CANARY,
        gender_confidence=0.4711,
        embedding=Embedding(values=[NUMBER], model="m"),
        thumbnail=CANARY.encode(),
        allow_listed=True,
        **({"minor": True} if kind is Face else {}),
    )


def known_result() -> Result:
    return Result(
        detections=(known(Face), known(Person).model_copy(update={"id": "p"})),
        provenance=PROVENANCE,
    )


@pytest.mark.parametrize("kind", [Face, Person])
def test_the_personal_fields_of_a_face_and_a_person_are_marked(kind: type[BaseModel]) -> None:
    fields = {"age", "gender", "gender_confidence", "embedding", "thumbnail", "allow_listed"}
    assert biometric_fields(kind) == fields | ({"minor"} if kind is Face else set())


def test_every_marked_field_may_be_missing_and_is_hidden() -> None:
    for model in ALL_KINDS:
        for name in biometric_fields(model):
            field = model.model_fields[name]
            assert field.default is None
            assert type(None) in get_args(field.annotation)
            assert not field.repr


@pytest.mark.parametrize("show", [repr, str])
def test_nothing_personal_is_shown(show: object) -> None:
    assert callable(show)
    result = known_result()
    for thing in (result, result.faces, result.faces[0], result.faces[0].embedding, result.persons):
        assert not [sign for sign in SIGNS if sign in show(thing)]


def test_an_export_without_biometrics_holds_none() -> None:
    result = known_result()
    batch = BatchResult(items=(BatchItem(external_id="1", result=result),), provenance=PROVENANCE)
    for whole, bare in (
        (result.to_json(), result.to_json(biometrics=False)),
        (batch.to_json(), batch.to_json(biometrics=False)),
    ):
        assert all(sign in whole for sign in SIGNS)
        assert not [sign for sign in SIGNS if sign in bare]
        assert '"minor":true' not in bare
        assert '"Ada"' in bare


def test_a_result_without_biometrics_shows_none_in_views_that_were_looked_at_before() -> None:
    result = known_result()
    seen = (result.faces, result.persons, result.get("f"), result.at(0.0))
    bare = result.without_biometrics()
    found = bare.get("f")
    assert isinstance(found, Face)
    for human in (*bare.faces, *bare.persons, found):
        assert [human.embedding, human.thumbnail, human.age, human.gender] == [None] * 4
    assert bare.faces[0].box == seen[0][0].box
    assert result.faces[0].embedding is not None


def test_a_result_without_anything_personal_is_not_copied() -> None:
    result = Result(detections=(Face(id="f"),), provenance=PROVENANCE)
    assert result.without_biometrics() is result


@given(results())
@settings(max_examples=25, deadline=None)
def test_no_result_keeps_a_personal_field(result: Result) -> None:
    bare = Result.from_json(result.to_json(biometrics=False))
    for detection in bare.detections:
        assert all(getattr(detection, name) is None for name in biometric_fields(type(detection)))
    assert len(bare.detections) == len(result.detections)
    assert bare == result.without_biometrics()
