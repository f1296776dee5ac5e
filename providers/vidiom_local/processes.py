"""Whether a process that was started earlier is still the same and alive."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["UNKNOWN", "fingerprint"]

UNKNOWN = "unknown"
"""Of a living process on a system that does not tell when processes began."""

STATE, START = 0, 19
"""Places in `/proc/<pid>/stat`, counted after the command's closing bracket."""


def fingerprint(pid: int) -> str | None:
    """What tells this process from a later one with the same number; null if none is alive."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _without_proc(pid)
    except OSError:
        return _without_proc(pid)
    # The command may hold spaces and brackets, so fields are counted after its last bracket.
    fields = stat.rpartition(")")[2].split()
    if fields[STATE] in ("Z", "X"):
        return None
    return f"{boot}:{fields[START]}"


def _without_proc(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return UNKNOWN
    return UNKNOWN
