"""The two drivers that carry flows out. Only they, and the two clients, know sync from async."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from vidiom.errors import MalformedAnswer, VidiomError
from vidiom.flow.effects import (
    Answer,
    Effect,
    Flow,
    Headers,
    Now,
    Progress,
    Report,
    RunBlocking,
    Send,
    Sleep,
    Together,
)
from vidiom.flow.http import (
    http_library,
    read_body,
    read_body_in_threads,
    request_options,
    transport_error,
)
from vidiom.flow.retry import PASSING, RetryPolicy, Unavailable, retry_hook
from vidiom.schema.media import redacted_url
from vidiom.schema.raw import RawPart

if TYPE_CHECKING:
    import httpx

__all__ = ["AsyncDriver", "PartSink", "PartWriter", "RunSettings", "SyncDriver"]

T = TypeVar("T")

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


_DEFAULT: Final = RunSettings()


def _utc_now() -> datetime:
    return datetime.now(UTC)


class _Exchange:
    """One request and its answer: what both drivers have in common."""

    def __init__(self, effect: Send, run: RunSettings) -> None:
        self.effect = effect
        self.run = run
        self.sent = 0

    def options(self) -> dict[str, Any]:
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


class SyncDriver:
    """Carries flows out in the calling thread; what runs together runs in a pool of threads."""

    def __init__(self, http: httpx.Client, retry: RetryPolicy | None = None) -> None:
        """Drive with this HTTP client."""
        self._http = http
        self._retry = retry or RetryPolicy()

    def run(self, flow: Flow[T], settings: RunSettings = _DEFAULT) -> T:
        """The flow's value.

        Raises:
            VidiomError: What the flow raised.
        """
        try:
            effect = next(flow)
            while True:
                try:
                    outcome = self._perform(effect, settings)
                except VidiomError as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(outcome)
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            flow.close()

    def _perform(self, effect: Effect, run: RunSettings) -> object:
        match effect:
            case Send():
                return self._send(effect, run)
            case Sleep():
                time.sleep(max(0.0, min(effect.seconds, run.remaining())))
                return None
            case RunBlocking():
                return effect.work()
            case Together():
                return self._together(effect, run)
            case Now():
                return _utc_now()
            case Report():
                if run.on_progress is not None:
                    run.on_progress(effect.progress)
                return None
            case _:
                raise TypeError(_not_an_effect(effect))

    def _together(self, effect: Together[T], run: RunSettings) -> list[T | VidiomError]:
        with ThreadPoolExecutor(max(1, min(effect.limit, len(effect.flows)))) as pool:
            futures = [pool.submit(self.run, flow, run) for flow in effect.flows]
            values: list[T | VidiomError] = []
            try:
                for future in futures:
                    try:
                        values.append(future.result())
                    except VidiomError as error:
                        if not effect.keep_errors:
                            raise
                        values.append(error)
            except BaseException:
                for future in futures:
                    future.cancel()
                raise
            return values

    def _send(self, effect: Send, run: RunSettings) -> Answer:
        if not effect.repeatable or self._retry.attempts == 1:
            try:
                return self._exchange(_Exchange(effect, run))
            except Unavailable as error:
                return error.answer
        import stamina  # noqa: PLC0415 - not needed until a first request is sent

        try:
            for attempt in stamina.retry_context(**_stamina(self._retry, run)):
                with attempt:
                    return self._exchange(_Exchange(effect, run))
        except Unavailable as error:
            return error.answer
        raise AssertionError

    def _exchange(self, exchange: _Exchange) -> Answer:
        body = exchange.effect.body
        content: bytes | Iterator[bytes] | None = None
        if body is not None:
            content = body.inline
            if content is None:
                content = map(exchange.count, read_body(body))
        with exchange.translated():
            request = self._http.build_request(**exchange.options(), content=content)
            response = self._http.send(request, stream=True)
            try:
                writer = exchange.writer(response)
                if writer is not None:
                    return exchange.answer(response, b"", self._save(response, writer))
                return exchange.answer(response, self._read(response, exchange))
            finally:
                response.close()

    @staticmethod
    def _read(response: httpx.Response, exchange: _Exchange) -> bytes:
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MAX_BODY:
                raise exchange.too_large()
            chunks.append(chunk)
        return b"".join(chunks)

    @staticmethod
    def _save(response: httpx.Response, writer: PartWriter) -> RawPart:
        try:
            for chunk in response.iter_bytes():
                writer.write(chunk)
        except BaseException:
            writer.abort()
            raise
        return writer.finish()


class AsyncDriver:
    """Carries flows out on an event loop; blocking work runs in threads."""

    def __init__(self, http: httpx.AsyncClient, retry: RetryPolicy | None = None) -> None:
        """Drive with this HTTP client."""
        self._http = http
        self._retry = retry or RetryPolicy()

    async def run(self, flow: Flow[T], settings: RunSettings = _DEFAULT) -> T:
        """The flow's value.

        Raises:
            VidiomError: What the flow raised.
        """
        try:
            effect = next(flow)
            while True:
                try:
                    outcome = await self._perform(effect, settings)
                except VidiomError as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(outcome)
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            flow.close()

    async def _perform(self, effect: Effect, run: RunSettings) -> object:
        match effect:
            case Send():
                return await self._send(effect, run)
            case Sleep():
                await asyncio.sleep(max(0.0, min(effect.seconds, run.remaining())))
                return None
            case RunBlocking():
                return await asyncio.to_thread(effect.work)
            case Together():
                return await self._together(effect, run)
            case Now():
                return _utc_now()
            case Report():
                if run.on_progress is not None:
                    run.on_progress(effect.progress)
                return None
            case _:
                raise TypeError(_not_an_effect(effect))

    async def _together(self, effect: Together[T], run: RunSettings) -> list[T | VidiomError]:
        gate = asyncio.Semaphore(max(1, effect.limit))

        async def one(flow: Flow[T]) -> T | VidiomError:
            async with gate:
                try:
                    return await self.run(flow, run)
                except VidiomError as error:
                    if not effect.keep_errors:
                        raise
                    return error

        return await _gathered([one(flow) for flow in effect.flows])

    async def _send(self, effect: Send, run: RunSettings) -> Answer:
        if not effect.repeatable or self._retry.attempts == 1:
            try:
                return await self._exchange(_Exchange(effect, run))
            except Unavailable as error:
                return error.answer
        import stamina  # noqa: PLC0415 - not needed until a first request is sent

        try:
            async for attempt in stamina.retry_context(**_stamina(self._retry, run)):
                with attempt:
                    return await self._exchange(_Exchange(effect, run))
        except Unavailable as error:
            return error.answer
        raise AssertionError

    async def _exchange(self, exchange: _Exchange) -> Answer:
        body = exchange.effect.body
        content: bytes | AsyncIterator[bytes] | None = None
        if body is not None:
            content = body.inline
            if content is None:
                content = _counted(exchange)
        with exchange.translated():
            request = self._http.build_request(**exchange.options(), content=content)
            response = await self._http.send(request, stream=True)
            try:
                writer = exchange.writer(response)
                if writer is not None:
                    return exchange.answer(response, b"", await self._save(response, writer))
                return exchange.answer(response, await self._read(response, exchange))
            finally:
                await response.aclose()

    @staticmethod
    async def _read(response: httpx.Response, exchange: _Exchange) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > MAX_BODY:
                raise exchange.too_large()
            chunks.append(chunk)
        return b"".join(chunks)

    @staticmethod
    async def _save(response: httpx.Response, writer: PartWriter) -> RawPart:
        try:
            async for chunk in response.aiter_bytes():
                await asyncio.to_thread(writer.write, chunk)
        except BaseException:
            writer.abort()
            raise
        return await asyncio.to_thread(writer.finish)


async def _counted(exchange: _Exchange) -> AsyncIterator[bytes]:
    if exchange.effect.body is not None:
        async for chunk in read_body_in_threads(exchange.effect.body):
            yield exchange.count(chunk)


async def _gathered(work: list[Coroutine[Any, Any, T]]) -> list[T]:
    """The values in order; the first error cancels the rest and waits for their end."""
    tasks: list[asyncio.Task[T]] = [asyncio.ensure_future(one) for one in work]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _stamina(policy: RetryPolicy, run: RunSettings) -> dict[str, Any]:
    return {
        "on": retry_hook(run.remaining, _utc_now),
        "attempts": policy.attempts,
        "timeout": None,
        "wait_initial": policy.first_wait,
        "wait_max": policy.longest_wait,
        "wait_jitter": policy.first_wait,
    }


def _not_an_effect(value: object) -> str:
    return (
        f"a flow yielded a {type(value).__name__}, which is no effect; "
        "was `yield` written where `yield from` was meant?"
    )
