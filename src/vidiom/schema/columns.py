"""Columns of floats: what comes by the million, stored as machine numbers and shared zero-copy."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from math import isfinite, isnan, nan
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BeforeValidator, GetPydanticSchema, PlainSerializer, WithJsonSchema
from pydantic_core import core_schema

__all__ = ["Column", "FiniteColumn", "SparseColumn", "column"]

if TYPE_CHECKING:
    Column: TypeAlias = array[float]
else:  # the class takes no parameter at run time before Python 3.12
    Column: TypeAlias = array
"""8-byte floats with the buffer protocol: ``numpy.asarray(column)`` copies nothing."""


def column(values: Iterable[float]) -> Column:
    """The values as a column; an ``array`` of doubles is taken as it is, not copied."""
    if isinstance(values, array) and values.typecode == "d":
        return values
    return array("d", values)


def all_finite(values: Column) -> bool:
    """Whether no value is infinite or NaN.

    One sum decides nearly always: it is finite unless a value is not, or the values are so huge
    that only looking at each can tell.
    """
    return isfinite(sum(values)) or all(map(isfinite, values))


def _finite(values: object) -> Column:
    numbers = _numbers(values)
    if not all_finite(numbers):
        msg = "every value of a column is finite"
        raise ValueError(msg)
    return numbers


def _numbers(values: object) -> Column:
    if isinstance(values, array) and values.typecode == "d":
        return values
    msg = "a column is a list of numbers"
    if not isinstance(values, Iterable) or isinstance(values, (str, bytes, bytearray)):
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a validation error
    try:
        return array("d", values)
    except TypeError:
        raise ValueError(msg) from None


def _sparse(values: object) -> Column:
    if isinstance(values, (list, tuple)) and None in values:
        values = [nan if value is None else value for value in values]
    numbers = _numbers(values)
    if not all_finite(numbers) and any(not isfinite(n) and not isnan(n) for n in numbers):
        msg = "a value is a finite number, or missing"
        raise ValueError(msg)
    return numbers


def _with_gaps(values: Column) -> list[float | None]:
    if isnan(sum(values)):
        return [None if isnan(value) else value for value in values]
    return values.tolist()  # type: ignore[return-value]  # a list of floats is read only


_ANY = GetPydanticSchema(lambda _source, _handler: core_schema.any_schema())

FiniteColumn: TypeAlias = Annotated[
    Column,
    _ANY,
    BeforeValidator(_finite),
    PlainSerializer(lambda values: values.tolist(), return_type=list[float]),
    WithJsonSchema({"type": "array", "items": {"type": "number"}}),
]
"""A column without gaps; in JSON a list of numbers."""

SparseColumn: TypeAlias = Annotated[
    Column,
    _ANY,
    BeforeValidator(_sparse),
    PlainSerializer(_with_gaps, return_type=list[float | None]),
    WithJsonSchema({"type": "array", "items": {"type": ["number", "null"]}}),
]
"""A column in which NaN stands for a missing value; in JSON ``null``."""
