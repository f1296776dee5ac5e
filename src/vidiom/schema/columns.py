"""Columns of floats: what comes by the million, stored as machine numbers and shared zero-copy."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from math import isfinite, isnan, nan
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BeforeValidator, GetPydanticSchema, PlainSerializer, WithJsonSchema
from pydantic_core import core_schema

from vidiom.schema.model import Model

__all__ = [
    "Column",
    "Columnar",
    "FiniteColumn",
    "SparseColumn",
    "all_finite",
    "column",
    "extent",
    "sparse_column",
]

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


def sparse_column(values: Iterable[float | None]) -> Column:
    """The values as a column in which NaN stands for each ``None``."""
    return array("d", (nan if value is None else value for value in values))


def all_finite(values: Column) -> bool:
    """Whether no value is infinite or NaN.

    One sum decides nearly always: it is finite unless a value is not, or the values are so huge
    that only looking at each can tell.
    """
    return isfinite(sum(values)) or all(map(isfinite, values))


def extent(values: Column) -> tuple[float, float] | None:
    """The least and the greatest value that is not missing; ``None`` when there is none."""
    present = values if not isnan(sum(values)) else [v for v in values if not isnan(v)]
    return (min(present), max(present)) if len(present) else None


def _finite(values: object) -> Column:
    numbers = _numbers(values)
    if not all_finite(numbers):
        msg = "every value of a column is finite"
        raise ValueError(msg)
    return numbers


_NOT_COLUMNS = (str, bytes, bytearray, memoryview, Mapping, AbstractSet)


def _numbers(values: object) -> Column:
    if isinstance(values, array) and values.typecode == "d":
        return values
    msg = "a column is a list of numbers"
    if not isinstance(values, Iterable) or isinstance(values, _NOT_COLUMNS):
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a validation error
    try:
        return array("d", values)
    except (TypeError, OverflowError):  # no number, or one that no float can hold
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


class Columnar(Model):
    """A document with columns: equal to another when the same values are missing in both.

    Plain comparison of columns would never find a missing value equal to itself, for it is NaN.
    """

    def __eq__(self, other: object) -> bool:
        """Whether the fields are equal one by one."""
        if type(self) is not type(other):
            return NotImplemented
        return all(_same(getattr(self, f), getattr(other, f)) for f in type(self).model_fields)

    # Columns can be changed in place, so there is no hash that would stay true.
    __hash__ = None  # type: ignore[assignment]


def _same(one: object, other: object) -> bool:
    if one == other:
        return True
    if not (isinstance(one, array) and isinstance(other, array)) or len(one) != len(other):
        return False
    return all(a == b or (isnan(a) and isnan(b)) for a, b in zip(one, other, strict=True))


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
