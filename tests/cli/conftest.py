"""The command line as a test calls it, with a provider that needs no network."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vidiom.cli import main

PLUGIN = Path(__file__).parent / "plugin"


@dataclass(frozen=True)
class Outcome:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        """The one document on stdout."""
        assert self.out.endswith("\n")
        return json.loads(self.out)


Vidiom = Callable[..., Outcome]


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Folders that install the fake provider, and one that is broken."""
    installed = tmp_path / "installed"
    for name, module in (("fake", "vidiom_fake"), ("broken", "vidiom_of_nowhere")):
        facts = installed / f"vidiom_{name}-1.0.dist-info"
        facts.mkdir(parents=True)
        (facts / "METADATA").write_text(f"Name: vidiom-{name}\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(f"[vidiom]\n{name} = {module}\n")
    folders = [str(PLUGIN), str(installed)]
    for folder in folders:
        monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))
    return folders


@pytest.fixture
def vidiom(
    plugins: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Vidiom:
    """Run a command in this process."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Something that is there and not empty; the fake provider looks no further."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"film")
    return path


@pytest.fixture
def script() -> list[str]:
    """The command line as a process of its own."""
    return [sys.executable, "-c", "import sys; from vidiom.cli import main; sys.exit(main())"]
