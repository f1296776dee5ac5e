"""Running local analysis in tests, and reading what it gave."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from tests.providers.local.local_films import Film

from vidiom_local import jobs, wire
from vidiom_local.analysis.engine import Outcome, Task, analyse
from vidiom_local.analysis.models import Models
from vidiom_local.analysis.parts import Parts
from vidiom_local.analysis.plan import FEATURES, Plan
from vidiom_local.analysis.watch import Watch
from vidiom_local.folder import Status, WorkItem, WorkOrder

__all__ = ["NO_MODELS", "Answer", "Worked", "analysed_here", "order_for", "wait_for"]

NO_MODELS = FEATURES - {"text", "faces", "regions", "speech"}

P = TypeVar("P", bound=wire.Part)


@dataclass
class Answer:
    """What an analysis gave."""

    raw: dict[str, bytes] = field(default_factory=dict)
    outcome: Outcome | None = None
    status: Status | None = None

    def part(self, kind: type[P], name: str) -> P:
        """A raw part of this type."""
        part = wire.read(self.raw[name])
        assert isinstance(part, kind)
        return part

    @property
    def media(self) -> wire.MediaPart:
        """Technical facts."""
        return self.part(wire.MediaPart, "media")

    @property
    def shots(self) -> wire.ShotsPart:
        """The edit."""
        return self.part(wire.ShotsPart, "shots")

    @property
    def picture(self) -> wire.PicturePart:
        """Black, freeze, colours, thumbnails."""
        return self.part(wire.PicturePart, "picture")

    @property
    def sound(self) -> wire.SoundPart:
        """Silence, loudness, regions."""
        return self.part(wire.SoundPart, "sound")

    @property
    def text(self) -> wire.TextPart:
        """Lines on the screen."""
        return self.part(wire.TextPart, "text")

    @property
    def faces(self) -> wire.FacesPart:
        """Tracks of faces."""
        return self.part(wire.FacesPart, "faces")

    @property
    def speech(self) -> wire.SpeechPart:
        """The transcript."""
        return self.part(wire.SpeechPart, "speech")

    def problems(self) -> list[str]:
        """Codes of the problems in all parts."""
        parts = [self.raw[name] for name in self.raw if name in wire.PARTS]
        return [problem.code for part in parts for problem in wire.read(part).problems]


@dataclass(frozen=True)
class Worked:
    """Jobs that were really run, by worker processes that may not open connections."""

    sample: Answer
    edit: Answer
    film: Film
    connections: str
    home: Path


def analysed_here(
    path: Path, features: frozenset[str] = NO_MODELS, *, watch: Watch | None = None
) -> Answer:
    """An analysis in this process, without any model unless it is asked for."""
    answer = Answer()
    plan = Plan(features)
    parts = Parts(lambda name, data: answer.raw.update({name: data}))
    task = Task(path, path.name)
    answer.outcome = analyse(task, plan, Models(plan), parts, watch or Watch())
    return answer


def order_for(home: Path, job: str, *paths: Path, features: frozenset[str] = FEATURES) -> WorkOrder:
    """What a worker is told; several paths are a batch of images."""
    return WorkOrder(
        correlation=job,
        items=[WorkItem(str(path), path.name, f"image {n}") for n, path in enumerate(paths)],
        batch=len(paths) > 1,
        features=sorted(features),
        slots=str(home / "slots"),
        max_running=1,
        created=time.time(),
    )


def wait_for(
    home: Path, job: str, reached: Callable[[Status], bool], seconds: float = 180.0
) -> Status:
    """Look at the job until it is as wanted; not to sleep for a guessed time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = jobs.status(home, job)
        if reached(found):
            return found
        time.sleep(0.02)
    pytest.fail(f"the job {job} did not come so far in {seconds} s: {jobs.status(home, job)}")
