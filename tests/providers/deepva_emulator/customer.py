"""A customer of the emulated vendor: one call for each request, in the vendor's own terms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.applications import Starlette
from tests.emulation.asking import ask

from vidiom_deepva.emulation.vendor import Vendor
from vidiom_deepva.emulator import Behaviour, create_app

if TYPE_CHECKING:
    import httpx

__all__ = ["CREATED", "GONE", "KEY", "OK", "URL", "Clock", "Customer", "Json", "payload"]

OK, CREATED, GONE = 200, 201, 204
KEY = "deepva-key-of-the-tests"
URL = "https://media.example.org/clips/harbour.mp4"
PAYLOADS = Path(__file__).parents[1] / "deepva" / "payloads"

Json: TypeAlias = Any
"""What JSON holds; the tests say what they expect of it."""


def payload(name: str) -> Json:
    """An example of the documentation."""
    return json.loads((PAYLOADS / f"{name}.json").read_text())


class Clock:
    """A wall clock that goes on by a second whenever somebody looks."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 14, 15, 9, 26, 535_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        """A second later than before."""
        self.at += timedelta(seconds=1)
        return self.at


class Customer:
    """Asks the app, without a network between them."""

    def __init__(self, behaviour: Behaviour | None = None, *, key: str = KEY) -> None:
        self.key = key
        self.app: Starlette = create_app([KEY, "another key"], behaviour)

    @property
    def vendor(self) -> Vendor:
        """What is behind the app."""
        vendor = self.app.state.vendor
        assert isinstance(vendor, Vendor)
        return vendor

    def ask(self, method: str, path: str, **request: object) -> httpx.Response:
        """Any request, with the key."""
        if not path.startswith("/"):
            path = f"/api/v1/{path}"
        headers = {"Authorization": f"Key {self.key}", **dict(request.pop("headers", None) or {})}  # type: ignore[call-overload]  # of the tests
        return ask(self.app, method, path, {"headers": headers, **request})

    def get(self, path: str, **query: object) -> httpx.Response:
        """A GET with this query."""
        return self.ask("GET", path, params=query)

    def post(self, path: str, **body: object) -> httpx.Response:
        """A POST with this JSON body."""
        return self.ask("POST", path, json=body)

    def put(self, path: str, **body: object) -> httpx.Response:
        """A PUT with this JSON body."""
        return self.ask("PUT", path, json=body)

    def delete(self, path: str) -> httpx.Response:
        """A DELETE."""
        return self.ask("DELETE", path)

    def form(self, path: str, file: tuple[str, bytes, str], **fields: str) -> httpx.Response:
        """A multipart POST."""
        return self.ask("POST", path, data=fields, files={"file": file})

    # --- whole stories --------------------------------------------------------------------------

    def buy(self, modules: Mapping[str, object] | str = "face_recognition", **more: object) -> str:
        """Submit; the id of the job."""
        wanted = {modules: {}} if isinstance(modules, str) else dict(modules)
        answer = self.post("jobs/", **{"sources": [URL], "modules": wanted, **more})
        assert answer.status_code == CREATED, answer.text
        return str(answer.json()["id"])

    def job(self, name: str) -> Json:
        """Ask after a job."""
        answer = self.get(f"jobs/{name}/")
        assert answer.status_code == OK, answer.text
        return answer.json()

    def follow(self, name: str) -> list[str]:
        """Poll to the end; every state on the way."""
        states: list[str] = []
        for _ in range(50):
            states.append(str(self.job(name)["state"]))
            if states[-1] in {"completed", "failed", "stopped"}:
                return states
        msg = f"the job does not end: {states}"
        raise AssertionError(msg)

    def finished(self, modules: Mapping[str, object] | str, **more: object) -> str:
        """Submit, and follow to the end; the id of the job."""
        job = self.buy(modules, **more)
        assert self.follow(job)[-1] == "completed"
        return job

    def rows(self, job: str, **query: object) -> list[Json]:
        """The detailed results of a job."""
        answer = self.get(f"jobs/{job}/detailed-results/", **{"limit": 1000, **query})
        assert answer.status_code == OK, answer.text
        return list(answer.json()["data"])

    def upload(self, content: bytes, name: str = "clip.mp4", folder: str = "/ingest") -> Json:
        """Put a file into the storage, and wait until it is there."""
        answer = self.form("storage/", (name, content, "video/mp4"), folder=folder)
        assert answer.status_code == CREATED, answer.text
        told = answer.json()
        while not told["uploaded"] and not told["upload_failed"]:
            told = self.get(f"storage/{told['id']}/").json()
        return told
