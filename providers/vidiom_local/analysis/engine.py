"""Analysing one file: both lanes side by side, everything found written as soon as it is known."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidiom_local.analysis import listening, seeing
from vidiom_local.analysis.listening import Listening
from vidiom_local.analysis.media_facts import Found, MediaSheet, digest
from vidiom_local.analysis.opening import Facts, facts
from vidiom_local.analysis.seeing import Seeing
from vidiom_local.wire import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from vidiom_local.analysis.models import Models
    from vidiom_local.analysis.parts import Parts
    from vidiom_local.analysis.plan import Plan
    from vidiom_local.analysis.watch import Watch

__all__ = ["Outcome", "Task", "analyse"]

log = logging.getLogger(__name__)

SLACK_SECONDS, SLACK_SHARE = 1.0, 0.02
"""A header may claim this much more than there is; sound and pictures seldom end together."""

HARMLESS = frozenset({"extra_missing", "no_audio", "no_video", "language_unsupported"})
"""Problems that are no failure: the file or the installation has no more to give."""


@dataclass(frozen=True, slots=True)
class Outcome:
    stopped: bool
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether everything was found that this installation can find."""
        return not self.stopped and all(p.code in HARMLESS for p in self.problems)


class _SoundLane(threading.Thread):
    """Runs the sound beside the pictures; also takes the file's digest, which nobody waits for."""

    def __init__(self, path: Path, lane: Listening | None, watch: Watch) -> None:
        super().__init__(name="sound", daemon=True)
        self._path, self._lane, self._watch = path, lane, watch
        self.sha256: str | None = None
        self.failure: Problem | None = None

    def run(self) -> None:
        try:
            self.sha256 = digest(self._path, self._watch.stopped)
            if self._lane is not None:
                self._lane.run()
        except Exception as error:  # the pictures must not be lost because the sound is broken
            log.exception("the sound lane failed")
            self.failure = _failure("sound", error)
        self._watch.advance(listening.LANE, fraction=1.0, media_seconds=float("inf"))


@dataclass(frozen=True, slots=True)
class Task:
    """One file to analyse; of several, its place among them."""

    path: Path
    name: str
    item: int = 0
    items: int = 1


def analyse(task: Task, plan: Plan, models: Models, parts: Parts, watch: Watch) -> Outcome:
    """Analyse the file and write its parts.

    Raises:
        MediaRefused: The file is no media, or nothing of it can be decoded.
    """
    path = task.path
    known = facts(path)
    lanes = {listening.LANE: listening.cost(plan) if known.has_audio else 0.1}
    if known.has_video:
        lanes[seeing.LANE] = seeing.cost(plan)
    watch.begin(lanes, item=task.item, items=task.items)
    eyes = Seeing(path, known, plan, models, parts) if known.has_video else None
    ears = Listening(path, known, plan, models, parts, watch) if known.kind != "image" else None
    sheet = MediaSheet(path, task.name, known, parts)
    parts.write(sheet.part(Found(), complete=False))
    sound = _SoundLane(path, ears if known.has_audio else None, watch)
    sound.start()
    failures = [] if eyes is None else _see(eyes, watch)
    sound.join()
    if ears is not None:
        ears.write(complete=not watch.stopped())
    failures += [sound.failure] if sound.failure is not None else []
    problems = [*failures, *_media_problems(known, eyes, ears, stopped=watch.stopped())]
    found = Found(
        pictures=None if eyes is None else eyes.tally,
        sound_end=0.0 if ears is None else ears.tally.end,
        sha256=sound.sha256,
        problems=tuple(problems),
    )
    parts.write(sheet.part(found, complete=not watch.stopped()))
    detectors = [*(eyes.problems() if eyes else []), *(ears.problems() if ears else [])]
    return Outcome(stopped=watch.stopped(), problems=(*problems, *detectors))


def _see(eyes: Seeing, watch: Watch) -> list[Problem]:
    failures = []
    try:
        eyes.run(watch)
    except Exception as error:  # what the sound gives must not be lost because a picture is broken
        log.exception("the picture lane failed")
        failures.append(_failure("pictures", error))
    eyes.write(complete=not watch.stopped() and not failures)
    watch.advance(seeing.LANE, fraction=1.0, media_seconds=float("inf"))
    return failures


def _failure(lane: str, error: Exception) -> Problem:
    return Problem(
        code="detector_failed", message=f"{type(error).__name__}: {error}", detector=lane
    )


def _media_problems(
    known: Facts, eyes: Seeing | None, ears: Listening | None, *, stopped: bool
) -> list[Problem]:
    if known.kind == "image":
        return []
    problems = []
    if known.kind == "audio":
        problems.append(Problem(code="no_video", message="there is no picture in this file"))
    found = max(eyes.tally.end if eyes else 0.0, ears.tally.end if ears else 0.0)
    if stopped:
        message = f"stopped after {found:.1f} seconds of the media"
        return [*problems, Problem(code="interrupted", message=message)]
    claimed = known.container_seconds
    if claimed is not None and claimed - found > max(SLACK_SECONDS, SLACK_SHARE * claimed):
        message = (
            f"the file says that it lasts {claimed:.1f} seconds, but only {found:.1f} can be "
            "decoded; it was probably cut off, copy it again"
        )
        problems.append(Problem(code="truncated", message=message))
    damaged = (eyes.tally.damaged_packets if eyes else 0) + (
        ears.tally.damaged_packets if ears else 0
    )
    if damaged:
        message = f"damaged packets that could not be decoded were left out: {damaged}"
        problems.append(Problem(code="corrupt", message=message))
    return problems
