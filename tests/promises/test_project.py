"""Promises about what lies in the repository: commands, locks, hosts, packaging."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = {".css", ".json", ".lock", ".md", ".py", ".rst", ".toml", ".txt", ".yaml", ".yml"}


def tracked() -> list[Path]:
    """Files under version control; in an unpacked source archive, all files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = [name for name in listed.stdout.split("\0") if name]
    if listed.returncode == 0 and names:
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]


def readme_commands() -> list[str]:
    """The first console block of the README: the two commands."""
    block = re.search(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    return block[1].strip().splitlines()


def test_the_readme_shows_exactly_two_commands() -> None:
    assert len(readme_commands()) == 2


@pytest.mark.parametrize("number", [0, 1], ids=["demo", "tests"])
def test_ci_runs_the_commands_of_the_readme_letter_by_letter(number: int) -> None:
    command = readme_commands()[number]
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert any(line.removesuffix(" </dev/null") == command for line in lines), command


def test_ci_can_be_started() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o100
    assert "set -euo pipefail" in script.read_text()


def test_the_lock_file_pins_every_package_by_hash() -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text().strip())
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert len(packages) > 50
    for package in packages:
        assert re.match(r"[a-z0-9-]+==\S+", package), package[:80]
        assert "--hash=sha256:" in package, package[:80]


def test_the_lock_file_names_no_host_and_no_path() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert not re.findall(
        r".*(?:://|^-e |^\.|file:| @ |--index|--find-links).*", text, re.MULTILINE
    )


def test_the_lock_file_covers_every_dependency_that_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [
        *project["project"]["dependencies"],
        *(one for extra in project["project"]["optional-dependencies"].values() for one in extra),
        *(one for group in project["dependency-groups"].values() for one in group),
    ]
    locked = set(
        re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    )
    names = {re.split(r"[\[<>=~! ]", one)[0].lower().replace("_", "-") for one in declared}
    assert names - locked == {"vidiom", "vidiom-example-plugin"}


def test_no_file_names_a_machine_a_registry_or_a_place_outside() -> None:
    places = ["/" + "work/", "../" + "shared", "/" + "home/", "/" + "root/", "/" + "opt/"]
    hosts = [
        "py" + "pi.org",
        "python" + "hosted",
        "arti" + "factory",
        "nexus" + ".",
        "index" + "-url",
    ]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        if path.suffix in TEXT or path.parent.name == ".ci"
        for word in places + hosts
        if word in path.read_text(errors="replace")
    ]
    assert found == []


def test_the_version_has_an_entry_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## {version} " in (ROOT / "CHANGELOG.md").read_text()


def test_the_wheel_takes_every_provider_folder() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert "providers" in build["targets"]["wheel"]["only-include"]
    assert "providers" in build["dev-mode-dirs"]
