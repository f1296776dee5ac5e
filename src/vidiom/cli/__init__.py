"""The command line. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code.

    Args:
        argv: The arguments without the program's name; left out, those of the process.
    """
    from vidiom.cli.outcome import run

    return run(sys.argv[1:] if argv is None else list(argv))
