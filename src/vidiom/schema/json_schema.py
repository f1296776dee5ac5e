"""JSON Schemas (draft 2020-12) of the neutral documents, generated from their models."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from vidiom.errors import UsageError
from vidiom.schema.evolution import SCHEMA_VERSION
from vidiom.schema.jobs import Job
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.result import BatchResult, Result

__all__ = ["DOCUMENTS", "main", "schema_for", "schema_text"]

DOCUMENTS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {"result": Result, "batch": BatchResult, "job": Job}
)
"""The documents that have a schema, by name."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ROLE: Final = re.compile(r":[a-z]+:`~?([^`]+)`")


def schema_for(name: str) -> JsonObject:
    """The JSON Schema of a document: ``result``, ``batch`` or ``job``.

    It says what a document is made of. What ties one part to another (a segment ends after its
    start, ids are unique, references resolve) no schema can say; reading the document checks it.

    Raises:
        UsageError: There is no such document; the message lists all that exist.
    """
    model = DOCUMENTS.get(name)
    if model is None:
        raise UsageError(f"there is no schema {name!r}. Schemas are: {', '.join(DOCUMENTS)}.")
    schema = model.model_json_schema(schema_generator=_Generator)
    head: JsonObject = {
        "$schema": _DIALECT,
        "$id": f"urn:vidiom:schema:{name}:{SCHEMA_VERSION}",
    }
    return head | _for_readers_of_json(schema)


class _Generator(GenerateJsonSchema):
    """Titles name documents and their parts; a field's title would only repeat its name."""

    def field_title_should_be_set(self, schema: object) -> bool:
        """Never."""
        del schema
        return False


def schema_text(name: str) -> str:
    """The schema as it is committed."""
    return json.dumps(schema_for(name), indent=2, ensure_ascii=False) + "\n"


def _for_readers_of_json(node: JsonObject) -> JsonObject:
    return {
        key: _plain(value) if key == "description" and isinstance(value, str) else _below(value)
        for key, value in _explicit(node).items()
    }


def _below(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_below(one) for one in value]
    return _for_readers_of_json(value) if isinstance(value, dict) else value


def _explicit(node: JsonObject) -> JsonObject:
    """What tells documents and kinds apart must be written: a reader does not guess it."""
    properties = node.get("properties")
    if not isinstance(properties, dict):
        return node
    telling = [name for name, one in properties.items() if isinstance(one, dict) and "const" in one]
    required = node.get("required")
    others = required if isinstance(required, list) else []
    return {**node, "required": [*telling, *(name for name in others if name not in telling)]}


def _plain(docstring: str) -> str:
    """The first paragraph: what follows is for callers of Python."""
    text = " ".join(docstring.partition("\n\n")[0].split())
    return _ROLE.sub(r"`\1`", text).replace("``", "`").replace("`None`", "`null`")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the schemas, or check that what is written is up to date."""
    parser = argparse.ArgumentParser(
        prog="python -m vidiom.schema.json_schema", description=__doc__
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    parser.add_argument("directory", nargs="?", type=Path, default=Path("docs/reference"))
    given = parser.parse_args(arguments)
    files = {given.directory / f"{name}.schema.json": schema_text(name) for name in DOCUMENTS}
    if given.check:
        stale = [str(path) for path, text in files.items() if not _holds(path, text)]
        if stale:
            sys.stderr.write(f"out of date: {', '.join(stale)}; run this without --check.\n")
        return 1 if stale else 0
    given.directory.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return 0


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
