"""An emulated vendor on the web: its routes, behind the gate, with its errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from vidiom.emulation.control import control_routes
from vidiom.emulation.gate import Gate, refused
from vidiom.emulation.multipart import AbsentParts, MalformedForm
from vidiom.emulation.refusal import Refusal
from vidiom.emulation.vendor import EmulatedVendor

__all__ = ["Followers", "application"]


class Followers:
    """What goes on although nobody asks: jobs that end by the clock."""

    def __init__(self) -> None:
        """None yet."""
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, work: Coroutine[object, object, None]) -> None:
        """Do this beside the answers."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Follow nothing any more."""
        for task in self._tasks:
            task.cancel()


def application(vendor: EmulatedVendor, routes: Iterable[Route], followers: Followers) -> Starlette:
    """The vendor on the web; ``app.state.vendor`` is what is behind it."""

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        yield
        followers.stop()
        await run_in_threadpool(vendor.close)

    async def refuse(_request: Request, error: Exception) -> Response:
        return refused(vendor, _refusal(vendor, error))

    app = Starlette(
        routes=[*routes, *control_routes(vendor)],
        middleware=[Middleware(Gate, vendor=vendor)],
        exception_handlers=dict.fromkeys(
            (Refusal, HTTPException, ClientDisconnect, MalformedForm, AbsentParts), refuse
        ),
        lifespan=life,
    )
    app.state.vendor = vendor
    return app


def _refusal(vendor: EmulatedVendor, error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case HTTPException():  # 404 and 405 of the routing, in the body of every error
            return Refusal(error.status_code, error.detail)
        case AbsentParts():
            return vendor.malformed(*error.names)
        case MalformedForm() | ClientDisconnect():  # a request that was broken off is half a one
            return vendor.malformed()
        case _:
            raise error
