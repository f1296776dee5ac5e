"""What goes wrong ends with the right code and says what to do, never with a traceback."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vidiom.cli.destination import Destination, OutputFailed

if TYPE_CHECKING:
    from tests.cli.conftest import Outcome, Vidiom


def refused(done: Outcome, error: str, *, code: int = 2) -> str:
    """The message of the error, which is the one document on stdout."""
    assert done.code == code
    document = done.document
    assert set(document) >= {"error", "provider", "operation", "message"}
    assert document["error"] == error
    assert "Traceback" not in done.err
    return str(document["message"])


def test_a_missing_file(vidiom: Vidiom, tmp_path: Path) -> None:
    done = vidiom("analyze", tmp_path / "no.mp4", "-p", "fake", "--json")
    assert "no.mp4" in refused(done, "InvalidMedia")


def test_a_folder_in_place_of_a_file(vidiom: Vidiom, tmp_path: Path) -> None:
    refused(vidiom("analyze", tmp_path, "-p", "fake", "--json"), "InvalidMedia")


def test_a_file_of_zero_bytes(vidiom: Vidiom, clip: Path) -> None:
    clip.write_bytes(b"")
    done = vidiom("analyze", clip, "-p", "fake", "--json")
    assert "zero bytes" in refused(done, "InvalidMedia")


def test_a_file_name_that_is_no_utf_8(vidiom: Vidiom, clip: Path) -> None:
    named = clip.rename(clip.with_name("\udcff.mp4"))
    message = refused(vidiom("analyze", named, "-p", "fake", "--json"), "InvalidMedia")
    assert "rename" in message


def test_a_url_for_the_local_provider(vidiom: Vidiom) -> None:
    done = vidiom("analyze", "https://example.com/a.mp4?sig=canary", "--json")
    assert "save the media to a file" in refused(done, "InvalidMedia")
    assert "canary" not in done.out + done.err


def test_an_unknown_provider_lists_the_installed_and_the_broken(vidiom: Vidiom, clip: Path) -> None:
    message = refused(vidiom("analyze", clip, "-p", "nobody", "--json"), "UnknownProvider")
    assert "fake" in message
    assert "Broken: broken" in message


def test_a_broken_provider_says_why_it_is(vidiom: Vidiom, clip: Path) -> None:
    message = refused(vidiom("analyze", clip, "-p", "broken", "--json"), "PluginError")
    assert "vidiom_of_nowhere" in message


def test_an_unknown_feature_lists_those_that_exist(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("analyze", clip, "-p", "fake", "-f", "smell", "--json")
    message = refused(done, "UnknownFeature")
    assert "shots" in message
    assert "moderation" in message


def test_a_feature_that_this_provider_has_not_lists_its_own(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("analyze", clip, "-p", "fake", "-f", "logos", "--json")
    assert "shots, text" in refused(done, "UnknownFeature")


def test_a_home_that_cannot_be_written(
    vidiom: Vidiom, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("VIDIOM_HOME", str(tmp_path / "file" / "home"))
    for command in (["submit", clip, "-p", "fake"], ["list"], ["demo"]):
        refused(vidiom(*command, "--json"), "StoreError", code=1)
    assert "VIDIOM_HOME" in vidiom("list").err


@pytest.mark.parametrize("out", ["missing/result.json", ".", "clip.mp4/result.json", "-"])
def test_an_out_that_cannot_be_written_is_refused_before_the_work(
    vidiom: Vidiom, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(vidiom("analyze", clip, "-p", "fake", "--out", out, "--json"), "UsageError")
    assert vidiom("list", "--json").document == {"jobs": []}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_out_that_fails_at_the_end_loses_nothing(
    vidiom: Vidiom, clip: Path, tmp_path: Path
) -> None:
    done = vidiom("analyze", clip, "-p", "fake", "--out", "/dev/full", "--json")
    message = refused(done, "OutputFailed", code=1)
    job = vidiom("list", "--json").document["jobs"][0]["id"]
    assert f"vidiom result {job} --out FILE" in message
    assert vidiom("result", job, "--out", tmp_path / "r.json").code == 0


def test_a_result_that_cannot_be_written_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "r.json"
    out.write_text("old")
    destination = Destination.checked(out)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputFailed, match="No space left"):
        destination.write("new", kept="")
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


def test_an_unknown_option_of_the_command_is_a_document_too(vidiom: Vidiom) -> None:
    message = refused(vidiom("list", "--bogus", "--json"), "UsageError")
    assert "vidiom list --help" in message


def test_a_negative_timeout(vidiom: Vidiom, clip: Path) -> None:
    refused(vidiom("analyze", clip, "--timeout", "-1", "--json"), "UsageError")


def test_a_defect_is_one_line_that_asks_for_a_report(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("analyze", clip, "-p", "fake", "--option", "ending=crash")
    assert done.code == 1
    assert "RuntimeError" in done.err
    assert "report it" in done.err
    assert "Traceback" not in done.err
    assert "canary" not in done.err


def test_a_defect_shows_its_traceback_to_those_who_ask(
    vidiom: Vidiom, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDIOM_DEBUG", "1")
    assert "Traceback" in vidiom("analyze", clip, "-p", "fake", "--option", "ending=crash").err


def test_ctrl_c_while_waiting_says_that_the_job_goes_on(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("analyze", clip, "-p", "fake", "--option", "ending=late", "--json")
    assert "vidiom wait" in refused(done, "Interrupted", code=130)
    job = vidiom("list", "--json").document["jobs"][0]
    assert f"vidiom cancel {job['id']}" in done.err
    assert job["state"] == "queued"


def test_ctrl_c_while_submitting_says_where_to_look(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("submit", clip, "-p", "fake", "--option", "ending=interrupt", "--json")
    assert "vidiom list" in refused(done, "Interrupted", code=130)
    assert [job["state"] for job in vidiom("list", "--json").document["jobs"]] == ["submitting"]


def test_secrets_are_never_printed(
    vidiom: Vidiom, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDIOM_FAKE_API_KEY", "canary-key")
    monkeypatch.setenv("VIDIOM_FAKE_WEBHOOK_SECRET", "canary-secret")
    url = "https://user:canary@example.com/a.mp4?token=canary"
    job = vidiom("submit", url, "-p", "fake", "--json").document["id"]
    commands: list[list[str | Path]] = [
        ["status", job],
        ["wait", job],
        ["result", job],
        ["list"],
        ["providers"],
        ["analyze", url, "-p", "fake"],
        ["analyze", url, "-p", "fake", "--option", "ending=crash"],
        ["analyze", url, clip, "-p", "fake"],
        ["cancel", job],
        ["delete", job, "--yes"],
    ]
    for command in commands:
        for words in (command, [*command, "--json"]):
            done = vidiom(*words)
            printed = (done.out + done.err).replace("canary-gender", "")
            assert "canary" not in printed, words
