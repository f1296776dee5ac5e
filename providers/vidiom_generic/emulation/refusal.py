"""The vendor's refusals; none of their forms is documented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from vidiom.emulation.refusal import ErrorBody, Json, Refusal

__all__ = ["error_body"]

_CODES: Final[Mapping[int, str]] = {
    400: "validation_error",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_error",
    429: "rate_limited",
}


def error_body(refusal: Refusal, form: str) -> ErrorBody:
    """The refusal in one of the usual forms."""
    return ErrorBody.of(_FORMS[refusal.form or form](refusal.status, refusal.messages))


def _object(status: int, messages: tuple[str, ...]) -> Json:
    error: Json = {"code": _CODES.get(status, "internal_error"), "message": messages[0]}
    if len(messages) > 1:
        error["details"] = [{"message": one} for one in messages[1:]]
    return {"error": error}


def _problem(status: int, messages: tuple[str, ...]) -> Json:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": " ".join(messages)}


_FORMS: Final[Mapping[str, Callable[[int, tuple[str, ...]], Json]]] = {
    "object": _object,
    "string": lambda _, messages: {"error": " ".join(messages)},
    "message": lambda _, messages: {"message": " ".join(messages)},
    "detail": lambda _, messages: {"detail": [{"msg": one} for one in messages]},
    "problem": _problem,
}
