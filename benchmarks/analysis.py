"""Local analysis of real media: real-time factor, memory, and what each detector costs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import av

from benchmarks.film import SAMPLE, Film, film
from benchmarks.measuring import Effort
from benchmarks.processes import Found, call
from benchmarks.tables import Row, Table, at_most, duration, size, times
from vidiom_local.folder import JobFolder, WorkItem, WorkOrder
from vidiom_local.normalize import DEFAULT_FEATURES, engine_features

__all__ = ["tables"]

DETECTORS = engine_features(DEFAULT_FEATURES)
LIGHT = ("black", "colors", "freeze", "loudness", "shots", "silence")
CONSTANT = 1.2
"""What "constant memory" allows: the longer film's peak over the shorter one's."""


def tables(effort: Effort) -> Iterator[Table]:
    """Whole analyses, then one detector at a time."""
    short, long = effort.pick((Film(120), Film(600)), (Film(2, 320, 180), Film(4, 320, 180)))
    wanted = effort.pick(DETECTORS, LIGHT)
    yield _whole(short, long, wanted, effort)
    yield _detectors(short, wanted)


def _whole(short: Film, long: Film, wanted: Sequence[str], effort: Effort) -> Table:
    rounds = effort.pick(3, 1)
    clip = _best([_worked(SAMPLE, wanted) for _ in range(rounds)])
    shorter, longer = _worked(film(short), wanted), _worked(film(long), wanted)
    rows = [
        _row("the sample clip", SAMPLE, clip),
        _row(short.name, film(short), shorter),
        _row(long.name, film(long), longer),
        _row(f"{long.name}, no models", film(long), _worked(film(long), LIGHT)),
    ]
    if not effort.quick:
        rows.append(_client_row())
        large = Film(120, 1280, 720)
        rows.append(_row(large.name, film(large), _worked(film(large), wanted)))
    ratio = longer["peak"] / shorter["peak"]
    cells = ("memory: the longer film over the shorter", "", "", "", "", times(ratio))
    rows.append(Row(cells, at_most(ratio, CONSTANT, f"{CONSTANT} ×")))  # noqa: RUF001
    return Table(
        title="Local analysis",
        note="Every default detector, in the worker process of one job, from the process's start "
        "to its end, the loading of the models included. The real-time factor is seconds of media "
        "for each second of the clock.",
        columns=("media", "length", "time", "processor time", "real-time factor", "peak memory"),
        rows=tuple(rows),
    )


def _best(found: Sequence[Found]) -> Found:
    return min(found, key=lambda one: one["seconds"])


def _row(name: str, path: Path, found: Found) -> Row:
    length = _length(path)
    return Row(
        (
            name,
            duration(length),
            duration(found["seconds"]),
            duration(found["cpu"]),
            times(length / found["seconds"]),
            size(found["peak"]),
        )
    )


def _client_row() -> Row:
    found = call("benchmarks.analysis_process:client", str(SAMPLE))
    length, seconds = _length(SAMPLE), found["seconds"]
    name = "the sample clip by `Client.analyze`, worker not counted in memory"
    cells = (duration(length), duration(seconds), "", times(length / seconds))
    return Row((name, *cells, size(found["peak"])))


def _detectors(short: Film, wanted: Sequence[str]) -> Table:
    path = film(short)
    bare = _called("decoding", path)
    found = {f"`{name}`": _worked(path, (name,)) for name in wanted}
    found = {"baseline: PyAV decodes all": bare, **found, "all of them": _worked(path, wanted)}
    rows = [_detector_row(name, path, one, bare) for name, one in found.items()]
    return Table(
        title="Local analysis: one detector at a time",
        note=f"The {short.name}, asked for one detector only; what several need (decoding, the "
        "shots) is done once when they are asked for together.",
        columns=(
            "detector",
            "time",
            "processor time",
            "processor time over the baseline's",
            "real-time factor",
            "peak memory",
        ),
        rows=tuple(rows),
    )


def _detector_row(name: str, path: Path, found: Found, bare: Found) -> Row:
    return Row(
        (
            name,
            duration(found["seconds"]),
            duration(found["cpu"]),
            times(found["cpu"] / bare["cpu"]),
            times(_length(path) / found["seconds"]),
            size(found["peak"]),
        )
    )


def _length(path: Path) -> float:
    with av.open(str(path)) as container:
        return (container.duration or 0) / 1e6


def _worked(path: Path, detectors: Sequence[str]) -> Found:
    """One job of the worker process."""
    with tempfile.TemporaryDirectory() as folder:
        job = JobFolder(Path(folder, "job"))
        job.raw.mkdir(parents=True)
        job.write_order(
            WorkOrder(
                correlation="benchmark",
                items=[WorkItem(str(path), path.name)],
                batch=False,
                features=[*detectors],
                slots=str(Path(folder, "slots")),
                max_running=1,
                created=time.time(),
            )
        )
        return _called("work", job.path)


def _called(function: str, path: Path) -> Found:
    begun = time.perf_counter()
    found = call(f"benchmarks.analysis_process:{function}", str(path))
    found["seconds"] = time.perf_counter() - begun
    return found
