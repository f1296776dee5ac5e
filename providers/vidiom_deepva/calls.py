"""Requests of DeepVA's API: the key's header, tolerant reading, refusals in all their forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar

import msgspec

from vidiom.errors import MalformedAnswer
from vidiom.flow.body import Body, FilePart, json_body, multipart_body
from vidiom.flow.effects import Flow, Send
from vidiom.provider import JsonApi
from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom.schema.raw import Bytes, RawPart
from vidiom_deepva.wire import Envelope

__all__ = ["Calls", "opened", "path_of", "read", "refusal_words"]

T = TypeVar("T")

_MOST_TEXT: Final = 2048
"""Bytes of an error body that are looked at."""
_SAID_IN: Final = ("detail", "message", "error", "errors")


@dataclass(frozen=True)
class Calls:
    """The vendor's API with an account's key."""

    base_url: str
    key: str = field(repr=False)

    # https://docs.deepva.com/endpoints
    @cached_property
    def api(self) -> JsonApi:
        """The literal word ``Key``, one space, the key."""
        headers = (("Authorization", f"Key {self.key}"),)
        return JsonApi("deepva", self.base_url, headers=headers, message=refusal_words)

    def get(
        self, path: str, into: type[T], query: Mapping[str, str] | None = None, *, operation: str
    ) -> Flow[T]:
        """The answer of a GET."""
        content = yield from self.content(path, query, operation=operation)
        return read(content, into, operation)

    def content(
        self, path: str, query: Mapping[str, str] | None = None, *, operation: str
    ) -> Flow[bytes]:
        """The body of the answer of a GET."""
        return (yield from self._asked("GET", path, operation, query=query, repeatable=True))

    def change(
        self,
        method: str,
        path: str,
        into: type[T],
        values: Mapping[str, object],
        *,
        operation: str,
        repeatable: bool = False,
    ) -> Flow[T]:
        """The answer of a POST, PUT or PATCH of JSON."""
        body = json_body(values)
        content = yield from self._asked(method, path, operation, body=body, repeatable=repeatable)
        return read(content, into, operation)

    def send_form(  # noqa: PLR0913 - as many as a form has parts
        self,
        path: str,
        into: type[T],
        fields: Mapping[str, str],
        files: Sequence[FilePart],
        *,
        boundary: str,
        operation: str,
        repeatable: bool = False,
    ) -> Flow[T]:
        """The answer of a POST of a multipart form."""
        body = multipart_body(fields, files, boundary=boundary)
        content = yield from self._asked("POST", path, operation, body=body, repeatable=repeatable)
        return read(content, into, operation)

    def delete(self, path: str, *, operation: str) -> Flow[None]:
        """DELETE; what is answered besides 2xx is not documented, and not read."""
        yield from self._asked("DELETE", path, operation, repeatable=True)

    def save(
        self, path: str, part: str, query: Mapping[str, str] | None = None, *, operation: str
    ) -> Flow[RawPart]:
        """The answer of a GET as a raw part, streamed to the archive."""
        return (yield from self.api.save(path, part, query=query, operation=operation))

    def _asked(
        self,
        method: str,
        path: str,
        operation: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        repeatable: bool = False,
    ) -> Flow[bytes]:
        request = Send(
            method,
            self.api.url(path),
            query=tuple((query or {}).items()),
            headers=self.api.headers,
            body=body,
            repeatable=repeatable,
        )
        answer = yield from self.api.exchange(request, operation)
        return answer.body


def read(content: Bytes | msgspec.Raw, into: type[T], operation: str) -> T:
    """JSON as a typed value; values of other types than expected are converted or left out.

    Raises:
        MalformedAnswer: It is no such JSON at all.
    """
    value = Salvage("answer", Notes()).read(content, into)
    if value is None:
        raise MalformedAnswer(
            "the answer is no JSON of the expected form.", provider="deepva", operation=operation
        )
    return value


def opened(content: Bytes, operation: str) -> Envelope:
    """A list in its envelope, or the bare array that some resources answer.

    Raises:
        MalformedAnswer: It is neither.
    """
    if bytes(content[:64]).lstrip()[:1] == b"[":
        return Envelope(data=read(content, list[msgspec.Raw], operation))
    envelope = read(content, Envelope, operation)
    if envelope.data is None:
        raise MalformedAnswer(
            "the answer is no list: it has no 'data'.", provider="deepva", operation=operation
        )
    return envelope


def path_of(*steps: str | int, slash: bool = True) -> str:
    """A path of segments, with the trailing slash that most documented paths have.

    Raises:
        UsageError: A segment is empty or a dot segment, with which another path would be asked for.
    """
    joined = "/".join(JsonApi.segment(str(step)) for step in steps)
    return f"{joined}/" if slash else joined


# The form of errors is not documented. Told apart are an object with one of the usual names, an
# object of field names with lists of texts, a list of texts, a text, and what is no JSON.
def refusal_words(body: bytes) -> str | None:
    """What a refusal says, in whatever form."""
    shown = body[:_MOST_TEXT]
    try:
        said: object = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return _plain(shown)
    if isinstance(said, dict):
        named = [said[name] for name in _SAID_IN if said.get(name)]
        return _text(named[0] if named else said)
    return _text(said)


def _plain(body: bytes) -> str | None:
    """Text that is no markup; of a page of HTML only its title."""
    text = body.decode(errors="replace")
    if "<" not in text:
        return text.strip() or None
    title = re.search(r"<title>([^<]*)</title>", text, re.IGNORECASE)
    return title[1].strip() or None if title else None


def _text(said: object, depth: int = 0) -> str | None:
    match said:
        case str():
            return said or None
        case dict() if depth <= 1:
            parts = [(key, _text(value, depth + 1)) for key, value in said.items()]
            return "; ".join(f"{key}: {text}" for key, text in parts if text) or None
        case list() if depth <= 2:  # noqa: PLR2004
            return "; ".join(filter(None, (_text(one, depth + 1) for one in said))) or None
        case _:
            return None
