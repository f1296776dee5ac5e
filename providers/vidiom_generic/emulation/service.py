"""The API's five operations as web routes, at the paths of the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vidiom.emulation.application import Followers, application
from vidiom.emulation.faults import Fault
from vidiom.emulation.gate import FAULT
from vidiom.emulation.refusal import Json, Refusal
from vidiom.schema.latency import MediaType
from vidiom_generic.emulation.jobs import Job
from vidiom_generic.emulation.orders import read_bound, read_images, read_video
from vidiom_generic.emulation.vendor import Vendor

__all__ = ["service"]

_Answer: TypeAlias = Callable[[Request, str], Awaitable[Response]]
"""Answers to a request with the one field of its path or query."""

_ELSEWHERE: Final = "https://elsewhere.invalid/result"


def service(vendor: Vendor) -> Starlette:
    """The vendor on the web; ``app.state.vendor`` is what is behind it."""
    followers = Followers()
    return application(vendor, _Service(vendor, followers).routes(), followers)


class _Service:
    def __init__(self, vendor: Vendor, followers: Followers) -> None:
        self._vendor = vendor
        self._followers = followers
        self._settings = vendor.behaviour.settings

    def routes(self) -> list[Route]:
        own = self._settings
        return [
            Route(own.video_path.partition("?")[0], self._submit_video, methods=["POST"]),
            Route(own.image_path.partition("?")[0], self._submit_images, methods=["POST"]),
            self._asking(own.latency_path, self._latency),
            self._asking(own.video_result_path, self._result("video")),
            self._asking(own.image_result_path, self._result("image")),
        ]

    def _asking(self, template: str, answer: _Answer) -> Route:
        """A route of a template, whose one field is in the path or in the query."""
        path, _, query = template.partition("?")
        named = next((name for name, text in parse_qsl(query) if text.startswith("{")), None)

        async def handler(request: Request) -> Response:
            if named is not None:
                return await answer(request, request.query_params.get(named, ""))
            return await answer(request, next(iter(request.path_params.values())))

        return Route(path, handler, methods=["GET"])

    def _caller(self, request: Request) -> int:
        own = self._settings
        places = {
            "header": request.headers.get(own.key_name),
            "query": request.query_params.get(own.key_name),
            "cookie": request.cookies.get(own.key_name),
        }
        key = places[own.key_in]
        before = f"{own.key_prefix} ".lstrip()
        if key is None or not key.startswith(before):
            return self._vendor.owner(None)
        return self._vendor.owner(key.removeprefix(before))

    # --- submitting ---------------------------------------------------------------------------

    async def _submit_video(self, request: Request) -> Response:
        owner = self._caller(request)
        bound = read_bound(request.headers, self._settings.max_processing_time_header)
        video = await read_video(request, self._vendor.behaviour, self._vendor.folder)
        job = self._vendor.submit_video(owner, video, bound, _fault(request))
        return await self._accepted(request, job)

    async def _submit_images(self, request: Request) -> Response:
        owner = self._caller(request)
        bound = read_bound(request.headers, self._settings.max_processing_time_header)
        order = await read_images(request, self._vendor.behaviour)
        job = await run_in_threadpool(
            self._vendor.submit_images, owner, order, bound, _fault(request)
        )
        return await self._accepted(request, job)

    async def _accepted(self, request: Request, job: Job) -> Response:
        await self._vendor.tell_early(job)
        if job.webhook is not None and self._vendor.behaviour.advance == "clock":
            self._followers.follow(self._follow(job))
        headers = {}
        location = self._location(request, job)
        if location is not None:
            headers["Location"] = location
        body: Json = {} if job.fault == "without_job_id" else {"job_id": job.id}
        return JSONResponse(body, 202, headers)

    def _location(self, request: Request, job: Job) -> str | None:
        if job.fault == "foreign_location":
            return f"{_ELSEWHERE}/{job.id}"
        how = self._vendor.behaviour.location
        if how == "none" or job.fault == "without_location":
            return None
        own = self._settings
        template = own.video_result_path if job.kind == "video" else own.image_result_path
        path = template.replace("{job_id}", job.id)
        return path if how == "relative" else f"{str(request.base_url).rstrip('/')}{path}"

    # --- asking -------------------------------------------------------------------------------

    def _result(self, kind: MediaType) -> _Answer:
        async def handler(request: Request, job_id: str) -> Response:
            job = self._vendor.asked(self._caller(request), kind, job_id)
            match _fault(request):
                case "expired_result":
                    raise Refusal(404, "No job with this id.")
                case "redirect":
                    return Response(None, 303, {"Location": f"{_ELSEWHERE}/{job.id}"})
                case _:
                    return self._told(job)

        return handler

    def _told(self, job: Job) -> Response:
        behaviour = self._vendor.behaviour
        state = job.state(behaviour)
        job.polls += 1
        if state in ("finished", "failed"):
            self._vendor.ledger.counters["result"] += 1
            told = BackgroundTask(self._vendor.tell_after_results, job)
            document = job.document(behaviour)
            # a vendor may seem to know more of a job than it did a moment ago
            return JSONResponse({**document, "status": state}, background=told)
        headers = {} if behaviour.retry_after is None else {"Retry-After": behaviour.retry_after}
        match behaviour.pending:
            case "204":
                return Response(None, 204, headers)
            case "202-empty":
                return Response(None, 202, headers)
            case how:
                said = {"job_id": job.id, "status": state}
                return JSONResponse(said, 202 if how == "202" else 200, headers)

    async def _latency(self, request: Request, media_type: str) -> Response:
        self._caller(request)
        if media_type not in ("video", "image"):
            raise Refusal(422, "The media type is video or image.")
        return JSONResponse(
            {
                "media_type": media_type,
                "unit": "second" if media_type == "video" else "image",
                "latency_ms_per_unit": self._vendor.behaviour.milliseconds_per_unit,
            }
        )

    async def _follow(self, job: Job) -> None:
        """By the clock, a job ends although nobody asks."""
        behaviour = self._vendor.behaviour
        await behaviour.sleep(behaviour.length)
        while job.state(behaviour) not in ("finished", "failed"):  # noqa: ASYNC110 - an analysis ends in another thread
            await asyncio.sleep(0.05)
        await self._vendor.tell_the_end(job)


def _fault(request: Request) -> str | None:
    """What the vendor itself is to do wrong with this request."""
    fault = request.scope.get(FAULT)
    return fault.kind if isinstance(fault, Fault) else None
