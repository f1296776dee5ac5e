"""Models built without checking again what was checked, or made, one line before.

Colours come by the tens of thousands, and checking costs more than all the rest of reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from pydantic import BaseModel

__all__ = ["Trusted"]

M = TypeVar("M", bound=BaseModel)

_set: Final = object.__setattr__  # the models are frozen


class Trusted(Generic[M]):
    """Builds models of one class from fields of which the caller knows that they are right.

    Mutable defaults are shared, so fields that have one must be given.
    """

    def __init__(self, kind: type[M]) -> None:
        """Of one class."""
        self._kind = kind
        # in the order of the fields: that is how a model is written as JSON
        self._fields: Mapping[str, object] = {
            name: None if field.is_required() else field.get_default(call_default_factory=True)
            for name, field in kind.model_fields.items()
        }
        self._names = set(kind.model_fields)

    def build(self, fields: dict[str, object]) -> M:
        """The model that the class would make of these fields, all required ones given."""
        model = self._kind.__new__(self._kind)
        _set(model, "__dict__", {**self._fields, **fields})
        _set(model, "__pydantic_fields_set__", self._names)
        _set(model, "__pydantic_extra__", None)
        _set(model, "__pydantic_private__", None)
        return model
