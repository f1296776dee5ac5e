"""Callbacks of emulators: to this machine only, and every way in which one can go wrong."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vidiom.emulation.outbox import Attempts, HeaderPairs, Message, Outbox
from vidiom.testing.emulators import serve

SECRET = b"a secret of two"


def digest(secret: bytes, content: bytes) -> str:
    return hmac.new(secret, content, hashlib.sha256).hexdigest()


def signing(content: bytes, forged: bool) -> HeaderPairs:
    return (("X-Signature", digest(b"guessed" if forged else SECRET, content)),)


class Hooks:
    """Takes callbacks, and notes each with whether its signature holds."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.received: list[tuple[bytes, bool]] = []

    async def take(self, request: Request) -> Response:
        body = await request.body()
        told = request.headers.get("x-signature", "")
        self.received.append((body, hmac.compare_digest(told, digest(SECRET, body))))
        return Response(status_code=self.status)

    @property
    def good(self) -> list[str]:
        return [body.decode() for body, holds in self.received if holds]


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    receiver = Hooks()
    with serve(Starlette(routes=[Route("/", receiver.take, methods=["POST"])])) as url:
        receiver.url = url + "/"
        yield receiver


def story(hooks: Hooks, outbox: Outbox, fault: str | None, *, fetched: bool = True) -> None:
    """Three things are told about a job, whose result is then fetched."""

    async def told() -> None:
        for event in ("started", "half", "done"):
            content = f"{event}!".encode()
            last = event == "done"
            await outbox.tell(Message("job", event, hooks.url, content, last=last), fault)
        if fetched:
            await outbox.release("job")

    asyncio.run(told())


ALL = ["started!", "half!", "done!"]


@pytest.mark.parametrize(
    ("fault", "good"),
    [
        (None, ALL),
        ("callback_early", ALL),
        ("callback_lost", []),
        ("callback_duplicate", ["started!", "started!", "half!", "half!", "done!", "done!"]),
        ("callback_replayed", ["started!", "started!", "half!", "half!", "done!", "done!"]),
        ("callback_late", ALL),
        ("callback_reordered", ["done!", "half!", "started!"]),
        ("callback_forged", []),
        ("callback_truncated", []),
    ],
)
def test_what_is_received_and_holds(hooks: Hooks, fault: str | None, good: list[str]) -> None:
    story(hooks, Outbox(signing), fault)
    assert hooks.good == good


def test_late_ones_wait_until_the_result_was_fetched(hooks: Hooks) -> None:
    story(hooks, Outbox(signing), "callback_late", fetched=False)
    assert hooks.received == []


def test_a_truncated_one_is_half_of_what_was_signed(hooks: Hooks) -> None:
    story(hooks, Outbox(signing), "callback_truncated")
    assert hooks.received[0] == (b"star", False)


def test_a_forged_one_has_the_whole_body_and_somebody_elses_signature(hooks: Hooks) -> None:
    story(hooks, Outbox(signing), "callback_forged")
    assert hooks.received[0] == (b"started!", False)


def test_one_that_is_not_taken_is_sent_as_often_as_was_settled(hooks: Hooks) -> None:
    hooks.status = 503
    outbox = Outbox(signing, Attempts(3))
    asyncio.run(outbox.tell(Message("job", "done", hooks.url, b"done!")))
    assert hooks.good == ["done!"] * 3
    assert [one.answer for one in outbox.sent] == [503] * 3


def test_nothing_is_sent_to_another_machine() -> None:
    outbox = Outbox()
    url = "https://hooks.example.com/?token=of-somebody"
    message = Message.of(url, "job", "done", {"id": 1})
    asyncio.run(outbox.tell(message))
    assert (outbox.sent, outbox.withheld) == ([], 1)
    assert message.content == b'{"id":1}'
    assert "of-somebody" not in repr(message)
