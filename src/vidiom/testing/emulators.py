"""Vendors that run on loopback: any ASGI app as a server, with faults put in its way."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Queue
from threading import Thread
from typing import Any, Final, TypeAlias

from vidiom.emulation.plan import Entry, Plan
from vidiom.emulation.requests import read_request
from vidiom.errors import MissingExtra
from vidiom.provider.emulation import AsgiApp

__all__ = ["AsgiApp", "Fault", "FaultInjector", "serve"]

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_PATIENCE: Final = 10.0


@contextmanager
def serve(app: AsgiApp) -> Iterator[str]:
    """Run an app in a thread on a free port of this machine; the value is its base URL.

    Raises:
        MissingExtra: uvicorn is not installed.
    """
    try:
        import uvicorn  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtra("running an app needs uvicorn.", extra="emulate") from None

    class Server(uvicorn.Server):
        """One that stops at once: the original looks ten times a second whether it shall.

        And when it shall, it waits a tenth of a second for connections, if there are any or not.
        """

        async def main_loop(self) -> None:
            await self.on_tick(0)  # the headers that every answer has
            await stop.wait()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await asyncio.sleep(0)  # ends of connections that have arrived already
            if self.server_state.connections or self.server_state.tasks:
                await super().shutdown(sockets)
                return
            for listening in self.servers:
                listening.close()
            await self.lifespan.shutdown()

    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    server = Server(config)
    stop = asyncio.Event()
    loops: Queue[asyncio.AbstractEventLoop] = Queue()

    async def run(listener: socket.socket) -> None:
        loops.put(asyncio.get_running_loop())
        await server.serve(sockets=[listener])

    # Listening before the server runs: who connects early waits in the queue, and nobody polls.
    # With TCP named, asyncio switches Nagle's algorithm off, which costs 40 ms a request.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        thread = Thread(target=asyncio.run, args=[run(listener)], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            with suppress(RuntimeError):  # of a loop that has ended by itself
                loops.get(timeout=_PATIENCE).call_soon_threadsafe(stop.set)
            thread.join(_PATIENCE)
            assert not thread.is_alive(), "the emulator does not stop"


@dataclass(frozen=True)
class Fault:
    """What is answered instead of what the app would say."""

    status: int = 503
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False
    """Announce a longer body than is sent, and close the connection."""
    delay: float = 0.0
    """Seconds before the answer."""
    passes: bool = False
    """Let the app answer all the same, after the delay."""

    @classmethod
    def rate_limited(cls, retry_after: str) -> Fault:
        """429 with this ``Retry-After``."""
        return cls(429, (("Retry-After", retry_after),))

    @classmethod
    def html(cls, status: int = 200) -> Fault:
        """A page for people in the place of an answer."""
        page = b"<!doctype html><title>One moment please</title>"
        return cls(status, (("Content-Type", "text/html"),), page)


class FaultInjector:
    """An ASGI app around another one; each fault that was put in is used once, in turn."""

    def __init__(self, app: AsgiApp) -> None:
        """Around this app."""
        self._app = app
        self._faults: Plan[Fault] = Plan()
        self.requests: list[tuple[str, str]] = []
        """Method and path of each request so far."""

    def add(self, *faults: Fault, path: str = "") -> None:
        """Put these in the way of the next requests to paths that begin with ``path``."""
        self._faults.add(*(Entry(fault, lambda asked: asked.startswith(path)) for fault in faults))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer with the next fault, or let the app answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.requests.append((scope["method"], scope["path"]))
        fault = self._faults.next(scope["path"])
        if fault is not None:
            await asyncio.sleep(fault.delay)
        if fault is None or fault.passes:
            await self._app(scope, receive, send)
        else:
            await _answer(fault, receive, send)


async def _answer(fault: Fault, receive: Receive, send: Send) -> None:
    await read_request(receive)
    length = len(fault.body) + (1 if fault.cut else 0)
    headers = [(b"content-length", str(length).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in fault.headers]
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": fault.body, "more_body": fault.cut})
