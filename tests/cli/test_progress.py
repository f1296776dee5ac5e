"""How far the work is, in plain lines; with a clock that a test turns."""

from __future__ import annotations

from vidiom.cli.progress import Pace, PlainProgress, duration_words
from vidiom.flow.effects import Progress


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_news_come_at_once_and_then_one_every_few_seconds() -> None:
    clock, lines = Clock(), list[str]()
    tell = PlainProgress(lines.append, clock)
    for second in range(11):
        clock.now = 100.0 + second
        tell(Progress("running", fraction=second / 10, eta_seconds=10 - second))
    assert lines == [
        "vidiom: running, 0 %, about 10 s left",
        "vidiom: running, 50 %, about 5 s left",
        "vidiom: running, 100 %, about 1 s left",
    ]


def test_the_same_news_are_not_told_twice() -> None:
    clock, lines = Clock(), list[str]()
    tell = PlainProgress(lines.append, clock)
    for second in (0, 60, 120):
        clock.now = 100.0 + second
        tell(Progress("queued"))
    assert lines == ["vidiom: queued"]


def test_a_transfer_is_timed_by_its_own_pace_once_that_can_be_believed() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.eta(Progress("upload", done=0, total=1000)) is None
    clock.now += 1
    assert pace.eta(Progress("upload", done=100, total=1000)) is None
    clock.now += 9
    assert pace.eta(Progress("upload", done=250, total=1000)) == 30.0


def test_a_transfer_that_goes_on_where_it_stopped_counts_only_what_it_moved() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.eta(Progress("upload", done=900, total=1000))
    clock.now += 10
    assert pace.eta(Progress("upload", done=950, total=1000)) == 10.0


def test_what_the_provider_says_is_passed_on_and_nothing_is_invented() -> None:
    assert Pace(Clock()).eta(Progress("running", fraction=0.5, eta_seconds=3)) == 3
    assert Pace(Clock()).eta(Progress("running", fraction=0.5)) is None


def test_lengths_of_time_are_no_more_exact_than_they_can_be() -> None:
    words = [duration_words(seconds) for seconds in (0.2, 59, 61, 3599, 5400)]
    assert words == ["1 s", "59 s", "1 min", "1 h 0 min", "1 h 30 min"]
