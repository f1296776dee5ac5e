"""Reading and writing neutral documents as JSON."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from vidiom.errors import InvalidDocument
from vidiom.schema.evolution import SCHEMA_VERSION, upgraded

__all__ = ["read_document", "validation_message"]

M = TypeVar("M", bound=BaseModel)

_SHOWN = 5


class _Version(msgspec.Struct):
    schema_version: msgspec.Raw = msgspec.Raw(b"null")


def read_document(model: type[M], text: str | bytes) -> M:
    """The document of a text, upgraded first when an older vidiom wrote it.

    Raises:
        InvalidDocument: The text is no JSON, or breaks the schema; the message says where.
        UnsupportedVersion: A newer vidiom wrote it.
    """
    data = text.encode() if isinstance(text, str) else text
    try:
        version = msgspec.json.decode(data, type=_Version).schema_version
        present = bytes(version) == f'"{SCHEMA_VERSION}"'.encode()
        if not present:
            document = upgraded(msgspec.json.decode(data, type=dict))
            data = msgspec.json.encode(document)
        return model.model_validate_json(data)
    except (msgspec.DecodeError, UnicodeError) as error:
        msg = f"the document is not readable JSON of a {model.__name__}: {error}"
        raise InvalidDocument(msg) from None
    except ValidationError as error:
        raise InvalidDocument(validation_message(model.__name__, error)) from None


def validation_message(what: str, error: ValidationError) -> str:
    """What is wrong and where, without the values: they may be personal."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [
        f"  {'.'.join(str(step) for step in fault['loc']) or '(document)'}: {fault['msg']}"
        for fault in faults[:_SHOWN]
    ]
    more = [f"  … and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
    return "\n".join([f"this is not a valid {what}:", *lines, *more])
