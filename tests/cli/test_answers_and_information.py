"""normalize, providers, schema, and the help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Vidiom


CORE = json.dumps({"seconds": 4.0, "cuts": [1.0], "text": "HI"})


@pytest.fixture
def core(tmp_path: Path) -> Path:
    path = tmp_path / "core.json"
    path.write_text(CORE)
    return path


def test_a_file_is_the_part_that_it_is_named_after(vidiom: Vidiom, core: Path) -> None:
    done = vidiom("normalize", "-p", "fake", core)
    assert done.code == 0
    assert done.document["detections"][0]["segments"][0]["end"] == 1.0


def test_a_part_can_be_named_where_the_file_is_not(
    vidiom: Vidiom, core: Path, tmp_path: Path
) -> None:
    moved = core.rename(tmp_path / "answer of monday.txt")
    assert vidiom("normalize", "-p", "fake", f"core={moved}").code == 0


def test_a_stored_batch_is_read_as_one(vidiom: Vidiom, core: Path) -> None:
    done = vidiom("normalize", "-p", "fake", "--batch", core)
    assert [item["external_id"] for item in done.document["items"]] == ["one.png"]


@pytest.mark.parametrize(
    ("content", "error", "code"),
    [("{broken", "MalformedAnswer", 1), ("", "InvalidDocument", 2)],
)
def test_what_is_no_answer_is_told_and_not_printed_as_a_result(
    vidiom: Vidiom, core: Path, content: str, error: str, code: int
) -> None:
    core.write_text(content)
    done = vidiom("normalize", "-p", "fake", core, "--json")
    assert (done.code, done.document["error"]) == (code, error)
    plain = vidiom("normalize", "-p", "fake", core)
    assert (plain.code, plain.out) == (code, "")
    assert plain.err.startswith("error: ")


@pytest.mark.parametrize("word", ["missing.json", "core=missing.json", "-"])
def test_a_file_that_is_not_there_is_a_usage_error(vidiom: Vidiom, word: str) -> None:
    assert vidiom("normalize", "-p", "fake", word).code == 2


def test_two_files_for_one_part_are_a_usage_error(
    vidiom: Vidiom, core: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "core.json").write_text(CORE)
    done = vidiom("normalize", "-p", "fake", core, tmp_path / "other")
    assert done.code == 2
    assert "'core'" in done.err


def test_an_empty_folder_is_a_usage_error(vidiom: Vidiom, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert vidiom("normalize", "-p", "fake", tmp_path / "empty").code == 2


def test_providers_tells_what_each_finds_and_which_are_broken(vidiom: Vidiom) -> None:
    found = {one["name"]: one for one in vidiom("providers", "--json").document["providers"]}
    assert found["fake"]["features"] == {"shots": "cuts", "text": "ocr"}
    assert "vidiom_of_nowhere" in found["broken"]["fault"]
    page = vidiom("providers").out
    assert "\n  finds   shots, text" in page
    assert "broken  broken\n  why     importing" in page
    assert "No module named" in " ".join(page.split())


@pytest.mark.parametrize("name", ["result", "batch", "job"])
def test_every_document_has_a_schema(vidiom: Vidiom, name: str) -> None:
    schema = vidiom("schema", name).document
    assert schema["type"] == "object"
    assert "properties" in schema


def test_a_word_that_is_no_command_shows_where_the_help_is(vidiom: Vidiom) -> None:
    done = vidiom("analyse", "x")
    assert done.code == 2
    assert "'analyze'" in done.err
    assert "vidiom --help" in done.err
    assert vidiom("analyse", "--json").document["error"] == "UsageError"


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_names_every_command_in_full_sentences(vidiom: Vidiom, arguments: list[str]) -> None:
    done = vidiom(*arguments)
    assert done.code == 0
    for command in ("demo", "analyze", "normalize", "schema", "list"):
        assert f"\n  {command} " in done.out
    assert "..." not in done.out.partition("Commands:")[2]
    assert done.out.isascii()


def test_the_version_is_the_packages(vidiom: Vidiom) -> None:
    import vidiom as library

    assert vidiom("--version").out == f"vidiom {library.__version__}\n"
