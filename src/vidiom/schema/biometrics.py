"""Personal and biometric fields: marked where they are declared, hidden everywhere else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["BIOMETRIC", "biometric_fields"]


class _Biometric:
    """Marks a field as personal: never in ``repr``, and left out of an export on request."""


BIOMETRIC: Final = _Biometric()
"""Put it into the field's ``Annotated`` type, with ``Field(repr=False)``."""


@cache
def biometric_fields(model: type[BaseModel]) -> frozenset[str]:
    """Names of the fields of a model that are marked as biometric."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if any(isinstance(mark, _Biometric) for mark in field.metadata)
    )
