"""What is sent again, how often, and after how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import stamina
import stamina.instrumentation
from hypothesis import given, settings
from hypothesis import strategies as st

from vidiom.errors import ConfigurationError, TransportError
from vidiom.flow.body import json_body
from vidiom.flow.effects import Answer, Send, send
from vidiom.flow.exchange import RunSettings
from vidiom.flow.http import http_library
from vidiom.flow.retry import RetryPolicy, Unavailable, retry_after
from vidiom.testing import Asked, CannedVendor, Driving, answer
from vidiom.testing.waiting import SkippingClock

URL = "https://api.example/thing"
GET = Send("GET", URL, repeatable=True)
BUY = Send("POST", URL, body=json_body({"pay": 1}))
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Broken:
    """A vendor whose connection breaks in this way so many times, and then answers."""

    def __init__(self, error: str, times: int = 1_000) -> None:
        self.error = error
        self.left = times
        self.asked = 0

    def __call__(self, asked: Asked) -> Answer:
        self.asked += 1
        if self.left:
            self.left -= 1
            broken: Exception = getattr(http_library(), self.error)("said with api_key=hidden")
            raise broken
        return answer(200, b"at last")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_refusal_is_asked_again(
    drive: Driving, skipping: SkippingClock, status: int
) -> None:
    vendor = CannedVendor([answer(status), answer(status), answer(200, b"at last")])
    assert drive.run(send(GET), vendor).body == b"at last"
    assert len(vendor.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 501])
def test_a_lasting_refusal_is_not_asked_again(
    drive: Driving, skipping: SkippingClock, status: int
) -> None:
    vendor = CannedVendor([answer(status)])
    assert drive.run(send(GET), vendor).status == status
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_is_not_repeatable_is_sent_once_whatever_is_answered(
    drive: Driving, skipping: SkippingClock, status: int
) -> None:
    vendor = CannedVendor([answer(status, headers=[("Retry-After", "1")]), answer(201)])
    assert drive.run(send(BUY), vendor).status == status
    assert len(vendor.asked) == 1
    assert skipping.waits == []


@pytest.mark.parametrize("error", ["ReadTimeout", "WriteTimeout", "ReadError", "ConnectError"])
def test_what_is_not_repeatable_is_sent_once_whatever_breaks(
    drive: Driving, skipping: SkippingClock, error: str
) -> None:
    vendor = Broken(error)
    with pytest.raises(TransportError):
        drive.run(send(BUY), vendor)
    assert vendor.asked == 1


def test_a_broken_connection_is_tried_again(drive: Driving, skipping: SkippingClock) -> None:
    vendor = Broken("ReadError", times=4)
    assert drive.run(send(GET), vendor).body == b"at last"
    assert vendor.asked == 5


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_it_is_tried_as_often_as_the_policy_says(
    drive: Driving, skipping: SkippingClock, attempts: int
) -> None:
    policy = RetryPolicy(attempts=attempts)
    vendor = CannedVendor([answer(503, b"busy")])
    assert drive.run(send(GET), vendor, retry=policy).body == b"busy"
    assert len(vendor.asked) == attempts
    broken = Broken("ReadError")
    with pytest.raises(TransportError):
        drive.run(send(GET), broken, retry=policy)
    assert broken.asked == attempts


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        ("ConnectError", False),
        ("ConnectTimeout", False),
        ("PoolTimeout", False),
        ("ReadTimeout", True),
        ("WriteTimeout", True),
        ("ReadError", True),
        ("WriteError", True),
        ("RemoteProtocolError", True),
    ],
)
def test_an_error_says_whether_the_vendor_may_have_got_the_request(
    drive: Driving, error: str, sent: bool
) -> None:
    with pytest.raises(TransportError) as raised:
        drive.run(send(BUY), Broken(error))
    assert raised.value.sent is sent
    assert error in str(raised.value)
    assert "hidden" not in f"{raised.value!s}{raised.value!r}"


@pytest.mark.parametrize(
    "url", ["ftp://api.example/", "/nowhere", "http://a:port/", "", "https://"]
)
def test_an_address_that_cannot_be_asked_is_a_matter_of_configuration(
    drive: Driving, skipping: SkippingClock, url: str
) -> None:
    with pytest.raises(ConfigurationError, match="base URL"):
        drive.run(send(Send("GET", url, repeatable=True)))
    assert skipping.waits == []


def test_the_vendor_is_asked_again_after_the_seconds_that_it_names(
    drive: Driving, skipping: SkippingClock
) -> None:
    vendor = CannedVendor([answer(429, headers=[("Retry-After", "17")]), answer()])
    drive.run(send(GET), vendor)
    assert skipping.waits == [17.0]


def test_the_vendor_is_asked_again_at_the_date_that_it_names(
    drive: Driving, skipping: SkippingClock
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    vendor = CannedVendor([answer(503, headers=[("Retry-After", date)]), answer()])
    drive.run(send(GET), vendor)
    assert skipping.waits == [pytest.approx(90, abs=3)]


def test_a_wait_that_would_outlive_the_deadline_is_not_begun(
    drive: Driving, skipping: SkippingClock
) -> None:
    settings = RunSettings(deadline=skipping.monotonic() + 10)
    vendor = CannedVendor([answer(429, headers=[("Retry-After", "11")])])
    assert drive.run(send(GET), vendor, settings).status == 429
    assert skipping.waits == []


def test_after_the_deadline_nothing_is_tried_again(drive: Driving, skipping: SkippingClock) -> None:
    vendor = Broken("ReadError")
    with pytest.raises(TransportError):
        drive.run(send(GET), vendor, RunSettings(deadline=skipping.monotonic() - 1))
    assert vendor.asked == 1


def test_nobody_waits_for_a_day_because_a_vendor_says_so(
    drive: Driving, skipping: SkippingClock
) -> None:
    vendor = CannedVendor([answer(429, headers=[("Retry-After", "86400")])])
    assert drive.run(send(GET), vendor).headers["retry-after"] == "86400"
    assert skipping.waits == []


def test_waits_double_up_to_a_limit_and_are_left_to_chance_by_half(
    drive: Driving, skipping: SkippingClock
) -> None:
    policy = RetryPolicy(attempts=7, first_wait=1, longest_wait=8)
    drive.run(send(GET), CannedVendor([answer(500)]), retry=policy)
    assert len(skipping.waits) == 6
    for wait, longest in zip(skipping.waits, [1, 2, 4, 8, 8, 8], strict=True):
        assert longest / 2 <= wait <= longest


def test_a_retry_is_logged_without_what_may_be_secret(
    drive: Driving, skipping: SkippingClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "vidiom.flow")
    request = Send("GET", f"{URL}?api_key=hidden", query=(("key", "hidden"),), repeatable=True)
    drive.run(send(request), CannedVendor([answer(503), answer()]))
    lines = [one.getMessage() for one in caplog.records if one.name == "vidiom.flow"]
    assert len(lines) == 1
    assert f"GET {URL}… failed (503); attempt 2 of 5" in lines[0]
    assert "hidden" not in caplog.text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("1.5", 1.5),
        (" 7 ", 7.0),
        ("Fri, 01 May 2026 12:00:30 GMT", 30.0),
        ("Friday, 01-May-26 12:00:30 GMT", 30.0),
        ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ("Fri, 01 May 2026 14:00:30 +0200", 30.0),
        ("Fri, 01 May 2026 12:00:30", 30.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        (".", None),
        ("\u0661", None),
        ("Fri, 99 May 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(answer(429, headers=[("Retry-After", text)]), NOW) == seconds


@settings(deadline=None)
@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [-+A-Z0-9]+"))
def test_no_retry_after_is_an_error_or_below_zero(text: str) -> None:
    seconds = retry_after(answer(429, headers=[("Retry-After", text)]), NOW)
    assert seconds is None or seconds >= 0


@settings(deadline=None)
@given(
    attempt=st.integers(1, 10_000),
    remaining=st.floats(-10, 10_000),
    asked=st.none() | st.floats(0, 100_000).map(lambda n: f"{n:f}"),
)
def test_a_wait_is_never_longer_than_what_is_left(
    attempt: int, remaining: float, asked: str | None
) -> None:
    headers = [] if asked is None else [("Retry-After", asked)]
    wait = RetryPolicy(attempts=20_000).wait_after(
        Unavailable(answer(503, headers=headers)), attempt, remaining=remaining, now=NOW
    )
    assert wait is None or 0 <= wait < remaining


def test_whoever_watches_retries_is_told_and_learns_no_secret(
    drive: Driving, skipping: SkippingClock
) -> None:
    told: list[stamina.instrumentation.RetryDetails] = []

    def tell(details: stamina.instrumentation.RetryDetails) -> None:
        told.append(details)

    before = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([tell])
    try:
        vendor = CannedVendor([answer(503), answer(200, b"at last")])
        secret = Send("GET", URL, query=(("api_key", "hidden"),), repeatable=True)
        assert drive.run(send(secret), vendor).body == b"at last"
    finally:
        stamina.instrumentation.set_on_retry_hooks(before)
    assert [details.retry_num for details in told] == [1]
    assert "hidden" not in repr(told)


def test_retries_can_be_switched_off_for_a_whole_program(
    drive: Driving, skipping: SkippingClock
) -> None:
    stamina.set_active(False)
    try:
        vendor = CannedVendor([answer(503)])
        assert drive.run(send(GET), vendor).status == 503
    finally:
        stamina.set_active(True)
    assert len(vendor.asked) == 1
