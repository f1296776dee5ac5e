"""The face index: collections, and the identities that unknown faces were given in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vidiom.flow.effects import Flow
from vidiom_deepva.library.resources import Discreet, Resource
from vidiom_deepva.paging import Pages

__all__ = ["FaceIndex", "IndexCollection", "IndexedIdentity"]


# https://docs.deepva.com/core-resources/index-collection
class IndexCollection(Discreet, gc=False):
    """A collection; its name is its key."""

    name: str | None = None
    description: str | None = None
    type: str | None = None
    is_public: bool | None = None
    time_created: str | None = None
    time_updated: str | None = None


class _Picture(Discreet, gc=False):
    image: str | None = None


# https://docs.deepva.com/core-resources/indexed-identity
class IndexedIdentity(Discreet, gc=False):
    """An unknown face that was seen before, or one that was given a name."""

    index_id: str | None = None
    """Digits, and a text all the same."""
    label: str | None = None
    collection_name: str | None = None
    thumbnail: _Picture | None = None
    time_created: str | None = None
    time_updated: str | None = None


@dataclass(frozen=True)
class FaceIndex:
    """The index of an account."""

    pages: Pages

    def list(self) -> Flow[tuple[IndexCollection, ...]]:
        """All collections."""
        return (yield from self._all.list())

    def get(self, name: str) -> Flow[IndexCollection]:
        """One collection."""
        return (yield from self._all.get(name))

    def create(
        self, name: str, *, description: str = "", kind: str = "face"
    ) -> Flow[IndexCollection]:
        """A new collection."""
        values = {"name": name, "description": description, "type": kind}
        return (yield from self._all.create(values))

    def update(self, name: str, values: Mapping[str, object]) -> Flow[IndexCollection]:
        """Other values; the PUT goes to the collection of collections, its body has the name."""
        return (yield from self._all.put({"name": name, **values}))

    def delete(self, name: str) -> Flow[None]:
        """Delete a collection."""
        yield from self._all.delete(name)

    def identities(self, name: str) -> Flow[tuple[IndexedIdentity, ...]]:
        """The identities of a collection."""
        return (yield from self._identities(name).list())

    def identity(self, name: str, index_id: str) -> Flow[IndexedIdentity]:
        """One identity."""
        return (yield from self._identities(name).get(index_id))

    def rename(self, name: str, index_id: str, label: str) -> Flow[IndexedIdentity]:
        """Say who it is. Images that were indexed before change as well, and later jobs use it."""
        values = {"index_id": index_id, "label": label}
        return (yield from self._identities(name).put(values))

    def forget(self, name: str, index_id: str) -> Flow[None]:
        """Delete an identity."""
        yield from self._identities(name).delete(index_id)

    @property
    def _all(self) -> Resource[IndexCollection]:
        return Resource(self.pages, ("index-collection",), IndexCollection)

    def _identities(self, name: str) -> Resource[IndexedIdentity]:
        return Resource(self.pages, ("index-collection", name, "identities"), IndexedIdentity)
