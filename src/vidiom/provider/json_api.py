"""Talking to a JSON API: addresses, credentials, typed answers, refusals by status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import quote, urljoin, urlsplit

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    Conflict,
    Expired,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerError,
    TooLarge,
    UnsupportedMediaType,
    UsageError,
    VidiomError,
)
from vidiom.flow.body import Body, json_body
from vidiom.flow.effects import Answer, Flow, Send, now, send
from vidiom.flow.retry import retry_after
from vidiom.provider.answers import decode
from vidiom.schema.raw import RawPart

__all__ = ["JsonApi", "decode", "refusal"]

T = TypeVar("T")

_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    401: AuthenticationFailed,
    403: AuthenticationFailed,
    404: NotFound,
    409: Conflict,
    410: Expired,
    413: TooLarge,
    415: UnsupportedMediaType,
    429: RateLimited,
}

_HINTS: Final[Mapping[type[ApiError], str]] = {
    AuthenticationFailed: "Check the key and what its plan allows.",
    RateLimited: "Ask less often.",
    ServerError: "This is the vendor's fault and may pass.",
}

_LONGEST_MESSAGE: Final = 300
_SHORTEST_SECRET: Final = 6
_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}


def no_message(_body: bytes) -> str | None:
    """For a vendor whose error bodies say nothing."""
    return None


@dataclass(frozen=True)
class JsonApi:
    """One vendor's HTTP API. Credentials are hidden from ``repr`` and from every error."""

    provider: str
    base_url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Sent with every request."""
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Added to every request, for vendors that want their key there."""
    message: Callable[[bytes], str | None] = field(default=no_message, repr=False)
    """Finds the vendor's own words in an error body; must take any bytes."""

    def get(
        self, path: str, into: type[T], *, query: Mapping[str, str] | None = None, operation: str
    ) -> Flow[T]:
        """The answer of a GET, decoded; repeated when it is lost."""
        return (yield from self.request("GET", path, into, query=query, operation=operation))

    def post(
        self,
        path: str,
        into: type[T],
        *,
        json: object | None = None,
        body: Body | None = None,
        repeatable: bool = False,
        operation: str,
    ) -> Flow[T]:
        """The answer of a POST, decoded. Not repeated unless the caller knows it to be safe."""
        content = json_body(json) if json is not None else body
        return (
            yield from self.request(
                "POST", path, into, body=content, repeatable=repeatable, operation=operation
            )
        )

    def request(  # noqa: PLR0913 - as many as a request has parts
        self,
        method: str,
        path: str,
        into: type[T],
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        repeatable: bool | None = None,
        operation: str,
    ) -> Flow[T]:
        """Any request whose answer is JSON of the type ``into``; ``type(None)`` ignores the body.

        Raises:
            ApiError: The class that fits the status.
            MalformedAnswer: 2xx, but not what was expected.
            TransportError: No usable answer.
        """
        again = method in ("GET", "HEAD") if repeatable is None else repeatable
        answer = yield from self.exchange(
            Send(
                method,
                self.url(path),
                query=(*self.query, *(query or {}).items()),
                headers=self.headers,
                body=body,
                repeatable=again,
            ),
            operation,
        )
        return decode(answer.body, into, provider=self.provider, operation=operation)

    def save(
        self, path: str, part: str, *, query: Mapping[str, str] | None = None, operation: str
    ) -> Flow[RawPart]:
        """The answer of a GET as a raw part, streamed to the archive."""
        answer = yield from self.exchange(
            Send(
                "GET",
                self.url(path),
                query=(*self.query, *(query or {}).items()),
                headers=self.headers,
                repeatable=True,
                save_as=part,
            ),
            operation,
        )
        return answer.part if answer.part is not None else RawPart(part, answer.body)

    def exchange(self, request: Send, operation: str) -> Flow[Answer]:
        """Send, and raise what a refusal deserves."""
        try:
            answer = yield from send(request)
        except VidiomError as error:
            # The drivers do not know for whom and for what they send.
            error.provider, error.operation = self.provider, operation
            raise
        if answer.ok:
            return answer
        moment = yield from now()
        raise refusal(
            answer,
            provider=self.provider,
            operation=operation,
            message=self._vendors_words,
            at=moment,
        )

    def _vendors_words(self, body: bytes) -> str | None:
        """What an error body says; some repeat the key that they refuse."""
        words = self.message(body)
        if words is not None:
            for _, value in (*self.headers, *self.query):
                for secret in value.split():
                    if len(secret) >= _SHORTEST_SECRET:
                        words = words.replace(secret, "…")
        return words

    def url(self, path: str) -> str:
        """The address of a path below the base URL."""
        return f"{self.base_url.rstrip('/')}/{path.lstrip('/')}"

    def same_origin(self, location: str) -> str | None:
        """An absolute URL for a ``Location`` if it lies on the configured origin, else ``None``.

        Only there may the credentials be sent.
        """
        try:
            absolute = urljoin(self.base_url.rstrip("/") + "/", location)
            theirs = urlsplit(absolute)
            same = _origin(self.base_url) == _origin(absolute)
        except ValueError:  # no such port, a bracket without its partner
            return None
        return absolute if same and theirs.username is None else None

    @staticmethod
    def segment(value: str) -> str:
        """A value as one segment of a path.

        Raises:
            UsageError: It is empty or a dot segment, with which another path would be asked for.
        """
        if value in ("", ".", ".."):
            raise UsageError(f"{value!r} is no id.")
        return quote(value, safe="")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = parts.port if parts.port is not None else _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def refusal(
    answer: Answer,
    *,
    provider: str,
    operation: str,
    message: Callable[[bytes], str | None] = no_message,
    at: datetime | None = None,
) -> ApiError:
    """The error for an answer that is not 2xx: its class follows from the status alone."""
    status = answer.status
    kind = _BY_STATUS.get(status)
    if kind is None:
        kind = ServerError if status >= 500 else RequestRejected  # noqa: PLR2004
    words = message(answer.body)
    said = f": {_one_line(words)}" if words else ""
    redirect = " (redirects are not followed)" if 300 <= status < 400 else ""  # noqa: PLR2004
    hint = f" {_HINTS[kind]}" if kind in _HINTS else ""
    return kind(
        f"the vendor answered {status}{redirect}{said}.{hint}",
        status=status,
        retry_after=retry_after(answer, at or datetime.now(UTC)),
        provider=provider,
        operation=operation,
    )


def _one_line(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"
