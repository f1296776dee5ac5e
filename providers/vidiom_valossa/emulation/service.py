"""The API's functions as web routes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from vidiom.emulation.application import Followers, application
from vidiom.emulation.faults import Fault
from vidiom.emulation.gate import FAULT
from vidiom.emulation.multipart import Form, read_form
from vidiom.emulation.refusal import Json, Refusal
from vidiom_valossa.emulation.images import check_image
from vidiom_valossa.emulation.jobs import Job
from vidiom_valossa.emulation.refusal import MALFORMED, invalid
from vidiom_valossa.emulation.vendor import Vendor

__all__ = ["service"]

CORE: Final = "/core/1.0/"
TRAINING: Final = "/training/1.0/"

_Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
_Posted: TypeAlias = Callable[[int, Mapping[str, object]], Json]
_Asked: TypeAlias = Callable[[int, Mapping[str, str]], Json]


def service(vendor: Vendor) -> Starlette:
    """The vendor on the web; ``app.state.vendor`` is what is behind it."""
    followers = Followers()
    return application(vendor, _Service(vendor, followers).routes(), followers)


class _Service:
    def __init__(self, vendor: Vendor, followers: Followers) -> None:
        self._vendor = vendor
        self._followers = followers

    def routes(self) -> list[Route]:
        """Nine functions of the Core API, and eleven of the Training API."""
        asked = {
            f"{CORE}job_status": self._job_status,
            f"{CORE}job_results": self._job_results,
            f"{CORE}list_jobs": self._list_jobs,
        }
        posted = {
            f"{CORE}new_job": self._new_job,
            f"{CORE}initialize_file_upload": self._form(self._initialize),
            f"{CORE}send_file_chunk": self._form(self._chunk),
            f"{CORE}finalize_file_upload": self._form(self._finalize),
            f"{CORE}cancel_job": self._posting(self._vendor.cancel),
            f"{CORE}delete_job": self._posting(self._vendor.delete),
        }
        return [
            *(Route(path, handler, methods=["GET"]) for path, handler in asked.items()),
            *(Route(path, handler, methods=["POST"]) for path, handler in posted.items()),
            *self._training_routes(),
        ]

    def _training_routes(self) -> Iterator[Route]:
        training = self._vendor.training
        yield Route(f"{TRAINING}upload_image", self._form(self._image), methods=["POST"])
        for change in (
            training.create_face_gallery,
            training.update_face_gallery,
            training.create_face_identity,
            training.update_face_identity,
            training.remove_face_identity,
            training.add_face_image,
            training.remove_face_image,
        ):
            yield Route(TRAINING + change.__name__, self._posting(change), methods=["POST"])
        for listing in (
            training.list_face_galleries,
            training.list_face_identities,
            training.list_face_images,
        ):
            yield Route(TRAINING + listing.__name__, self._asking(listing), methods=["GET"])

    # --- where the key is ---------------------------------------------------------------------

    def _caller(self, request: Request) -> int:
        """GET: in the query (https://docs.valossa.com/getting-started/authentication)."""
        return self._vendor.owner(request.query_params.get("api_key"))

    async def _body(self, request: Request) -> tuple[int, dict[str, object]]:
        """POST: a field of the JSON body."""
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise Refusal(400, MALFORMED) from None
        if not isinstance(body, dict):
            raise Refusal(400, MALFORMED)
        return self._vendor.owner(body.get("api_key")), body

    def _asking(self, function: _Asked) -> _Handler:
        async def handler(request: Request) -> Response:
            return JSONResponse(function(self._caller(request), request.query_params))

        return handler

    def _posting(self, function: _Posted) -> _Handler:
        async def handler(request: Request) -> Response:
            return JSONResponse(function(*await self._body(request)))

        return handler

    def _form(self, function: Callable[[int, Form], Json]) -> _Handler:
        """Multipart POST: a field of the form, not of the URL (…/initialize-file-upload)."""

        async def handler(request: Request) -> Response:
            kind = request.headers.get("content-type", "")
            with await read_form(kind, request.stream(), self._vendor.folder) as form:
                owner = self._vendor.owner(form.fields.get("api_key"))
                # on disk, and large: not in the loop that serves everybody
                return JSONResponse(await run_in_threadpool(function, owner, form))

        return handler

    # --- jobs ---------------------------------------------------------------------------------

    async def _new_job(self, request: Request) -> Response:
        job = self._vendor.new_job(*await self._body(request), _fault(request))
        await self._vendor.tell_early(job)
        if job.request.callback is not None and self._vendor.behaviour.advance == "clock":
            self._followers.follow(self._follow(job))
        return JSONResponse({"job_id": job.id})

    async def _job_status(self, request: Request) -> Response:
        job, status = self._vendor.status(self._caller(request), request.query_params)
        named = {"job_id": job.id} if self._vendor.behaviour.status_names_job else {}
        return JSONResponse({**named, **status.written()}, background=self._ending(job))

    async def _job_results(self, request: Request) -> Response:
        owner = self._caller(request)
        query, fault = request.query_params, _fault(request)
        # a long canned story takes seconds to write
        found = await run_in_threadpool(self._vendor.results, owner, query, fault)
        job, kind, content = found
        told = BackgroundTask(self._vendor.tell_after_results, job)
        return StreamingResponse(content, media_type=kind, background=told)

    async def _list_jobs(self, request: Request) -> Response:
        owner = self._caller(request)
        listed = self._vendor.store.listed(owner, request.query_params)
        waiting = [
            job
            for job in self._vendor.jobs.values()
            if job.owner == owner and job.request.callback is not None and not job.called_back
        ]
        return JSONResponse({"jobs": listed}, background=self._ending(*waiting))

    def _ending(self, *jobs: Job) -> BackgroundTask:
        """Callbacks follow the answer in which somebody else saw the end first."""
        return BackgroundTask(self._vendor.tell_the_end, *jobs)

    async def _follow(self, job: Job) -> None:
        """By the clock, a job ends although nobody asks."""
        await asyncio.sleep(self._vendor.behaviour.length)
        while not self._over(job):  # noqa: ASYNC110 - an analysis ends in another thread
            await asyncio.sleep(0.05)
        await self._vendor.tell_the_end(job)

    def _over(self, job: Job) -> bool:
        return job.id not in self._vendor.jobs or self._vendor.store.status(job).ended

    # --- files --------------------------------------------------------------------------------

    def _initialize(self, owner: int, form: Form) -> Json:
        form.require("file_size_bytes")
        upload = self._vendor.uploads.begin(owner, form.fields.get("file_size_bytes"))
        return {"upload_id": upload.id, "file_chunk_size_bytes": upload.chunk_size}

    def _chunk(self, owner: int, form: Form) -> Json:
        name, index = form.require("upload_id", "chunk_index")
        if not index.isdecimal():
            raise invalid("chunk_index")
        self._vendor.uploads.get(owner, name).place(int(index), form.file("file_data"))
        self._vendor.ledger.counters["send_file_chunk"] += 1
        return {}

    def _finalize(self, owner: int, form: Form) -> Json:
        (name,) = form.require("upload_id")
        url = self._vendor.uploads.get(owner, name).finish()
        self._vendor.ledger.counters["finalize_file_upload"] += 1
        return {"uploaded_file_url": url}

    def _image(self, owner: int, form: Form) -> Json:
        image = form.file("image_data")
        check_image(image)
        return {"uploaded_file_url": self._vendor.uploads.keep(owner, image)}


def _fault(request: Request) -> str | None:
    """What the vendor itself is to do wrong with this request."""
    fault = request.scope.get(FAULT)
    return fault.kind if isinstance(fault, Fault) else None
