"""Keys and queries are seen by the vendor, and by nobody else."""

from __future__ import annotations

import asyncio
import logging

import pytest

from vidiom.errors import ConfigurationError
from vidiom.flow.body import json_body
from vidiom.flow.effects import Send, send
from vidiom.testing import CannedVendor, Driving, answer, serve
from vidiom.testing.emulators import Message, Receive
from vidiom.testing.emulators import Send as Out

SECRET = "s3cr3t-of-the-account"


class Echo:
    """An app that remembers the query and key of each request."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    async def __call__(self, scope: Message, receive: Receive, send: Out) -> None:
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        self.seen.append((scope["query_string"].decode(), headers.get(b"x-key", b"").decode()))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


def test_the_query_reaches_the_vendor_and_no_log(
    drive: Driving, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    app = Echo()
    with serve(app) as url:
        request = Send("GET", url, query=(("key", SECRET),), headers=(("X-Key", SECRET),))
        drive.run(send(request))
    assert app.seen == [(f"key={SECRET}", SECRET)]
    lines = [record.getMessage() for record in caplog.records]
    assert any("HTTP Request: GET" in line for line in lines), "the library logs no more?"
    assert [line for line in lines if SECRET in line] == []


def test_a_send_shows_method_and_path_only() -> None:
    request = Send(
        "POST",
        f"https://user:{SECRET}@api.example/jobs?key={SECRET}#{SECRET}",
        query=(("key", SECRET),),
        headers=(("X-Key", SECRET),),
        body=json_body({"key": SECRET}),
    )
    assert repr(request) == "Send(POST https://api.example/jobs…)"
    assert SECRET not in repr(request.body)


def test_a_send_to_an_unreadable_address_can_be_shown() -> None:
    assert repr(Send("GET", f"http://[{SECRET}")) == "Send(GET …)"


def test_an_answer_does_not_show_its_content_or_the_values_of_its_headers() -> None:
    got = answer(200, SECRET.encode(), [("Set-Cookie", SECRET)])
    assert SECRET not in repr(got)
    assert "set-cookie" in repr(got)


@pytest.mark.parametrize("key", [f"{SECRET}\n", f"{SECRET}\r\nX-Other: 1", f"ä{SECRET}", "\x00"])
def test_a_key_that_http_cannot_carry_is_refused_before_anything_is_sent(
    drive: Driving, key: str
) -> None:
    vendor = CannedVendor([answer()])
    with pytest.raises(ConfigurationError, match="X-Key") as raised:
        drive.run(send(Send("GET", "https://api.example/", headers=(("X-Key", key),))), vendor)
    assert vendor.asked == []
    assert SECRET not in str(raised.value)


def test_credentials_in_the_address_are_not_shown_when_nobody_answers(drive: Driving) -> None:
    from vidiom.errors import TransportError

    request = Send("GET", f"http://user:{SECRET}@127.0.0.1:1/", query=(("key", SECRET),))
    with pytest.raises(TransportError) as raised:
        drive.run(send(request))
    assert SECRET not in f"{raised.value!s}{raised.value!r}"
    assert raised.value.__cause__ is None


def test_asyncio_debug_mode_shows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    from vidiom.flow.drivers import AsyncDriver
    from vidiom.flow.http import new_async_client
    from vidiom.testing import canned_transport

    async def main() -> None:
        async with new_async_client(canned_transport(lambda _: answer())) as http:
            request = Send("GET", "https://api.example/", query=(("key", SECRET),))
            await AsyncDriver(http).run(send(request))

    caplog.set_level(logging.DEBUG)
    asyncio.run(main(), debug=True)
    assert SECRET not in caplog.text
