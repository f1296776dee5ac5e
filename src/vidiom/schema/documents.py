"""Reading and writing neutral documents as JSON."""

from __future__ import annotations

import json
from typing import Final, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vidiom.errors import InvalidDocument
from vidiom.schema.evolution import SCHEMA_VERSION, upgraded

__all__ = ["read_document", "validation_message"]

M = TypeVar("M", bound=BaseModel)

_SHOWN: Final = 5
_STEP_SHOWN: Final = 40


class _Version(msgspec.Struct):
    schema_version: msgspec.Raw = msgspec.Raw(b"null")


def read_document(model: type[M], text: str | bytes) -> M:
    """The document of a text, upgraded first when an older vidiom wrote it.

    Nothing is taken for what it is not: a number in quotes is no number.

    Raises:
        InvalidDocument: The text is no JSON, or breaks the schema; the message says where.
        UnsupportedVersion: A newer vidiom wrote it.
    """
    try:
        data = text.encode() if isinstance(text, str) else text
        return model.model_validate_json(_present(data, model), strict=True)
    except (msgspec.DecodeError, UnicodeError) as error:
        msg = f"the document is not readable JSON of a {model.__name__}: {_reason(error)}"
        raise InvalidDocument(msg) from None
    except RecursionError:
        raise InvalidDocument(_too_deep(model)) from None
    except ValidationError as error:
        # which of the two parsers gives up first differs between versions of Python
        deep = "recursion limit" in error.errors(include_url=False, include_input=False)[0]["msg"]
        msg = _too_deep(model) if deep else validation_message(model.__name__, error)
        raise InvalidDocument(msg) from None


def _too_deep(model: type[BaseModel]) -> str:
    return f"the document is nested too deeply for a {model.__name__}"


def _present(data: bytes, model: type[BaseModel]) -> bytes:
    """The document in the present version of its schema; a job has none of its own.

    The usual case costs one pass that decodes nothing; it also refuses NaN and Infinity, which
    are no JSON and which pydantic's parser would let through.
    """
    version = msgspec.json.decode(data, type=_Version).schema_version
    versioned = "schema_version" in model.model_fields
    if not versioned or bytes(version) == f'"{SCHEMA_VERSION}"'.encode():
        return data
    document = upgraded(msgspec.json.decode(data, type=dict))
    return json.dumps(document, allow_nan=False).encode()  # msgspec writes no integer over 64 bits


def _reason(error: msgspec.DecodeError | UnicodeError) -> str:
    if isinstance(error, (UnicodeDecodeError, UnicodeEncodeError)):
        return error.reason
    return str(error)


def validation_message(what: str, error: ValidationError) -> str:
    """What is wrong and where, without the values: they may be personal."""
    faults = error.errors(include_url=False, include_input=False)
    lines = [f"  {_place(fault)}: {_fault(fault)}" for fault in faults[:_SHOWN]]
    more = [f"  … and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
    return "\n".join([f"this is not a valid {what}:", *lines, *more])


def _place(fault: ErrorDetails) -> str:
    steps = [str(step) for step in fault["loc"]]
    shown = (s if len(s) <= _STEP_SHOWN else f"{s[:_STEP_SHOWN]}…" for s in steps)
    return ".".join(shown) or "(document)"


def _fault(fault: ErrorDetails) -> str:
    if fault["type"] == "union_tag_invalid":  # pydantic's own words would repeat the input
        tag = str(fault.get("ctx", {}).get("discriminator", "kind")).strip("'")
        return f"there is no such {tag}"
    return fault["msg"].removeprefix("Value error, ")
