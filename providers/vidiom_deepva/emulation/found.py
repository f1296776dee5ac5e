"""What a finished job has to tell: rows of its modules, written when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, overload

from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.jobs import Job
from vidiom_deepva.emulation.rows import Arguments, File, Row, Story, Summed, written

__all__ = ["Detailed", "Told", "files", "summary", "told"]

_SUMMARY_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "face_recognition": ("face", "label"),
    "lower_third_recognition": ("lower_third", "label"),
    "object_scene_recognition": ("object", "label"),
    "landmark_recognition": ("landmark", "label"),
    "subtitle_detection": ("language", "language"),
}
"""``type`` of what a module adds to the summary (…/data-objects/result-summary-item), and where
its label stands."""
_SUMMARIZED: Final = 1000  # a long story says the same things over and over


@dataclass(frozen=True)
class Told:
    """The rows of one module about one source."""

    module: str
    source: str
    index: int
    """Which of the job's sources it is."""
    story: Story
    rows: Sequence[Row]


def told(job: Job, behaviour: Behaviour) -> Iterator[Told]:
    """What each module that did not fail found in each source."""
    for index, source, story in _stories(job):
        for module, arguments in job.request.modules.items():
            if module in story.rows and module not in job.failing(behaviour):
                rows = _within(story.rows[module](arguments), arguments)
                yield Told(module, source, index, story, rows)


def _stories(job: Job) -> Iterator[tuple[int, str, Story]]:
    pairs = zip(job.request.sources, job.outcomes, strict=True)
    for index, (source, outcome) in enumerate(pairs):
        yield index, source, outcome.findings()


def _within(rows: Sequence[Row], arguments: Arguments) -> Sequence[Row]:
    """Those in the range that the module was to look at; times are the source's (assumed)."""
    asked = arguments.get("range")
    if not isinstance(asked, Mapping):
        return rows
    start, end = asked.get("time_start", 0), asked.get("time_end", float("inf"))
    return [row for row in rows if row.start >= start and row.end <= end]


class Detailed(Sequence[Json]):
    """The detailed results of a job, in the order of its sources and modules."""

    def __init__(self, parts: Iterator[Told]) -> None:
        """Of these."""
        self._parts = [*parts]
        self._ends = [*accumulate(len(part.rows) for part in self._parts)]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Json: ...
    @overload
    def __getitem__(self, index: slice) -> list[Json]: ...

    def __getitem__(self, index: int | slice) -> Json | list[Json]:
        """A row, or some, as they stand in an answer."""
        if isinstance(index, int):
            return self[index : index + 1][0]
        first, last, _ = index.indices(len(self))
        rows: list[Json] = []
        for part, end in zip(self._parts, self._ends, strict=True):
            start = end - len(part.rows)
            if start < last and end > first:
                chosen = part.rows[max(0, first - start) : last - start]
                facts = part.story.facts
                rows += [
                    written(row, part.module, part.source, facts, part.index) for row in chosen
                ]
        return rows


def summarized(job: Job, behaviour: Behaviour) -> Iterator[tuple[str, str, Summed]]:
    """Module, source and each summarized result."""
    for _, source, story in _stories(job):
        for module, arguments in job.request.modules.items():
            if module in story.summed and module not in job.failing(behaviour):
                for one in story.summed[module](arguments):
                    yield module, source, one


def files(job: Job, behaviour: Behaviour) -> Iterator[tuple[str, File]]:
    """Module and each file that it made."""
    for _, _, story in _stories(job):
        for module, arguments in job.request.modules.items():
            if module in story.files and module not in job.failing(behaviour):
                for one in story.files[module](arguments):
                    yield module, one


def summary(job: Job, behaviour: Behaviour) -> list[Json]:
    """The ``summary`` of the deprecated ``result``: a label once for each source."""
    items: dict[int, list[Json]] = {}
    for part in told(job, behaviour):
        kind, word = _SUMMARY_TYPES.get(part.module, ("", ""))
        labels = dict.fromkeys(str(row.meta[word]) for row in part.rows[:_SUMMARIZED] if kind)
        items.setdefault(part.index, []).extend(
            {"type": kind, "label": label, "module": part.module} for label in labels
        )
    return [
        {
            "source": source,
            "media_type": story.facts.media_type,
            "info": story.facts.info(),
            "items": items.get(index, []),
        }
        for index, source, story in _stories(job)
    ]
