"""Carrying flows out with either driver, against a canned vendor or a running one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from vidiom.flow.drivers import AsyncDriver, SyncDriver
from vidiom.flow.effects import Answer, Flow
from vidiom.flow.exchange import RunSettings
from vidiom.flow.http import new_async_client, new_client
from vidiom.flow.retry import RetryPolicy
from vidiom.schema.raw import RawPart
from vidiom.testing.scripted import Asked, canned_transport

__all__ = ["CannedVendor", "Driving", "MemorySink"]

T = TypeVar("T")

Reply: TypeAlias = Callable[[Asked], Answer]


@dataclass(frozen=True)
class Driving:
    """A driver of one sort."""

    sort: Literal["sync", "async"]

    def run(
        self,
        flow: Flow[T],
        reply: Reply | None = None,
        settings: RunSettings | None = None,
        retry: RetryPolicy | None = None,
    ) -> T:
        """The flow's value; ``reply`` is the vendor, else requests go out."""
        transport = None if reply is None else canned_transport(reply)
        run = settings or RunSettings()
        if self.sort == "sync":
            with new_client(transport) as http:
                return SyncDriver(http, retry).run(flow, run)

        async def drive() -> T:
            async with new_async_client(transport) as http:
                return await AsyncDriver(http, retry).run(flow, run)

        return asyncio.run(drive())


@dataclass
class CannedVendor:
    """Answers with each of these in turn, the last one for ever, and remembers what was asked."""

    answers: list[Answer]
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer:
        """The next answer."""
        self.asked.append(asked)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@dataclass
class MemorySink:
    """Keeps raw parts in memory, and knows which were finished or aborted."""

    finished: dict[str, bytes] = field(default_factory=dict)
    aborted: list[str] = field(default_factory=list)
    largest_chunk: int = 0

    def open(self, name: str, media_type: str | None) -> MemoryWriter:
        """Begin a part."""
        return MemoryWriter(self, name, media_type)


@dataclass
class MemoryWriter:
    """One part on its way into a sink."""

    sink: MemorySink
    name: str
    media_type: str | None
    content: bytearray = field(default_factory=bytearray)

    def write(self, chunk: bytes) -> None:
        """Add bytes."""
        self.sink.largest_chunk = max(self.sink.largest_chunk, len(chunk))
        self.content += chunk

    def finish(self) -> RawPart:
        """Keep it."""
        self.sink.finished[self.name] = bytes(self.content)
        return RawPart(self.name, bytes(self.content), self.media_type)

    def abort(self) -> None:
        """Keep nothing."""
        self.sink.aborted.append(self.name)
