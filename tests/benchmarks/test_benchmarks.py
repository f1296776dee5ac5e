"""Every benchmark runs; what the numbers are is no test's business."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = tuple(
    (
        "start documents normalize requests uploads batches paging "
        "store analysis many kills engines webhooks waking"
    ).split()
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_prints_its_tables_and_the_machine(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    done = run("--quick", name)
    assert done.returncode == 0, done.stderr
    assert "| processor |" in done.stdout
    assert "\n### " in done.stdout
    assert "numbers mean nothing" in done.stdout
    assert " bars met" in done.stdout or "No bars" in done.stdout


def test_these_are_all_benchmarks() -> None:
    assert f"there are {', '.join(NAMES)})" in run("nonsense").stderr


def test_a_table_shows_its_bars() -> None:
    sys.path.insert(0, str(ROOT))
    from benchmarks.tables import Row, Table, at_least, at_most

    rows = (
        Row(("one", "1.30"), at_most(1.3, 1.25, "1.25")),
        Row(("two", "0.95"), at_least(0.95, 0.9, "0.9")),
        Row(("three", "7")),
    )
    text = Table("Title", "A note.", ("what", "ratio"), rows).markdown()
    assert text.splitlines()[4:] == [
        "| what  | ratio |          bar |    met |",
        "| ----- | ----: | -----------: | -----: |",
        "| one   |  1.30 | at most 1.25 | **no** |",
        "| two   |  0.95 | at least 0.9 |    yes |",
        "| three |     7 |              |        |",
    ]


def test_a_ratio_is_told_however_small_it_is() -> None:
    sys.path.insert(0, str(ROOT))
    from benchmarks.tables import times

    assert [times(ratio) for ratio in (0.0, 0.001, 0.3, 250.0)] == [
        "0.00 \u00d7",
        "1/1,000 \u00d7",
        "0.30 \u00d7",
        "250 \u00d7",
    ]
