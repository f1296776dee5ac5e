"""The generic provider on the command line: videos, batches, the doctor with an OpenAPI file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.providers.generic_emulator.vendors import Emulated, emulated, pictures

from vidiom.cli import main

DESCRIPTION = Path(__file__).parents[3] / "docs/reference/generic.openapi.json"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"not looked into")
    return path


class Terminal:
    """Runs commands as somebody who is configured for a vendor."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, vendor: Emulated
    ) -> None:
        for name, value in vendor.environment.items():
            monkeypatch.setenv(name, value)
        self._capsys = capsys

    def run(self, *arguments: str | Path) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = main([str(one) for one in arguments])
        return (code, *self._capsys.readouterr())

    def json(self, *arguments: str | Path) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.run(*arguments, "--json")[1])


def test_a_video_and_a_batch_are_analysed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    film: Path,
    tmp_path: Path,
) -> None:
    with emulated() as vendor:
        terminal = Terminal(capsys, monkeypatch, vendor)
        video = terminal.json("analyze", film, "-p", "generic")
        assert [one["label"] for one in video["detections"] if one["kind"] == "section"] == [
            "arrival",
            "conversation",
            "altercation",
        ]
        paths = pictures(tmp_path, 2, broken=lambda number: number == 2)
        batch = terminal.json("analyze", *paths, "-p", "generic")
        assert [one["external_id"] for one in batch["items"]] == ["1.png", "2.png"]
        assert batch["items"][1]["error"]["code"] == "unsupported_format"
        bare = terminal.run("analyze", film, "-p", "generic", "--json", "--no-biometrics")[1]
        assert '"age":41.5' not in bare
        assert "iVBOR" not in bare


def test_a_url_is_fetched_only_when_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with emulated() as vendor:
        terminal = Terminal(capsys, monkeypatch, vendor)
        url = "https://127.0.0.1/film.mp4?token=secret"
        code, _, said = terminal.run("analyze", url, "-p", "generic")
        assert code == 2
        assert "--fetch" in said
        code, _, said = terminal.run("analyze", url, "-p", "generic", "--fetch")
        assert code == 2
        assert "not on the public network" in " ".join(said.split())
        assert "secret" not in said
        assert vendor.asked == []


def test_urls_of_a_list_are_fetched_each_on_its_own_way(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    film: Path,
    tmp_path: Path,
) -> None:
    films = tmp_path / "films.txt"
    films.write_text(f"{film}\nhttps://127.0.0.1/film.mp4?token=secret\n")
    with emulated() as vendor:
        terminal = Terminal(capsys, monkeypatch, vendor)
        code, page, said = terminal.run("submit", "--from", films, "-p", "generic", "--fetch")
        assert code == 1
        assert "secret" not in page + said
        jobs = terminal.json("list")["jobs"]
        assert sorted(job["state"] for job in jobs) == ["failed", "succeeded"]
        (message,) = [job["error"]["message"] for job in jobs if job["error"] is not None]
        assert "not on the public network" in message


def test_the_doctor_tries_the_key_and_holds_settings_against_the_vendors_own_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with emulated() as vendor:
        terminal = Terminal(capsys, monkeypatch, vendor)
        report = terminal.json("doctor", "-p", "generic", "--openapi", DESCRIPTION)
        outcomes = {one["name"]: one["outcome"] for one in report["checks"]}
        assert outcomes["key"] == "ok"
        assert outcomes["openapi"] == "ok"
        assert report["proposals"] == []
        other = tmp_path / "openapi.json"
        other.write_text(DESCRIPTION.read_text().replace("/request/video", "/v9/films"))
        code, page, _ = terminal.run("doctor", "-p", "generic", "--openapi", other)
        assert code == 1
        lines = page.splitlines()
        assert lines[lines.index("[generic]") + 1] == 'video_path = "/v9/films" # POST /v9/films'


def test_a_file_that_is_no_description_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with emulated() as vendor:
        terminal = Terminal(capsys, monkeypatch, vendor)
        file = tmp_path / "openapi.json"
        assert terminal.run("doctor", "-p", "generic", "--openapi", file)[0] == 2
        file.write_text("[]")
        code, _, said = terminal.run("doctor", "-p", "generic", "--openapi", file)
        assert code == 2
        assert "no OpenAPI description" in " ".join(said.split())


def test_there_is_no_emulator_with_a_fault_that_there_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["emulate", "generic", "--fault", "nonsense"]) == 2
    assert "foreign_location" in " ".join(capsys.readouterr().err.split())
