"""The way in and out of the emulator, where requests are recorded and faults happen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vidiom.emulation.faults import Fault
from vidiom.emulation.ledger import Asked
from vidiom.emulation.refusal import Refusal
from vidiom.emulation.requests import read_request
from vidiom.emulation.vendor import EmulatedVendor

__all__ = ["CONTROL", "FAULT", "Gate", "hang_up", "refused"]

CONTROL: Final = "/_emulator"
FAULT: Final = "vidiom.emulation.fault"
"""Where the scope holds the fault that the vendor itself is to commit."""

_PAGE: Final = "<!doctype html><title>One moment please</title><h1>Bad gateway</h1>"


class Gate:
    """An ASGI app around the API."""

    def __init__(self, app: ASGIApp, vendor: EmulatedVendor) -> None:
        """Around this app."""
        self._app = app
        self._vendor = vendor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or do what the next fault says."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        function = self._vendor.function(scope["method"], scope["path"])
        passing = _Passing(scope, receive, send)
        try:
            fault = self._fault(scope, function)
            await self._answer(fault, passing)
        except Refusal as refusal:  # of the header only: the API has its own handler
            await refused(self._vendor, refusal)(scope, receive, passing.send)
        finally:
            kind = passing.fault
            asked = Asked(scope["method"], function, passing.status, kind)
            self._vendor.ledger.requests.append(asked)

    def _fault(self, scope: Scope, function: str) -> Fault | None:
        wanted = Headers(scope=scope).get("x-emulate-fault")
        if wanted is not None:
            return self._vendor.repertoire.fault_of(wanted)
        return self._vendor.ledger.faults.next(function)

    async def _answer(self, fault: Fault | None, passing: _Passing) -> None:
        passing.fault = fault.kind if fault is not None else None
        if fault is None:
            await self._app(passing.scope, passing.receive, passing.send)
        elif self._vendor.repertoire.is_vendors(fault.kind):
            scope = {**passing.scope, FAULT: fault}
            await self._app(scope, passing.receive, passing.send)
        elif fault.kind in _REFUSALS:
            await read_request(passing.receive)
            answer = _REFUSALS[fault.kind](self._vendor, fault)
            await answer(passing.scope, passing.receive, passing.send)
        elif fault.kind == "slow":
            await self._vendor.slow(fault.seconds)
            await self._app(passing.scope, passing.receive, passing.send)
        else:
            await _SPOILED[fault.kind](self._app, passing)


class _Passing:
    """One request, and what becomes of its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self._send = scope, receive, send
        self.status: int | None = None
        self.fault: str | None = None

    async def send(self, message: Message) -> None:
        """Pass on, and note the status."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


async def hang_up(receive: Receive) -> None:
    """Close the connection in the middle of an answer, or before it.

    ASGI has no message for this, and a server answers 500 in the place of an app that says
    nothing: uvicorn's connection is taken from it. Elsewhere the error does what it can.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.Transport):
        msg = "the emulator hung up"
        raise ConnectionError(msg)
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def refused(vendor: EmulatedVendor, refusal: Refusal, retry_after: str | None = None) -> Response:
    """A refusal in the vendor's form."""
    body = vendor.error(refusal)
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Response(body.content, refusal.status, headers, body.media_type)


# --- instead of an answer ------------------------------------------------------------------------


def _rate_limited(vendor: EmulatedVendor, fault: Fault) -> Response:
    refusal = Refusal(429, "Too many requests", form=fault.form)
    return refused(vendor, refusal, fault.retry_after)


def _server_error(vendor: EmulatedVendor, fault: Fault) -> Response:
    refusal = Refusal(fault.status or 500, "Unexpected server error", form=fault.form)
    return refused(vendor, refusal, fault.retry_after)


def _html(_vendor: EmulatedVendor, fault: Fault) -> Response:
    return HTMLResponse(_PAGE, fault.status or 502)


_REFUSALS: Final[Mapping[str, Callable[[EmulatedVendor, Fault], Response]]] = {
    "rate_limited": _rate_limited,
    "server_error": _server_error,
    "html": _html,
}

# --- an answer that is spoiled on its way --------------------------------------------------------


async def _lost_answer(app: ASGIApp, passing: _Passing) -> None:
    async def swallow(message: Message) -> None:
        pass

    await app(passing.scope, passing.receive, swallow)
    await hang_up(passing.receive)


async def _cut_body(app: ASGIApp, passing: _Passing) -> None:
    """Half of the first piece is sent, and nothing after it."""
    cut = False

    async def half(message: Message) -> None:
        nonlocal cut
        if message["type"] == "http.response.body" and not cut:
            cut = True
            body = message.get("body", b"")
            await passing.send({**message, "body": body[: len(body) // 2], "more_body": True})
        elif not cut:
            await passing.send(message)

    await app(passing.scope, passing.receive, half)
    await hang_up(passing.receive)


async def _truncated_json(app: ASGIApp, passing: _Passing) -> None:
    """A whole answer in which half of the document is missing."""
    held: list[Message] = []

    async def hold(message: Message) -> None:
        held.append(message)

    await app(passing.scope, passing.receive, hold)
    body = b"".join(m.get("body", b"") for m in held if m["type"] == "http.response.body")
    half = body[: len(body) // 2]
    for message in held:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["content-length"] = str(len(half))
            await passing.send(message)
    await passing.send({"type": "http.response.body", "body": half})


async def _wrong_content_type(app: ASGIApp, passing: _Passing) -> None:
    async def changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["content-type"] = "text/html"
        await passing.send(message)

    await app(passing.scope, passing.receive, changed)


_Spoiler: TypeAlias = Callable[[ASGIApp, _Passing], Awaitable[None]]

_SPOILED: Final[Mapping[str, _Spoiler]] = {
    "lost_answer": _lost_answer,
    "cut_body": _cut_body,
    "truncated_json": _truncated_json,
    "wrong_content_type": _wrong_content_type,
}
