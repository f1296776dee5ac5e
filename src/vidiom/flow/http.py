"""Which HTTP library is used: httpx2 where it is installed, else httpx. No other module knows."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from vidiom.errors import InvalidMedia, TransportError
from vidiom.flow.body import Base64Slice, Body, FileSlice
from vidiom.flow.effects import Send
from vidiom.schema.media import redacted_url

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

__all__ = [
    "AsyncSecretQuery",
    "CHUNK",
    "SecretQuery",
    "default_timeout",
    "http_library",
    "new_async_client",
    "new_client",
    "read_body",
    "request_options",
    "transport_error",
]

CHUNK: Final = 3 * 256 * 1024
"""Bytes read at a time; a multiple of three, so that base64 needs no padding between chunks."""

_QUERY: Final = "vidiom.query"


@cache
def http_library() -> ModuleType:
    """The module ``httpx2``, or ``httpx`` where that is not installed (they share one API)."""
    try:
        return import_module("httpx2")
    except ModuleNotFoundError:
        return import_module("httpx")


def default_timeout() -> httpx.Timeout:
    """Ten seconds to connect, a minute between two bytes."""
    timeout: httpx.Timeout = http_library().Timeout(60.0, connect=10.0)
    return timeout


def new_client(transport: httpx.BaseTransport | None) -> httpx.Client:
    """A client that follows no redirects and puts no query into a log."""
    library = http_library()
    inner = library.HTTPTransport(retries=0) if transport is None else transport
    client: httpx.Client = library.Client(
        transport=SecretQuery(inner), timeout=default_timeout(), follow_redirects=False
    )
    return client


def new_async_client(transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """The same for async code."""
    library = http_library()
    inner = library.AsyncHTTPTransport(retries=0) if transport is None else transport
    client: httpx.AsyncClient = library.AsyncClient(
        transport=AsyncSecretQuery(inner), timeout=default_timeout(), follow_redirects=False
    )
    return client


class SecretQuery:
    """A transport that adds the query just before sending.

    One vendor wants its key in the query, and the HTTP library logs every URL at INFO: so the
    library is given a URL without it.
    """

    def __init__(self, inner: httpx.BaseTransport) -> None:
        """Wrap the transport that does the work."""
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Add the query and send."""
        _add_query(request)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def __enter__(self) -> SecretQuery:
        """Open the inner transport."""
        self._inner.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the inner transport."""
        self._inner.close()


class AsyncSecretQuery:
    """:class:`SecretQuery` for async transports."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        """Wrap the transport that does the work."""
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Add the query and send."""
        _add_query(request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()

    async def __aenter__(self) -> AsyncSecretQuery:
        """Open the inner transport."""
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def _add_query(request: httpx.Request) -> None:
    query = request.extensions.pop(_QUERY, None)
    if query:
        request.url = request.url.copy_merge_params(query)


def request_options(effect: Send) -> dict[str, object]:
    """The library's arguments for a request without its body."""
    headers = list(effect.headers)
    if effect.body is not None:
        headers += [
            ("Content-Type", effect.body.content_type),
            ("Content-Length", str(effect.body.length)),
        ]
    options: dict[str, object] = {"method": effect.method, "url": effect.url, "headers": headers}
    if effect.query:
        options["extensions"] = {_QUERY: list(effect.query)}
    if effect.timeout is not None:
        options["timeout"] = effect.timeout
    return options


def read_body(body: Body) -> Iterator[bytes]:
    """The bytes of a body, a chunk at a time.

    Raises:
        InvalidMedia: A file is gone, unreadable or shorter than when the order was made.
    """
    for piece in body.pieces:
        if isinstance(piece, bytes):
            yield piece
        else:
            yield from _read_slice(piece)


def _read_slice(piece: FileSlice | Base64Slice) -> Iterator[bytes]:
    encode = base64.b64encode if isinstance(piece, Base64Slice) else bytes
    with _opened(piece) as file:
        file.seek(piece.offset)
        left = piece.length
        while left:
            chunk = file.read(min(CHUNK, left))
            if not chunk:
                msg = f"{Path(piece.path).name} became shorter while it was being sent."
                raise InvalidMedia(msg)
            left -= len(chunk)
            yield encode(chunk)


def _opened(piece: FileSlice | Base64Slice) -> BinaryIO:
    try:
        return Path(piece.path).open("rb")
    except OSError as error:
        msg = f"{Path(piece.path).name} cannot be read: {error.strerror}."
        raise InvalidMedia(msg) from None


async def read_body_in_threads(body: Body) -> AsyncIterator[bytes]:
    """The same as :func:`read_body`, with the file read in threads."""
    import asyncio  # noqa: PLC0415 - only async code needs it

    chunks = read_body(body)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk


def transport_error(error: Exception, effect: Send) -> TransportError:
    """Our error for one of the library's, without the query and without the library's text.

    The text may hold the URL; the class name says as much as a person can use.
    """
    library = http_library()
    before = (library.ConnectError, library.ConnectTimeout, library.PoolTimeout)
    what = type(error).__name__
    where = redacted_url(effect.url)
    return TransportError(
        f"{effect.method} {where} got no usable answer ({what}). Check the network and base URL.",
        sent=not isinstance(error, before),
    )

