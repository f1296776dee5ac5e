"""One request and its answer, and the settings of a run: what both drivers have in common."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from vidiom.errors import MalformedAnswer, TransportError
from vidiom.flow.clock import clock
from vidiom.flow.effects import Answer, Headers, Progress, Send
from vidiom.flow.http import RequestOptions, http_library, read_body, request_error, request_options
from vidiom.flow.retry import PASSING, RetryPolicy, Unavailable
from vidiom.flow.stopping import Stop
from vidiom.flow.uploads import Uploads
from vidiom.schema.media import redacted_url
from vidiom.schema.raw import RawPart

if TYPE_CHECKING:
    import httpx
    from stamina._core import _RetryContextIterator  # it has no public name

__all__ = [
    "MAX_BODY",
    "Exchange",
    "PartSink",
    "PartWriter",
    "Repetition",
    "RunSettings",
    "not_an_effect",
]

MAX_BODY: Final = 256 * 1024 * 1024
"""Bytes of an answer that are held in memory at most; what may be larger is saved as a part."""

_ABOUT_TO_SEND: Final = "send_request_headers.started"
"""What HTTP libraries call the moment before the first byte of a request goes out."""

_log = logging.getLogger("vidiom.flow")


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
    stop: Stop | None = field(default=None, repr=False)
    """Set by the sync driver for flows that run together in threads."""
    uploads: Uploads = field(default_factory=Uploads, repr=False, compare=False)

    def remaining(self) -> float:
        """Seconds left."""
        return self.deadline - clock().monotonic()

    def check(self) -> None:
        """End here when the flow was told to stop."""
        if self.stop is not None:
            self.stop.check()

    def tell(self, progress: Progress) -> None:
        """Tell the caller how far things are."""
        if self.on_progress is not None:
            self.on_progress(progress)

    def in_threads(self) -> RunSettings:
        """The same for flows that run together in threads, with a stop of their own."""
        tell = self.on_progress
        if tell is not None and self.stop is None:
            tell = _one_at_a_time(tell)
        return replace(self, stop=Stop(self.stop), on_progress=tell)


def _one_at_a_time(tell: Callable[[Progress], None]) -> Callable[[Progress], None]:
    """The caller's function need not be made for threads."""
    lock = Lock()

    def guarded(progress: Progress) -> None:
        with lock:
            tell(progress)

    return guarded


