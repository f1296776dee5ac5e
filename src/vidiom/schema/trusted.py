"""Models built without checking again what was checked, or made, one line before.

For adapters whose wire types have checked every value already: what comes by the thousand takes
several times as long to check once more as to build.
"""

from __future__ import annotations

from typing import Any, Final, Protocol, TypeVar

from pydantic import BaseModel

__all__ = ["Builder", "trusted"]

M = TypeVar("M", bound=BaseModel)
M_co = TypeVar("M_co", bound=BaseModel, covariant=True)

_NAMES_EXPECTED: Final = 30
"""For how many attributes CPython makes room in the first object of a class."""

_new: Final = object.__new__
# the slots of every model, which are written to directly: the models are frozen
_set_fields: Final = vars(BaseModel)["__dict__"].__set__
_set_names: Final = vars(BaseModel)["__pydantic_fields_set__"].__set__
_set_extra: Final = vars(BaseModel)["__pydantic_extra__"].__set__
_set_private: Final = vars(BaseModel)["__pydantic_private__"].__set__


class Builder(Protocol[M_co]):
    """Builds models of one class."""

    def __call__(self, **fields: object) -> M_co:
        """The model that the class would make of these fields, all required ones given."""


def trusted(kind: type[M]) -> Builder[M]:
    """A builder of models of one class from fields of which the caller knows that they are right.

    ``trusted(Label)(id="1", label="boat")`` is what ``Label(id="1", label="boat")`` would be, as
    long as every field that is required is given, and each has exactly the type that is declared:
    a tuple is no list, a float is no integer, and a confidence is from 0 to 1. Nothing else is
    converted or refused, and validators do not run. An object given is taken as it is, not copied,
    and must not be changed afterwards. The conformance suite writes results as JSON and reads them
    again with all checks, so what is not right shows there.
    """
    # in the order of the fields: that is how a model is written as JSON
    blank = _sharing_names(
        {
            name: None if field.is_required() else field.default
            for name, field in kind.model_fields.items()
        }
    ).copy
    # a default that is made for each model may be changed by its owner: never shared
    made = [
        (name, field.default_factory)
        for name, field in kind.model_fields.items()
        if field.default_factory is not None
    ]
    names = set(kind.model_fields)

    # a function, because calling an object that has `__call__` takes half as long again
    def build(**fields: object) -> M:
        values = blank()
        # one by one, because an update with many would give the copy names of its own
        for name, value in fields.items():
            values[name] = value
        for name, make in made:
            if name not in fields:
                values[name] = make()  # type: ignore[call-arg]  # none of ours takes the data
        model = _new(kind)
        _set_fields(model, values)
        _set_names(model, names)
        _set_extra(model, None)
        _set_private(model, None)
        return model

    return build


def _sharing_names(values: dict[str, Any]) -> dict[str, Any]:
    """The same as the attributes of an object: copies of it share the table of the names.

    A copy then takes less than half, and the copies are most of what detections take.
    """

    class Attributes:
        pass

    shape = Attributes()
    for name, value in values.items():
        setattr(shape, name, value)
    for _ in range(_NAMES_EXPECTED):  # each object of a class makes room for one name less
        Attributes()
    return vars(shape)
