"""Boxes read as plain numbers are those that reading them one by one would give."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom_valossa.tracks import tracks

Box = dict[str, object]
Placed = list[tuple[float, float, float, float, float]]

_FRACTION = st.floats(0, 1).map(lambda value: round(value, 4))


@st.composite
def rows(draw: st.DrawFn, *, boxes: int = 3) -> list[list[Box]]:
    """Shots, in each of which the same detections are seen in every frame, or nobody is."""
    found: list[list[Box]] = []
    for _ in range(draw(st.integers(1, 4))):
        seen = draw(st.lists(st.integers(1, 5).map(str), max_size=boxes, unique=True))
        found += [
            [{"id": one} | {name: draw(_FRACTION) for name in "xywh"} for one in seen]
            for _ in range(draw(st.integers(1, 4)))
        ]
    return found


def one_by_one(frames: list[list[Box]]) -> dict[str, Placed]:
    found: dict[str, Placed] = {}
    for frame, row in enumerate(frames):
        for box in row:
            x, y, w, h = (float(str(box[name])) for name in "xywh")
            found.setdefault(str(box["id"]), []).append((float(frame), x, y, w, h))
    return found


def read(content: bytes) -> tuple[dict[str, Placed], Sequence[object]]:
    notes = Notes()
    found = tracks(msgspec.Raw(content), map(float, count()), None, Salvage("part", notes), "")
    placed = {
        owner: list(zip(one.times, one.x, one.y, one.width, one.height, strict=True))
        for owner, one in found.items()
    }
    return placed, list(notes.notices())


@given(rows(), st.sampled_from([(",", ":"), (", ", ": "), (",\n ", " : ")]))
def test_however_they_are_written(frames: list[list[Box]], separators: tuple[str, str]) -> None:
    assert read(json.dumps(frames, separators=separators).encode()) == (one_by_one(frames), [])


@pytest.mark.parametrize("gap", [[], [[]], [[], []]])
def test_over_several_stretches_with_gaps_anywhere(gap: list[list[Box]]) -> None:
    shots = [
        [
            {"id": str(shot % 7 + place), "x": frame / 300, "y": 0.5, "w": 0.25, "h": 0.125}
            for place in range(shot % 4)
        ]
        for shot in range(40)
        for frame in range(60)
    ]
    frames = [*gap, *shots[:1000], *gap, *shots[1000:], *gap]
    content = json.dumps(frames, separators=(",", ":")).encode()
    assert len(content) > 3 * (1 << 15)
    assert read(content) == (one_by_one(frames), [])


def test_one_box_that_is_written_otherwise_is_read_like_the_others() -> None:
    plain: Box = {"id": "1", "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
    frames = [[plain], [plain | {"note": "blurred"}], [], [plain]]
    assert read(json.dumps(frames).encode()) == (one_by_one(frames), [])
