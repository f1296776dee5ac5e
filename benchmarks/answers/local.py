"""Raw answers of the provider ``local``, in its own wire format."""

from __future__ import annotations

import random
from collections.abc import Mapping

from vidiom_local import wire

__all__ = ["faces", "texts"]

_BYTES_A_BOX = 46
_BYTES_A_LINE = 470

_ANALYSIS = wire.Analysis("vidiom-local", {"vidiom-local": "1"}, {})


def texts(megabytes: float) -> Mapping[str, bytes]:
    """Many lines of text, each with a few boxes."""
    chance = random.Random(5)
    count = max(1, int(megabytes * 1e6 / _BYTES_A_LINE))
    lines = [_line(chance, number) for number in range(count)]
    part = wire.TextPart(
        format=wire.FORMAT,
        part="text",
        analysis=_ANALYSIS,
        problems=[],
        complete=True,
        covered_seconds=count * 1.5 + 8.0,
        lines=lines,
    )
    return {"text": wire.write(part)}


def faces(megabytes: float) -> Mapping[str, bytes]:
    """A few hundred faces with a box for every frame."""
    chance = random.Random(6)
    boxes = max(1, int(megabytes * 1e6 / _BYTES_A_BOX))
    tracks = max(1, boxes // 5000)
    length = boxes // tracks
    found = [
        wire.FaceTrack(
            start=number * length * 0.04,
            end=(number + 1) * length * 0.04,
            confidence=round(chance.random(), 3),
            boxes=_boxes(chance, number * length * 0.04, length, 0.04),
        )
        for number in range(tracks)
    ]
    part = wire.FacesPart(
        format=wire.FORMAT,
        part="faces",
        analysis=_ANALYSIS,
        problems=[],
        complete=True,
        covered_seconds=boxes * 0.04,
        tracks=found,
    )
    return {"faces": wire.write(part)}


def _line(chance: random.Random, number: int) -> wire.TextLine:
    start = number * 1.5
    return wire.TextLine(
        text=f"A line of text on the screen, number {number}",
        start=start,
        end=start + 3.5,
        confidence=round(chance.random(), 3),
        readings=7,
        variants={f"A Iine of text on the screen, number {number}": 1},
        boxes=_boxes(chance, start, 5, 0.5),
    )


def _boxes(chance: random.Random, start: float, count: int, interval: float) -> wire.Boxes:
    columns = [[round(chance.uniform(0.0, 0.5), 4) for _ in range(count)] for _ in range(5)]
    x, y, width, height, confidence = columns
    times = [round(start + number * interval, 3) for number in range(count)]
    return wire.Boxes(times, x, y, width, height, confidence)
