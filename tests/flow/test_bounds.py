"""Requests that are bounded: in time as a whole, in when they may go out, and in their rate."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from vidiom.errors import TransportError
from vidiom.flow.effects import Flow, Send, send, settled
from vidiom.flow.pacing import Pacer, paced
from vidiom.flow.shaping import shaped, within
from vidiom.testing.driving import Driving
from vidiom.testing.emulators import Message, Receive, serve
from vidiom.testing.emulators import Send as Reply
from vidiom.testing.waiting import no_waiting


@pytest.fixture(params=["sync", "async"])
def driving(request: pytest.FixtureRequest) -> Driving:
    return Driving(request.param)


@contextmanager
def dripping(asked: list[str]) -> Iterator[str]:
    """A vendor that answers a byte at a time and never comes to an end."""

    async def app(scope: Message, receive: Receive, reply: Reply) -> None:
        if scope["type"] != "http":
            return
        asked.append(scope["path"])
        await reply({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(100):
            await reply({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0.02)

    with serve(app) as url:
        yield url


def get(url: str) -> Flow[int]:
    answer = yield from send(Send("GET", url))
    return answer.status


def test_an_answer_that_drips_for_ever_ends_with_the_time_for_the_whole(driving: Driving) -> None:
    with dripping([]) as url, pytest.raises(TransportError, match=r"took over 0.2 s") as caught:
        driving.run(within(get(f"{url}/?key=canary"), 0.2))
    assert caught.value.sent
    assert "canary" not in str(caught.value)


def test_a_request_whose_moment_has_passed_is_not_sent(driving: Driving) -> None:
    asked: list[str] = []
    late = datetime.now(UTC) - timedelta(seconds=1)
    with dripping(asked) as url:
        with pytest.raises(TransportError, match="nothing was sent") as caught:
            driving.run(within(get(f"{url}/late"), 0.2, not_after=late))
        assert not caught.value.sent
        in_time = datetime.now(UTC) + timedelta(seconds=30)
        with pytest.raises(TransportError, match="took over"):
            driving.run(within(get(f"{url}/in-time"), 0.2, not_after=in_time))
    assert asked == ["/in-time"]


def test_the_moment_to_begin_is_not_that_of_later_requests(driving: Driving) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    bounds: list[datetime | None] = []

    def noted(request: Send) -> Flow[Send]:
        bounds.append(request.not_after)
        yield from ()
        return request

    def twice(url: str) -> Flow[None]:
        for _ in range(2):
            with suppress(TransportError):
                yield from send(Send("GET", url))

    with dripping([]) as url:
        driving.run(shaped(within(twice(url), 0.2, not_after=begun), noted))
    assert bounds == [begun, None]


def test_requests_of_one_pacer_are_evenly_spaced_those_that_run_together_too() -> None:
    asked: list[str] = []
    pacer = Pacer(4)

    def several() -> Flow[int]:
        yield from settled([get("http://vendor.example/1"), get("http://vendor.example/2")])
        return (yield from get("http://vendor.example/3"))

    from vidiom.flow.effects import Answer, Headers

    def reply(request: object) -> Answer:
        asked.append(str(request))
        return Answer(200, Headers())

    with no_waiting() as clock:
        Driving("async").run(paced(several(), pacer), reply)
        assert len(asked) == 3
        assert 0.2 <= sum(clock.waits) <= 0.75
    assert paced(several(), None) is not None
