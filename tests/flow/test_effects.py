"""Effects and headers as values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidiom.flow.effects import Headers, Send
from vidiom.flow.stopping import Stop, Stopped


def test_headers_are_found_in_any_case() -> None:
    headers = Headers([("Content-Type", "a"), ("X-One", "1"), ("x-ONE", "2")])
    assert headers["CONTENT-TYPE"] == "a"
    assert headers["x-one"] == "1, 2"
    assert headers.get("x-two") is None
    assert list(headers) == ["content-type", "x-one"]
    assert len(headers) == 2


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_no_value_of_a_header_is_lost(pairs: list[tuple[str, str]]) -> None:
    headers = Headers(pairs)
    for name, value in pairs:
        assert value in headers[name]
    assert headers == Headers(pairs)


def test_two_equal_requests_are_equal() -> None:
    one, other = (Send("GET", "https://a.example", headers=(("a", "b"),)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)


def test_a_stop_reaches_what_was_started_before_and_after() -> None:
    above = Stop()
    before = Stop(above)
    above.set()
    for stop in (above, before, Stop(above), Stop(before)):
        with pytest.raises(Stopped):
            stop.check()


def test_a_stop_does_not_reach_what_stands_above() -> None:
    above = Stop()
    Stop(above).set()
    above.check()
