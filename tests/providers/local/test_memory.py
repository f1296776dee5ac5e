"""Memory does not grow with the film: what is kept is findings, not pictures or sound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.providers.local.local_films import RATE, Recipe, scene, tone, write_film

# Not `ru_maxrss`: that begins with the size of the process that started this one.
MEASURE = """
import re, sys
from pathlib import Path
from vidiom_local.analysis.engine import Task, analyse
from vidiom_local.analysis.models import Models
from vidiom_local.analysis.parts import Parts
from vidiom_local.analysis.plan import ALWAYS, Plan
from vidiom_local.analysis.watch import Watch

plan = Plan(ALWAYS | {"thumbnails"})
path = Path(sys.argv[1])
analyse(Task(path, path.name), plan, Models(plan), Parts(lambda name, data: None), Watch())
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def peak_megabytes(path: Path, seconds: int) -> int:
    pictures = [np.asarray(scene(seed, 160, 90)(0.0)) for seed in range(20)]
    frames = (pictures[n // RATE % 20] for n in range(seconds * RATE))
    write_film(path, frames, Recipe(codec="mpeg4", sound=tone))
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return int(run.stdout) // 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_film_four_times_as_long_needs_no_more_memory(tmp_path: Path) -> None:
    # Ten megabytes are a third of a minute of these pictures, and a minute of their sound.
    short = peak_megabytes(tmp_path / "short.mp4", 40)
    long = peak_megabytes(tmp_path / "long.mp4", 160)
    assert long - short < 10, (short, long)
