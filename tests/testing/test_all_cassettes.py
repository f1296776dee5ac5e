"""Every cassette of the project is clean: scrubbing it again would change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from vidiom.testing.cassettes import secrets_in
from vidiom.testing.conformance.subject import CANARY
from vidiom.testing.scrubbing import REMOVED, Scrubber, is_secret_name

CASSETTES = sorted((Path(__file__).parents[2] / "cassettes").glob("**/*.yaml"))


def faults(message: dict[str, Any], scrub: Scrubber) -> list[str]:
    """Names of the headers that still hold a secret, and whether the body does."""
    found = [
        name
        for name, values in message["headers"].items()
        if is_secret_name(name) and set(values) != {REMOVED}
    ]
    body = message["body"]
    content = body["string"] if isinstance(body, dict) else body
    content = content.encode() if isinstance(content, str) else content or b""
    return found if scrub.content(content) == content else [*found, "the body"]


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_cassette_holds_no_secret(path: Path) -> None:
    scrub = Scrubber()
    for interaction in yaml.safe_load(path.read_text())["interactions"]:
        uri = interaction["request"]["uri"]
        assert scrub.url(uri) == uri
        assert faults(interaction["request"], scrub) == []
        assert faults(interaction["response"], scrub) == []
    assert secrets_in(path, [CANARY]) == []


def test_there_are_cassettes_and_each_folder_says_how_they_were_made() -> None:
    assert CASSETTES
    for folder in {path.parent for path in CASSETTES}:
        named = [*folder.glob("README.md"), *folder.parent.glob("README.md")]
        assert any(folder.name in one.read_text() for one in named), folder.name
