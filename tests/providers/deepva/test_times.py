"""Wall-clock times of jobs in every notation, and subtitles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidiom.schema.segments import Word
from vidiom_deepva.subtitles import cues, is_srt, words
from vidiom_deepva.times import moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-06-11 09:28:44.615000", datetime(2024, 6, 11, 9, 28, 44, 615000, UTC)),
        ("8/27/2020, 4:20:41 PM", datetime(2020, 8, 27, 16, 20, 41, tzinfo=UTC)),
        ("8/27/2020, 4:20:41\u202fPM", datetime(2020, 8, 27, 16, 20, 41, tzinfo=UTC)),
        ("8/27/2020, 4:20:41\u00a0am", datetime(2020, 8, 27, 4, 20, 41, tzinfo=UTC)),
        ("12/31/2020, 12:00:00 AM", datetime(2020, 12, 31, 0, 0, tzinfo=UTC)),
        ("12/31/2020 12:05 PM", datetime(2020, 12, 31, 12, 5, tzinfo=UTC)),
        ("2024-06-11T09:28:44Z", datetime(2024, 6, 11, 9, 28, 44, tzinfo=UTC)),
        ("2024-06-11T11:28:44.5+02:00", datetime(2024, 6, 11, 9, 28, 44, 500000, UTC)),
        ("2024-06-11T09:28:44.123456789", datetime(2024, 6, 11, 9, 28, 44, 123456, UTC)),
        ("2024-06-11", datetime(2024, 6, 11, tzinfo=UTC)),
    ],
)
def test_every_notation_is_read_as_utc(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "soon",
        "13/31/2020, 1:00:00 PM",
        "27/8/2020, 4:20:41 PM",
        "8/27/2020, 0:20:41 PM",
        "8/27/2020, 13:20:41 PM",
        "2024-13-01 00:00:00",
        "0001-01-01T00:00:00+14:00",
        "\u0662\u0660\u0662\u0664-06-11 09:28:44",
    ],
)
def test_what_cannot_be_read_is_no_time_and_no_error(text: str | None) -> None:
    assert moment(text) is None


MOMENTS = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2100, 1, 1))  # noqa: DTZ001 - a zone is what they lack


@given(MOMENTS)
def test_the_notation_with_microseconds_says_the_same(when: datetime) -> None:
    assert moment(when.strftime("%Y-%m-%d %H:%M:%S.%f")) == when.replace(tzinfo=UTC)


@given(MOMENTS)
def test_the_american_notation_says_the_same_to_the_second(when: datetime) -> None:
    hour = when.hour % 12 or 12
    half = "PM" if when.hour >= 12 else "AM"
    text = f"{when.month}/{when.day}/{when.year}, {hour}:{when:%M:%S} {half}"
    assert moment(text) == when.replace(microsecond=0, tzinfo=UTC)


@given(MOMENTS, st.integers(-12 * 60, 14 * 60))
def test_an_offset_is_taken_into_account(when: datetime, minutes: int) -> None:
    zoned = when.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(zoned.isoformat()) == zoned


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    read = moment(text)
    assert read is None or read.tzinfo is UTC


# --- subtitles ------------------------------------------------------------------------------------


def test_underlined_words_have_the_time_of_their_cue() -> None:
    content = (
        b"1\r\n00:00:01,000 --> 00:00:01,500\r\n<u>Good</u> <i>morning</i>\r\n\r\n"
        b"2\r\n00:00:01,500 --> 00:00:02,250\r\nGood <i><u>morning</u></i>\r\n"
    )
    assert is_srt(content)
    assert words(content) == (Word("Good", 1.0, 1.5), Word("morning", 1.5, 2.25))
    assert [one.plain for one in cues(content)] == ["Good morning", "Good morning"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"1\n00:00:01 --> 00:00:02\n<u>no milliseconds</u>\n",
        b"1\n00:00:02,000 --> 00:00:01,000\n<u>ends before it starts</u>\n",
        b"00:00:01,000 --> 00:00:02,000\n<u></u>\n",
        b"00:00:01,000 --> 00:00:02,000\nnothing underlined\n",
    ],
)
def test_damaged_cues_have_no_words(content: bytes) -> None:
    assert words(content) == ()


@given(st.binary(max_size=400))
def test_no_content_breaks_the_reading_of_subtitles(content: bytes) -> None:
    assert all(one.start <= one.end for one in words(content))
