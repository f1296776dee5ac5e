"""Which HTTP library is used: httpx2 where it is installed, else httpx. No other module knows."""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Required, Self, TypedDict
from urllib.parse import urlsplit, urlunsplit

from vidiom import __version__
from vidiom.errors import ConfigurationError, InvalidMedia, TransportError
from vidiom.flow.body import Base64Slice, Body, FileSlice
from vidiom.flow.effects import Send
from vidiom.flow.proxies import environment_proxies
from vidiom.schema.media import redacted_url

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

__all__ = [
    "CHUNK",
    "AsyncSecretQuery",
    "RequestOptions",
    "SecretQuery",
    "default_timeout",
    "http_library",
    "library_chosen",
    "new_async_client",
    "new_client",
    "read_body",
    "request_error",
    "request_options",
]

CHUNK: Final = 3 * 512 * 1024
"""Bytes read at a time; a multiple of three, so that base64 needs no padding between chunks."""

_QUERY: Final = "vidiom.query"
_USER_AGENT: Final = f"vidiom/{__version__}"


_chosen: str | None = None


class RequestOptions(TypedDict, total=False):
    """The library's arguments for a request, without its body."""

    method: Required[str]
    url: Required[str]
    headers: Required[list[tuple[str, str]]]
    extensions: dict[str, object]
    timeout: float | httpx.Timeout


@cache
def http_library() -> ModuleType:
    """The module ``httpx2``, or ``httpx`` where that is not installed (they share one API)."""
    if _chosen is not None:
        return import_module(_chosen)
    try:
        return import_module("httpx2")
    except ModuleNotFoundError:
        return import_module("httpx")


@contextmanager
def library_chosen(name: str) -> Iterator[None]:
    """Use this library for a while, in the whole process. For tests."""
    global _chosen  # noqa: PLW0603 - threads of the drivers see it too, which a context would not
    before, _chosen = _chosen, name
    http_library.cache_clear()
    try:
        yield
    finally:
        _chosen = before
        http_library.cache_clear()


def default_timeout() -> httpx.Timeout:
    """Ten seconds to connect, a minute between two bytes."""
    timeout: httpx.Timeout = http_library().Timeout(60.0, connect=10.0)
    return timeout


def new_client(transport: httpx.BaseTransport | None) -> httpx.Client:
    """A client that follows no redirects, keeps no cookies, and puts no query into a log."""
    library = http_library()
    mounts: dict[str, SecretQuery | None] = {}
    if transport is None:
        transport = library.HTTPTransport(retries=0)
        mounts = {
            pattern: None if proxy is None else SecretQuery(library.HTTPTransport(proxy=proxy))
            for pattern, proxy in environment_proxies().items()
        }
    client: httpx.Client = library.Client(
        transport=SecretQuery(transport),
        mounts=mounts,
        cookies=_no_cookies(),
        headers={"User-Agent": _USER_AGENT},
        timeout=default_timeout(),
        follow_redirects=False,
    )
    return client


def new_async_client(transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """The same for async code."""
    library = http_library()
    mounts: dict[str, AsyncSecretQuery | None] = {}
    if transport is None:
        transport = library.AsyncHTTPTransport(retries=0)
        mounts = {
            pattern: None
            if proxy is None
            else AsyncSecretQuery(library.AsyncHTTPTransport(proxy=proxy))
            for pattern, proxy in environment_proxies().items()
        }
    client: httpx.AsyncClient = library.AsyncClient(
        transport=AsyncSecretQuery(transport),
        mounts=mounts,
        cookies=_no_cookies(),
        headers={"User-Agent": _USER_AGENT},
        timeout=default_timeout(),
        follow_redirects=False,
    )
    return client


def _no_cookies() -> CookieJar:
    """A jar that takes nothing: one client serves several accounts of one vendor."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


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
        return self._inner.handle_request(_with_query(request))

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def __enter__(self) -> Self:
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
        return await self._inner.handle_async_request(_with_query(request))

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        """Open the inner transport."""
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


def _with_query(request: httpx.Request) -> httpx.Request:
    """The request to send; the library logs the one that it knows when the answer has come."""
    query = request.extensions.get(_QUERY)
    if not query:
        return request
    kept = {name: value for name, value in request.extensions.items() if name != _QUERY}
    complete: httpx.Request = http_library().Request(
        request.method,
        request.url.copy_merge_params(query),
        headers=request.headers,
        stream=request.stream,
        extensions=kept,
    )
    return complete


def request_options(effect: Send) -> RequestOptions:
    """The library's arguments for a request without its body.

    Raises:
        ConfigurationError: A header holds what HTTP cannot carry.
    """
    headers = list(effect.headers)
    for name, value in headers:
        if not (value.isascii() and value.isprintable()):
            raise ConfigurationError(
                f"the header {name} holds characters that HTTP cannot carry; "
                "is there a line end or an accent in the key?"
            )
    if effect.body is not None:
        headers += [
            ("Content-Type", effect.body.content_type),
            ("Content-Length", str(effect.body.length)),
        ]
    url, extensions = effect.url, dict[str, object]()
    if effect.connect_to is not None:
        url, host, name = _at_address(url, effect.connect_to)
        headers.append(("Host", host))
        extensions["sni_hostname"] = name
    options = RequestOptions(method=effect.method, url=url, headers=headers)
    if effect.query:
        extensions[_QUERY] = list(effect.query)
    if extensions:
        options["extensions"] = extensions
    if effect.timeout is not None:
        options["timeout"] = effect.timeout
    if effect.within is not None:
        # However slowly it goes: all is sent after half of it, or nothing will be any more.
        most, wait = effect.within, min(effect.timeout or effect.within, effect.within)
        options["timeout"] = http_library().Timeout(
            connect=min(10.0, most / 6), write=min(wait, most / 6), pool=most / 6, read=wait
        )
    return options


def _at_address(url: str, address: str) -> tuple[str, str, str]:
    """The URL with an address in the place of its host; what stood there; the host's name."""
    parts = urlsplit(url)
    host = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port is not None else ""
    return urlunsplit(parts._replace(netloc=host + port)), parts.netloc, parts.hostname or ""


def read_body(body: Body) -> Generator[bytes, None, None]:
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


def request_error(error: Exception, effect: Send) -> TransportError | ConfigurationError:
    """Our error for one of the library's, without the query and without the library's text.

    The text may hold the URL; the class name says as much as a person can use.
    """
    library = http_library()
    what = type(error).__name__
    where = redacted_url(effect.url)
    if isinstance(error, (library.InvalidURL, library.UnsupportedProtocol)):
        return ConfigurationError(
            f"{where or 'an empty URL'} is no address that can be asked ({what}). "
            "Check the base URL."
        )
    before = (library.ConnectError, library.ConnectTimeout, library.PoolTimeout)
    return TransportError(
        f"{effect.method} {where} got no usable answer ({what}). Check the network and base URL.",
        sent=not isinstance(error, before),
    )
