"""A webhook request as it was received."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Self

from vidiom.errors import UsageError
from vidiom.webhooks.headers import HeaderPairs, HeadersInput, header_pairs

__all__ = ["Delivery"]


@dataclass(frozen=True)
class Delivery:
    """Header pairs, raw body and arrival time. The content is not in ``repr``."""

    headers: HeaderPairs = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime
    callback_id: str | None = None
    """The opaque id in the path of the callback URL."""
    provider: str | None = None
    """Whose delivery it is, as the path says: a provider, or ``provider/account``."""

    @classmethod
    def of(
        cls,
        headers: HeadersInput,
        body: bytes | bytearray | memoryview,
        *,
        received_at: datetime | None = None,
        callback_id: str | None = None,
        provider: str | None = None,
    ) -> Self:
        """A delivery of what a framework hands over.

        Args:
            headers: A mapping, pairs, the ``headers`` of an ASGI scope, or a WSGI ``environ``.
            body: The raw body. What a framework has parsed cannot be verified any more.
            received_at: When it arrived, with a time zone; left out: now.
            callback_id: The last segment of the callback URL's path.
            provider: The segment before it.

        Raises:
            UsageError: The body is not bytes, or the headers are none.
        """
        if isinstance(body, bytearray | memoryview):
            body = bytes(body)
        if not isinstance(body, bytes):
            raise UsageError(
                f"a delivery's body is its raw bytes, not {type(body).__name__}: a signature holds "
                "for the bytes that were sent. Pass `request.get_data()` (Flask), `request.body` "
                "(Django), or `await request.body()` before `.json()` (Starlette, FastAPI)."
            )
        moment = received_at or datetime.now(UTC)
        if moment.tzinfo is None:
            raise UsageError("the time of arrival has no time zone; use datetime.now(UTC).")
        return cls(header_pairs(headers), body, moment, callback_id, provider)

    def header(self, name: str) -> Iterator[str]:
        """Each value of a header, whatever the case of its name."""
        wanted = name.lower()
        return (value for key, value in self.headers if key.lower() == wanted)

    @property
    def body_sha256(self) -> str:
        """The digest of the body in hex, computed when asked for."""
        return sha256(self.body).hexdigest()
