"""Why an emulated vendor refuses, before it is written in the vendor's own form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from vidiom.errors import MissingExtra

__all__ = ["ErrorBody", "Json", "Refusal", "starlette_needed"]

Json: TypeAlias = dict[str, object]
"""A JSON object on its way out."""


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, *messages: str, form: str | None = None) -> None:
        """With this status and these messages.

        Args:
            status: The HTTP status.
            messages: What is wrong.
            form: Which of the vendor's forms of errors, where there are several; left out, the
                usual one.
        """
        super().__init__(*messages)
        self.status = status
        self.messages = messages
        self.form = form


@dataclass(frozen=True)
class ErrorBody:
    """What stands in the body of an answer that is no success."""

    content: bytes
    media_type: str = "application/json"

    @classmethod
    def of(cls, document: Mapping[str, object] | Sequence[object]) -> ErrorBody:
        """This document, on one line."""
        return cls(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode())


@contextmanager
def starlette_needed(provider: str) -> Iterator[None]:
    """Around imports of what is on the web: says which extra is missing, if it is.

    Raises:
        MissingExtra: starlette is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "starlette":
            raise
        raise MissingExtra(
            "the emulator needs starlette and uvicorn: pip install 'vidiom[emulate]'.",
            extra="emulate",
            provider=provider,
        ) from None
