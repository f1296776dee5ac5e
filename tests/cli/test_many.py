"""Lists of media, what is left of them, and workers, as a user types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Vidiom


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.mp4").write_bytes(b"film")
    return folder


@pytest.fixture
def plain_list(films: Path) -> Path:
    path = films / "list.txt"
    path.write_text("# films\n0.mp4\n1.mp4\n\n2.mp4\n0.mp4\n")
    return path


def test_a_list_is_submitted_and_submitted_again_buys_nothing(
    vidiom: Vidiom, plain_list: Path
) -> None:
    done = vidiom("submit", "--from", plain_list, "-p", "fake", "--json")
    assert done.code == 0
    assert done.document["name"] == "list.txt"
    assert (done.document["added"], done.document["known"]) == (3, 0)
    assert done.document["duplicates"] == ["4: 0.mp4"]
    assert done.document["tally"] == {"states": {"succeeded": 3}, "uncollected": 0}
    again = vidiom("submit", "--from", plain_list, "-p", "fake")
    assert again.code == 0
    assert "0 new, 3 known already" in again.err
    assert "stands in the list twice: 4: 0.mp4" in again.err
    assert len(vidiom("list", "--json").document["jobs"]) == 3


def test_a_csv_says_what_holds_for_each_item(vidiom: Vidiom, films: Path) -> None:
    path = films / "list.csv"
    path.write_text(
        "\ufeffKey,media,features,title,options\n"
        "a,0.mp4,shots,First,\n"
        "b,1.mp4,,,ending=failed\n"
        ",nowhere.mp4,,,\n"
        "a,2.mp4,,,\n",
        encoding="utf-8",
    )
    done = vidiom("submit", "--from", path, "-p", "fake", "--campaign", "spring", "--json")
    assert done.code == 1
    assert done.document["name"] == "spring"
    assert done.document["tally"]["states"] == {"failed": 1, "succeeded": 1}
    assert done.document["duplicates"] == ["4: 2.mp4"]
    (refused,) = done.document["refused"]
    assert refused.startswith("3: there is no file")
    jobs = vidiom("list", "--json").document["jobs"]
    assert {job["media"]: job["features"] for job in jobs}["0.mp4"] == ["shots"]
    people = vidiom("submit", "--from", path, "-p", "fake", "--campaign", "spring")
    assert people.code == 1
    assert "1 jobs have no result" in people.err


def test_failed_items_are_tried_again_when_asked(vidiom: Vidiom, films: Path) -> None:
    path = films / "list.csv"
    path.write_text("media,options\n0.mp4,ending=failed\n1.mp4,\n")
    asked = ("submit", "--from", path, "-p", "fake", "--json")
    assert vidiom(*asked).document["added"] == 2
    assert vidiom(*asked).document["added"] == 0
    assert vidiom(*asked, "--retry-failed").document["added"] == 1
    assert vidiom(*asked, "--retry-failed").document["tally"]["states"]["failed"] == 3


def test_a_list_may_only_be_stored_and_resumed_later(vidiom: Vidiom, plain_list: Path) -> None:
    done = vidiom("submit", "--from", plain_list, "-p", "fake", "--no-wait", "--json")
    assert done.document["tally"]["states"] == {"created": 3}
    page = vidiom("status")
    assert page.code == 0
    assert "3 created" in page.out
    assert "`vidiom resume`" in page.out
    assert vidiom("status", "--json").document["unfinished"].keys() == {"fake"}
    assert vidiom("resume", "--campaign", "other", "--json").document["states"] == {}
    resumed = vidiom("resume", "--json").document
    assert resumed == {"states": {"succeeded": 3}, "uncollected": 0}
    assert "Nothing is left to do" in vidiom("status").out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("media,colour\n0.mp4,red\n", "a column 'colour'; columns are: media, key"),
        ("media\n\xff".encode("latin-1"), "not in UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_read_says_why_and_stores_nothing(
    vidiom: Vidiom, films: Path, content: str | bytes | None, words: str
) -> None:
    path = films / "list.csv"
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    done = vidiom("submit", "--from", path, "-p", "fake")
    assert done.code == 2
    assert words in done.err
    assert vidiom("list", "--json").document["jobs"] == []


def test_media_and_a_list_are_not_named_together(vidiom: Vidiom, plain_list: Path) -> None:
    for words in ([], [str(plain_list), "--from", str(plain_list)]):
        done = vidiom("submit", *words, "-p", "fake")
        assert done.code == 2
        assert "one of them" in done.err


def test_a_worker_does_what_was_stored_and_stops_when_told(
    vidiom: Vidiom, plain_list: Path, script: list[str]
) -> None:
    vidiom("submit", "--from", plain_list, "-p", "fake", "--no-wait")
    with subprocess.Popen(
        [*script, "work", "--name", "w-1"], stderr=subprocess.PIPE, text=True, env=os.environ
    ) as worker:
        assert worker.stderr is not None
        for line in worker.stderr:
            if "3 succeeded" in line and "to collect" not in line:
                break
        worker.send_signal(signal.SIGTERM)
        rest = worker.stderr.read()
    assert worker.returncode == 0, rest
    assert "stopping" in rest
    job = vidiom("list", "--json").document["jobs"][0]["id"]
    story = json.loads(vidiom("show", job, "--json").out)["history"]
    assert story[-1]["by"] == "w-1"


def test_an_engine_that_does_not_exist_is_named(vidiom: Vidiom) -> None:
    done = vidiom("work", "--engine", "steam")
    assert done.code == 2
    assert "there is no engine 'steam'" in done.err
