"""The job folder: what lies in it, and how it is read and written without half-written files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar
from uuid import uuid4

import msgspec

__all__ = [
    "TERMINAL",
    "Failure",
    "JobFolder",
    "Launch",
    "State",
    "Status",
    "WorkItem",
    "WorkOrder",
]

State = Literal["queued", "running", "succeeded", "partial", "failed", "canceled"]
TERMINAL: frozenset[str] = frozenset({"succeeded", "partial", "failed", "canceled"})

T = TypeVar("T")


class WorkItem(msgspec.Struct, frozen=True):
    """One file to analyse."""

    path: str
    name: str
    external_id: str | None = None


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """`order.json`: everything the worker is told. It holds no secret."""

    format: str = "vidiom-local-order/1"
    correlation: str
    items: list[WorkItem]
    batch: bool
    features: list[str]
    language: str | None = None
    speech_model: str | None = None
    face_model: str | None = None
    slots: str
    """Folder of the locks that limit how many jobs run at once."""
    max_running: int
    created: float


class Launch(msgspec.Struct, frozen=True):
    """`launch.json`: the process that was started for the job."""

    pid: int
    process: str | None
    time: float


class Failure(msgspec.Struct, frozen=True):
    """Why a job failed, and what to do next."""

    code: str
    message: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """`status.json`: replaced as a whole, several times a second while the job runs."""

    state: State
    progress: float = 0.0
    eta_seconds: float | None = None
    media_seconds: float | None = None
    stage: str | None = None
    message: str | None = None
    failure: Failure | None = None
    pid: int | None = None
    process: str | None = None
    """Tells the worker from a later process with the same number."""
    heartbeat: float = 0.0
    created: float = 0.0
    started: float | None = None
    finished: float | None = None

    @property
    def terminal(self) -> bool:
        """Whether the job moves no more."""
        return self.state in TERMINAL


class JobFolder:
    """One job's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.raw = path / "raw"
        self.input = path / "input"
        self.log = path / "worker.log"
        self.lock = path / "worker.lock"
        self._cancel = path / "cancel"

    def read_order(self) -> WorkOrder:
        """What is to be done."""
        return msgspec.json.decode((self.path / "order.json").read_bytes(), type=WorkOrder)

    def write_order(self, order: WorkOrder) -> None:
        """Put down what is to be done."""
        replace(self.path / "order.json", msgspec.json.encode(order))

    def has_order(self) -> bool:
        """Whether the job was begun."""
        return (self.path / "order.json").exists()

    def read_status(self) -> Status | None:
        """How the job is, as its worker last said."""
        return _read(self.path / "status.json", Status)

    def write_status(self, status: Status) -> None:
        """Say how the job is."""
        replace(self.path / "status.json", msgspec.json.encode(status))

    def read_launch(self) -> Launch | None:
        """The process that was started, if one was."""
        return _read(self.path / "launch.json", Launch)

    def write_launch(self, launch: Launch) -> None:
        """Put down which process was started."""
        replace(self.path / "launch.json", msgspec.json.encode(launch))

    def ask_to_cancel(self) -> None:
        """Leave the marker that the worker looks for."""
        self._cancel.touch()

    def asked_to_cancel(self) -> bool:
        """Whether the marker lies there."""
        return self._cancel.exists()

    def keep(self, name: str, data: bytes) -> None:
        """Store a raw part; a `/` in its name is a folder. Binary parts have no suffix."""
        path = self.raw / (name if _is_binary(name) else f"{name}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, data)

    def parts(self) -> dict[str, Path]:
        """The raw parts that exist, by name."""
        found = {}
        for path in sorted(self.raw.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                name = path.relative_to(self.raw).as_posix()
                found[name.removesuffix(".json")] = path
        return found


def replace(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never a part of it."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _is_binary(name: str) -> bool:
    return "thumbnails/" in name


def _read(path: Path, into: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=into)
    except FileNotFoundError:
        return None
