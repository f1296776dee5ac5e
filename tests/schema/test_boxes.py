"""Places: boxes in fractions of the frame, and tracks of them in columns."""

from __future__ import annotations

from array import array
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.schema.strategies import boxes, moments, tracks

from vidiom.schema.boxes import Box, Track

COLUMNS = ("times", "x", "y", "width", "height")
in_frame = st.builds(Box, *[st.floats(0, 1)] * 4)


@given(boxes | in_frame, boxes | in_frame)
def test_intersection_over_union_is_symmetric_and_a_share(one: Box, other: Box) -> None:
    share = one.intersection_over_union(other)
    assert share == other.intersection_over_union(one)
    assert 0 <= share <= 1


@given(in_frame)
def test_a_box_with_an_area_is_all_of_itself(box: Box) -> None:
    assert box.intersection_over_union(box) == (1 if box.area > 0 else 0)


@given(in_frame, in_frame)
def test_boxes_apart_share_nothing(one: Box, other: Box) -> None:
    moved = Box(other.x + 3, other.y, other.width, other.height)
    assert one.intersection_over_union(moved) == 0


def test_a_known_intersection_over_union() -> None:
    share = Box(0, 0, 0.5, 0.5).intersection_over_union(Box(0.25, 0, 0.5, 0.5))
    assert share == pytest.approx(1 / 3)
    assert Box(0.25, 0.5, 0.5, 0.25).pixels(640, 480) == (160, 240, 320, 120)


@pytest.mark.parametrize(
    "values",
    [
        (0, 0, -0.1, 1),
        (0, 0, 1, -0.1),
        (nan, 0, 1, 1),
        (0, 0, nan, 1),
        (inf, 0, 1, 1),
        (0, 0, 1, inf),
    ],
)
def test_a_box_that_is_none_is_refused(values: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="finite and its sides are not negative"):
        Box(*values)


def test_a_box_beyond_the_frame_keeps_its_true_extent() -> None:
    assert Box(-0.5, 0.9, 2.0, 0.5).area == 1.0


@given(tracks, moments)
def test_a_track_is_where_its_last_box_was(track: Track, moment: float) -> None:
    before = [box for seconds, box in track.boxes() if seconds <= moment]
    assert track.at(moment) == (before[-1] if before else None)


@given(tracks)
def test_a_track_is_made_again_of_its_own_boxes(track: Track) -> None:
    sure = None if track.confidences is None else list(track.confidences)
    assert Track.of(track.boxes(), confidences=sure, interval=track.interval) == track
    assert len(track) == len(list(track.boxes()))


def test_an_unknown_confidence_of_a_box_is_a_gap() -> None:
    box = Box(0, 0, 1, 1)
    track = Track.of([(0.0, box), (1.0, box)], confidences=[None, 0.5])
    assert '"confidences":[null,0.5]' in track.model_dump_json()


def test_a_column_of_doubles_is_taken_without_a_copy_and_viewed_without_one() -> None:
    times = array("d", [0.0, 1.0])
    track = Track(times=times, x=times, y=times, width=times, height=times)
    assert track.times is times
    view = memoryview(track.x)
    assert (view.format, view.nbytes) == ("d", 16)
    view.release()


def test_an_empty_track_is_a_track() -> None:
    track = Track.of([])
    assert track
    assert len(track) == 0
    assert track.at(0.0) is None


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize(
    "column",
    [
        *(b"12345678", bytearray(8), memoryview(b"12345678"), "1", {1.0: 2.0}, {1.0}),
        *(["1"], [None], [nan], [inf], [10**400], 1.0, None),
    ],
    ids=repr,
)
def test_what_is_no_column_of_numbers_is_refused(name: str, column: object) -> None:
    good: dict[str, object] = {one: [0.0] for one in COLUMNS}
    with pytest.raises(ValidationError, match=name):
        Track.model_validate({**good, name: column})


@given(st.lists(st.floats(0, 1) | st.just(nan), min_size=1, max_size=6))
def test_a_confidence_beyond_its_scale_is_found_among_gaps(column: list[float]) -> None:
    at = [0.0] * (len(column) + 1)
    with pytest.raises(ValidationError, match="a confidence is from 0 to 1"):
        Track(times=at, x=at, y=at, width=at, height=at, confidences=[*column, 1.5])
