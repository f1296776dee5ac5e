"""analyze, submit and demo, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import vidiom as library

if TYPE_CHECKING:
    from tests.cli.conftest import Vidiom


def test_analyze_prints_the_result_as_the_one_document(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("analyze", clip, "-p", "fake", "--json")
    assert done.code == 0
    result = library.Result.from_json(done.out)
    assert [shot.end for shot in result.shots] == [2.5, 4.0]


def test_analyze_without_json_prints_a_page_and_no_document(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("analyze", clip, "-p", "fake")
    assert done.code == 0
    assert done.out.startswith("clip.mp4  analysed by fake 1.0\n")
    assert "{" not in done.out


def test_progress_and_the_jobs_id_go_to_stderr(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("analyze", clip, "-p", "fake", "--json")
    assert "vidiom: looking, 50 %, about 7 s left" in done.err
    page = vidiom("analyze", clip, "-p", "fake")
    job = vidiom("list", "--json").document["jobs"][0]["id"]
    assert f"vidiom result {job} --json" in page.err


def test_out_holds_the_result_and_json_still_prints_it(
    vidiom: Vidiom, clip: Path, tmp_path: Path
) -> None:
    out = tmp_path / "result.json"
    done = vidiom("analyze", clip, "-p", "fake", "--out", out, "--json")
    assert json.loads(out.read_text()) == done.document
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_biometrics_are_left_out_when_asked(vidiom: Vidiom, clip: Path) -> None:
    assert "canary-gender" in vidiom("analyze", clip, "-p", "fake", "--json").out
    bare = vidiom("analyze", clip, "-p", "fake", "--json", "--no-biometrics")
    assert "canary-gender" not in bare.out


def test_a_page_never_shows_biometrics(vidiom: Vidiom, clip: Path) -> None:
    assert "canary-gender" not in vidiom("analyze", clip, "-p", "fake").out


def test_what_was_found_cannot_steer_the_terminal(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("analyze", clip, "-p", "fake")
    assert "CAFÉ [31m日本" in done.out
    assert "\x1b" not in done.out


def test_features_may_be_repeated_or_joined_by_commas(vidiom: Vidiom, clip: Path) -> None:
    for words in (["-f", "shots", "-f", "text"], ["-f", "shots,text"]):
        job = vidiom("submit", clip, "-p", "fake", *words, "--json").document
        assert sorted(job["features"]) == ["shots", "text"]


def test_options_are_read_by_the_providers_own_types(vidiom: Vidiom, clip: Path) -> None:
    options = ["--option", "level=0.25", "--option", 'zones=["top", "left"]']
    assert vidiom("submit", clip, "-p", "fake", *options).code == 0
    wrong = vidiom("submit", clip, "-p", "fake", "--option", "level=loud")
    assert wrong.code == 2
    assert "level" in wrong.err


@pytest.mark.parametrize("option", ["level", "=0.5"])
def test_an_option_without_key_or_value_is_a_usage_error(
    vidiom: Vidiom, clip: Path, option: str
) -> None:
    done = vidiom("submit", clip, "-p", "fake", "--option", option)
    assert done.code == 2
    assert "KEY=VALUE" in done.err


def test_several_images_are_one_batch_with_one_item_each(vidiom: Vidiom, tmp_path: Path) -> None:
    images = [tmp_path / name for name in ("one.png", "two.JPG")]
    for image in images:
        image.write_bytes(b"image")
    done = vidiom("analyze", *images, "-p", "fake", "--json")
    batch = library.BatchResult.from_json(done.out)
    assert [item.external_id for item in batch.items] == ["one.png", "two.JPG"]
    page = vidiom("analyze", *images, "-p", "fake").out
    assert "1 of 2 images analysed by fake 1.0" in page
    assert "it is too dark" in page


def test_several_videos_are_refused_before_anything_is_done(
    vidiom: Vidiom, clip: Path, tmp_path: Path
) -> None:
    done = vidiom("analyze", clip, tmp_path / "other.png", "-p", "fake")
    assert done.code == 2
    assert "clip.mp4" in done.err
    assert "one by one" in done.err
    assert vidiom("list", "--json").document == {"jobs": []}


def test_submit_prints_nothing_but_the_id_on_stdout(vidiom: Vidiom, clip: Path) -> None:
    done = vidiom("submit", clip, "-p", "fake")
    assert done.out.strip() == vidiom("list", "--json").document["jobs"][0]["id"]
    assert f"vidiom wait {done.out.strip()}" in done.err


def test_local_is_asked_when_no_provider_is_named(vidiom: Vidiom, tmp_path: Path) -> None:
    done = vidiom("analyze", tmp_path / "nothing.mp4", "--json")
    assert done.document["error"] == "InvalidMedia"


def test_the_demo_shows_the_truth_about_the_clip_and_where_it_was_written(
    vidiom: Vidiom, tmp_path: Path
) -> None:
    done = vidiom("demo", "--out", tmp_path / "demo.json")
    assert done.code == 0, done.err
    result = library.Result.from_json((tmp_path / "demo.json").read_text())
    assert [round(shot.end or 0) for shot in result.shots] == [4, 7, 10, 14]
    page = " ".join(done.out.split())
    for words in ("EILEEN COLLINS", "CITY AT NIGHT", "faces", "silence", "Big Buck Bunny", "Next"):
        assert words in page
    assert str(tmp_path / "demo.json") in done.out.replace("\n", "")
