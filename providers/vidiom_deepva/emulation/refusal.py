"""What the vendor says when it refuses, in each of the forms that are to be expected.

None is documented; the forms are those of https://docs.deepva.com only as far as it says "standard
HTTP response codes".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from vidiom.emulation.refusal import ErrorBody, Refusal

__all__ = ["FORMS", "error_body", "not_found", "wrong"]

NOT_FOUND: Final = "Not found"
_PAGE: Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class _FieldRefusal(Refusal):
    """One that names the field."""

    def __init__(self, field: str, *messages: str) -> None:
        super().__init__(400, *messages, form="fields")
        self.field = field


def wrong(field: str, *messages: str) -> Refusal:
    """A field of the request that cannot be so."""
    return _FieldRefusal(field, *messages)


def not_found() -> Refusal:
    """There is no such thing, or it is another customer's."""
    return Refusal(404, NOT_FOUND)


def _text(refusal: Refusal) -> str:
    return " ".join(refusal.messages)


def _fields(refusal: Refusal) -> ErrorBody:
    field = refusal.field if isinstance(refusal, _FieldRefusal) else "non_field_errors"
    return ErrorBody.of({field: [*refusal.messages]})


FORMS: Final[Mapping[str, Callable[[Refusal], ErrorBody]]] = {
    "detail": lambda refusal: ErrorBody.of({"detail": _text(refusal)}),
    "message": lambda refusal: ErrorBody.of({"message": _text(refusal)}),
    "error": lambda refusal: ErrorBody.of({"error": _text(refusal)}),
    "errors": lambda refusal: ErrorBody.of({"errors": [*refusal.messages]}),
    "fields": _fields,
    "list": lambda refusal: ErrorBody.of([*refusal.messages]),
    "html": lambda refusal: ErrorBody(_PAGE.format(_text(refusal)).encode(), "text/html"),
}
"""Each form by the name that a fault asks for it."""

_USUAL: Final = {429: "message", 500: "error", 502: "html"}


def error_body(refusal: Refusal) -> ErrorBody:
    """The body in the form that was asked for, or the usual one of the status."""
    form = refusal.form or _USUAL.get(refusal.status, "detail")
    return FORMS.get(form, FORMS["detail"])(refusal)
