"""Talking to a JSON API: addresses, credentials, refusals by status, answers by type."""

from __future__ import annotations

from enum import StrEnum

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    Conflict,
    Expired,
    InvalidMedia,
    MalformedAnswer,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerError,
    TooLarge,
    TransportError,
    UnreadableDelivery,
    UnsupportedMediaType,
    UsageError,
)
from vidiom.flow.effects import Effect, Send
from vidiom.provider import (
    JsonApi,
    decode,
    error_text,
    read_part,
    readable,
    readable_delivery,
    submitted_url,
)
from vidiom.provider.json_api import refusal
from vidiom.schema.media import BytesMedia, UrlMedia
from vidiom.schema.orders import Order, UploadedMedia
from vidiom.schema.raw import RawResult
from vidiom.schema.segments import Segment
from vidiom.testing import answer, play
from vidiom.testing.scripted import in_turn

KEY = "k3y-of-the-account"


class Thing(msgspec.Struct):
    id: str
    kind: str = ""


class Kind(StrEnum):
    ONE = "one"


class Named(msgspec.Struct):
    kind: Kind


class Problem(msgspec.Struct):
    error: str


API = JsonApi(
    "example",
    "https://api.example/v1/",
    (("Authorization", f"Bearer {KEY}"),),
    (("key", KEY),),
    message=error_text(Problem, lambda problem: problem.error),
)


def sent(flow: object, reply: bytes = b"{}") -> list[Send]:
    """The requests of a flow whose answers are all this one."""
    requests: list[Send] = []

    def respond(effect: Effect) -> object:
        assert isinstance(effect, Send)
        requests.append(effect)
        return answer(200, reply)

    play(flow, respond)  # type: ignore[arg-type]  # any flow
    return requests


def test_a_get_carries_the_credentials_and_may_be_repeated() -> None:
    request = sent(API.get("/things", Thing, query={"page": "2"}, operation="find"), b'{"id":"1"}')
    assert request == [
        Send(
            "GET",
            "https://api.example/v1/things",
            query=(("key", KEY), ("page", "2")),
            headers=(("Authorization", f"Bearer {KEY}"),),
            repeatable=True,
        )
    ]


def test_a_post_is_not_repeated_unless_the_adapter_says_so() -> None:
    plain = sent(API.post("things", type(None), json={"a": 1}, operation="submit"))[0]
    assert not plain.repeatable
    assert plain.body is not None
    assert (plain.body.inline, plain.body.content_type) == (b'{"a":1}', "application/json")
    safe = sent(API.post("things", type(None), repeatable=True, operation="cancel"))[0]
    assert safe.repeatable
    assert safe.body is None


def test_neither_the_api_nor_its_errors_show_the_key() -> None:
    assert KEY not in repr(API)
    words = f'{{"error":"the key {KEY} is wrong"}}'.encode()
    with pytest.raises(AuthenticationFailed) as raised:
        play(API.get("things", Thing, operation="find"), in_turn(answer(401, words)))
    assert "the key … is wrong" in str(raised.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, RequestRejected),
        (400, RequestRejected),
        (401, AuthenticationFailed),
        (402, RequestRejected),
        (403, AuthenticationFailed),
        (404, NotFound),
        (405, RequestRejected),
        (409, Conflict),
        (410, Expired),
        (413, TooLarge),
        (415, UnsupportedMediaType),
        (418, RequestRejected),
        (422, RequestRejected),
        (429, RateLimited),
        (500, ServerError),
        (503, ServerError),
        (599, ServerError),
    ],
)
def test_the_class_of_an_error_follows_from_the_status_alone(
    status: int, error: type[ApiError]
) -> None:
    for body in (b"", b"<html>404 not found</html>", b'{"error":"rate limit exceeded"}'):
        found = refusal(answer(status, body), provider="example", operation="check")
        assert type(found) is error
        assert (found.status, found.provider, found.operation) == (status, "example", "check")


def test_the_vendors_words_are_one_line_of_bearable_length() -> None:
    found = refusal(
        answer(400, b"x"), provider="e", operation="o", message=lambda _: "a\n b " + "c" * 900
    )
    assert "\n" not in str(found)
    assert 300 < len(str(found)) < 400


def test_a_refusal_tells_how_long_to_wait() -> None:
    with pytest.raises(RateLimited) as raised:
        play(
            API.get("things", Thing, operation="check"),
            in_turn(answer(429, b"", [("Retry-After", "30")])),
        )
    assert raised.value.retry_after == 30.0
    assert not raised.value.__cause__


