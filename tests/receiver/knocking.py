"""Requests to an ASGI app without a server, in whatever pieces a test wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import vidiom
from vidiom.receiver import Receiver
from vidiom.webhooks.delivery import Delivery

Message = MutableMapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def outcome(self) -> str:
        """The word in the body."""
        said: str = json.loads(self.body)["outcome"]
        return said


@dataclass
class Knocking:
    """A receiver, and how to talk to it."""

    app: Receiver
    read: int = 0
    """Bytes of the last body that the receiver asked for."""

    async def ask(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]] = (),
        chunks: Iterable[bytes] = (b"",),
        *,
        hang_up: bool = False,
    ) -> Answered | None:
        """One request; ``None`` where nobody waited for the answer."""
        pieces = iter(chunks)
        self.read = 0
        sent: list[Message] = []
        following = next(pieces, None)

        async def receive() -> Message:
            nonlocal following
            await asyncio.sleep(0)
            if following is None:
                if hang_up:
                    return {"type": "http.disconnect"}
                return {"type": "http.request", "body": b"", "more_body": False}
            chunk, following = following, next(pieces, None)
            self.read += len(chunk)
            more = following is not None or hang_up
            return {"type": "http.request", "body": chunk, "more_body": more}

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Message = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }
        await self.app(scope, receive, send)
        if not sent:
            return None
        start, *bodies = sent
        told = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answered(start["status"], told, b"".join(one["body"] for one in bodies))

    async def deliver(self, delivery: Delivery, path: str = "/fake/job-1") -> Answered:
        """One delivery, in one piece."""
        answer = await self.ask("POST", path, delivery.headers, [delivery.body])
        assert answer is not None
        return answer


@asynccontextmanager
async def knocking(client: vidiom.AsyncClient, **settings: Any) -> AsyncIterator[Knocking]:  # noqa: ANN401 - the receiver's
    """A receiver that is closed at the end."""
    app = Receiver(client, **settings)
    try:
        yield Knocking(app)
    finally:
        await app.aclose()
