"""What goes to which stream: one document or pages to stdout, everything else to stderr."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Streams", "page_console", "print_document", "say", "shown"]

_NARROWEST: Final = 40
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"


@dataclass(frozen=True)
class Streams:
    """The streams of one command."""

    as_json: bool
    """Whether stdout is to hold one JSON document and nothing else."""

    @classmethod
    def of(cls, arguments: Sequence[str]) -> Streams:
        """The streams for these arguments.

        Looked up in the bare arguments, because wrong ones are reported in JSON as well.
        """
        options = list(arguments)
        if "--" in options:
            options = options[: options.index("--")]
        # Closed streams (`>&-`) are none at all.
        sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 - for the process
        sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
        # A stream of another encoding shows what it can, instead of failing half-way.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        return cls("--json" in options)

    def fail(self, document: Mapping[str, str | None], message: str | None) -> None:
        """Tell of an error: the document on stdout with ``--json``, else the message on stderr."""
        if self.as_json:
            print_document(json.dumps(document))
        elif message is not None:
            mark = f"{_RED}error:{_PLAIN}" if _in_colour() else "error:"
            _write_message(f"{mark} {_lines(message)}")


def say(message: str) -> None:
    """A message for people, on stderr."""
    _write_message(_lines(message))


def _write_message(message: str) -> None:
    if sys.stderr.isatty():
        width = max(_NARROWEST, shutil.get_terminal_size().columns)
        message = "\n".join(_wrapped(line, width) for line in message.split("\n"))
    with suppress(BrokenPipeError):  # nobody reads the messages: no reason to stop the work
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()


def _wrapped(line: str, width: int) -> str:
    """The line broken between words; names and commands stay whole, to be copied."""
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def print_document(text: str) -> None:
    """The one JSON document on stdout, in UTF-8 whatever the terminal's encoding."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text)
    sys.stdout.write("\n")


def page_console(*, stderr: bool = False) -> Console:
    """Where pages for people are printed; at least 40 columns wide."""
    from rich.console import Console

    class PipedConsole(Console):
        def on_broken_pipe(self) -> None:
            """Leave it to the one place that knows how to end quietly."""
            raise BrokenPipeError

    console = PipedConsole(stderr=stderr, markup=False, highlight=False, emoji=False)
    console.width = max(console.width, _NARROWEST)
    return console


def shown(text: str) -> str:
    """The text on one line and without characters that would steer the terminal."""
    clean = "".join(" " if _steers(char) else char for char in text)
    return " ".join(clean.split())


def _lines(text: str) -> str:
    return "\n".join("".join("?" if _steers(c) else c for c in line) for line in text.split("\n"))


def _steers(char: str) -> bool:
    """Whether it is a control character or turns the direction of writing."""
    if char.isascii():
        return not char.isprintable()
    return (
        unicodedata.category(char) == "Cc"
        or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _in_colour() -> bool:
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ
