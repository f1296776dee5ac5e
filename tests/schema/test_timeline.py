"""What is on at a moment: the same as asking every interval, without asking every interval."""

from __future__ import annotations

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.schema.strategies import segments

from vidiom.schema.detections import Label
from vidiom.schema.provenance import Provenance
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment
from vidiom.schema.timeline import Timeline

PROVENANCE = Provenance(provider="x", adapter_version="1")
# on a grid, so that bounds meet each other and the moments asked for
grid = (
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted).map(lambda p: Segment(p[0], p[1]))
)
owned = st.lists(st.tuples(st.integers(0, 5), grid | segments), max_size=24)


class CountingTimeline(Timeline):
    """Counts the nodes that a query looks at."""

    looks = 0

    def _reaches_beyond(self, node: int, seconds: float) -> bool:
        self.looks += 1
        return super()._reaches_beyond(node, seconds)


def looks(intervals: list[Segment], seconds: float) -> int:
    timeline = CountingTimeline(enumerate(intervals))
    expected = [n for n, one in enumerate(intervals) if one.contains(seconds)]
    assert timeline.owners_at(seconds) == expected
    return timeline.looks


@given(owned, st.integers(-1, 10) | st.floats(-1, 10))
def test_the_owners_at_a_moment_are_those_of_the_intervals_that_contain_it(
    pairs: list[tuple[int, Segment]], seconds: float
) -> None:
    expected = sorted({owner for owner, one in pairs if one.contains(seconds)})
    assert Timeline(pairs).owners_at(seconds) == expected


@given(owned)
def test_every_bound_of_every_interval_is_answered_as_by_asking_all(
    pairs: list[tuple[int, Segment]],
) -> None:
    timeline = Timeline(pairs)
    for _, one in pairs:
        for seconds in (one.start, one.end):
            assert timeline.owners_at(seconds) == sorted(
                {owner for owner, other in pairs if other.contains(seconds)}
            )


SIZE = 4096
CONTIGUOUS = [Segment(n, n + 1) for n in range(SIZE)]
SAME_END = [Segment(n, SIZE) for n in range(SIZE)]
SAME_START = [Segment(0, n + 1) for n in range(SIZE)]
INSTANTS = [Segment(n, n) for n in range(SIZE)]
NESTED = [Segment(n, 2 * SIZE - n) for n in range(SIZE)]
ONE_LONG = [Segment(0, SIZE), *CONTIGUOUS[1:]]


@pytest.mark.parametrize(
    ("intervals", "seconds"),
    [
        (CONTIGUOUS, 2000.5),
        (CONTIGUOUS, 2000),
        (CONTIGUOUS, -1),
        (CONTIGUOUS, SIZE),
        (SAME_END, SIZE),
        (SAME_END, 1.5),
        (SAME_START, SIZE - 1.5),
        (INSTANTS, 17),
        (INSTANTS, 17.5),
        (NESTED, 2.5),
        (NESTED, 2 * SIZE),
        (ONE_LONG, 3000.5),
    ],
)
def test_a_query_looks_at_few_of_many_intervals(intervals: list[Segment], seconds: float) -> None:
    assert looks(intervals, seconds) <= 100


def test_a_query_in_a_timeline_a_thousand_times_as_long_takes_ten_steps_more() -> None:
    short = looks([Segment(n, n + 1) for n in range(64)], 32.5)
    long = looks([Segment(n, n + 1) for n in range(65_536)], 32_768.5)
    assert long - short <= 2 * 10


def test_nothing_is_on_at_no_moment() -> None:
    assert Timeline([(0, Segment(0, 1)), (1, Segment(2, 2))]).owners_at(nan) == []
    assert Timeline([]).owners_at(0.0) == []


@given(st.lists(st.lists(grid, max_size=3), max_size=8), st.integers(-1, 10))
def test_a_result_tells_what_is_on_in_the_order_of_its_detections(
    spans: list[list[Segment]], seconds: float
) -> None:
    detections = tuple(
        Label(id=str(number), label="x", segments=tuple(some)) for number, some in enumerate(spans)
    )
    result = Result(detections=detections, provenance=PROVENANCE)
    assert result.at(seconds) == tuple(one for one in detections if one.is_on_at(seconds))
