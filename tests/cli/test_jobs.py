"""Following and ending jobs, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Vidiom


@pytest.fixture
def job(vidiom: Vidiom, clip: Path) -> str:
    """A job of the fake provider that has just been submitted."""
    done = vidiom("submit", clip, "-p", "fake", "--json")
    return str(done.document["id"])


def failed(vidiom: Vidiom, clip: Path) -> str:
    done = vidiom("submit", clip, "-p", "fake", "--option", "ending=failed", "--json")
    return str(done.document["id"])


def test_status_asks_the_provider_and_shows_what_it_says(vidiom: Vidiom, job: str) -> None:
    page = vidiom("status", job)
    assert page.code == 0
    for words in (job, "clip.mp4", "running", "looking", "50 %, about 7 s left"):
        assert words in page.out
    assert vidiom("status", job, "--json").document["state"] == "succeeded"


def test_the_beginning_of_an_id_is_enough(vidiom: Vidiom, job: str) -> None:
    assert vidiom("status", job[:4], "--json").document["id"] == job
    assert vidiom("status", job[:9].upper(), "--json").document["id"] == job


def test_a_beginning_that_may_be_several_jobs_lists_them(
    vidiom: Vidiom, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(["abcd1" + "0" * 27, "abcd2" + "0" * 27])
    monkeypatch.setattr("vidiom.client.ordering.uuid4", lambda: type("Id", (), {"hex": next(ids)}))
    for _ in range(2):
        vidiom("submit", clip, "-p", "fake")
    done = vidiom("status", "abcd")
    assert done.code == 2
    assert "abcd1" in done.err
    assert "abcd2" in done.err
    assert vidiom("status", "abcd2", "--json").document["id"].startswith("abcd2")


@pytest.mark.parametrize(("text", "words"), [("abc", "4 characters"), ("0123abcd", "vidiom list")])
def test_an_unknown_job_says_how_to_find_the_right_one(
    vidiom: Vidiom, text: str, words: str
) -> None:
    done = vidiom("wait", text)
    assert done.code == 2
    assert words in done.err


def test_wait_shows_the_result(vidiom: Vidiom, job: str) -> None:
    assert vidiom("wait", job, "--json").document["schema_version"]
    assert "after a cut" in vidiom("wait", job).out


def test_a_wait_that_takes_too_long_says_how_to_go_on(vidiom: Vidiom, clip: Path) -> None:
    options = ["--option", "ending=never", "--timeout", "0.02"]
    done = vidiom("analyze", clip, "-p", "fake", *options)
    job = vidiom("list", "--json").document["jobs"][0]
    assert done.code == 1
    assert job["state"] == "running"
    assert f"vidiom wait {job['id']}" in done.err


def test_a_failed_job_ends_with_1_and_the_vendors_reason(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("wait", failed(vidiom, clip), "--json")
    assert done.code == 1
    assert done.document["error"] == "JobFailed"
    assert done.document["provider"] == "fake"
    assert "codec" in done.document["message"]


def test_the_status_of_a_failed_job_is_no_failure_of_the_command(
    vidiom: Vidiom, clip: Path
) -> None:
    job = failed(vidiom, clip)
    vidiom("wait", job)
    done = vidiom("status", job)
    assert done.code == 0
    assert "codec" in done.out


def test_a_result_asked_for_too_early_says_what_to_wait_for(vidiom: Vidiom, job: str) -> None:
    done = vidiom("result", job)
    assert done.code == 1
    assert f"vidiom wait {job}" in done.err


def test_raw_parts_are_written_as_received_and_read_again(
    vidiom: Vidiom, job: str, tmp_path: Path
) -> None:
    result = vidiom("wait", job, "--json").document
    done = vidiom("result", job, "--raw", tmp_path / "raw", "--json")
    files = {part["name"]: Path(part["path"]) for part in done.document["parts"]}
    assert files["pictures/0"].read_bytes() == b"\xff\xd8x"
    assert json.loads(files["core"].read_bytes())["age"] == 33
    again = vidiom("normalize", "-p", "fake", tmp_path / "raw").document
    assert again["detections"] == result["detections"]
    names = [part["name"] for part in again["provenance"]["raw"]]
    assert sorted(names) == ["core", "pictures/0"]


def test_raw_parts_overwrite_nothing(vidiom: Vidiom, job: str, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "core.json").write_text("mine")
    vidiom("wait", job)
    assert vidiom("result", job, "--raw", tmp_path / "raw").code == 2
    assert (tmp_path / "raw" / "core.json").read_text() == "mine"


def test_an_answer_that_cannot_be_read_can_still_be_had(
    vidiom: Vidiom, clip: Path, tmp_path: Path
) -> None:
    done = vidiom("analyze", clip, "-p", "fake", "--option", "ending=malformed", "--json")
    assert done.document["error"] == "MalformedAnswer"
    job = vidiom("list", "--json").document["jobs"][0]["id"]
    assert vidiom("result", job, "--raw", tmp_path / "raw").code == 0
    assert (tmp_path / "raw" / "core.json").read_text() == "<html>"


def test_cancel_stops_a_job_and_leaves_an_ended_one(vidiom: Vidiom, clip: Path, job: str) -> None:
    assert vidiom("cancel", job, "--json").document["state"] == "canceled"
    again = vidiom("cancel", job)
    assert again.code == 0
    assert "already ended: canceled" in again.err


def test_delete_asks_nobody_where_nobody_can_answer(
    vidiom: Vidiom, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = vidiom("delete", job)
    assert done.code == 2
    assert "--yes" in done.err
    assert vidiom("status", job).code == 0


def test_delete_forgets_the_job(vidiom: Vidiom, job: str) -> None:
    done = vidiom("delete", job, "--yes", "--json")
    assert done.document == {"deleted": job, "kept_result": False}
    assert vidiom("list", "--json").document == {"jobs": []}


def test_delete_keeps_the_result_when_asked(vidiom: Vidiom, job: str) -> None:
    vidiom("wait", job)
    vidiom("delete", job, "--yes", "--keep-result")
    assert vidiom("result", job, "--json").code == 0


def test_list_shows_the_newest_first_and_filters(vidiom: Vidiom, job: str, clip: Path) -> None:
    newer = vidiom("submit", clip, "-p", "fake", "--json").document["id"]
    vidiom("cancel", newer)
    jobs = vidiom("list", "--json").document["jobs"]
    assert [one["id"] for one in jobs] == [newer, job]
    canceled = vidiom("list", "--state", "canceled", "-p", "fake", "--json").document["jobs"]
    assert [one["id"] for one in canceled] == [newer]
    assert len(vidiom("list", "--limit", "1", "--json").document["jobs"]) == 1
    page = vidiom("list").out
    assert page.index(newer[:12]) < page.index(job[:12])


def test_an_unknown_state_lists_those_that_exist(vidiom: Vidiom) -> None:
    done = vidiom("list", "--state", "sleeping")
    assert done.code == 2
    assert "needs_review" in done.err
