"""The vendor's own words for what went wrong, in whatever shape they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from vidiom.schema.jobs import JobFailure

__all__ = ["failure", "said"]

# Neither page shows the body of an error: these are the usual spellings, the most telling first.
_MESSAGES: Final = ("message", "msg", "detail", "error", "errors", "error_description", "title")
_CODES: Final = ("code", "error_code", "type")
_LONGEST: Final = 300
_DEEPEST: Final = 8


def said(body: bytes | msgspec.Raw) -> str | None:
    """The message of an error body, which may be empty, HTML, text or JSON of any shape."""
    return _message(_decoded(body), _DEEPEST)


def failure(error: msgspec.Raw, *, otherwise: str) -> JobFailure:
    """Code and message of an ``error`` member; ``otherwise`` where it says nothing."""
    value = _decoded(error)
    code = _code(value)
    message = _message(value, _DEEPEST) or code or otherwise
    return JobFailure(code=code or "failed", message=message)


def _decoded(body: bytes | msgspec.Raw) -> object:
    try:
        value: object = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
    return value


def _code(value: object) -> str | None:
    if isinstance(value, Mapping):
        for name in _CODES:
            code = value.get(name)
            if isinstance(code, str) and code.strip():
                return _line(code)
        return _code(value.get("error"))
    return None


def _message(value: object, depth: int) -> str | None:
    if depth == 0:
        return None
    match value:
        case str():
            return _line(value) or None
        case list():
            found = [_message(one, depth - 1) for one in value]
            return _line("; ".join(one for one in found if one)) or None
        case dict():
            return _of_object(value, depth - 1)
        case _:
            return None


def _of_object(value: Mapping[str, object], depth: int) -> str | None:
    words = next((one for name in _MESSAGES if (one := _message(value.get(name), depth))), None)
    details = _message(value.get("details"), depth)
    if words and details:
        words = f"{words.rstrip('.')} ({details})"
    place = value.get("field") or value.get("loc")
    if isinstance(place, list):
        place = ".".join(str(step) for step in place)
    return _line(f"{place}: {words or details}") if place and (words or details) else words


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
