"""Resources of the vendor's REST API: listed, read, created, changed, deleted the same way each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from msgspec import Struct

from vidiom.flow.effects import Flow
from vidiom_deepva.calls import path_of
from vidiom_deepva.paging import Pages

__all__ = ["OPERATION", "Discreet", "Resource"]

R = TypeVar("R", bound=Struct)

OPERATION: Final = "library"


class Discreet(Struct, gc=False):
    """Something whose ``repr`` tells its id only: names, faces and secrets are not for logs."""

    def __repr__(self) -> str:
        """The class and what names the thing at the vendor."""
        fields = self.__struct_fields__
        shown = [f"{one}={getattr(self, one)!r}" for one in ("id", "index_id") if one in fields]
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass(frozen=True)
class Resource(Generic[R]):
    """One collection; ids are the vendor's."""

    pages: Pages
    path: tuple[str, ...]
    kind: type[R]
    item_slash: bool = True
    """Whether the path of one item ends in a slash, as most do."""
    list_slash: bool = True

    def list(self) -> Flow[tuple[R, ...]]:
        """All of them, every page."""
        path = path_of(*self.path, slash=self.list_slash)
        return tuple((yield from self.pages.items(path, self.kind, operation=OPERATION)))

    def get(self, item: str | int) -> Flow[R]:
        """One of them.

        Raises:
            NotFound: There is none of this id.
        """
        return (yield from self.pages.calls.get(self._one(item), self.kind, operation=OPERATION))

    def create(self, values: Mapping[str, object]) -> Flow[R]:
        """A new one. Not repeated by itself: twice sent, there would be two."""
        path = path_of(*self.path, slash=self.list_slash)
        return (yield from self._changed("POST", path, values))

    def replace(self, item: str | int, values: Mapping[str, object]) -> Flow[R]:
        """Another state of it, in full (PUT)."""
        return (yield from self._changed("PUT", self._one(item), values, repeatable=True))

    def change(self, item: str | int, values: Mapping[str, object]) -> Flow[R]:
        """Some of its values (PATCH)."""
        return (yield from self._changed("PATCH", self._one(item), values, repeatable=True))

    def put(self, values: Mapping[str, object]) -> Flow[R]:
        """A PUT to the collection itself; the body says which one is meant (assumed)."""
        path = path_of(*self.path, slash=self.list_slash)
        return (yield from self._changed("PUT", path, values, repeatable=True))

    def delete(self, item: str | int) -> Flow[None]:
        """Delete it."""
        yield from self.pages.calls.delete(self._one(item), operation=OPERATION)

    def _one(self, item: str | int) -> str:
        return path_of(*self.path, item, slash=self.item_slash)

    def _changed(
        self, method: str, path: str, values: Mapping[str, object], *, repeatable: bool = False
    ) -> Flow[R]:
        return (
            yield from self.pages.calls.change(
                method, path, self.kind, values, operation=OPERATION, repeatable=repeatable
            )
        )
