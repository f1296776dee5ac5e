"""Findings that are built without a second check are refused where they cannot be."""

from __future__ import annotations

import msgspec
import pytest

import vidiom
from vidiom.errors import MalformedAnswer
from vidiom.schema.detections import Text
from vidiom_local import wire

BOXES = {
    "time": [0.0, 0.5],
    "x": [0.1, 0.1],
    "y": [0.2, 0.2],
    "width": [0.3, 0.3],
    "height": [0.1, 0.1],
    "confidence": [0.9, 0.8],
}


def answer(**changes: object) -> bytes:
    line = {
        "text": "NORDLYS",
        "start": 0.0,
        "end": 1.0,
        "confidence": 0.9,
        "readings": 2,
        "variants": {},
        "boxes": BOXES,
        **changes,
    }
    part = {
        "format": wire.FORMAT,
        "part": "text",
        "analysis": {"name": "vidiom-local", "versions": {}, "parameters": {}},
        "problems": [],
        "complete": True,
        "lines": [line],
    }
    return msgspec.json.encode(part)


def test_a_line_is_what_the_checked_model_would_be() -> None:
    (line,) = vidiom.normalize("local", {"text": answer()}).texts
    assert line == Text.model_validate(line.model_dump())
    assert line.track is not None
    assert (list(line.track.times), line.confidence, line.box) == ([0.0, 0.5], 0.9, None)
    assert line.attributes == {"readings": 2}


@pytest.mark.parametrize(
    "changes",
    [
        {"confidence": 1.5},
        {"confidence": -0.1},
        {"end": -1.0},
        {"boxes": BOXES | {"time": [0.5, 0.0]}},
        {"boxes": BOXES | {"width": [-0.3, 0.3]}},
        {"boxes": BOXES | {"x": [0.1]}},
        {"boxes": BOXES | {"confidence": [0.9, 1.8]}},
    ],
)
def test_a_line_that_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedAnswer, match=r"a value is out of its range\.$"):
        vidiom.normalize("local", {"text": answer(**changes)})
