"""The base of all neutral documents: frozen, closed, and silent about the values it refuses."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, TypeAlias

from pydantic import (
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    WithJsonSchema,
)

__all__ = ["Confidence", "FrameRate", "JsonObject", "JsonValue", "Model", "Seconds"]

JsonObject: TypeAlias = dict[str, JsonValue]
"""A JSON object of any content."""


class Model(BaseModel):
    """A frozen document.

    Unknown fields are refused, so that a misspelt one is never lost silently, and a refusal
    never repeats the value refused: it may be personal data.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )


def _rate(value: object) -> object:
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            msg = "a frame rate is written as a fraction such as '30000/1001' or '25'"
            raise ValueError(msg) from None
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    return value


def _positive(value: Fraction) -> Fraction:
    if value <= 0:
        msg = "a frame rate is above zero"
        raise ValueError(msg)
    return value


def _rate_or_error(value: object) -> Fraction:
    rate = _rate(value)
    if not isinstance(rate, Fraction):
        msg = "a frame rate is an exact fraction, never a float"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a validation error
    return _positive(rate)


FrameRate: TypeAlias = Annotated[
    Fraction,
    BeforeValidator(_rate_or_error),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(/\d+)?$", "examples": ["30000/1001"]}),
]
"""Frames per second as an exact fraction; in JSON a string such as ``"30000/1001"``."""

Seconds: TypeAlias = Annotated[float, AllowInfNan(False)]
"""Seconds on the media's own clock."""

Confidence: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0), AllowInfNan(False)]
"""From 0 to 1, on a probability-like scale. Unknown is ``None``, never 0 or 1."""


