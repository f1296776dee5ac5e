"""What must not be recorded: secrets anywhere in a request or an answer, and whole uploads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from email import message_from_bytes, policy
from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from vidiom.testing.conformance.documents import Json

__all__ = ["REMOVED", "Scrubber", "is_secret_name"]

REMOVED: Final = "REMOVED"

_LARGEST_BODY: Final = 4096
_SECRET_WORDS: Final = frozenset(
    "token secret password passwd passphrase apikey authorization authentication signature sig "
    "credential credentials cookie jwt bearer".split()
)
_SECRET_PAIRS: Final = frozenset(
    (first, "key")
    for first in "api access private auth account license secret subscription".split()
)
_URL: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    """Whether a header, parameter or member of this name holds a secret, by its words."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)]
    pairs = set(pairwise(words))
    return bool(_SECRET_WORDS & set(words) or _SECRET_PAIRS & pairs)


class Scrubber:
    """Cleans requests and answers in the forms that vcrpy has for them."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        """Of these words wherever they stand, besides all that has a telling name."""
        self._secrets = sorted((one for one in secrets if one), key=len, reverse=True)

    def request(self, request: Any) -> Any:  # noqa: ANN401 - vcrpy has no types
        """A request without secrets, its body shrunk when it is an upload."""
        request.uri = self.url(request.uri)
        content_type = ""
        for name, value in list(request.headers.items()):
            if name.lower() == "content-type":
                content_type = str(value)
            request.headers[name] = REMOVED if is_secret_name(name) else self.text(str(value))
        if request.body:
            request.body = self.sent(bytes(request.body), content_type)
            if content_type.startswith("multipart/"):
                request.headers["content-type"] = "multipart/form-data"
        return request

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        """An answer without secrets."""
        headers = {
            name: [REMOVED if is_secret_name(name) else self._shown(value) for value in values]
            for name, values in response["headers"].items()
        }
        body = self.content(response["body"]["string"] or b"")
        for name in headers:
            if name.lower() == "content-length":
                headers[name] = [str(len(body))]
        return {**response, "headers": headers, "body": {"string": body}}

    def _shown(self, value: str) -> str:
        return self.url(value) if _URL.match(value) else self.text(value)

    def sent(self, body: bytes, content_type: str) -> bytes:
        """A request's body: forms and JSON without secrets, files as their length and digest."""
        if content_type.startswith("application/x-www-form-urlencoded"):
            return urlencode(self._pairs(body.decode())).encode()
        if content_type.startswith("multipart/") and "boundary=" in content_type:
            return msgspec.json.encode(self._parts(body, content_type))
        clean = self.content(body)
        if len(clean) <= _LARGEST_BODY:
            return clean
        try:
            document: Json = msgspec.json.decode(clean)
        except msgspec.DecodeError:
            return msgspec.json.encode(_shrunk(body))
        return msgspec.json.encode(_with_short_texts(document))

    def content(self, body: bytes) -> bytes:
        """JSON without secrets, its bytes untouched if there are none; other text likewise."""
        try:
            document: Json = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError):
            return self._bytes(body)
        clean = self._json(document)
        return body if clean == document else msgspec.json.encode(clean)

    def url(self, url: str) -> str:
        """A URL without secrets in its user information and query."""
        parts = urlsplit(url)
        query = parts.query
        pairs = self._pairs(query)
        if pairs != parse_qsl(query, keep_blank_values=True):
            query = urlencode(pairs)
        host = parts.netloc.rpartition("@")[2]
        return self.text(urlunsplit((parts.scheme, host, parts.path, query, parts.fragment)))

    def text(self, text: str) -> str:
        """Text without the words that are secret themselves."""
        for secret in self._secrets:
            text = text.replace(secret, REMOVED)
        return text

    def _bytes(self, body: bytes) -> bytes:
        for secret in self._secrets:
            body = body.replace(secret.encode(), REMOVED.encode())
        return body

    def _pairs(self, query: str) -> list[tuple[str, str]]:
        return [
            (name, REMOVED if is_secret_name(name) else self.text(value))
            for name, value in parse_qsl(query, keep_blank_values=True)
        ]

    def _json(self, value: Json, name: str = "") -> Json:
        match value:
            case dict():
                return {self.text(key): self._json(one, key) for key, one in value.items()}
            case list():
                return [self._json(one, name) for one in value]
            case str() if value and is_secret_name(name):
                return REMOVED
            case str() if _URL.match(value):
                return self.url(value)
            case str():
                return self.text(value)
            case _:
                return value

    def _parts(self, body: bytes, content_type: str) -> list[Json]:
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        message = message_from_bytes(head + body, policy=policy.HTTP)
        return [self._part(part) for part in _iterated(message)]

    def _part(self, part: Any) -> Json:  # noqa: ANN401 - a message of one of two classes
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True) or b""
        if part.get_filename() is not None:
            return {"name": name, "file": part.get_filename(), **_shrunk(content)}
        value = REMOVED if is_secret_name(name) else self.text(content.decode(errors="replace"))
        return {"name": name, "value": value}


def _iterated(message: Any) -> Iterable[Any]:  # noqa: ANN401 - a message of one of two classes
    return message.iter_parts() if message.is_multipart() else ()


def _with_short_texts(value: Json) -> Json:
    """A file that is sent as base64 in JSON is an upload too."""
    match value:
        case dict():
            return {key: _with_short_texts(one) for key, one in value.items()}
        case list():
            return [_with_short_texts(one) for one in value]
        case str() if len(value) > _LARGEST_BODY:
            return _shrunk(value.encode())
        case _:
            return value


def _shrunk(content: bytes) -> dict[str, Json]:
    return {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}