def test_a_lost_answer_is_told_with_provider_and_operation() -> None:
    with pytest.raises(TransportError, match="example check: lost") as raised:
        play(API.get("things", Thing, operation="check"), in_turn(TransportError("lost")))
    assert (raised.value.provider, raised.value.operation) == ("example", "check")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{", b"[]", b"null", b'{"id":1}', b"\xff", b'{"id":NaN}', b"[" * 99_999],
)
def test_what_is_not_the_answer_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer) as raised:
        play(API.get("things", Thing, operation="check"), in_turn(answer(200, body)))
    assert (raised.value.provider, raised.value.operation) == ("example", "check")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        thing = decode(body, Thing, provider="example", operation="check")
    except MalformedAnswer:
        return
    assert isinstance(thing, Thing)


def test_a_message_says_where_and_not_what() -> None:
    with pytest.raises(MalformedAnswer) as raised:
        decode(b'{"kind":"Jane Doe, 41"}', Named, provider="e", operation="o")
    assert "$.kind" in str(raised.value)
    assert "Jane" not in str(raised.value)


def test_a_value_out_of_its_range_is_a_malformed_answer() -> None:
    with pytest.raises(MalformedAnswer), readable("e", "o"):
        Segment(2.0, 1.0)
    unreadable = pytest.raises(UnreadableDelivery, match="the delivery cannot be read")
    with unreadable, readable_delivery("e"):
        decode(b"", Thing, provider="e", operation="o")


def test_a_missing_part_is_named_with_those_that_are_there() -> None:
    raw = RawResult.of("example", {"faces": b"{}"})
    with pytest.raises(MalformedAnswer, match=r"no part 'core' \(parts: faces\)"):
        read_part(raw, "core", Thing, operation="normalize")
    assert read_part(
        RawResult.of("example", {"core": memoryview(b'{"id":"1"}')}),
        "core",
        Thing,
        operation="normalize",
    ) == Thing("1")


def test_local_media_must_be_uploaded_before_it_is_submitted() -> None:
    order = Order(correlation="c", media=BytesMedia(data=b"1"))
    with pytest.raises(InvalidMedia, match="upload it first"):
        submitted_url(order, provider="example")
    uploaded = order.model_copy(update={"uploaded": UploadedMedia(url="up://1")})
    assert submitted_url(uploaded, provider="example") == "up://1"
    plain = Order(correlation="c", media=UrlMedia(url="https://a.example/b"))
    assert submitted_url(plain, provider="example") == "https://a.example/b"


@pytest.mark.parametrize(
    ("location", "absolute"),
    [
        ("/jobs/1", "https://api.example/jobs/1"),
        ("jobs/1", "https://api.example/v1/jobs/1"),
        ("https://api.example/x?y=1", "https://api.example/x?y=1"),
        ("https://API.example:443/x", "https://API.example:443/x"),
        ("//api.example/x", "https://api.example/x"),
        ("", "https://api.example/v1/"),
        ("http://api.example/x", None),
        ("https://api.example:8443/x", None),
        ("https://api.example.evil.example/x", None),
        ("https://evil.example/x", None),
        ("//evil.example/x", None),
        ("https://user@api.example/x", None),
        ("https://user:pw@api.example/x", None),
        ("https://api.example@evil.example/x", None),
        ("https://api.example\\@evil.example/x", None),
        ("https://api.example./x", None),
        ("https://[::1/x", None),
        ("https://api.example:port/x", None),
        ("https://api.example:99999/x", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
    ],
)
def test_credentials_go_to_the_configured_origin_only(location: str, absolute: str | None) -> None:
    assert API.same_origin(location) == absolute


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_a_location_is_it_stays_on_the_origin(location: str) -> None:
    from urllib.parse import urlsplit

    found = API.same_origin(location)
    assert found is None or urlsplit(found).hostname == "api.example"


@settings(deadline=None)
@given(st.text(min_size=1))
def test_an_id_is_one_segment_of_a_path(value: str) -> None:
    if value in (".", ".."):
        with pytest.raises(UsageError):
            API.segment(value)
    else:
        assert not set(API.segment(value)) & set("/?#\\")


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_cannot_lead_to_another_path(value: str) -> None:
    with pytest.raises(UsageError):
        API.segment(value)
