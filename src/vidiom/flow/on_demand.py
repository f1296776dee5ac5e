"""HTTP clients that are opened by their first request: loading the library takes a while."""

from __future__ import annotations

from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from vidiom.flow.http import new_async_client, new_client

if TYPE_CHECKING:
    import httpx

__all__ = ["AsyncClientOnDemand", "ClientOnDemand"]


class ClientOnDemand:
    """What the sync driver needs of a client."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport
        self._lock = Lock()
        self._open: httpx.Client | None = None

    @property
    def _client(self) -> httpx.Client:
        with self._lock:
            if self._open is None:
                self._open = new_client(self._transport)
            return self._open

    def build_request(self, **options: Any) -> httpx.Request:  # noqa: ANN401 - the library's
        """A request of the library."""
        return self._client.build_request(**options)

    def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send it."""
        return self._client.send(request, stream=stream)

    def close(self) -> None:
        """Close the client, if there is one; the next request opens another."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None


class AsyncClientOnDemand:
    """The same for the async driver; used on one event loop."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        return new_async_client(self._transport)

    def build_request(self, **options: Any) -> httpx.Request:  # noqa: ANN401 - the library's
        """A request of the library."""
        return self._client.build_request(**options)

    async def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send it."""
        return await self._client.send(request, stream=stream)

    async def aclose(self) -> None:
        """Close the client, if there is one."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            await client.aclose()
