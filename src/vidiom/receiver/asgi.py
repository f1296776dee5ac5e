"""The receiver as an ASGI app: bounded reading first, one answer for each outcome, no secrets."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from vidiom.errors import DeliveryIncomplete, UnknownDelivery, VidiomError
from vidiom.receiver.afterwork import Afterwork
from vidiom.receiver.reading import Budget, Spool, declared_length, refuse_unread
from vidiom.receiver.replies import Reply, reply_to, reply_to_error
from vidiom.webhooks.delivery import Delivery

if TYPE_CHECKING:
    from vidiom.client.async_client import AsyncClient
    from vidiom.client.receiving import DeliveryRules

__all__ = ["Limits", "Receiver"]

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_ADDRESS: Final = re.compile(r"/([a-z][a-z0-9_-]{0,63})(?:/([A-Za-z0-9_-]{1,128}))?/?")
_log = logging.getLogger("vidiom.receiver")


@dataclass(frozen=True)
class Limits:
    """What one receiver lets strangers occupy."""

    read_seconds: float = 60.0
    """How long one body may take to arrive."""
    spooled_bytes: int = 2 * 1024**3
    """All large bodies together, in temporary files."""
    large_at_once: int = 2
    """Large bodies that are in memory at the same time, to be verified and read."""
    small_at_once: int = 64


@dataclass
class _Disconnected(Exception):
    """Nobody waits for an answer any more."""


@dataclass
class Receiver:
    """``POST <prefix>/<provider>[/<id>]``, ``GET /healthz`` and ``GET /readyz``.

    Run it with any ASGI server, or mount it in an app. One that is mounted is told nothing of the
    app's end: call :meth:`aclose` then.
    """

    client: AsyncClient
    prefix: str = ""
    """The path of ``VIDIOM_CALLBACK_URL``, where the receiver is not mounted below it."""
    collect: bool = True
    """Whether answers of jobs that have ended are fetched into the archive, after the reply."""
    limits: Limits = field(default_factory=Limits)
    owns_client: bool = False
    """Whether the client is closed with the receiver."""

    def __post_init__(self) -> None:
        """Ready to receive; nothing is opened before the first request."""
        self._budget = Budget(self.limits.spooled_bytes)
        self._large = asyncio.Semaphore(self.limits.large_at_once)
        self._small = asyncio.Semaphore(self.limits.small_at_once)
        self._rules: dict[str, DeliveryRules] = {}
        self._afterwork = Afterwork(self.client, collect=self.collect)
        self._closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the ASGI specification has it."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            raise RuntimeError("the receiver talks HTTP only")

    async def aclose(self) -> None:
        """Finish what is being done, and close."""
        self._closing = True
        await self._afterwork.stop()
        if self.owns_client:
            await self.client.aclose()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            event = (await receive())["type"]
            if event == "lifespan.startup":
                self._afterwork.start()
                await send({"type": "lifespan.startup.complete"})
            elif event == "lifespan.shutdown":
                await self.aclose()
                await send({"type": "lifespan.shutdown.complete"})
                return

    # --- one request -------------------------------------------------------------------------

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.monotonic()
        path = _path(scope)
        method: str = scope["method"]
        try:
            if path in ("/healthz", "/readyz"):
                reply = await self._health(path)
            else:
                reply = await self._routed(method, path, scope, receive)
        except _Disconnected:
            return
        await _send(send, reply, with_body=method != "HEAD")
        provider = path.removeprefix(self.prefix).strip("/").partition("/")[0]
        _log.info(
            "%s %s %d %s %.0f ms",
            method if method.isalpha() else "?",
            provider if provider in self._rules else "?",
            reply.status,
            reply.outcome,
            (time.monotonic() - begun) * 1000,
        )

    async def _health(self, path: str) -> Reply:
        """Whether the process is alive; whether it can keep what it is sent."""
        if path == "/healthz":
            return Reply(HTTPStatus.OK, "alive")
        if self._closing:
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE, "closing")
        try:
            await self.client.list(limit=1)
        except (VidiomError, OSError) as error:
            return reply_to_error(error, {})
        return Reply(HTTPStatus.OK, "ready")

    async def _routed(self, method: str, path: str, scope: Scope, receive: Receive) -> Reply:
        address = None
        if path.startswith(self.prefix):
            address = _ADDRESS.fullmatch(path.removeprefix(self.prefix))
        if address is None:
            return Reply(HTTPStatus.NOT_FOUND, UnknownDelivery.__name__)
        rules: DeliveryRules | None = None
        try:
            rules = await self._rules_of(address[1])
            if method in ("GET", "HEAD"):  # some vendors look whether the address is there
                return Reply(HTTPStatus.OK, "ready")
            if method != "POST":
                return Reply(HTTPStatus.METHOD_NOT_ALLOWED, "refused")
            return await self._received(address, rules, scope, receive)
        except _Disconnected:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the vendor gets an answer
            return reply_to_error(error, rules.statuses if rules is not None else {})

    async def _rules_of(self, provider: str) -> DeliveryRules:
        if provider not in self._rules:
            self._rules[provider] = await self.client.delivery_rules(provider)
        return self._rules[provider]

    async def _received(
        self, address: re.Match[str], rules: DeliveryRules, scope: Scope, receive: Receive
    ) -> Reply:
        headers = Delivery.of(scope["headers"], b"")
        refuse_unread(headers, rules)
        length = declared_length(next(headers.header("content-length"), None), most=rules.max_bytes)
        with Spool(rules.max_bytes, self._budget) as spool:
            try:
                async with asyncio.timeout(self.limits.read_seconds):
                    await _read(receive, spool)
            except TimeoutError:
                raise DeliveryIncomplete(
                    "the delivery took too long to arrive; it must be sent again."
                ) from None
            async with self._large if spool.large else self._small:
                body = await spool.content(declared=length)
                delivery = Delivery(
                    headers.headers, body, headers.received_at, address[2], address[1]
                )
                received = await self.client.receive(delivery)
        self._afterwork.start()
        self._afterwork.told(received)
        return reply_to(received, rules.statuses)


async def _read(receive: Receive, spool: Spool) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Disconnected
        await spool.add(message.get("body", b""))
        if not message.get("more_body", False):
            return


async def _send(send: Send, reply: Reply, *, with_body: bool) -> None:
    body = reply.body
    headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers]
    headers.append((b"content-length", str(len(body)).encode()))
    if reply.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST, GET, HEAD"))
    if reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        headers.append((b"connection", b"close"))  # the rest of the body is never read
    await send({"type": "http.response.start", "status": int(reply.status), "headers": headers})
    await send({"type": "http.response.body", "body": body if with_body else b""})


def _path(scope: Scope) -> str:
    """The path below where the app is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"
