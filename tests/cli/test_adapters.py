"""Commands about an adapter itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Vidiom


def test_an_audit_shows_each_path_and_the_share_that_is_kept(
    vidiom: Vidiom, tmp_path: Path
) -> None:
    answer = tmp_path / "core.json"
    answer.write_text('{"news": [1, 2], "more": {"x": "a secret value"}}')
    page = vidiom("audit", "-p", "fake", answer)
    assert page.code == 0
    assert "core/news/*" in page.out
    assert "a secret value" not in page.out
    document = vidiom("audit", "-p", "fake", answer, "--json").document
    assert document["retention"] == 0.0
    assert {path["path"]: path["count"] for path in document["paths"]} == {"news/*": 2, "more/x": 1}


def test_the_doctor_tells_a_machine_from_an_address(vidiom: Vidiom) -> None:
    report = vidiom("doctor", "-p", "fake", "--json")
    assert report.code == 0
    outcomes = {check["name"]: check["outcome"] for check in report.document["checks"]}
    assert outcomes["configuration"] == "ok"
    assert "configuration" in vidiom("doctor", "-p", "fake").out


def test_a_provider_without_an_emulator_says_so(vidiom: Vidiom) -> None:
    refused = vidiom("emulate", "fake")
    assert (refused.code, refused.out) == (2, "")
    assert "this adapter has no emulator" in refused.err
