"""The two drivers that carry flows out. Only they, and the two clients, know sync from async."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from vidiom.errors import VidiomError
from vidiom.flow.bells import until_rung
from vidiom.flow.clock import clock
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
    Repetition,
    RunSettings,
    not_an_effect,
)
from vidiom.flow.retry import RetryPolicy, Unavailable
from vidiom.schema.raw import RawPart

if TYPE_CHECKING:
    import httpx

    from vidiom.flow.on_demand import AsyncClientOnDemand, ClientOnDemand


__all__ = ["AsyncDriver", "SyncDriver"]

T = TypeVar("T")

_DEFAULT: Final = RunSettings()


class SyncDriver:
    """Carries flows out in the calling thread; what runs together runs in a pool of threads."""

    def __init__(
        self, http: httpx.Client | ClientOnDemand, retry: RetryPolicy | None = None
    ) -> None:
        """Drive with this HTTP client."""
        self._http = http
        self._retry = retry or RetryPolicy()

    def run(self, flow: Flow[T], settings: RunSettings = _DEFAULT) -> T:
        """The flow's value.

        An error of an effect is raised inside the flow, at its ``yield``. What is no error
        (Ctrl-C) ends the flow there.

        Raises:
            VidiomError: What the flow raised.
        """
        try:
            effect = next(flow)
            while True:
                settings.check()
                try:
                    outcome = self._perform(effect, settings)
                except Exception as error:  # noqa: BLE001 - it is the flow's to handle or not
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
                self._rest(effect, run)
                return None
            case RunBlocking():
                return _done(effect)
            case Together():
                return self._together(effect, run)
            case Now():
                return clock().now()
            case Report():
                run.tell(effect.progress)
                return None
            case _:
                raise TypeError(not_an_effect(effect))

    def _rest(self, effect: Sleep, run: RunSettings) -> None:
        seconds = min(effect.seconds, run.remaining())
        if effect.bell is None:
            self._wait(seconds, run)
            return
        if run.stop is not None:  # a flow that is told to stop must not sleep on
            run.stop.adopt(effect.bell)
        try:
            clock().wait(seconds, effect.bell.event)
        finally:
            if run.stop is not None:
                run.stop.release(effect.bell)
        run.check()

    @staticmethod
    def _wait(seconds: float, run: RunSettings) -> None:
        clock().wait(seconds, run.stop.event if run.stop is not None else None)
        run.check()

    def _together(self, effect: Together[T], run: RunSettings) -> list[T | VidiomError]:
        inner = run.in_threads()
        threads = max(1, min(effect.limit, len(effect.flows)))
        pool = ThreadPoolExecutor(threads, thread_name_prefix="vidiom")
        futures: list[Future[T | VidiomError]] = []
        try:
            for flow in effect.flows:
                one = partial(self._one, flow, inner, keep_errors=effect.keep_errors)
                futures.append(pool.submit(copy_context().run, one))
            wait(futures, return_when=FIRST_EXCEPTION)
            failed = [future for future in futures if future.done() and future.exception()]
            return [future.result() for future in (failed or futures)]
        except BaseException as error:
            if inner.stop is not None:
                inner.stop.set()
            # After Ctrl-C nobody waits for an answer that a thread may still be reading; flows that
            # are stopped because another one failed are waited for until they are closed.
            interrupted = isinstance(error, (KeyboardInterrupt, SystemExit))
            pool.shutdown(wait=not interrupted, cancel_futures=True)
            raise
        finally:
            pool.shutdown(wait=False)

    def _one(self, flow: Flow[T], run: RunSettings, *, keep_errors: bool) -> T | VidiomError:
        try:
            return self.run(flow, run)
        except VidiomError as error:
            if not keep_errors:
                raise
            return error

    def _send(self, effect: Send, run: RunSettings) -> Answer:
        repetition = Repetition(effect, self._retry, run)
        try:
            for attempt in repetition.attempts():
                with attempt:
                    if attempt.num > 1:
                        self._wait(repetition.wait, run)
                    return self._exchange(Exchange(effect, run))
        except Unavailable as last:
            return last.answer  # nothing is sent any more: the flow gets what the vendor said
        raise AssertionError  # the last attempt returns or raises

    def _exchange(self, exchange: Exchange) -> Answer:
        body = exchange.effect.body
        chunks = exchange.content()
        content: Iterator[bytes] | bytes | None = body.inline if body is not None else None
        if chunks is not None:
            content = _counted(chunks, exchange)
        try:
            with exchange.translated():
                request = self._http.build_request(**exchange.options(), content=content)
                response = self._http.send(request, stream=True)
                try:
                    writer = exchange.writer(response)
                    if writer is not None:
                        return exchange.answer(response, b"", _save(response, writer, exchange))
                    return exchange.answer(response, _read(response, exchange))
                finally:
                    response.close()
        finally:
            if chunks is not None:
                chunks.close()


def _counted(chunks: Generator[bytes, None, None], exchange: Exchange) -> Iterator[bytes]:
    """Each chunk is counted when the library asks for the next one: it has gone out then."""
    for chunk in chunks:
        exchange.check()
        yield chunk
        exchange.count(chunk)


def _read(response: httpx.Response, exchange: Exchange) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        exchange.check()
        size += len(chunk)
        exchange.refuse_larger(size, MAX_BODY)
        chunks.append(chunk)
    return b"".join(chunks)


def _save(response: httpx.Response, writer: PartWriter, exchange: Exchange) -> RawPart:
    size = 0
    try:
        for chunk in response.iter_bytes():
            exchange.check()
            size += len(chunk)
            exchange.refuse_larger(size)
            writer.write(chunk)
    except BaseException:
        writer.abort()
        raise
    return writer.finish()


class AsyncDriver:
    """Carries flows out on an event loop; blocking work runs in threads."""

    def __init__(
        self, http: httpx.AsyncClient | AsyncClientOnDemand, retry: RetryPolicy | None = None
    ) -> None:
        """Drive with this HTTP client."""
        self._http = http
        self._retry = retry or RetryPolicy()

    async def run(self, flow: Flow[T], settings: RunSettings = _DEFAULT) -> T:
        """The flow's value; errors as with :meth:`SyncDriver.run`, and a cancellation ends it.

        Raises:
            VidiomError: What the flow raised.
        """
        try:
            effect = next(flow)
            while True:
                try:
                    outcome = await self._perform(effect, settings)
                except Exception as error:  # noqa: BLE001 - it is the flow's to handle or not
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
                resting = clock().wait_async(min(effect.seconds, run.remaining()))
                await (until_rung(resting, effect.bell) if effect.bell is not None else resting)
                return None
            case RunBlocking():
                return await asyncio.to_thread(_done, effect)
            case Together():
                return await self._together(effect, run)
            case Now():
                return clock().now()
            case Report():
                run.tell(effect.progress)
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
        repetition = Repetition(effect, self._retry, run)
        try:
            async for attempt in repetition.attempts():
                with attempt:
                    if attempt.num > 1:
                        await clock().wait_async(repetition.wait)
                    return await self._in_time(Exchange(effect, run))
        except Unavailable as last:
            return last.answer
        raise AssertionError

    async def _in_time(self, exchange: Exchange) -> Answer:
        try:
            async with asyncio.timeout(exchange.effect.within):
                return await self._exchange(exchange)
        except TimeoutError:
            raise exchange.too_slow() from None

    async def _exchange(self, exchange: Exchange) -> Answer:
        body = exchange.effect.body
        chunks = exchange.content()
        content: AsyncIterator[bytes] | bytes | None = body.inline if body is not None else None
        if chunks is not None:
            content = _counted_async(chunks, exchange)
        with exchange.translated():
            request = self._http.build_request(
                **exchange.options(asynchronous=True), content=content
            )
            response = await self._http.send(request, stream=True)
            try:
                writer = exchange.writer(response)
                if writer is not None:
                    return exchange.answer(
                        response, b"", await _save_async(response, writer, exchange)
                    )
                return exchange.answer(response, await _read_async(response, exchange))
            finally:
                await response.aclose()


async def _read_async(response: httpx.Response, exchange: Exchange) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        exchange.refuse_larger(size, MAX_BODY)
        chunks.append(chunk)
    return b"".join(chunks)


async def _save_async(response: httpx.Response, writer: PartWriter, exchange: Exchange) -> RawPart:
    size = 0
    try:
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            exchange.refuse_larger(size)
            await asyncio.to_thread(writer.write, chunk)
    except BaseException:
        writer.abort()
        raise
    return await asyncio.to_thread(writer.finish)


async def _counted_async(
    chunks: Generator[bytes, None, None], exchange: Exchange
) -> AsyncIterator[bytes]:
    """The same on an event loop, which reading files must not hold up.

    The next chunk is read while one is sent. One thread reads all of them: each thread keeps
    memory for what it has read.
    """
    loop, reader = asyncio.get_running_loop(), ThreadPoolExecutor(1, "vidiom-read")
    ahead = loop.run_in_executor(reader, next, chunks, None)
    try:
        while (chunk := await ahead) is not None:
            ahead = loop.run_in_executor(reader, next, chunks, None)
            yield chunk
            exchange.count(chunk)
    finally:
        reader.shutdown(wait=False)
        ahead.add_done_callback(_dropped)


def _dropped(ahead: asyncio.Future[bytes | None]) -> None:
    """What went wrong with a chunk that is not sent any more is not of interest."""
    if not ahead.cancelled():
        ahead.exception()


def _done(effect: RunBlocking[T]) -> T:
    """The value of the work. A ``StopIteration`` would be lost on its way through a future."""
    try:
        return effect.work()
    except StopIteration as error:
        raise RuntimeError("blocking work raised StopIteration") from error


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
