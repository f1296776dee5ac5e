"""Where a result goes: to stdout as a document or as a page, and to a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vidiom.cli.destination import Destination
from vidiom.cli.streams import page_console, print_document, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from vidiom.schema.jobs import Job
    from vidiom.schema.result import BatchResult, Result

__all__ = ["Presentation", "print_page"]


@dataclass(frozen=True)
class Presentation:
    """How a command was asked to give its result."""

    as_json: bool
    destination: Destination | None
    biometrics: bool

    @classmethod
    def asked(cls, *, as_json: bool, out: Path | None, no_biometrics: bool) -> Presentation:
        """The presentation, its file checked before any work is done.

        Raises:
            UsageError: The file cannot be written.
        """
        destination = None if out is None else Destination.checked(out)
        return cls(as_json, destination, biometrics=not no_biometrics)

    def give(self, result: Result | BatchResult, job: Job | None = None) -> None:
        """Write and print the result."""
        text = ""
        if self.as_json or self.destination is not None:
            text = result.to_json(biometrics=self.biometrics)
        if self.destination is not None:
            self.destination.write(text, kept=_kept(job))
        if self.as_json:
            print_document(text)
            return
        from vidiom.cli.rendering.page import result_page

        print_page(result_page(result, media=None if job is None else job.media))
        if self.destination is not None:
            say(f"The whole result is in {self.destination.path}")
        elif job is not None:
            say(f"Job {job.id}; `vidiom result {job.id} --json` gives all of it.")


def print_page(page: RenderableType) -> None:
    """Print a page for people."""
    page_console().print(page)


def _kept(job: Job | None) -> str:
    if job is None:
        return "Write it elsewhere with --out."
    return f"The result is kept: `vidiom result {job.id} --out FILE` writes it elsewhere."
