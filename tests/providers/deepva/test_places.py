"""Places of rows: the quick way of what is as documented finds what the tolerant way finds."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vidiom.provider.notes import Notes
from vidiom.schema.boxes import Box
from vidiom.schema.provenance import Notice, Source
from vidiom_deepva.places import NOWHERE, Place, place_of
from vidiom_deepva.rows import Row, whole_detections_of

SOURCE = Source("detailed_results/0", "/data/0")
SHARES = st.floats(-0.5, 1.5)
SIDES = st.floats(0, 1.5)
RATES = st.sampled_from([None, Fraction(25), Fraction(30000, 1001)])
DETECTIONS = st.builds(
    lambda frame, x, y, w, h: {
        "frame_index": frame,
        "type": "face_bbox",
        "data": {"x": x, "y": y, "w": w, "h": h},
    },
    st.integers(0, 2000),
    SHARES,
    SHARES,
    SIDES,
    SIDES,
)


def row(detections: object, media_type: Literal["video", "image"] = "video") -> Row:
    return Row(
        media_type=media_type,
        frame_start=100.0,
        frame_end=200.0,
        time_start=4.0,
        time_end=8.0,
        detections=Raw(json.dumps(detections).encode()),
    )


def placed(one: Row, rate: Fraction | None, *, moving: bool = True) -> tuple[Place, list[Notice]]:
    notes = Notes()
    return place_of(one, SOURCE, rate, notes, moving=moving), list(notes.notices())


@given(st.lists(DETECTIONS, max_size=8), RATES, st.booleans(), st.sampled_from(["video", "image"]))
def test_a_place_that_is_no_box_changes_nothing_about_the_others(
    detections: list[object],
    rate: Fraction | None,
    moving: bool,
    media_type: Literal["video", "image"],
) -> None:
    good, bad = row(detections, media_type), row([*detections, {"data": "here"}], media_type)
    assert whole_detections_of(good) is not None
    assert whole_detections_of(bad) is None
    quick, nothing = placed(good, rate, moving=moving)
    tolerant, told = placed(bad, rate, moving=moving)
    assert quick == tolerant
    assert nothing == []
    assert told


def test_a_box_and_a_track_have_the_vendors_numbers() -> None:
    face = {"frame_index": 125, "data": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}}
    earlier = {"frame_index": 110, "data": {"x": 0.5, "y": 0.6, "w": 0.7, "h": 0.8}}
    still, _ = placed(row([face]), Fraction(25), moving=False)
    moving, _ = placed(row([face, earlier]), Fraction(25))
    assert still == Place(Box(0.1, 0.2, 0.3, 0.4))
    assert moving.track is not None
    assert list(moving.track.boxes()) == [
        (4.4, Box(0.5, 0.6, 0.7, 0.8)),
        (5.0, Box(0.1, 0.2, 0.3, 0.4)),
    ]


@pytest.mark.parametrize("written", [b"[]", b"[ ]", b"\n[\n]\n", b"null", b"{}"])
def test_a_row_without_places_is_nowhere(written: bytes) -> None:
    one = Row(media_type="video", detections=Raw(written))
    assert placed(one, Fraction(25))[0] == NOWHERE
