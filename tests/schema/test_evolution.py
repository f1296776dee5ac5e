"""Documents of older versions are read as what they would be today."""

from __future__ import annotations

import pytest
from tests.schema.corpus import read, valid_text

from vidiom.errors import InvalidDocument, UnsupportedVersion
from vidiom.schema import evolution
from vidiom.schema.evolution import SCHEMA_VERSION, UPGRADES, upgraded
from vidiom.schema.model import JsonObject
from vidiom.schema.result import BatchResult, Result

PROVENANCE: JsonObject = {"provider": "x", "adapter_version": "1"}


@pytest.mark.parametrize("name", ["older-result-1.0", "older-batch-1.0"])
def test_an_older_document_equals_the_present_one_written_by_hand(name: str) -> None:
    older, present = valid_text(name), valid_text(f"{name}-in-1.1")
    assert '"schema_version": "1.0"' in older
    assert read(name, older) == read(name, present)


def test_every_upgrade_leads_to_the_present_version() -> None:
    for version in UPGRADES:
        document: JsonObject = {"schema_version": version, "provenance": PROVENANCE}
        assert upgraded(document)["schema_version"] == SCHEMA_VERSION


def test_an_upgrade_leaves_the_given_document_as_it_is() -> None:
    document: JsonObject = {
        "schema_version": "1.0",
        "items": [{"result": {"schema_version": "1.0"}}],
    }
    upgraded(document)
    assert document == {"schema_version": "1.0", "items": [{"result": {"schema_version": "1.0"}}]}


def _from_0_8(document: JsonObject) -> JsonObject:
    """Made up: 0.8 named the provider at the top."""
    provider = document.pop("provider", "x")
    return {
        **document,
        "schema_version": "0.9",
        "provenance": {"provider": provider, "adapter_version": "1"},
    }


def _from_0_9(document: JsonObject) -> JsonObject:
    """Made up: 0.9 called detections findings."""
    found = document.pop("findings", [])
    return {**document, "schema_version": "1.0", "detections": found}


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evolution, "UPGRADES", {**UPGRADES, "0.8": _from_0_8, "0.9": _from_0_9})


@pytest.mark.usefixtures("chain")
def test_a_chain_of_upgrades_is_walked_to_its_end() -> None:
    text = '{"schema_version": "0.8", "provider": "y", "findings": [{"kind": "shot", "id": "s"}]}'
    result = Result.from_json(text)
    assert result.schema_version == SCHEMA_VERSION
    assert result.provenance.provider == "y"
    assert [shot.id for shot in result.shots] == ["s"]


@pytest.mark.usefixtures("chain")
def test_the_results_of_an_older_batch_walk_the_same_chain() -> None:
    item = '{"external_id": "a", "result": {"schema_version": "0.8", "provider": "y"}}'
    batch = BatchResult.from_json(
        f'{{"schema_version": "1.0", "items": [{item}],'
        ' "provenance": {"provider": "x", "adapter_version": "1"}}'
    )
    assert batch.results["a"].provenance.provider == "y"


@pytest.mark.usefixtures("chain")
def test_a_version_beyond_the_chain_is_still_refused() -> None:
    with pytest.raises(UnsupportedVersion, match=r"0\.7"):
        Result.from_json('{"schema_version": "0.7"}')


@pytest.mark.parametrize("version", [None, 1.1, [], {"a": 1}], ids=repr)
def test_a_version_that_is_no_text_is_no_version(version: object) -> None:
    with pytest.raises(InvalidDocument, match="no 'schema_version'"):
        upgraded({"schema_version": version})  # type: ignore[dict-item]
