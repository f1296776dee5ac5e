"""Reading documents: what is valid is kept whole, what is not is refused with its place."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from tests.schema.corpus import INVALID, VALID, InvalidCase, read, valid_text

from vidiom.errors import InvalidDocument, UnsupportedVersion
from vidiom.schema import detections as kinds
from vidiom.schema.evolution import SCHEMA_VERSION
from vidiom.schema.result import Result

ALL_KINDS = [kind.KIND for kind in get_args(get_args(kinds.AnyDetection)[0])]
HEAD = f'"schema_version":"{SCHEMA_VERSION}","provenance":{{"provider":"x","adapter_version":"1"}}'
CANARY = "canary-4711"


def detection_text(fields: str) -> str:
    return f'{{{HEAD},"detections":[{{{fields}}}]}}'


def includes(whole: object, part: object) -> bool:
    """Whether everything written in one JSON value stands in the other, which may say more."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and includes(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list):
        return (
            isinstance(whole, list) and len(whole) == len(part) and all(map(includes, whole, part))
        )
    return whole == part


@pytest.mark.parametrize("name", [name for name in VALID if not name.startswith("older")])
def test_a_valid_document_is_written_again_with_all_that_it_says(name: str) -> None:
    document = read(name, valid_text(name))
    written = json.loads(document.model_dump_json())
    said = json.loads(valid_text(name))
    for times in ("submitted_at", "fetched_at"):  # the same moment may be written in two ways
        for one in (written, said):
            one.get("provenance", {}).pop(times, None)
    for times in ("created_at", "updated_at"):
        written.pop(times, None)
        said.pop(times, None)
    assert includes(written, said)


@pytest.mark.parametrize("name", VALID)
def test_what_is_written_reads_as_an_equal_document(name: str) -> None:
    document = read(name, valid_text(name))
    assert read(name, document.model_dump_json()) == document
    assert read(name, document.model_dump_json(indent=2).encode()) == document


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_examples_show_every_field_of_every_kind(kind: str) -> None:
    shown: set[str] = set()
    for name in VALID:
        for one in json.loads(valid_text(name)).get("detections", []):
            if one["kind"] == kind:
                shown |= one.keys()
    (model,) = (one for one in vars(kinds).values() if getattr(one, "KIND", None) == kind)
    own = model.model_fields.keys() - kinds.Detection.model_fields.keys()
    assert shown >= own | {"kind", "id"}


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case.name)
def test_an_invalid_document_is_refused_with_the_place_and_the_reason(case: InvalidCase) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read(case.name, case.content)
    assert type(caught.value) is case.error
    assert case.message in caught.value.message


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case.name)
def test_a_refusal_is_short_and_hides_what_led_to_it(case: InvalidCase) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read(case.name, case.content)
    assert len(str(caught.value)) < 600
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "fields",
    [
        f'"kind":"face","id":"a","gender":["{CANARY}"]',
        f'"kind":"face","id":"a","age":"{CANARY}"',
        f'"kind":"face","id":"a","age":{{"lower":"{CANARY}","upper":1}}',
        f'"kind":"face","id":"a","embedding":"{CANARY}"',
        f'"kind":"face","id":"a","embedding":{{"values":["{CANARY}"]}}',
        f'"kind":"face","id":"a","thumbnail":"*{CANARY}"',
        f'"kind":"face","id":"a","minor":"{CANARY}"',
        f'"kind":"face","id":"a","gender_confidence":"{CANARY}"',
        f'"kind":"person","id":"a","identities":"{CANARY}"',
        f'"kind":"person","id":"a","identities":[{{"confidence":"{CANARY}"}}]',
        f'"kind":"{CANARY}","id":"a"',
        f'"kind":"color","id":"a","label":"","rgb":"{CANARY}"',
        f'"kind":"speech","id":"a","label":"","text":{{"{CANARY}":1}}',
        f'"kind":"speech","id":"a","label":"","text":"","words":[{{"text":"{CANARY}","start":1}}]',
        f'"kind":"shot","id":"a","segments":[{{"start":"{CANARY}","end":1}}]',
    ],
)
def test_a_refusal_never_repeats_the_value_refused(fields: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        Result.from_json(detection_text(fields))
    told = f"{caught.value!s} {caught.value!r} {caught.value.to_json_object()}"
    assert CANARY not in told


def test_many_faults_are_counted_and_five_are_shown() -> None:
    shots = ",".join(['{"kind":"shot"}'] * 12)
    with pytest.raises(InvalidDocument, match="… and 7 more") as caught:
        Result.from_json(f'{{{HEAD},"detections":[{shots}]}}')
    assert str(caught.value).count("Field required") == 5


def test_a_long_field_name_is_shortened_in_the_refusal() -> None:
    with pytest.raises(InvalidDocument) as caught:
        Result.from_json(detection_text(f'"kind":"shot","id":"a","{"long" * 500}":1'))
    assert len(str(caught.value)) < 200


def test_a_text_that_no_encoding_can_carry_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="surrogates not allowed"):
        Result.from_json(detection_text('"kind":"shot","id":"\ud83d"'))


def test_the_last_of_two_equal_keys_counts_for_the_version_too() -> None:
    text = f'{{"schema_version":"9.0",{HEAD}}}'
    assert Result.from_json(text).schema_version == SCHEMA_VERSION
    with pytest.raises(UnsupportedVersion):
        Result.from_json(text.replace(f'"{SCHEMA_VERSION}"', '"9.1"'))


def test_a_version_written_with_escapes_is_the_same_version() -> None:
    text = f"{{{HEAD}}}".replace('"1.1"', '"1\\u002e1"')
    assert Result.from_json(text).schema_version == SCHEMA_VERSION
