"""Promises of the documentation: complete, current, and its code runs."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from PIL import Image

import vidiom
from vidiom import errors
from vidiom.cli.app import app
from vidiom.plugins.registry import Registry
from vidiom.provider.settings import environment_name

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")
NOT_RUN = re.compile(r"<!-- not run: .+ -->\s*$")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.rglob("*.md")))


def blocks(page: Path, language: str) -> Iterator[tuple[int, str]]:
    """Line number and content of the page's blocks, but for those that say why they are not run."""
    text = page.read_text()
    for match in FENCE.finditer(text):
        if match[1] == language and not NOT_RUN.search(text[: match.start()]):
            yield text.count("\n", 0, match.start()) + 1, match[2]


COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group
WITH_CODE = [page for page in PAGES if any(blocks(page, "python"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_the_code_of_a_page_runs(
    page: Path, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sample, tmp_path / "film.mp4")
    for name, color in (("one", "teal"), ("two", "orange")):
        Image.new("RGB", (64, 36), color).save(tmp_path / f"{name}.png")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "page"}
    for line, code in blocks(page, "python"):
        # The page's own line numbers, so that a failure is found.
        compiled = compile("\n" * line + code, name_of(page), "exec")
        exec(compiled, namespace)  # noqa: S102 - the documentation is ours


def test_the_generated_pages_are_those_of_the_code() -> None:
    run = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, f"run `python docs/generate.py`: {run.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(), re.DOTALL):
            entries = [line for line in tree.split() if not line.startswith(":")]
            waiting += [(page.parent / f"{entry}.md").resolve() for entry in entries]
    assert set(DOCS.rglob("*.md")) - reached == set()


@pytest.mark.parametrize("name", vidiom.__all__)
def test_every_public_name_stands_in_the_reference(name: str) -> None:
    assert re.search(rf"`{name}\b", (DOCS / "reference/python.md").read_text())


@pytest.mark.parametrize("feature", list(vidiom.Feature))
def test_every_feature_stands_in_the_reference(feature: vidiom.Feature) -> None:
    assert f"`{feature.value}`" in (DOCS / "reference/features.md").read_text()


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_stands_in_the_reference(name: str) -> None:
    assert f"`{name}`" in (DOCS / "reference/errors.md").read_text()


def test_every_error_stands_in_the_tree_of_its_module() -> None:
    tree = re.findall(r"[│├└─ ]+ (\w+)", errors.__doc__ or "")
    assert set(errors.__all__) - set(tree) == set()


def test_every_setting_stands_in_the_reference() -> None:
    page = (DOCS / "reference/settings.md").read_text()
    for plugin in Registry().plugins():
        if plugin.provider is None or plugin.distribution != "vidiom":
            continue
        for field in plugin.provider.settings_type.model_fields:
            own = f"`{environment_name(plugin.name, field)}`"
            common = f"`{environment_name('<PROVIDER>', field)}`"
            assert own in page or common in page, field


def test_the_rooms_in_the_picture_are_those_of_the_code() -> None:
    picture = re.search(
        r"```text\nsrc/vidiom/(.*?)```", (DOCS / "architecture.md").read_text(), re.DOTALL
    )
    assert picture is not None
    drawn = set(re.findall(r"^  (\w+)(?:/|\.py)", picture[1], re.MULTILINE))
    rooms = {
        path.stem
        for path in (ROOT / "src/vidiom").iterdir()
        if path.suffix in ("", ".py") and not path.name.startswith("__")
    }
    providers = {path.parent.name for path in ROOT.glob("providers/*/__init__.py")}
    # A new provider need not be drawn; what is drawn must be there.
    assert rooms <= drawn <= rooms | providers


def test_the_readme_fits_its_code_on_a_screen() -> None:
    _, code = next(blocks(ROOT / "README.md", "python"))
    assert len([line for line in code.splitlines() if line.strip()]) <= 10


def console_lines() -> Iterator[tuple[str, list[str]]]:
    """Every ``vidiom …`` line of a console block."""
    for page in PAGES:
        for _, block in blocks(page, "console"):
            for command in block.splitlines():
                words = shlex.split(command.removesuffix("\\"), comments=True)
                if words[:1] == ["vidiom"]:
                    yield name_of(page), words[1:]


def test_every_command_stands_in_the_reference() -> None:
    page = (DOCS / "reference/cli.md").read_text()
    assert [name for name in COMMANDS if f"\n## {name}\n" not in page] == []


@pytest.mark.parametrize(("page", "words"), list(console_lines()), ids=str)
def test_the_commands_that_pages_show_exist(page: str, words: list[str]) -> None:
    assert words[0] in COMMANDS, page
    known = {
        option for one in COMMANDS[words[0]].params for option in (*one.opts, *one.secondary_opts)
    }
    assert {word for word in words[1:] if word.startswith("-")} <= known, page
