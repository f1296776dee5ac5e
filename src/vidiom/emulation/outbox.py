"""Telling the customer: callbacks to this machine only, and what can go wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from vidiom.emulation.media import is_loopback

__all__ = ["Attempts", "Delivered", "HeaderPairs", "Message", "Outbox", "Signing"]

HeaderPairs: TypeAlias = tuple[tuple[str, str], ...]

Signing: TypeAlias = Callable[[bytes, bool], HeaderPairs]
"""Headers for a body; the second argument asks for those that somebody without the secret makes."""


def _unsigned(_content: bytes, _forged: bool) -> HeaderPairs:  # noqa: FBT001 - as `Signing` has it
    return ()


@dataclass(frozen=True)
class Message:
    """One thing to tell about a job."""

    job: str
    event: str
    url: str = field(repr=False)
    """Where to; it may hold a token."""
    content: bytes = field(repr=False)
    last: bool = True
    """Whether nothing more will be told about the job."""
    signing: Signing | None = field(default=None, repr=False)
    """Who signs it, if not who signs all others."""

    @classmethod
    def of(
        cls,
        url: str,
        job: str,
        event: str,
        body: Mapping[str, object],
        *,
        last: bool = True,
        signing: Signing | None = None,
    ) -> Message:
        """This JSON body."""
        content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        return cls(job, event, url, content, last, signing)


@dataclass(frozen=True)
class Delivered:
    """One attempt; its URL may hold a token, and is not kept."""

    job: str
    event: str
    answer: int | None
    """Status of the customer's answer; ``None`` when there was none."""


@dataclass(frozen=True)
class Attempts:
    """How often a message is sent until it is taken."""

    most: int = 1
    taken: Callable[[int | None], bool] = lambda status: status is not None and status < 300  # noqa: PLR2004
    """Whether an answer with this status ends it."""


_ONCE: Final = Attempts()
_HELD: Final = frozenset({"callback_late", "callback_reordered"})


@dataclass
class Outbox:
    """What was sent, what was not, and what is still held."""

    signing: Signing = _unsigned
    attempts: Attempts = _ONCE
    sent: list[Delivered] = field(default_factory=list)
    withheld: int = 0
    """Messages to other machines, which an emulator never talks to."""
    _held: dict[str, list[Message]] = field(default_factory=dict)

    async def tell(self, message: Message, fault: str | None = None) -> None:
        """Send a message, or do to it what its job's fault says.

        ``callback_early`` is nothing that is done to a message: its time is the vendor's.
        """
        if fault == "callback_lost":
            return
        if fault in _HELD:
            self._held.setdefault(message.job, []).append(message)
            if fault == "callback_reordered" and message.last:
                held = self._held.pop(message.job)
                await self._send(held[::-1])
            return
        headers = await self._deliver(message, fault)
        if fault == "callback_duplicate":
            await self._deliver(message, fault)
        elif fault == "callback_replayed":
            await self._deliver(message, fault, headers)

    async def release(self, job: str) -> None:
        """Send what was held back until somebody fetched the job's result."""
        await self._send(self._held.pop(job, []))

    async def _send(self, messages: list[Message]) -> None:
        for message in messages:
            await self._deliver(message, None)

    async def _deliver(
        self, message: Message, fault: str | None, headers: HeaderPairs | None = None
    ) -> HeaderPairs:
        """Send one, signed anew unless headers are given; the headers."""
        if not is_loopback(message.url):
            self.withheld += 1
            return ()
        if headers is None:
            sign = message.signing or self.signing
            headers = sign(message.content, fault == "callback_forged")
        if fault == "callback_truncated":
            message = replace(message, content=message.content[: len(message.content) // 2])
        for _ in range(self.attempts.most):
            answer = await _post(message, headers)
            self.sent.append(Delivered(message.job, message.event, answer))
            if self.attempts.taken(answer):
                break
        return headers


async def _post(message: Message, signature: HeaderPairs) -> int | None:
    from vidiom.flow.http import http_library, new_async_client  # noqa: PLC0415 - only when told

    library = http_library()
    headers = [("Content-Type", "application/json"), *signature]
    try:
        # a transport of its own: a proxy of the environment is another machine
        async with new_async_client(library.AsyncHTTPTransport()) as client:
            answer = await client.post(message.url, content=message.content, headers=headers)
    except library.HTTPError:
        return None
    return int(answer.status_code)
