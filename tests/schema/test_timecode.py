"""Frames and SMPTE timecode are exact over a whole day, at every rate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.schema.strategies import SMPTE_RATES

from vidiom.schema.segments import Segment
from vidiom.schema.timecode import frame_at, parse_timecode, seconds_at, timecode

NTSC = Fraction(30000, 1001)
DROP_FRAME_RATES = [NTSC * multiple for multiple in (1, 2, 4)]
COUNTINGS = [(rate, False) for rate in SMPTE_RATES] + [(rate, True) for rate in DROP_FRAME_RATES]
DAY = 86_400

rates = st.sampled_from(SMPTE_RATES)
countings = st.sampled_from(COUNTINGS)


def per_second(rate: Fraction) -> int:
    """How many numbers a second of timecode has: the rate, rounded up."""
    return -(-rate.numerator // rate.denominator)


def frames_a_day(rate: Fraction, *, drop_frame: bool) -> int:
    """How many frames have a timecode of their own."""
    base = per_second(rate)
    dropped = base // 15 * 9 * 6 * 24 if drop_frame else 0
    return base * DAY - dropped


@given(countings, st.floats(0, 1, exclude_max=True))
def test_a_timecode_names_one_frame_of_the_day(
    counting: tuple[Fraction, bool], position: float
) -> None:
    rate, drop_frame = counting
    frame = int(position * frames_a_day(rate, drop_frame=drop_frame))
    assert parse_timecode(timecode(frame, rate, drop_frame=drop_frame), rate) == frame


@pytest.mark.parametrize("counting", COUNTINGS, ids=str)
def test_the_frames_around_every_minute_of_the_day_keep_their_names(
    counting: tuple[Fraction, bool],
) -> None:
    rate, drop_frame = counting
    day = frames_a_day(rate, drop_frame=drop_frame)
    for minute in range(24 * 60):
        border = day * minute // (24 * 60)
        for frame in range(max(0, border - 4), border + 12):
            assert parse_timecode(timecode(frame, rate, drop_frame=drop_frame), rate) == frame


@pytest.mark.parametrize("rate", DROP_FRAME_RATES, ids=str)
def test_drop_frame_counts_on_without_a_gap_but_at_the_minutes(rate: Fraction) -> None:
    """All of ten minutes and their ends, against counting by hand."""
    base = per_second(rate)
    dropped = base // 15
    expected = [
        f"00:{minute:02}:{second:02};{frame:0{len(str(base - 1))}}"
        for minute in range(11)
        for second in range(60)
        for frame in range(base)
        if minute % 10 == 0 or second > 0 or frame >= dropped
    ]
    counted = [timecode(frame, rate, drop_frame=True) for frame in range(len(expected))]
    assert counted == expected


@pytest.mark.parametrize("counting", COUNTINGS, ids=str)
def test_timecode_starts_again_after_a_day(counting: tuple[Fraction, bool]) -> None:
    rate, drop_frame = counting
    day = frames_a_day(rate, drop_frame=drop_frame)
    assert timecode(day, rate, drop_frame=drop_frame) == timecode(0, rate, drop_frame=drop_frame)
    assert parse_timecode(timecode(day - 1, rate, drop_frame=drop_frame), rate) == day - 1
    assert timecode(day + 5, rate, drop_frame=drop_frame)[-1] == "5"


@given(rates, st.floats(0, 1))
def test_a_frame_is_found_again_by_its_own_time(rate: Fraction, position: float) -> None:
    frame = int(position * DAY * rate)
    assert frame_at(seconds_at(frame, rate), rate) == frame


@pytest.mark.parametrize("rate", SMPTE_RATES, ids=str)
def test_the_last_frames_of_a_day_are_found_again_by_their_times(rate: Fraction) -> None:
    last = int(DAY * rate)
    for frame in range(last - 3000, last + 1):
        assert frame_at(seconds_at(frame, rate), rate) == frame


@given(rates, st.floats(-DAY, DAY))
def test_the_frame_of_a_moment_is_the_nearest_one(rate: Fraction, seconds: float) -> None:
    distance = Fraction(seconds) * rate - frame_at(seconds, rate)
    assert Fraction(-1, 2) <= distance < Fraction(1, 2)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (0, "00:00:00;00"),
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107892, "01:00:00;00"),
        (2589407, "23:59:59;29"),
    ],
)
def test_known_drop_frame_timecodes(frame: int, text: str) -> None:
    assert timecode(frame, NTSC, drop_frame=True) == text
    assert parse_timecode(text, NTSC) == frame


@pytest.mark.parametrize(
    ("seconds", "rate", "drop_frame", "text"),
    [
        (3602.16, NTSC, True, "01:00:02;05"),
        (3600.0, NTSC, True, "01:00:00;00"),
        (3600.0, NTSC, False, "00:59:56:12"),
        (3600.0, Fraction(25), False, "01:00:00:00"),
        (1.5, Fraction(24), False, "00:00:01:12"),
        (3600.0, Fraction(60000, 1001), True, "01:00:00;00"),
        (1.0, Fraction(120), False, "00:00:01:000"),
        (0.99, Fraction(100), False, "00:00:00:99"),
    ],
)
def test_known_timecodes_of_moments(
    seconds: float, rate: Fraction, drop_frame: bool, text: str
) -> None:
    assert timecode(frame_at(seconds, rate), rate, drop_frame=drop_frame) == text


@pytest.mark.parametrize(
    "text",
    [
        "00:01:00;00",  # left out by drop-frame
        "00:01:00;01",
        "00:00:00:30",  # one frame too many
        "00:00:60:00",
        "00:60:00:00",
        "24:00:00:00",
        "0:00:00:00",
        "00:00:00",
        "00:00:00:0",
        "00:00:00:00\n",
        " 00:00:00:00",
        "-00:00:00:00",
        "00:00:00:00".replace("0", "\N{ARABIC-INDIC DIGIT ZERO}"),
        "",
    ],
)
def test_what_is_no_timecode_at_this_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"timecode|leaves this number out"):
        parse_timecode(text, NTSC)


def test_a_dot_marks_drop_frame_as_a_semicolon_does() -> None:
    assert parse_timecode("00:01:00.02", NTSC) == 1800


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30), Fraction(24000, 1001)], ids=str)
def test_drop_frame_is_refused_at_rates_without_it(rate: Fraction) -> None:
    with pytest.raises(ValueError, match="drop-frame is defined for"):
        timecode(0, rate, drop_frame=True)
    with pytest.raises(ValueError, match="drop-frame is defined for"):
        parse_timecode("00:00:00;00", rate)


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        timecode(-1, NTSC)
    with pytest.raises(ValueError, match="above zero"):
        timecode(0, Fraction(0))


@pytest.mark.parametrize(
    "rate", [Fraction(1, 10), Fraction(1, 2), Fraction(2997, 100), Fraction(1000)], ids=str
)
def test_rates_of_no_standard_have_a_timecode_too(rate: Fraction) -> None:
    for frame in range(2000):
        assert parse_timecode(timecode(frame, rate), rate) == frame


def test_a_segment_gives_its_frames_and_timecodes() -> None:
    segment = Segment(1.0, 2.0)
    assert segment.frames(Fraction(25)) == range(25, 50)
    assert segment.timecode(Fraction(25)) == ("00:00:01:00", "00:00:02:00")
    assert segment.timecode(NTSC, drop_frame=True) == ("00:00:01;00", "00:00:02;00")
