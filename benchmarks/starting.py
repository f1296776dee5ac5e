"""How long programs take to start: importing vidiom, using a first name, ``vidiom --help``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measuring import Effort, alternating
from benchmarks.processes import call, processor_seconds
from benchmarks.tables import Bar, Row, Table, at_most, duration, size

__all__ = ["footprint", "tables"]

_BARE = "the bare interpreter"

_PROGRAMS = {
    _BARE: "pass",
    "`import vidiom`": "import vidiom",
    "`import vidiom; vidiom.Result`": "import vidiom; vidiom.Result",
    "`import vidiom; vidiom.Client`": "import vidiom; vidiom.Client",
    "`vidiom.Client()` opened and closed": "import vidiom; vidiom.Client().close()",
    "baseline: `import pydantic`": "import pydantic; pydantic.BaseModel",
    "baseline: `import httpx`": "import httpx",
    "baseline: `import typer`": "import typer",
}
_HELP = "`vidiom --help`, all of it"


def tables(effort: Effort) -> Iterator[Table]:
    """One table of programs."""
    commands = {name: [sys.executable, "-c", code] for name, code in _PROGRAMS.items()}
    script = Path(sys.executable).with_name("vidiom")
    if script.exists():
        commands[_HELP] = [str(script), "--help"]
    measures = {name: partial(processor_seconds, line) for name, line in commands.items()}
    least = alternating(measures, rounds=effort.pick(25, 1))
    rows = [_row(name, seconds, least[_BARE]) for name, seconds in least.items()]
    yield Table(
        title="Starting",
        note="Processor time of each program in a fresh process, caches warm, from start to end: "
        "each has one thread, so on a free machine this is how long it takes. Modules and "
        "peak resident memory are those at its end.",
        columns=("program", "time", "over the interpreter", "modules", "memory"),
        rows=tuple(rows),
    )


def _row(name: str, seconds: float, bare: float) -> Row:
    more = seconds - bare
    bar: Bar | None = None
    if name == "`import vidiom`":
        bar = at_most(more, 0.025, "25 ms over the interpreter")
    if name == _HELP:
        bar = at_most(seconds, 0.2, "200 ms")
        return Row((name, duration(seconds), duration(more), "", ""), bar)
    found = call("benchmarks.starting:footprint", _PROGRAMS[name])
    cells = (name, duration(seconds), duration(more), str(found["modules"]), size(found["peak"]))
    return Row(cells, bar)


def footprint(code: str) -> dict[str, int]:
    """Modules and peak memory of a program that does nothing else."""
    ending = "import sys; print(len(sys.modules)); print(open('/proc/self/status').read())"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{ending}"], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return {"modules": int(lines[0]), "peak": peak * 1024}