class Exchange:
    """One request and its answer: what both drivers have in common."""

    def __init__(self, effect: Send, run: RunSettings) -> None:
        self.effect = effect
        self.run = run
        self._sent = 0
        self._length = effect.body.length if effect.body is not None else 0
        self._end = inf if effect.within is None else clock().monotonic() + effect.within

    def check(self) -> None:
        """End here when the run was told to stop, or the exchange takes too long as a whole.

        Raises:
            TransportError: It does.
        """
        self.run.check()
        if clock().monotonic() > self._end:
            raise self.too_slow()

    def too_slow(self) -> TransportError:
        """What to raise for an exchange that took longer than ``within`` allows."""
        where = redacted_url(self.effect.url)
        return TransportError(f"the exchange with {where} took over {self.effect.within:g} s.")

    def options(self, *, asynchronous: bool = False) -> RequestOptions:
        """The request without its body, as the library wants it."""
        options = request_options(self.effect)
        if self.effect.not_after is not None:
            trace = self._watch_async if asynchronous else self._watch
            options["extensions"] = {**options.get("extensions", {}), "trace": trace}
        return options

    def _watch(self, event: str, _facts: object) -> None:
        """Called by the library at each step of the request; the last look before it is sent."""
        latest = self.effect.not_after
        if latest is None or not event.endswith(_ABOUT_TO_SEND):
            return
        if clock().now() > latest:
            where = redacted_url(self.effect.url)
            raise TransportError(
                f"the request to {where} came too late to be sent; nothing was sent.", sent=False
            )

    async def _watch_async(self, event: str, facts: object) -> None:
        self._watch(event, facts)

    def content(self) -> Generator[bytes, None, None] | None:
        """The body chunk by chunk; ``None`` when there is none, or it is in memory."""
        body = self.effect.body
        return None if body is None or body.inline is not None else read_body(body)

    def count(self, chunk: bytes) -> None:
        """Tell how much of the body has gone out."""
        self._sent += len(chunk)
        done, total = self._sent, self._length
        part = self.effect.body.chunk if self.effect.body is not None else None
        if part is not None:
            self.run.uploads.tell(part, done / total, self.run.tell)
        else:
            self.run.tell(Progress("upload", fraction=done / total, done=done, total=total))

    def writer(self, response: httpx.Response) -> PartWriter | None:
        """Where the body goes when it is to be saved and is worth saving."""
        if self.effect.save_as is None or not response.is_success or self.run.sink is None:
            return None
        return self.run.sink.open(self.effect.save_as, _media_type(response))

    def answer(self, response: httpx.Response, body: bytes, part: RawPart | None = None) -> Answer:
        """The answer as flows see it.

        Raises:
            Unavailable: It says "not now" to a request that may be repeated.
        """
        if self.effect.save_as is not None and response.is_success and part is None:
            part = RawPart(self.effect.save_as, body, _media_type(response))
            body = b""
        headers = Headers(response.headers.multi_items())
        answer = Answer(response.status_code, headers, body, part)
        if self.effect.repeatable and answer.status in PASSING:
            raise Unavailable(answer)
        return answer

    def refuse_larger(self, size: int, most: int | None = None) -> None:
        """Refuse a body that is longer than it may be, as soon as this is seen.

        Raises:
            MalformedAnswer: It is.
        """
        limits = [one for one in (self.effect.most_bytes, most) if one is not None]
        if limits and size > min(limits):
            where = redacted_url(self.effect.url)
            raise MalformedAnswer(f"the answer of {where} is over {min(limits)} bytes.")

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Our errors instead of the library's."""
        library = http_library()
        try:
            yield
        except (library.HTTPError, library.InvalidURL, library.StreamError) as error:
            raise request_error(error, self.effect) from None


def _media_type(response: httpx.Response) -> str | None:
    media_type: str | None = response.headers.get("content-type")
    return media_type


class Repetition:
    """The rule of one request for the retry library: whether it is sent again, and when.

    The library counts the attempts and tells whoever watches retries. It is told to wait 0 s: the
    wait itself is the driver's (``wait``), which can end it when the run is stopped and keeps to
    the one clock of all flows.
    """

    def __init__(self, effect: Send, policy: RetryPolicy, run: RunSettings) -> None:
        self._effect, self._policy, self._run = effect, policy, run
        self._attempts = 0
        self.wait = 0.0

    def attempts(self) -> _RetryContextIterator:
        """The attempts, for ``for`` and for ``async for``."""
        import stamina  # noqa: PLC0415 - not needed before a first request is sent

        attempts = self._policy.attempts if self._effect.repeatable else 1
        return stamina.retry_context(on=self, attempts=attempts, timeout=None)

    def __call__(self, error: Exception) -> bool | float:
        """``False`` to give up; else 0, and ``wait`` is how long the driver waits."""
        self._attempts += 1
        if not isinstance(error, (Unavailable, TransportError)) or not self._effect.repeatable:
            return False
        wait = self._policy.wait_after(
            error, self._attempts, remaining=self._run.remaining(), now=clock().now()
        )
        if wait is None:
            return False
        self.wait = wait
        self._tell(error)
        return 0.0

    def _tell(self, error: Unavailable | TransportError) -> None:
        _log.info(
            "%s %s failed (%s); attempt %d of %d follows in %.1f s",
            self._effect.method,
            redacted_url(self._effect.url),
            error.answer.status if isinstance(error, Unavailable) else "no answer",
            self._attempts + 1,
            self._policy.attempts,
            self.wait,
        )


def not_an_effect(value: object) -> str:
    """What to say of something that a flow must not yield."""
    return (
        f"a flow yielded a {type(value).__name__}, which is no effect; "
        "was `yield` written where `yield from` was meant?"
    )
