"""Vendors' answers in neutral words: time against ``json.loads`` alone, and memory.

A provider joins by a function in ``benchmarks/answers`` that makes a raw answer of about a given
size, and a line in ``ANSWERS``.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import vidiom
from benchmarks.answers import deepva, generic, local, valossa
from benchmarks.measuring import Effort, alternating, timed
from benchmarks.processes import Memory, call
from benchmarks.tables import Row, Table, at_most, duration, per_second, size, times

__all__ = ["ANSWERS", "Answer", "reading", "tables"]

SPEED_LIMIT = 0.3
"""Times ``json.loads`` of the same bytes, the collector on."""
MEMORY_LIMIT = 3.0
"""Times the document, which is counted itself."""
AUDITED = 1.0
"""Megabytes of an answer whose values are counted: a larger one holds the same ones more often."""


@dataclass(frozen=True)
class Answer:
    """One kind of raw answer."""

    provider: str
    what: str
    make: Callable[[float], Mapping[str, bytes]]
    """The parts by name, of about so many megabytes."""
    megabytes: float

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"{self.provider}: {self.what}"


ANSWERS = (
    Answer("deepva", "20,000 rows of OCR", deepva.texts, 20_000 * deepva.ROW_BYTES / 1e6),
    Answer("deepva", "100,000 boxes of faces", deepva.faces, 100_000 * deepva.BOX_BYTES / 1e6),
    Answer("generic", "embeddings of persons", generic.embeddings, 20),
    Answer("local", "lines of text", local.texts, 10),
    Answer("local", "boxes of faces", local.faces, 10),
    Answer("local", "boxes of faces", local.faces, 100),
    Answer("valossa", "core", valossa.core, 6),
    Answer("valossa", "core", valossa.core, 42),
    Answer("valossa", "frames_faces", valossa.faces, 15),
    Answer("valossa", "frames_faces", valossa.faces, 150),
)


def tables(effort: Effort) -> Iterator[Table]:
    """Time and memory."""
    speed: list[Row] = []
    memory: list[Row] = []
    for answer in ANSWERS:
        parts = answer.make(effort.pick(answer.megabytes, 0.05))
        speed += _speed(answer, parts, effort)
        memory += _memory(answer, parts)
    yield Table(
        title="Normalising: time",
        note="`vidiom.normalize` from the raw bytes to a `Result`. The baseline is `json.loads` "
        "alone on the same bytes; for both, Python's garbage collector may run or not. Kept is the "
        "share of the answer's values that are in the result, or repeat one that is: "
        "`vidiom audit` shows which.",
        columns=(
            "answer",
            "size",
            "collector",
            "normalize",
            "`json.loads`",
            "detections",
            "kept",
            "ratio",
        ),
        rows=tuple(speed),
    )
    yield Table(
        title="Normalising: memory",
        note="Growth of resident memory in a fresh process, from before the raw bytes are read to "
        "the `Result`: the most that there was (the document itself is part of it), and what is "
        "held once the document is let go.",
        columns=("answer", "document", "peak", "`json.loads` peak", "held", "peak / document"),
        rows=tuple(memory),
    )


def _speed(answer: Answer, parts: Mapping[str, bytes], effort: Effort) -> Iterator[Row]:
    def ours() -> vidiom.Result:
        return vidiom.normalize(answer.provider, parts)

    def plain() -> list[object]:
        return [json.loads(content) for content in parts.values()]

    found = len(ours().detections)
    kept = vidiom.audit(answer.provider, answer.make(min(answer.megabytes, AUDITED))).retention
    length = sum(map(len, parts.values()))
    rounds = effort.pick(7 if length < 50e6 else 3, 1)
    for collector in (True, False):
        measures = {
            "normalize": timed(ours, collector=collector),
            "loads": timed(plain, collector=collector),
        }
        least = alternating(measures, rounds=rounds)
        ratio = least["normalize"] / least["loads"]
        cells = (
            answer.name,
            size(length),
            "on" if collector else "off",
            duration(least["normalize"]),
            duration(least["loads"]),
            per_second(found / least["normalize"]),
            f"{kept:.1%}",
            times(ratio),
        )
        yield Row(cells, at_most(ratio, SPEED_LIMIT, f"{SPEED_LIMIT} ×") if collector else None)  # noqa: RUF001


def _memory(answer: Answer, parts: Mapping[str, bytes]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: str(Path(folder, str(number))) for number, name in enumerate(parts)}
        for name, content in parts.items():
            Path(paths[name]).write_bytes(content)
        ours = call("benchmarks.normalize:reading", answer.provider, paths)
        plain = call("benchmarks.normalize:reading", None, paths)
    length = sum(map(len, parts.values()))
    ratio = ours["peak"] / length
    cells = (answer.name, size(length), size(ours["peak"]), size(plain["peak"]))
    bar = at_most(ratio, MEMORY_LIMIT, f"{MEMORY_LIMIT:g} ×")  # noqa: RUF001
    yield Row((*cells, size(ours["held"]), times(ratio)), bar)


def reading(provider: str | None, paths: Mapping[str, str]) -> dict[str, int]:
    """Memory of normalising, or without a provider of ``json.loads``; runs in a fresh process."""
    if provider is not None:
        _loaded(provider)
    memory = Memory()
    parts = {name: Path(path).read_bytes() for name, path in paths.items()}
    found: object
    if provider is not None:
        found = vidiom.normalize(provider, parts)
    else:
        found = [json.loads(content) for content in parts.values()]
    parts.clear()
    measured = {"held": memory.held(), "peak": memory.peak()}
    del found
    return measured


def _loaded(provider: str) -> None:
    """Load and build everything that normalising takes."""
    answer = next(answer for answer in ANSWERS if answer.provider == provider)
    vidiom.normalize(provider, answer.make(0.01))
