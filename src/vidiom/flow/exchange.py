"""One request and its answer, and the settings of a run: what both drivers have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any, Final, Protocol

from vidiom.errors import MalformedAnswer
from vidiom.flow.effects import Answer, Headers, Progress, Send
from vidiom.flow.http import http_library, request_options, transport_error
from vidiom.flow.retry import PASSING, RetryPolicy, Unavailable, retry_hook
from vidiom.schema.media import redacted_url
from vidiom.schema.raw import RawPart

if TYPE_CHECKING:
    import httpx

__all__ = [
    "MAX_BODY",
    "Exchange",
    "PartSink",
    "PartWriter",
    "RunSettings",
    "not_an_effect",
    "retry_options",
    "utc_now",
]

MAX_BODY: Final = 256 * 1024 * 1024
"""Bytes of an answer that are held in memory at most; what may be larger is saved as a part."""


class PartWriter(Protocol):
    """Takes one raw part as it arrives."""

    def write(self, chunk: bytes) -> None:
        """Add bytes."""

    def finish(self) -> RawPart:
        """All bytes are there: keep them, and return the part."""

    def abort(self) -> None:
        """The body was cut short: keep nothing."""


class PartSink(Protocol):
    """Where raw parts are streamed to."""

    def open(self, name: str, media_type: str | None) -> PartWriter:
        """Begin a part."""


@dataclass(frozen=True)
class RunSettings:
    """What holds for one run of a flow."""

    deadline: float = inf
    """Moment on the monotonic clock after which nothing is repeated or waited for."""
    on_progress: Callable[[Progress], None] | None = None
    sink: PartSink | None = None

    def remaining(self) -> float:
        """Seconds left."""
        return self.deadline - time.monotonic()


def utc_now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


class Exchange:
    """One request and its answer: what both drivers have in common."""

    def __init__(self, effect: Send, run: RunSettings) -> None:
        self.effect = effect
        self.run = run
        self.sent = 0

    def options(self) -> dict[str, Any]:
        """The request without its body, as the library wants it."""
        return request_options(self.effect)

    def count(self, chunk: bytes) -> bytes:
        """Tell of an upload's progress as its bytes go out."""
        self.sent += len(chunk)
        total = self.effect.body.length if self.effect.body else 0
        if self.run.on_progress is not None and total:
            self.run.on_progress(
                Progress("upload", fraction=self.sent / total, done=self.sent, total=total)
            )
        return chunk

    def writer(self, response: httpx.Response) -> PartWriter | None:
        """Where the body goes when it is to be saved and is worth saving."""
        if self.effect.save_as is None or not response.is_success or self.run.sink is None:
            return None
        media_type = response.headers.get("content-type")
        return self.run.sink.open(self.effect.save_as, media_type)

    def answer(
        self, response: httpx.Response, body: bytes, part: RawPart | None = None
    ) -> Answer:
        if self.effect.save_as is not None and response.is_success and part is None:
            part = RawPart(self.effect.save_as, body, response.headers.get("content-type"))
            body = b""
        answer = Answer(
            response.status_code, Headers(response.headers.multi_items()), body, part
        )
        if self.effect.repeatable and answer.status in PASSING:
            raise Unavailable(answer)
        return answer

    def too_large(self) -> MalformedAnswer:
        where = redacted_url(self.effect.url)
        return MalformedAnswer(f"the answer of {where} is over {MAX_BODY} bytes.")

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Our errors instead of the library's."""
        library = http_library()
        try:
            yield
        except (library.HTTPError, library.InvalidURL, library.StreamError) as error:
            raise transport_error(error, self.effect) from None


def retry_options(policy: RetryPolicy, run: RunSettings, effect: Send) -> dict[str, Any]:
    """The policy as the retry library's arguments."""
    return {
        "on": retry_hook(run.remaining, utc_now),
        "attempts": policy.attempts if effect.repeatable else 1,
        "timeout": None,
        "wait_initial": policy.first_wait,
        "wait_max": policy.longest_wait,
        "wait_jitter": policy.first_wait,
    }


def not_an_effect(value: object) -> str:
    """What to say of something that a flow must not yield."""
    return (
        f"a flow yielded a {type(value).__name__}, which is no effect; "
        "was `yield` written where `yield from` was meant?"
    )
