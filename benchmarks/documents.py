"""Results as JSON, out of memory and into it, and the question what is on at a moment."""

from __future__ import annotations

import json
import random
import tempfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import vidiom
from benchmarks.measuring import Effort, alternating, timed
from benchmarks.processes import Memory, call
from benchmarks.tables import Bar, Row, Table, at_most, duration, size, times
from vidiom.schema.segments import Segment

__all__ = ["reading", "tables"]

_PROVENANCE = vidiom.Provenance(provider="benchmark", adapter_version="1")


def many_detections(count: int) -> vidiom.Result:
    """Detections of one segment each."""
    chance = random.Random(1)
    return vidiom.Result(
        provenance=_PROVENANCE,
        detections=tuple(
            vidiom.Label(
                id=f"label-{number}",
                label=f"thing {number % 500}",
                confidence=round(chance.random(), 3),
                segments=(_segment(chance, number),),
                source=vidiom.Source("core", f"/detections/{number}", "visual.context"),
            )
            for number in range(count)
        ),
    )


def many_segments(count: int) -> vidiom.Result:
    """One detection of many segments."""
    chance = random.Random(2)
    segments = tuple(_segment(chance, number) for number in range(count))
    label = vidiom.Label(id="label-0", label="a thing", segments=segments)
    return vidiom.Result(provenance=_PROVENANCE, detections=(label,))


def many_boxes(count: int) -> vidiom.Result:
    """One face with a long track."""
    chance = random.Random(3)
    places = [array("d", (round(chance.random(), 5) for _ in range(count))) for _ in range(5)]
    track = vidiom.Track(
        times=array("d", (round(number * 0.04, 2) for number in range(count))),
        x=places[0],
        y=places[1],
        width=places[2],
        height=places[3],
        confidences=places[4],
    )
    face = vidiom.Face(id="face-0", segments=(Segment(0.0, count * 0.04),), track=track)
    return vidiom.Result(provenance=_PROVENANCE, detections=(face,))


def _segment(chance: random.Random, number: int) -> Segment:
    length = round(chance.expovariate(0.4), 2)
    return Segment(number * 0.1, number * 0.1 + length, round(chance.random(), 3))


@dataclass(frozen=True)
class Document:
    """One kind of document, and what it is counted in."""

    unit: str
    make: Callable[[int], vidiom.Result]
    count: int
    stored_limit: int | None = None
    """Bytes for each unit at most, as the design has it."""

    def named(self, count: int) -> str:
        """What the tables call it."""
        return f"{count:,} {self.unit}"


DOCUMENTS = (
    Document("detections of one segment", many_detections, 100_000),
    Document("segments of one detection", many_segments, 100_000),
    Document("boxes of one track", many_boxes, 1_000_000, stored_limit=64),
)


def tables(effort: Effort) -> Iterator[Table]:
    """Times, memory, and moments."""
    speed: list[Row] = []
    memory: list[Row] = []
    for document in DOCUMENTS:
        count = effort.pick(document.count, 1000)
        result = document.make(count)
        speed += _speed(document.named(count), result, effort)
        memory += _memory(document, count, result)
    yield Table(
        title="Documents: time",
        note="A `Result` to JSON and back. The baseline is the `json` module with the equal plain "
        "object; `from_json` also checks every value.",
        columns=("document", "JSON", "operation", "vidiom", "`json`", "ratio"),
        rows=tuple(speed),
    )
    yield Table(
        title="Documents: memory",
        note="Growth of resident memory in a fresh process while a document is read from its text: "
        "what is still held afterwards, and the most that there was, the text not counted. The "
        "baseline is `json.loads`.",
        columns=(
            "document",
            "held, each",
            "`json`, each",
            "peak / text",
            "`json` peak / text",
        ),
        rows=tuple(memory),
    )
    yield _moments(effort)


def _speed(name: str, result: vidiom.Result, effort: Effort) -> Iterator[Row]:
    text = result.to_json()
    plain = json.loads(text)
    if vidiom.Result.from_json(text) != result:
        msg = f"{name}: what was read is not what was written"
        raise AssertionError(msg)
    measures = {
        "to_json": timed(result.to_json),
        "dumps": timed(lambda: json.dumps(plain)),
        "from_json": timed(lambda: vidiom.Result.from_json(text)),
        "loads": timed(lambda: json.loads(text)),
    }
    least = alternating(measures, rounds=effort.pick(7, 1))
    for ours, theirs in (("to_json", "dumps"), ("from_json", "loads")):
        ratio = times(least[ours] / least[theirs])
        cells = (name, size(len(text)), f"`{ours}`", duration(least[ours]), duration(least[theirs]))
        yield Row((*cells, ratio))


def _memory(document: Document, count: int, result: vidiom.Result) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "result.json")
        path.write_text(result.to_json(), encoding="utf-8")
        ours = call("benchmarks.documents:reading", str(path), "vidiom")
        theirs = call("benchmarks.documents:reading", str(path), "json")
        length = path.stat().st_size
    each = ours["held"] / count
    bar: Bar | None = None
    if document.stored_limit is not None:
        bar = at_most(each, document.stored_limit, f"{document.stored_limit} B each")
    cells = (document.named(count), size(each), size(theirs["held"] / count))
    yield Row((*cells, times(ours["peak"] / length), times(theirs["peak"] / length)), bar)


def reading(path: str, how: str) -> dict[str, int]:
    """Memory of reading a document; runs in a fresh process."""
    vidiom.Result.from_json(many_detections(1).to_json())  # everything is loaded and built
    text = Path(path).read_text(encoding="utf-8")
    memory = Memory()
    document = vidiom.Result.from_json(text) if how == "vidiom" else json.loads(text)
    found = {"held": memory.held(), "peak": memory.peak()}
    del document
    return found


def _moments(effort: Effort) -> Table:
    result = many_detections(effort.pick(100_000, 1000))
    chance = random.Random(4)
    last = result.detections[-1].end or 0.0
    moments = [chance.uniform(0.0, last) for _ in range(effort.pick(2000, 10))]
    few = moments[: effort.pick(5, 1)]
    if [result.at(moment) for moment in few] != [_scanned(result, moment) for moment in few]:
        msg = "the index finds something else than a scan"
        raise AssertionError(msg)
    measures = {
        "at": timed(lambda: [result.at(moment) for moment in moments]),
        "scan": timed(lambda: [_scanned(result, moment) for moment in few]),
        "index": timed(lambda: vidiom.Result.model_copy(result).at(0.0)),
    }
    least = alternating(measures, rounds=effort.pick(5, 1))
    one, scan = least["at"] / len(moments), least["scan"] / len(few)
    return Table(
        title="Documents: what is on at a moment",
        note=f"`Result.at` among {len(result.detections):,} detections; the baseline looks at "
        "each of them. The first question also builds the index.",
        columns=("operation", "time", "linear scan", "ratio"),
        rows=(
            Row(("`at`, each", duration(one), duration(scan), times(one / scan))),
            Row(("the first `at`", duration(least["index"]), duration(scan), "")),
        ),
    )


def _scanned(result: vidiom.Result, moment: float) -> tuple[vidiom.AnyDetection, ...]:
    return tuple(one for one in result.detections if one.is_on_at(moment))
