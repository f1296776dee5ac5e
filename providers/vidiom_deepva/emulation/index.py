"""The face index: collections, and the identities in them (…/core-resources/index-collection)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from vidiom.emulation.refusal import Json, Refusal
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.moments import stamp
from vidiom_deepva.emulation.refusal import not_found, wrong
from vidiom_deepva.emulation.scene import TINY_PICTURE

__all__ = ["DEFAULT", "Index"]

DEFAULT: Final = "default_index"


@dataclass
class _Identity:
    index_id: str
    """Digits, as text."""
    label: str
    created: datetime
    updated: datetime

    def written(self, collection: str) -> Json:
        return {
            "index_id": self.index_id,
            "label": self.label,
            "collection_name": collection,
            "thumbnail": {"image": TINY_PICTURE, "meta": {}},
            "time_created": stamp(self.created),
            "time_updated": stamp(self.updated),
        }


@dataclass
class _Collection:
    name: str
    created: datetime
    updated: datetime
    description: str = ""
    identities: dict[str, _Identity] = field(default_factory=dict)

    def written(self) -> Json:
        return {
            "name": self.name,
            "description": self.description,
            "type": "face",
            "is_public": False,
            "time_created": stamp(self.created),
            "time_updated": stamp(self.updated),
        }


class Index:
    """The collections of all customers; each has a default one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """With nobody in it."""
        self._now = now
        self._customers: dict[int, dict[str, _Collection]] = {}

    def _of(self, owner: int) -> dict[str, _Collection]:
        if owner not in self._customers:
            now = self._now()
            self._customers[owner] = {DEFAULT: _Collection(DEFAULT, now, now)}
        return self._customers[owner]

    def _find(self, call: Call) -> _Collection:
        found = self._of(call.owner).get(call.names["collection"])
        if found is None:
            raise not_found()
        return found

    def listed(self, call: Call) -> list[Json]:
        """All."""
        return [one.written() for one in self._of(call.owner).values()]

    def create(self, call: Call) -> Answer:
        """With a name that is its key."""
        name = call.text("name")
        if name in self._of(call.owner):
            raise wrong("name", "A collection with this name exists.")
        if call.text("type", "face") != "face":
            raise wrong("type", f'"{call.text("type")}" is not a valid choice.')
        now = self._now()
        made = _Collection(name, now, now, call.text("description", ""))
        self._of(call.owner)[name] = made
        return Answer(made.written(), 201)

    def update(self, call: Call) -> Json:
        """The path has no name, so that the body must have it (assumed)."""
        found = self._of(call.owner).get(call.text("name"))
        if found is None:
            raise not_found()
        found.description = call.text("description", found.description)
        found.updated = self._now()
        return found.written()

    def read(self, call: Call) -> Json:
        """One."""
        return self._find(call).written()

    def delete(self, call: Call) -> Answer:
        """With everybody in it; the default one stays (assumed)."""
        if self._find(call).name == DEFAULT:
            raise Refusal(403, "Not allowed")
        del self._of(call.owner)[call.names["collection"]]
        return Answer(None, 204)

    # --- identities -----------------------------------------------------------------------------

    def index(self, owner: int, index_id: str, label: str) -> None:
        """A face that is not known yet, found by a job with ``index_unknowns``."""
        known = self._of(owner)[DEFAULT].identities
        if index_id not in known:
            now = self._now()
            known[index_id] = _Identity(index_id, label, now, now)

    def labels(self, owner: int) -> dict[str, str]:
        """What each indexed face is called now."""
        known = self._of(owner)[DEFAULT].identities
        return {index_id: one.label for index_id, one in known.items()}

    def _identity(self, call: Call, index_id: str) -> _Identity:
        found = self._find(call).identities.get(index_id)
        if found is None:
            raise not_found()
        return found

    def list_identities(self, call: Call) -> list[Json]:
        """All of a collection."""
        collection = self._find(call)
        return [one.written(collection.name) for one in collection.identities.values()]

    def update_identity(self, call: Call) -> Json:
        """Another label; the body says of whom (assumed)."""
        found = self._identity(call, call.text("index_id"))
        found.label = call.text("label", found.label)
        found.updated = self._now()
        return found.written(self._find(call).name)

    def read_identity(self, call: Call) -> Json:
        """One."""
        return self._identity(call, call.names["identity"]).written(self._find(call).name)

    def delete_identity(self, call: Call) -> Answer:
        """One."""
        del self._find(call).identities[self._identity(call, call.names["identity"]).index_id]
        return Answer(None, 204)
