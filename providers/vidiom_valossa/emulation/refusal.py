"""What the vendor says when it refuses, and the documented error body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vidiom.emulation.refusal import ErrorBody, Refusal

__all__ = [
    "INVALID_KEY",
    "JOB_NOT_FOUND",
    "MALFORMED",
    "NOT_FINISHED",
    "error_body",
    "invalid",
    "missing",
    "text_at",
    "value_at",
]

# https://docs.valossa.com/api-reference/error-codes
INVALID_KEY: Final = "Invalid API key"
JOB_NOT_FOUND: Final = "Job not found"
MALFORMED: Final = "Malformed request body"
# Not among the documented messages; only that there may be an error is.
NOT_FINISHED: Final = "The job is not finished yet"


def error_body(refusal: Refusal) -> ErrorBody:
    """The body of every error: one or more messages."""
    return ErrorBody.of({"errors": [{"message": message} for message in refusal.messages]})


def missing(*fields: str) -> Refusal:
    """Required fields are not there."""
    return Refusal(400, *(f"Missing required field: {field}" for field in fields))


def invalid(*fields: str) -> Refusal:
    """Fields have values that cannot be; the wording is not documented."""
    return Refusal(400, *(f"Invalid value: {field}" for field in fields))


def value_at(body: Mapping[str, object], path: str) -> object:
    """The value at a dotted path of a JSON object; ``None`` where there is none."""
    found: object = body
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def text_at(body: Mapping[str, object], *paths: str) -> list[str]:
    """Required texts.

    Raises:
        Refusal: Some are missing or no texts; all of them are named.
    """
    values = [value_at(body, path) for path in paths]
    absent = [path for path, value in zip(paths, values, strict=True) if value is None]
    if absent:
        raise missing(*absent)
    wrong = [
        path
        for path, value in zip(paths, values, strict=True)
        if not isinstance(value, str) or not value
    ]
    if wrong:
        raise invalid(*wrong)
    return [str(value) for value in values]
