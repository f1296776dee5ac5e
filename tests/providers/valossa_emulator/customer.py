"""A customer of the emulated vendor: one call for each request, in the vendor's own terms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.applications import Starlette
from tests.emulation.asking import ask

from vidiom_valossa.emulation.vendor import Vendor
from vidiom_valossa.emulator import Behaviour, create_app

if TYPE_CHECKING:
    import httpx

__all__ = ["KEY", "MINIMAL", "OK", "PAYLOADS", "Customer", "Json", "minimal", "pieces"]

OK = 200
KEY = "EXAMPLEKEY0000000000"
PAYLOADS = Path(__file__).parents[1] / "valossa" / "payloads"
URL = "https://media.example.com/harbour-stories-ep1.mp4"
MINIMAL: Mapping[str, object] = {"media": {"video": {"url": URL}}}

Json: TypeAlias = Any
"""What JSON holds; the tests say what they expect of it."""

Files: TypeAlias = "Mapping[str, tuple[str, bytes]]"


def minimal(**more: object) -> dict[str, object]:
    """The least that can be asked for, and more."""
    return {**MINIMAL, **more}


class Customer:
    """Asks the app, without a network between them."""

    def __init__(self, behaviour: Behaviour | None = None, *, key: str = KEY) -> None:
        self.key = key
        self.app: Starlette = create_app(KEY, behaviour)

    @property
    def vendor(self) -> Vendor:
        """What is behind the app."""
        vendor = self.app.state.vendor
        assert isinstance(vendor, Vendor)
        return vendor

    def get(self, function: str, **query: str) -> httpx.Response:
        """A GET with the key in the query."""
        return self.ask("GET", function, params={"api_key": self.key, **query})

    def post(self, function: str, body: Mapping[str, object]) -> httpx.Response:
        """A POST with the key in the body."""
        return self.ask("POST", function, json={"api_key": self.key, **body})

    def form(self, function: str, files: Files | None = None, **fields: str) -> httpx.Response:
        """A multipart POST with the key in the form."""
        parts: dict[str, object] = {
            name: (None, value) for name, value in {"api_key": self.key, **fields}.items()
        }
        return self.ask("POST", function, files={**parts, **(files or {})})

    def ask(self, method: str, function: str, **request: object) -> httpx.Response:
        """Any request; the answer and all that follows it are over when it returns."""
        path = function if function.startswith("/") else f"/core/1.0/{function}"
        return ask(self.app, method, path, request)

    # --- whole stories --------------------------------------------------------------------------

    def buy(self, **more: object) -> str:
        """Submit; the id of the job."""
        answer = self.post("new_job", minimal(**more))
        assert answer.status_code == OK, answer.text
        return str(answer.json()["job_id"])

    def buy_media(self, url: str) -> str:
        """Submit this media."""
        return self.buy(media={"video": {"url": url}})

    def follow(self, job: str) -> list[str]:
        """Poll to the end; every state on the way."""
        states: list[str] = []
        for _ in range(50):
            states.append(str(self.get("job_status", job_id=job).json()["status"]))
            if states[-1] in {"finished", "error", "canceled"}:
                return states
        msg = f"the job does not end: {states}"
        raise AssertionError(msg)

    def finished(self, **more: object) -> str:
        """Submit, and follow to the end; the id of the job."""
        job = self.buy(**more)
        assert self.follow(job)[-1] == "finished"
        return job

    def upload(self, content: bytes, *, order: list[int] | None = None) -> str:
        """Send a file in chunks; its URL."""
        begun = self.form("initialize_file_upload", file_size_bytes=str(len(content))).json()
        size = begun["file_chunk_size_bytes"]
        for index in order or range(-(-len(content) // size)):
            chunk = content[index * size : (index + 1) * size]
            answer = self.chunk(begun["upload_id"], index, chunk)
            assert answer.status_code == OK, answer.text
        done = self.form("finalize_file_upload", upload_id=begun["upload_id"])
        assert done.status_code == OK, done.text
        return str(done.json()["uploaded_file_url"])

    def chunk(self, upload: str, index: int, content: bytes) -> httpx.Response:
        """Send one chunk."""
        files = {"file_data": ("chunk", content)}
        return self.form("send_file_chunk", files, upload_id=upload, chunk_index=str(index))


async def pieces(content: bytes, *, size: int) -> AsyncIterator[bytes]:
    """Content as it trickles in."""
    for start in range(0, len(content), size):
        yield content[start : start + size]
