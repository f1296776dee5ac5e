"""Work in fresh processes, where memory can be told apart: ``python -m benchmarks.processes``."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

__all__ = ["ROOT", "Found", "Memory", "call", "processor_seconds", "resident"]

ROOT = Path(__file__).parents[1]

_SILENT = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]

Found: TypeAlias = dict[str, Any]
"""What a function that ran in a fresh process found, as plain JSON."""


class Memory:
    """Growth of this process's resident memory from here on."""

    def __init__(self) -> None:
        # Else the peak may be one that was before. (Linux only, as is the rest of this class.)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._before = resident("VmRSS")

    def held(self) -> int:
        """Bytes more than at the beginning, what was freed given back to the system first."""
        with suppress(OSError, AttributeError):  # no C library of GNU
            ctypes.CDLL(None).malloc_trim(0)
        return resident("VmRSS") - self._before

    def peak(self) -> int:
        """Most bytes more than at the beginning that there ever were since."""
        return resident("VmHWM") - self._before


def resident(what: str = "VmHWM", process: int | str = "self") -> int:
    """Resident bytes of a process: now (``VmRSS``) or at most since it began (``VmHWM``).

    Not ``getrusage``: its maximum begins with that of the process that started this one.
    """
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) * 1024
    return 0


def call(function: str, *arguments: object) -> Found:
    """What ``module:function`` returns in a fresh process; arguments and value are plain JSON."""
    command = [sys.executable, "-m", "benchmarks.processes", function, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def processor_seconds(command: Sequence[str]) -> float:
    """Processor time of a program from its start to its end, which other programs hardly change."""
    process = os.posix_spawn(command[0], [*command], os.environ, file_actions=_SILENT)
    _, status, used = os.wait4(process, 0)
    if status != 0:
        raise RuntimeError(command)
    return used.ru_utime + used.ru_stime


def _main(function: str, arguments: str) -> None:
    module, name = function.split(":")
    value = getattr(import_module(module), name)(*json.loads(arguments))
    print(json.dumps(value))


if __name__ == "__main__":
    _main(*sys.argv[1:])
