"""Many jobs at once: lists against Valossa's emulator, requests to follow them, memory of each."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measuring import Effort
from benchmarks.tables import Row, Table, at_most, duration, per_second

__all__ = ["tables"]

_MIB = 1024 * 1024


def tables(effort: Effort) -> Iterator[Table]:
    """A list from beginning to end, and many jobs that wait."""
    yield _list(effort.pick(10_000, 30))
    yield _waiting(effort.pick(100_000, 100))


def _list(jobs: int) -> Table:
    with _vendor() as url, tempfile.TemporaryDirectory() as folder:
        told = _ran("list", str(jobs), url, folder)
    return Table(
        title=f"A list of {jobs:,} items",
        note="`submit_many` against Valossa's emulator on loopback, in a process of its own that "
        "shares the two processors: at most 2,000 jobs in flight, jobs of 2 s, one poll a second "
        "at most, SQLite.",
        columns=("what", "measured"),
        rows=(
            Row(("to the end of the last job, collected", duration(told["seconds"]))),
            Row(("jobs", per_second(jobs / told["seconds"]))),
            Row(("listings asked for", f"{told['listings']:.0f}")),
            Row(("questions after single jobs", f"{told['checks']:.0f}")),
            Row(("submissions", f"{told['submissions']:.0f}")),
            Row(("processor time of the client", duration(told["cpu"]))),
            Row(("the same list again", duration(told["again"]))),
        ),
    )


def _waiting(jobs: int) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        told = _ran("wait", str(jobs), "http://127.0.0.1:9", folder)
    return Table(
        title=f"{jobs:,} jobs that wait",
        note="All are at the vendor and are followed by one process, whose vendor says of each "
        "that it still runs; SQLite, ten listings.",
        columns=("what", "measured"),
        rows=(
            Row(
                ("peak memory of the process", f"{told['peak'] / _MIB:.0f} MiB"),
                at_most(told["peak"] / _MIB, 300.0, "300 MiB"),
            ),
            Row(("of it for each job", f"{(told['peak'] - told['base']) / jobs:.0f} B")),
            Row(("processor time of a round", duration(told["round"]))),
            Row(("taking all up again after a restart", duration(told["load"]))),
        ),
    )


@contextmanager
def _vendor() -> Iterator[str]:
    code = (
        "import sys\n"
        "from vidiom.testing.emulators import serve\n"
        "from vidiom_valossa.emulation.behaviour import Behaviour\n"
        "from vidiom_valossa.emulator import create_app\n"
        "b = Behaviour(stages=(('processing', 2.0),), advance='clock', minutes=0.02)\n"
        "with serve(create_app('key', b)) as url:\n"
        "    print(url, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is not None:
            yield process.stdout.readline().strip()
        if process.stdin is not None:
            process.stdin.close()


def _ran(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.many_jobs_process", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
