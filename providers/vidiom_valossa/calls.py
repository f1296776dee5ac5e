"""Requests of Valossa's API: where the key goes, and what is a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar

from vidiom.errors import RequestRejected
from vidiom.flow.body import Body, FilePart, json_body, multipart_body
from vidiom.flow.effects import Flow, Send
from vidiom.provider import JsonApi, decode, error_text
from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom.schema.raw import RawPart
from vidiom_valossa import wire

__all__ = ["Calls", "Form"]

R = TypeVar("R", bound=wire.Refusal)

_SMALL: Final = 64 * 1024
"""Bytes up to which a successful part may be a refusal in disguise."""


_messages: Final = error_text(
    wire.Refusal, lambda said: "; ".join(one.message for one in said.errors if one.message)
)


@dataclass(frozen=True)
class Form:
    """The content of a multipart form, less the key."""

    boundary: str
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[FilePart] = ()


@dataclass(frozen=True)
class Calls:
    """One of the vendor's APIs (``/core/1.0``, ``/training/1.0``) with an account's key."""

    base_url: str
    key: str = field(repr=False)

    # https://docs.valossa.com/getting-started/authentication
    @cached_property
    def _getting(self) -> JsonApi:
        """For GET the key is in the query."""
        return JsonApi(
            "valossa", self.base_url, query=(("api_key", self.key),), message=self._words
        )

    @cached_property
    def _posting(self) -> JsonApi:
        """For POST it is in the body, as JSON or as a form."""
        return JsonApi("valossa", self.base_url, message=self._words)

    def get(self, path: str, into: type[R], query: Mapping[str, str], *, operation: str) -> Flow[R]:
        """The answer of a GET."""
        api = self._getting
        request = Send("GET", api.url(path), query=(*api.query, *query.items()), repeatable=True)
        answer = yield from api.exchange(request, operation)
        return self._accepted(answer.body, into, answer.status, operation)

    def save(
        self, path: str, part: str, query: Mapping[str, str], *, operation: str
    ) -> Flow[RawPart]:
        """The answer of a GET as a raw part."""
        saved = yield from self._getting.save(path, part, query=query, operation=operation)
        if saved.size <= _SMALL:
            self._refuse(bytes(saved.content), 200, operation)
        return saved

    def post(
        self,
        path: str,
        into: type[R],
        body: Mapping[str, object],
        *,
        operation: str,
        repeatable: bool = False,
    ) -> Flow[R]:
        """The answer of a POST of JSON."""
        content = json_body({"api_key": self.key, **body})
        return (yield from self._post(path, into, content, operation, repeatable=repeatable))

    def post_form(
        self,
        path: str,
        into: type[R],
        form: Form,
        *,
        operation: str,
        repeatable: bool = False,
    ) -> Flow[R]:
        """The answer of a POST of a form."""
        fields = {"api_key": self.key, **form.fields}
        content = multipart_body(fields, form.files, boundary=form.boundary)
        return (yield from self._post(path, into, content, operation, repeatable=repeatable))

    def _post(
        self, path: str, into: type[R], content: Body, operation: str, *, repeatable: bool
    ) -> Flow[R]:
        api = self._posting
        request = Send("POST", api.url(path), body=content, repeatable=repeatable)
        answer = yield from api.exchange(request, operation)
        return self._accepted(answer.body, into, answer.status, operation)

    def _accepted(self, body: bytes, into: type[R], status: int, operation: str) -> R:
        if b'"errors"' in body:
            self._refuse(body, status, operation)
        # some functions answer nothing at all where others answer `{}`
        said = Salvage("answer", Notes()).read(body.strip() or b"{}", into)
        return said if said is not None else self._unreadable(body, into, operation)

    @staticmethod
    def _unreadable(body: bytes, into: type[R], operation: str) -> R:
        """Not even in parts: the strict reading says why."""
        return decode(body, into, provider="valossa", operation=operation)

    def _refuse(self, body: bytes, status: int, operation: str) -> None:
        """A success that carries ``errors`` is none, whatever its status."""
        words = self._words(body)
        if words is not None:
            raise RequestRejected(
                f"the vendor answered {status} with errors: {words}.",
                status=status,
                provider="valossa",
                operation=operation,
            )

    # https://docs.valossa.com/api-reference/error-codes
    def _words(self, body: bytes) -> str | None:
        """The messages of an error body, which may be empty, HTML or lack ``errors``."""
        said = _messages(body)
        return said.replace(self.key, "…") if said else None
