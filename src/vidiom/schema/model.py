"""The base of all neutral documents: frozen, closed, and silent about the values it refuses."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Final, Self, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)

__all__ = ["Base64", "Confidence", "FrameRate", "JsonObject", "JsonValue", "Model", "Seconds"]

JsonObject: TypeAlias = dict[str, JsonValue]
"""A JSON object of any content."""


class Model(BaseModel):
    """A frozen document.

    Unknown fields are refused, so that a misspelt one is never lost silently, and a refusal
    never repeats the value refused: it may be personal data. A model is equal to another of the
    same class with equal fields; it can be a key where all its fields can, or where it says so.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed (unchecked), without what was computed of the old ones.

        A view that the original keeps would go on showing what the copy was made to leave out.
        """
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


_RATE: Final = r"^[1-9][0-9]*(/[1-9][0-9]*)?$"


def _rate(value: object, info: ValidationInfo) -> Fraction:
    if isinstance(value, str):
        return _rate_of_text(value)
    if isinstance(value, int) and not isinstance(value, bool) and info.mode == "python":
        value = Fraction(value)
    if not isinstance(value, Fraction):
        msg = "a frame rate is an exact fraction, never a float"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a validation error
    if value <= 0:
        msg = "a frame rate is above zero"
        raise ValueError(msg)
    return value


def _rate_of_text(text: str) -> Fraction:
    try:
        if re.fullmatch(_RATE, text):
            return Fraction(text)
    except ValueError:  # more digits than Python turns into a number
        pass
    msg = "a frame rate is above zero and written as a fraction such as '30000/1001' or '25'"
    raise ValueError(msg)


FrameRate: TypeAlias = Annotated[
    Fraction,
    BeforeValidator(_rate),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _RATE, "examples": ["30000/1001"]}),
]
"""Frames per second as an exact fraction; in JSON a string such as ``"30000/1001"``."""

Seconds: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
"""Seconds on the media's own clock."""

Confidence: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
"""From 0 to 1, on a probability-like scale. Unknown is ``None``, never 0 or 1."""

Base64: TypeAlias = Annotated[
    bytes,
    # pydantic's own writes "-" and "_", which neither a data URL nor base64.b64decode takes
    PlainSerializer(lambda data: b64encode(data).decode(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
"""Bytes; in JSON base64 of the standard alphabet."""
