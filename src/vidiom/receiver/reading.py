"""Reading a body that nobody has vouched for: never more of it than is allowed, never for ever."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, Self

from vidiom.errors import (
    DeliveryIncomplete,
    DeliveryTooLarge,
    DeliveryUnsupported,
    SignatureMissing,
)
from vidiom.webhooks.delivery import Delivery

if TYPE_CHECKING:
    from vidiom.client.receiving import DeliveryRules

__all__ = [
    "Budget",
    "NoRoom",
    "Readable",
    "Spool",
    "declared_length",
    "read_limited",
    "read_limited_file",
    "refuse_unread",
]

_IN_MEMORY: Final = 256 * 1024
"""Bytes of a body that are held in memory; what is longer waits in a temporary file."""


class Readable(Protocol):
    """What a body can be read from: ``request.stream`` of Flask, or Django's ``request``."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


def declared_length(value: str | None, *, most: int) -> int | None:
    """The length that a ``Content-Length`` header declares.

    Raises:
        DeliveryTooLarge: It is over the limit: nothing need be read.
        DeliveryIncomplete: It is no number.
    """
    if value is None or not value.strip():
        return None
    text = value.strip()
    if not (text.isascii() and text.isdigit()):
        raise DeliveryIncomplete("the length that the delivery declares is no number.")
    if len(text) > len(str(most)) or int(text) > most:  # huge numbers are slow to read
        raise _too_large(most)
    return int(text)


def refuse_unread(delivery: Delivery, rules: DeliveryRules) -> None:
    """Refuse what need not be read: compressed bodies, and those without the vendor's signature.

    A small compressed body may be a large one, and signatures cover what was sent.

    Raises:
        DeliveryUnsupported: It is encoded in any way.
        SignatureMissing: It carries no signature, and must.
    """
    encoding = next(delivery.header("content-encoding"), "").strip().lower()
    if encoding not in ("", "identity"):
        raise DeliveryUnsupported("the delivery is compressed; it must be sent as it is.")
    wanted = rules.signature_header
    if wanted is not None and not any(delivery.header(wanted)):
        raise SignatureMissing("the delivery carries no signature.")


async def read_limited(
    chunks: AsyncIterable[bytes], *, most: int, declared: str | None = None
) -> bytes:
    """A body that arrives in chunks, such as ``request.stream()`` of Starlette.

    Args:
        chunks: What arrives.
        most: Bytes to read at most.
        declared: The value of ``Content-Length``, if there is one.

    Raises:
        DeliveryTooLarge: It is longer; no more than one chunk beyond the limit was read.
        DeliveryIncomplete: It ended before its declared length.
    """
    length = declared_length(declared, most=most)
    kept: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        kept.append(chunk)
    _refuse_short(size, length)
    return b"".join(kept)


def read_limited_file(file: Readable, *, most: int, declared: str | None = None) -> bytes:
    """A body to be read from a file, such as ``request.stream`` of Flask, or Django's request.

    Raises:
        DeliveryTooLarge: It is longer; one byte beyond the limit was read.
        DeliveryIncomplete: It ended before its declared length.
    """
    length = declared_length(declared, most=most)
    wanted = most + 1 if length is None else length
    kept: list[bytes] = []
    while wanted > 0 and (chunk := file.read(min(wanted, _IN_MEMORY))):
        kept.append(chunk)
        wanted -= len(chunk)
    body = b"".join(kept)
    if len(body) > most:
        raise _too_large(most)
    _refuse_short(len(body), length)
    return body


@dataclass
class Budget:
    """Bytes that all bodies together may occupy in temporary files."""

    left: int

    def take(self, size: int) -> bool:
        """Occupy so many, if they are left."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def give_back(self, size: int) -> None:
        """Occupy them no longer."""
        self.left += size


@dataclass
class Spool:
    """One body while it arrives: the beginning in memory, the rest in a file that has no name."""

    most: int
    budget: Budget
    size: int = 0
    _chunks: list[bytes] = field(default_factory=list, repr=False)
    _held: int = 0
    _file: BinaryIO | None = None
    _occupied: int = 0

    @property
    def large(self) -> bool:
        """Whether it is in a file."""
        return self._file is not None

    async def add(self, chunk: bytes) -> None:
        """Keep what has arrived.

        Raises:
            DeliveryTooLarge: It is longer than allowed.
            NoRoom: All bodies together are.
            OSError: The disk is full.
        """
        self.size += len(chunk)
        if self.size > self.most:
            raise _too_large(self.most)
        self._chunks.append(chunk)
        self._held += len(chunk)
        if self._held > _IN_MEMORY:
            await self._to_disk()

    async def content(self, *, declared: int | None) -> bytes:
        """All of it, in memory.

        Raises:
            DeliveryIncomplete: It ended before its declared length.
        """
        _refuse_short(self.size, declared)
        if self._file is None:
            return b"".join(self._chunks)
        await self._to_disk()
        return await asyncio.to_thread(self._read)

    async def _to_disk(self) -> None:
        chunks, self._chunks, self._held = self._chunks, [], 0
        size = sum(map(len, chunks))
        if not self.budget.take(size):
            raise NoRoom
        self._occupied += size
        # Written elsewhere: a slow disk must not hold up the other requests.
        await asyncio.to_thread(self._write, chunks)

    def _write(self, chunks: list[bytes]) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="vidiom-")  # noqa: SIM115 - closed at exit
        self._file.writelines(chunks)

    def _read(self) -> bytes:
        if self._file is None:
            raise AssertionError
        self._file.seek(0)
        return self._file.read()

    def __enter__(self) -> Self:
        """For the time of one request."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keep nothing."""
        self._chunks.clear()
        self.budget.give_back(self._occupied)
        if self._file is not None:
            self._file.close()


class NoRoom(Exception):
    """Too many large bodies are arriving at once; the vendor should try again."""


def _too_large(most: int) -> DeliveryTooLarge:
    return DeliveryTooLarge(
        f"the delivery is longer than {most} bytes; VIDIOM_<PROVIDER>_MAX_DELIVERY_BYTES sets the "
        "limit. The result can be fetched instead."
    )


def _refuse_short(size: int, declared: int | None) -> None:
    if declared is not None and size != declared:
        raise DeliveryIncomplete(
            f"the delivery declares {declared} bytes, and {size} arrived; it must be sent again."
        )
