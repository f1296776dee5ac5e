"""Models built without checking again what was checked, or made, one line before.

For adapters whose wire types have checked every value already: what comes by the thousand takes
several times as long to check once more as to build.
"""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

__all__ = ["Trusted"]

M = TypeVar("M", bound=BaseModel)

_new: Final = object.__new__
_set: Final = object.__setattr__  # the models are frozen


class Trusted(Generic[M]):
    """Builds models of one class from fields of which the caller knows that they are right.

    ``Trusted(Label)(id="1", label="boat")`` is what ``Label(id="1", label="boat")`` would be, as
    long as every field that is required is given, and each has exactly the type that is declared:
    a tuple is no list, a float is no integer, and a confidence is from 0 to 1. Nothing else is
    converted or refused. An object given is taken as it is, not copied, and must not be changed
    afterwards. The conformance suite writes results as JSON and reads them again with all checks,
    so what is not right shows there.
    """

    def __init__(self, kind: type[M]) -> None:
        """Of one class."""
        self._kind = kind
        # in the order of the fields: that is how a model is written as JSON
        self._fields: dict[str, object] = {
            name: None if field.is_required() else field.default
            for name, field in kind.model_fields.items()
        }
        # a default that is made for each model may be changed by its owner: never shared
        self._made: dict[str, Any] = {
            name: field.default_factory
            for name, field in kind.model_fields.items()
            if field.default_factory is not None
        }
        self._names = set(kind.model_fields)

    def __call__(self, **fields: object) -> M:
        """The model that the class would make of these fields, all required ones given."""
        # one by one, so that the copy stays as small as it is: an update would make room for twice
        # as many fields, and that is most of what a detection takes
        values = self._fields.copy()
        for name, value in fields.items():
            values[name] = value
        for name, make in self._made.items():
            if name not in fields:
                values[name] = make()
        model = _new(self._kind)
        _set(model, "__dict__", values)
        _set(model, "__pydantic_fields_set__", self._names)
        _set(model, "__pydantic_extra__", None)
        _set(model, "__pydantic_private__", None)
        return model
