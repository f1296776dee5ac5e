"""The desk between vidiom and the jobs on this machine: orders in, states and raw parts out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vidiom.errors import MissingExtra, NotFound, StoreError
from vidiom_local import jobs
from vidiom_local.analysis.plan import FEATURES, installed, missing
from vidiom_local.folder import Status, WorkItem, WorkOrder
from vidiom_local.slots import default_limit

__all__ = ["Desk", "Request"]

NAME = "local"
NEEDED = ("av", "numpy", "filelock")


@dataclass(frozen=True)
class Request:
    """One order in the engine's words."""

    correlation: str
    items: tuple[WorkItem, ...]
    batch: bool
    features: tuple[str, ...]
    language: str | None


@dataclass(frozen=True)
class Desk:
    """Everything here may block; a provider names it in a ``RunBlocking``."""

    home: Path | None
    max_running: int | None
    speech_model: Path | None
    face_model: Path | None

    def submit(self, request: Request) -> str:
        """Start the job, unless it was started before; gives the folder that its home is.

        Raises:
            MissingExtra: What every analysis needs is not installed.
            StoreError: The home cannot be written.
        """
        absent = [module for module in NEEDED if not installed(module)]
        if absent:
            raise MissingExtra(
                f"needs the extra 'local': pip install 'vidiom[local]' "
                f"(missing: {', '.join(absent)}).",
                extra="local",
                provider=NAME,
            )
        home = self._home()
        order = WorkOrder(
            correlation=request.correlation,
            items=list(request.items),
            batch=request.batch,
            features=list(request.features),
            language=request.language,
            speech_model=_text(self.speech_model),
            face_model=_text(self.face_model),
            slots=str(home / "slots"),
            max_running=self.max_running or default_limit(),
            created=time.time(),
        )
        with _our_errors("submit", request.correlation, home):
            jobs.start(home, order)
        return str(home)

    def inventory(self) -> str:
        """What can be analysed here, in words."""
        absent = [module for module in NEEDED if not installed(module)]
        if absent:
            return f"nothing: install 'vidiom[local]' (missing: {', '.join(absent)})"
        lacking = missing(FEATURES)
        there = ", ".join(sorted(FEATURES - lacking.keys()))
        hints = "; ".join(problem.message for problem in lacking.values())
        return f"can find {there}" + (f"; {hints}" if hints else "")

    def find(self, correlation: str) -> str | None:
        """The home of the job that was started for an order, if it was."""
        home = self._home()
        return str(home) if jobs.exists(home, correlation) else None

    def status(self, home: str | None, job: str) -> Status:
        """How one job is."""
        with _our_errors("check", job, self._home(home)) as folder:
            return jobs.status(folder, job)

    def statuses(self, wanted: Sequence[tuple[str | None, str]]) -> dict[str, Status]:
        """Those of the jobs that exist."""
        found = {}
        for home, job in wanted:
            try:
                found[job] = self.status(home, job)
            except NotFound:
                continue
        return found

    def parts(self, home: str | None, job: str) -> dict[str, bytes]:
        """The raw parts that exist, by name."""
        with _our_errors("fetch", job, self._home(home)) as folder:
            parts = jobs.parts(folder, job)
        if not parts:
            raise NotFound(
                f"the job {job} ended before anything was found.",
                status=404,
                provider=NAME,
                operation="fetch",
            )
        return parts

    def cancel(self, home: str | None, job: str) -> None:
        """Stop the job; its parts stay."""
        with _our_errors("cancel", job, self._home(home)) as folder:
            jobs.cancel(folder, job)

    def delete(self, home: str | None, job: str) -> None:
        """Stop the job and remove all of it."""
        with _our_errors("delete", job, self._home(home)) as folder:
            jobs.delete(folder, job)

    def _home(self, known: str | None = None) -> Path:
        """A job keeps the home that it was started with, whatever the settings say later."""
        if known is not None:
            return Path(known)
        if self.home is not None:
            return self.home.absolute()
        from vidiom.jobs.home import home_folder

        return Path(home_folder(os.environ)).absolute() / "local"


@contextmanager
def _our_errors(operation: str, job: str, home: Path) -> Iterator[Path]:
    try:
        yield home
    except jobs.UnknownLocalJob as error:
        raise NotFound(f"{error}.", status=404, provider=NAME, operation=operation) from None
    except OSError as error:
        raise StoreError(
            f"the job {job} under {home} cannot be read or written: {error.strerror or error}; "
            "free some space, or set VIDIOM_HOME to a folder that may be written.",
            provider=NAME,
            operation=operation,
        ) from error


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())
