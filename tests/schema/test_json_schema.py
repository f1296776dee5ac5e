"""The JSON Schemas: generated, committed, and of one mind with the reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.schema.corpus import INVALID, VALID, InvalidCase, document_name, valid_text

from vidiom.errors import UsageError
from vidiom.schema.json_schema import DOCUMENTS, main, schema_for, schema_text

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
VALIDATORS = {
    name: Draft202012Validator(schema_for(name), format_checker=Draft202012Validator.FORMAT_CHECKER)
    for name in DOCUMENTS
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_committed_schema_is_the_generated_one(name: str) -> None:
    committed = (REFERENCE / f"{name}.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(name), "run: python -m vidiom.schema.json_schema"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_a_valid_schema_and_says_which_one_it_is(name: str) -> None:
    schema = schema_for(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:vidiom:schema:{name}:1.1"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", [name for name in VALID if not name.endswith("-1.0")])
def test_a_valid_document_follows_its_schema(name: str) -> None:
    VALIDATORS[document_name(name)].validate(json.loads(valid_text(name)))


@pytest.mark.parametrize(
    "case", [case for case in INVALID if case.structural], ids=lambda case: case.name
)
def test_a_structurally_invalid_document_breaks_its_schema(case: InvalidCase) -> None:
    assert not VALIDATORS[document_name(case.name)].is_valid(json.loads(case.content))


@pytest.mark.parametrize(
    "case", [case for case in INVALID if case.structural is False], ids=lambda case: case.name
)
def test_what_no_schema_can_see_is_not_called_structural(case: InvalidCase) -> None:
    assert VALIDATORS[document_name(case.name)].is_valid(json.loads(case.content))


def test_an_unknown_schema_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(UsageError, match="result, batch, job"):
        schema_for("results")


def test_no_description_speaks_of_python() -> None:
    text = "".join(schema_text(name) for name in DOCUMENTS)
    for word in ("``", ":class:", ":meth:", "Raises:", "None", "NaN", "tuple"):
        assert word not in text


def test_checking_fails_until_the_schemas_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reference"
    assert main(["--check", str(folder)]) == 1
    assert "result.schema.json" in capsys.readouterr().err
    assert main([str(folder)]) == 0
    assert main(["--check", str(folder)]) == 0
    (folder / "job.schema.json").write_text("{}")
    assert main(["--check", str(folder)]) == 1
