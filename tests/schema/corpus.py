"""The example documents, valid and invalid, as the tests read them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from vidiom.errors import InvalidDocument, UnsupportedVersion
from vidiom.schema.documents import read_document
from vidiom.schema.jobs import Job
from vidiom.schema.result import BatchResult, Result

__all__ = ["INVALID", "VALID", "Document", "InvalidCase", "document_name", "read", "valid_text"]

Document: TypeAlias = Result | BatchResult | Job

_FOLDER: Final = Path(__file__).parent / "documents"

VALID: Final = sorted(path.stem for path in (_FOLDER / "valid").glob("*.json"))
"""Names of the valid documents."""


@dataclass(frozen=True)
class InvalidCase:
    """One invalid document, and what its reader is told."""

    name: str
    content: bytes
    message: str
    """Part of the message: where, and what is wrong."""
    error: type[InvalidDocument]
    structural: bool | None
    """Whether the JSON Schema refuses it too; ``None`` for what is no JSON."""


def _cases() -> list[InvalidCase]:
    told = tomllib.loads((_FOLDER / "cases.toml").read_text(encoding="utf-8"))
    contents = {path.stem: path.read_bytes() for path in (_FOLDER / "invalid").glob("*.json")}
    assert told.keys() == contents.keys(), told.keys() ^ contents.keys()
    errors = {"InvalidDocument": InvalidDocument, "UnsupportedVersion": UnsupportedVersion}
    return [
        InvalidCase(
            name=name,
            content=contents[name],
            message=case["message"],
            error=errors[case.get("error", "InvalidDocument")],
            structural=case.get("structural"),
        )
        for name, case in sorted(told.items())
    ]


INVALID: Final = _cases()
"""The invalid documents."""


def valid_text(name: str) -> str:
    """The text of a valid document."""
    return (_FOLDER / "valid" / f"{name}.json").read_text(encoding="utf-8")


def document_name(name: str) -> str:
    """Which sort of document an example is: ``result``, ``batch`` or ``job``."""
    first = name.removeprefix("older-").partition("-")[0]
    return first if first in ("batch", "job") else "result"


def read(name: str, content: str | bytes) -> Document:
    """The example as a document."""
    kind = document_name(name)
    if kind == "batch":
        return BatchResult.from_json(content)
    return Result.from_json(content) if kind == "result" else read_document(Job, content)
