"""Things that customers keep: each sees its own, by id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from vidiom_deepva.emulation.refusal import not_found

__all__ = ["Shelf"]


class _Owned(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def owner(self) -> int: ...


T = TypeVar("T", bound=_Owned)


class Shelf(Generic[T]):
    """All of one sort, the oldest first."""

    def __init__(self) -> None:
        """None yet."""
        self._kept: dict[str, T] = {}

    def add(self, thing: T) -> T:
        """One more."""
        self._kept[thing.id] = thing
        return thing

    def of(self, owner: int) -> Iterator[T]:
        """Those of a customer."""
        return (one for one in [*self._kept.values()] if one.owner == owner)

    def find(self, owner: int, name: str) -> T:
        """The one of this id.

        Raises:
            Refusal: There is none, or it is another customer's.
        """
        thing = self._kept.get(name)
        if thing is None or thing.owner != owner:
            raise not_found()
        return thing

    def remove(self, owner: int, name: str) -> None:
        """Irreversible.

        Raises:
            Refusal: There is none.
        """
        del self._kept[self.find(owner, name).id]
