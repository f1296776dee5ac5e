"""Telling the customer that a job is at its end: one POST, and one more if it is not taken."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from vidiom_valossa.emulation.media import is_loopback

__all__ = ["Callbacks", "Delivered"]


@dataclass(frozen=True)
class Delivered:
    """One attempt; its URL may hold a token, and is not kept."""

    job_id: str
    status: str
    answer: int | None
    """Status of the customer's answer; ``None`` when there was none."""


@dataclass
class Callbacks:
    """What was sent, and what was not."""

    sent: list[Delivered] = field(default_factory=list)
    withheld: int = 0
    """Callbacks to other machines, which the emulator never talks to."""

    async def deliver(self, url: str, job_id: str, status: str) -> None:
        """Send one; on any answer but 200, once more (older reference)."""
        if not is_loopback(url):
            self.withheld += 1
            return
        for _ in range(2):
            answer = await self._post(url, {"job_id": job_id, "status": status})
            self.sent.append(Delivered(job_id, status, answer))
            if answer == 200:  # noqa: PLR2004
                return

    async def _post(self, url: str, body: dict[str, str]) -> int | None:
        from vidiom.flow.http import http_library, new_async_client

        library = http_library()
        content = json.dumps(body, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
        try:
            # a transport of its own: a proxy of the environment is another machine
            async with new_async_client(library.AsyncHTTPTransport()) as client:
                answer = await client.post(url, content=content, headers=headers)
        except library.HTTPError:
            return None
        return int(answer.status_code)
