"""Intervals of time: half-open, finite, and merged without losing a moment."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.schema.strategies import moments, segments

from vidiom.schema.segments import Segment, Word, merged, total_duration


@given(segments, moments)
def test_a_segment_contains_its_start_and_not_its_end(segment: Segment, moment: float) -> None:
    assert segment.contains(segment.start)
    assert segment.contains(segment.end) == (segment.start == segment.end)
    assert segment.contains(moment) == (
        segment.start <= moment < segment.end or segment.start == moment == segment.end
    )


@given(segments, segments)
def test_overlap_is_symmetric_and_no_longer_than_either(one: Segment, other: Segment) -> None:
    assert one.overlap(other) == other.overlap(one)
    assert 0 <= one.overlap(other) <= min(one.duration, other.duration)


@given(segments)
def test_a_segment_overlaps_itself_in_full(segment: Segment) -> None:
    assert segment.overlap(segment) == segment.duration


@given(st.lists(segments, max_size=8), moments)
def test_merging_keeps_every_moment_and_adds_none(some: list[Segment], moment: float) -> None:
    asked = [moment, *(one.start for one in some), *(one.end for one in some)]
    union = merged(some)
    for seconds in asked:
        before = any(one.start <= seconds <= one.end for one in some)
        assert any(one.start <= seconds <= one.end for one in union) == before


@given(st.lists(segments, max_size=8))
def test_merged_intervals_are_apart_and_in_order(some: list[Segment]) -> None:
    union = merged(some)
    assert all(one.end < other.start for one, other in pairwise(union))
    assert merged(union) == union


def test_intervals_within_the_gap_are_joined() -> None:
    some = [Segment(3, 4), Segment(0, 1), Segment(1.5, 2)]
    assert merged(some, gap=0.5) == (Segment(0, 2), Segment(3, 4))
    assert total_duration([Segment(0, 2), Segment(1, 3), Segment(2, 2.5)]) == 3


@pytest.mark.parametrize(
    ("start", "end"), [(1, 0), (nan, 1), (0, nan), (nan, nan), (0, inf), (-inf, 0), (inf, inf)]
)
@pytest.mark.parametrize("sort", ["segment", "word"])
def test_an_interval_that_is_none_is_refused(sort: str, start: float, end: float) -> None:
    with pytest.raises(ValueError, match="ends at or after its start"):
        Segment(start, end) if sort == "segment" else Word("x", start, end)


@pytest.mark.parametrize("confidence", [1.5, -0.1, nan, inf])
@pytest.mark.parametrize("sort", ["segment", "word"])
def test_a_confidence_beyond_its_scale_is_refused(sort: str, confidence: float) -> None:
    with pytest.raises(ValueError, match="a confidence is from 0 to 1"):
        Segment(0, 1, confidence) if sort == "segment" else Word("x", 0, 1, confidence)


def test_segments_are_values_that_cannot_be_changed() -> None:
    segment = Segment(0.0, 1.0, 0.5)
    assert {segment, Segment(0, 1, 0.5)} == {segment}
    with pytest.raises(dataclasses.FrozenInstanceError):
        segment.end = 2.0  # type: ignore[misc]
