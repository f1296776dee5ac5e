"""Example's documented behaviour as an ASGI app, for people without an account."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

__all__ = ["ANALYSIS", "app"]

ANALYSIS = {
    "media": {"seconds": 9.0},
    "model": "3",
    "findings": [
        {"id": "a", "type": "shot", "name": "", "from": 0.0, "to": 4.0},
        {"id": "b", "type": "thing", "name": "dog", "from": 1.0, "to": 3.5, "score": 0.875},
        {"id": "c", "type": "shot", "name": "", "from": 4.0, "to": 9.0},
        {"id": "d", "type": "smell", "name": "coffee", "from": 5.0, "to": 5.0},
    ],
}

STATES = ("waiting", "working", "done")


class Example:
    """The vendor: its jobs, each one state further whenever it is asked for."""

    def __init__(self) -> None:
        """With no jobs."""
        self.jobs: dict[str, dict[str, object]] = {}
        self.asked: dict[str, int] = {}

    async def upload(self, request: Request) -> Response:
        size = sum([len(chunk) async for chunk in request.stream()])
        return JSONResponse({"media": f"example://{request.path_params['name']}/{size}"})

    async def create(self, request: Request) -> Response:
        wanted = await request.json()
        name = f"job-{len(self.jobs) + 1}"
        self.jobs[name] = {"id": name, "state": "waiting", "reference": wanted["reference"]}
        return JSONResponse({"id": name}, 201)

    async def listing(self, request: Request) -> Response:
        wanted = request.query_params["reference"]
        return JSONResponse({"jobs": [j for j in self.jobs.values() if j["reference"] == wanted]})

    async def job(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.jobs:
            return JSONResponse({"error": "no such job"}, 404)
        if request.method == "DELETE":
            del self.jobs[name]
            return Response(status_code=204)
        job = self.jobs[name]
        if job["state"] != "stopped":
            asked = self.asked[name] = self.asked.get(name, -1) + 1
            step = min(asked, 2)
            job |= {"state": STATES[step], "progress": 50 * step, "retry_in": 2}
        return JSONResponse(job)

    async def stop(self, request: Request) -> Response:
        self.jobs[request.path_params["name"]]["state"] = "stopped"
        return JSONResponse({})

    async def result(self, request: Request) -> Response:
        return JSONResponse(ANALYSIS)


class OnlyWithKey(BaseHTTPMiddleware):
    """Refuses everybody else."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        super().__init__(app)
        self.api_key = api_key

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        if request.headers.get("x-api-key") != self.api_key:
            return JSONResponse({"error": "wrong key"}, 401)
        return await call_next(request)


def app(api_key: str) -> Starlette:
    """The API for one customer."""
    vendor = Example()
    return Starlette(
        routes=[
            Route("/uploads/{name}", vendor.upload, methods=["PUT"]),
            Route("/jobs", vendor.create, methods=["POST"]),
            Route("/jobs", vendor.listing, methods=["GET"]),
            Route("/jobs/{name}", vendor.job, methods=["GET", "DELETE"]),
            Route("/jobs/{name}/stop", vendor.stop, methods=["POST"]),
            Route("/jobs/{name}/result", vendor.result, methods=["GET"]),
        ],
        middleware=[Middleware(OnlyWithKey, api_key=api_key)],
    )
