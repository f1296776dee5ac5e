"""The two drivers that carry flows out. Only they, and the two clients, know sync from async."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

import stamina

from vidiom.errors import VidiomError
from vidiom.flow.effects import (
    Answer,
    Effect,
    Flow,
    Now,
    Report,
    RunBlocking,
    Send,
    Sleep,
    Together,
)
from vidiom.flow.exchange import (
    MAX_BODY,
    Exchange,
    PartWriter,
    RunSettings,
    not_an_effect,
    retry_options,
    utc_now,
)
from vidiom.flow.http import read_body, read_body_in_threads
from vidiom.flow.retry import RetryPolicy, Unavailable
from vidiom.schema.raw import RawPart

if TYPE_CHECKING:
    import httpx

__all__ = ["AsyncDriver", "SyncDriver"]

T = TypeVar("T")

_DEFAULT: Final = RunSettings()


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
                return utc_now()
            case Report():
                if run.on_progress is not None:
                    run.on_progress(effect.progress)
                return None
            case _:
                raise TypeError(not_an_effect(effect))

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
        try:
            for attempt in stamina.retry_context(**retry_options(self._retry, run, effect)):
                with attempt:
                    return self._exchange(Exchange(effect, run))
        except Unavailable as error:
            return error.answer
        raise AssertionError

    def _exchange(self, exchange: Exchange) -> Answer:
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
    def _read(response: httpx.Response, exchange: Exchange) -> bytes:
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
                return utc_now()
            case Report():
                if run.on_progress is not None:
                    run.on_progress(effect.progress)
                return None
            case _:
                raise TypeError(not_an_effect(effect))

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
        try:
            async for attempt in stamina.retry_context(**retry_options(self._retry, run, effect)):
                with attempt:
                    return await self._exchange(Exchange(effect, run))
        except Unavailable as error:
            return error.answer
        raise AssertionError

    async def _exchange(self, exchange: Exchange) -> Answer:
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
    async def _read(response: httpx.Response, exchange: Exchange) -> bytes:
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


async def _counted(exchange: Exchange) -> AsyncIterator[bytes]:
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
