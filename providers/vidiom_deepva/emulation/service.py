"""The API as a web app: requests taken apart, answers put together, events told after them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vidiom.emulation.application import Followers, application
from vidiom.emulation.faults import Fault
from vidiom.emulation.gate import FAULT
from vidiom.emulation.multipart import read_form
from vidiom.emulation.refusal import Json, Refusal
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.endpoints import Found, endpoint, methods
from vidiom_deepva.emulation.jobs import Job
from vidiom_deepva.emulation.paging import Page, Window, spoiled
from vidiom_deepva.emulation.refusal import not_found
from vidiom_deepva.emulation.repertoire import PAGE_FAULTS
from vidiom_deepva.emulation.resources import EVENTS, doing, listing
from vidiom_deepva.emulation.vendor import Vendor

__all__ = ["service"]

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_KEY: Final = "Key "
_INVALID_KEY: Final = "Invalid API key"


def service(vendor: Vendor) -> Starlette:
    """The vendor on the web; ``app.state.vendor`` is what is behind it."""
    followers = Followers()
    web = _Service(vendor, followers)
    # one route: paths are the vendor's own table, with or without a slash at their end
    route = Route("/{path:path}", web.answer, methods=_METHODS)
    app = application(vendor, [], followers)
    app.router.routes.append(route)
    return app


class _Service:
    def __init__(self, vendor: Vendor, followers: Followers) -> None:
        self._vendor = vendor
        self._followers = followers
        self._doing = doing(vendor)
        self._listing = listing(vendor)
        self._jobs: dict[str, Callable[[Call], Awaitable[Response]]] = {
            "create_job": self._create_job,
            "read_job": self._read_job,
            "list_jobs": self._list_jobs,
        }

    async def answer(self, request: Request) -> Response:
        """Any request to the API."""
        found = endpoint(request.method, request.url.path)
        if found is None:
            known = methods(request.url.path)
            raise Refusal(405, f'Method "{request.method}" not allowed.') if known else not_found()
        call = await self._call(request, found)
        try:
            return await self._answer(call)
        finally:
            if call.form is not None:
                call.form.__exit__(None, None, None)

    async def _answer(self, call: Call) -> Response:
        if call.endpoint in self._jobs:
            return await self._jobs[call.endpoint](call)
        if call.endpoint in self._listing:
            response = await run_in_threadpool(self._page, call)
            if call.endpoint == "detailed_results":
                response.background = self._fetched(call)
            return response
        # files are on disk, and large: not in the loop that serves everybody
        answer = await run_in_threadpool(self._doing[call.endpoint], call)
        response = _response(answer)
        if call.endpoint in EVENTS:
            event, data = EVENTS[call.endpoint](call, answer)
            tell = self._vendor.announcer.tell_subscribers
            response.background = BackgroundTask(tell, call.owner, event, data)
        return response

    async def _call(self, request: Request, found: Found) -> Call:
        """Who asks, and for what."""
        said = request.headers.get("authorization", "")
        owner = self._vendor.customer(said.removeprefix(_KEY)) if said.startswith(_KEY) else None
        if owner is None:
            raise Refusal(401, _INVALID_KEY)
        kind = request.headers.get("content-type", "")
        body: Mapping[str, object] = {}
        form = None
        if kind.startswith("multipart/"):
            form = await read_form(kind, request.stream(), self._vendor.folder)
        else:
            body = _object(await request.body())
        address = str(request.url.replace(query=""))
        fault = request.scope.get(FAULT)
        return Call(
            owner=owner,
            endpoint=found.name,
            names=found.names,
            query=request.query_params,
            address=address,
            base=f"{request.url.scheme}://{request.url.netloc}/api/v1",
            body=body,
            form=form,
            fault=fault if isinstance(fault, Fault) else None,
        )

    def _page(self, call: Call) -> Response:
        """One page of a list, with what is to be wrong with it."""
        window = Window.of(call.query, self._vendor.behaviour.largest_page)
        rows = self._listing[call.endpoint](call)
        return self._written(rows, window, call)

    def _written(self, rows: Sequence[Json], window: Window, call: Call) -> Response:
        bare = call.endpoint in self._vendor.behaviour.bare_lists
        page = Page.cut(rows, window, call.address, bare=bare)
        kind = call.fault_kind if call.fault_kind in PAGE_FAULTS else None
        return _json(spoiled(rows, page, kind))

    # --- jobs -----------------------------------------------------------------------------------

    async def _create_job(self, call: Call) -> Response:
        job = self._vendor.create_job(call)
        await self._vendor.announcer.tell_early(job, call.base)
        if job.request.hook is not None and self._vendor.behaviour.advance == "clock":
            self._followers.follow(self._follow(job, call.base))
        return _json(self._vendor.written(job, self._vendor.store.state(job), call.base), 201)

    async def _read_job(self, call: Call) -> Response:
        job = self._vendor.store.find(call.owner, call.names["job"])
        written = self._vendor.written(job, self._vendor.store.poll(job), call.base)
        self._vendor.settle_job(job)
        return _json(
            written, background=BackgroundTask(self._vendor.announcer.tell_due, call.base, job)
        )

    async def _list_jobs(self, call: Call) -> Response:
        window = Window.of(call.query, self._vendor.behaviour.largest_page)
        response = self._written(self._vendor.list_jobs(call), window, call)
        jobs = self._vendor.waiting(call.owner)
        response.background = BackgroundTask(self._vendor.announcer.tell_due, call.base, *jobs)
        return response

    def _fetched(self, call: Call) -> BackgroundTask:
        async def tell() -> None:
            job = self._vendor.jobs.get(call.names["job"])
            if job is not None:
                await self._vendor.announcer.tell_due(call.base, job)
                await self._vendor.announcer.release(job)

        return BackgroundTask(tell)

    async def _follow(self, job: Job, base: str) -> None:
        """By the clock, a job goes on and ends although nobody asks."""
        for _, length in self._vendor.behaviour.stages:
            await asyncio.sleep(length)
            await self._vendor.announcer.tell_due(base, job)
        while not self._over(job):  # noqa: ASYNC110 - an analysis ends in another thread
            await asyncio.sleep(0.05)
        await self._vendor.announcer.tell_due(base, job)

    def _over(self, job: Job) -> bool:
        return job.id not in self._vendor.jobs or self._vendor.store.state(job).ended


def _object(content: bytes) -> Mapping[str, object]:
    if not content:
        return {}
    try:
        body = json.loads(content)
    except ValueError:
        raise Refusal(400, "JSON parse error") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Invalid data. Expected a dictionary.")
    return body


def _response(answer: Json | Answer) -> Response:
    if not isinstance(answer, Answer):
        return _json(answer)
    if isinstance(answer.content, bytes):
        return Response(answer.content, answer.status, media_type=answer.media_type)
    if answer.content is None:
        return Response(status_code=answer.status)
    return _json(answer.content, answer.status)


def _json(
    content: Json | list[Json], status: int = 200, background: BackgroundTask | None = None
) -> Response:
    body = msgspec.json.encode(content)
    return Response(body, status, media_type="application/json", background=background)
