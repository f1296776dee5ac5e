"""Small frozen values that come by the thousand: structs that can be used as dataclasses."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from copy import copy
from typing import Any, NoReturn, TypeVar

from msgspec import Struct

__all__ = ["Value", "as_dataclass"]


class Value(Struct, frozen=True, gc=False):
    """A frozen value of a few numbers and words, made in a tenth of the time of a dataclass.

    The garbage collector does not know of it, which is why its fields can be nothing but numbers,
    text and other values. Its subclasses say ``frozen=True, gc=False`` too, for type checkers, and
    are decorated with :func:`as_dataclass`.
    """


V = TypeVar("V", bound=Value)


def as_dataclass(kind: type[V]) -> type[V]:
    """Let ``dataclasses`` and pydantic see a dataclass in a value.

    ``dataclasses.fields``, ``replace`` and ``asdict`` work, a value refuses to be changed in the
    words of a frozen dataclass, and pydantic checks, reads and writes its fields as those of a
    dataclass, the rules in ``__post_init__`` included.
    """
    shape = dataclasses.make_dataclass(kind.__name__, _fields(kind), frozen=True)
    # pydantic fills an instance that was made without fields; a struct is never without, so it
    # gets one of zeros, which are within the rules of every value
    blank = kind(*[0.0] * len(kind.__struct_fields__))
    given: dict[str, object] = {
        "__dataclass_fields__": vars(shape)["__dataclass_fields__"],
        "__dataclass_params__": vars(shape)["__dataclass_params__"],
        "__new__": staticmethod(lambda _kind: copy(blank)),
        "__setattr__": _refuse,
    }
    for name, value in given.items():
        setattr(kind, name, value)
    return kind


def _fields(kind: type[Value]) -> Iterator[tuple[str, Any, Any]]:
    names, defaults = kind.__struct_fields__, kind.__struct_defaults__
    missing = [dataclasses.MISSING] * (len(names) - len(defaults))
    for name, default in zip(names, (*missing, *defaults), strict=True):
        yield name, kind.__annotations__[name], dataclasses.field(default=default)


def _refuse(_self: Value, name: str, _value: object) -> NoReturn:
    msg = f"cannot assign to field {name!r}"
    raise dataclasses.FrozenInstanceError(msg)
