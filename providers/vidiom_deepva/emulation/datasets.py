"""Datasets, their classes and images (https://docs.deepva.com/core-resources/dataset)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from vidiom.emulation.identifiers import Identifiers
from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.moments import stamp
from vidiom_deepva.emulation.refusal import not_found, wrong
from vidiom_deepva.emulation.shelf import Shelf

__all__ = ["Dataset", "Datasets"]

_TYPES: Final = frozenset({"face", "landmark"})
_EVALUATED: Final[Json] = {
    "face_attributes": {
        "emotion": "Calm",
        "smile": False,
        "eyeglasses": True,
        "sunglasses": False,
        "eyesopen": True,
        "mouthopen": False,
        "beard": False,
        "mustache": False,
        "roll": -6,
        "yaw": 18.2,
        "pitch": -3.45,
    },
    "face_clustering": "cluster_main",
}
"""Flat values, where the module's are pairs."""


@dataclass
class Image:
    """One picture of a class."""

    id: str
    file_uri: str
    created: datetime
    updated: datetime
    active: bool = True
    notes: str = ""
    generated: bool = False

    def written(self) -> Json:
        """As it stands in an answer."""
        return {
            "id": self.id,
            "file_uri": self.file_uri,
            "time_created": stamp(self.created),
            "time_updated": stamp(self.updated),
            "active": self.active,
            "notes": self.notes,
            "is_auto_generated": self.generated,
            "evaluation_result": _EVALUATED,
        }


@dataclass
class Class:
    """One person or landmark."""

    id: str
    type: str
    created: datetime
    updated: datetime
    told: dict[str, object]
    """What the customer may write."""
    images: dict[str, Image] = field(default_factory=dict)

    def written(self) -> Json:
        """As it stands in an answer."""
        images = [*self.images.values()]
        return {
            "id": self.id,
            **self.told,
            "preview_image": images[0].written() if images else None,
            "time_created": stamp(self.created),
            "time_updated": stamp(self.updated),
            "time_evaluated": {},
            "level": 0,
            "number_of_images": len(images),
            "type": self.type,
            "evaluation_result": {},
        }


@dataclass
class Dataset:
    """Classes of one type, of which a model can be trained."""

    id: str
    owner: int
    name: str
    description: str
    type: str
    created: datetime
    updated: datetime
    classes: dict[str, Class] = field(default_factory=dict)

    @property
    def active_images(self) -> int:
        """How many a training would use."""
        return sum(
            one.active
            for group in self.classes.values()
            if group.told["active"]
            for one in group.images.values()
        )

    def written(self) -> Json:
        """As it stands in an answer."""
        groups = [*self.classes.values()]
        first = [next(iter(group.images.values())).file_uri for group in groups if group.images]
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "version": 1.0,
            "type": self.type,
            "time_created": stamp(self.created),
            "time_updated": stamp(self.updated),
            "number_of_classes": len(groups),
            "number_of_active_classes": sum(bool(group.told["active"]) for group in groups),
            "number_of_images": sum(len(group.images) for group in groups),
            "number_of_active_images": self.active_images,
            "preview_images": first[:3],
            "evaluation_result": {},
        }


class Datasets:
    """All datasets of all customers."""

    def __init__(
        self,
        identifiers: Identifiers,
        now: Callable[[], datetime],
        is_held: Callable[[int, str], bool],
    ) -> None:
        """None yet.

        Args:
            identifiers: Where ids come from.
            now: The vendor's clock.
            is_held: Whether a customer has uploaded what is at a ``storage://`` URL.
        """
        self._ids = identifiers
        self._now = now
        self._is_held = is_held
        self.shelf: Shelf[Dataset] = Shelf()

    # --- datasets -------------------------------------------------------------------------------

    def find(self, call: Call) -> Dataset:
        """The dataset of a path."""
        return self.shelf.find(call.owner, call.names["dataset"])

    def listed(self, call: Call) -> list[Json]:
        """All."""
        return [one.written() for one in self.shelf.of(call.owner)]

    def create(self, call: Call) -> Answer:
        """With a name and a type."""
        kind = call.text("type")
        if kind not in _TYPES:
            raise wrong("type", f'"{kind}" is not a valid choice.')
        name = call.text("name")
        made = self.make(call.owner, name, kind, description=call.text("description", ""))
        return Answer(made.written(), 201)

    def make(self, owner: int, name: str, kind: str, *, description: str = "") -> Dataset:
        """An empty one."""
        now = self._now()
        return self.shelf.add(Dataset(self._ids.uuid(), owner, name, description, kind, now, now))

    def read(self, call: Call) -> Json:
        """One."""
        return self.find(call).written()

    def update(self, call: Call) -> Json:
        """Name and description."""
        found = self.find(call)
        found.name = call.text("name", found.name)
        found.description = call.text("description", found.description)
        found.updated = self._now()
        return found.written()

    def delete(self, call: Call) -> Answer:
        """With all that is in it."""
        self.shelf.remove(call.owner, call.names["dataset"])
        return Answer(None, 204)

    # --- classes --------------------------------------------------------------------------------

    def _class(self, call: Call) -> Class:
        found = self.find(call).classes.get(call.names["class"])
        if found is None:
            raise not_found()
        return found

    def list_classes(self, call: Call) -> list[Json]:
        """All of a dataset."""
        return [one.written() for one in self.find(call).classes.values()]

    def create_class(self, call: Call) -> Answer:
        """With a label; a reference is unique in its dataset."""
        dataset = self.find(call)
        told = _class_told(call, {})
        self._check_reference(dataset, told, None)
        return Answer(self.make_class(dataset, told).written(), 201)

    def make_class(self, dataset: Dataset, told: dict[str, object]) -> Class:
        """One without images."""
        now = self._now()
        made = Class(self._ids.uuid(), dataset.type, now, now, told)
        dataset.classes[made.id] = made
        return made

    def _check_reference(
        self, dataset: Dataset, told: Mapping[str, object], own: str | None
    ) -> None:
        reference = told["reference"]
        others = {one.told["reference"] for one in dataset.classes.values() if one.id != own}
        if reference and reference in others:
            raise wrong("reference", "A class with this reference exists in the dataset.")

    def read_class(self, call: Call) -> Json:
        """One."""
        return self._class(call).written()

    def update_class(self, call: Call) -> Json:
        """What is not in the body stays (assumed)."""
        found = self._class(call)
        told = _class_told(call, found.told)
        self._check_reference(self.find(call), told, found.id)
        found.told, found.updated = told, self._now()
        return found.written()

    def delete_class(self, call: Call) -> Answer:
        """With its images."""
        del self.find(call).classes[self._class(call).id]
        return Answer(None, 204)

    # --- images ---------------------------------------------------------------------------------

    def _image(self, call: Call) -> Image:
        found = self._class(call).images.get(call.names["image"])
        if found is None:
            raise not_found()
        return found

    def list_images(self, call: Call) -> list[Json]:
        """All of a class."""
        return [one.written() for one in self._class(call).images.values()]

    def create_image(self, call: Call) -> Answer:
        """Of what is in the storage already (assumed)."""
        uri = call.text("file_uri")
        if not self._is_held(call.owner, uri):
            raise wrong("file_uri", "There is no such file in the storage.")
        made = self.make_image(self._class(call), uri)
        _change_image(made, call)
        return Answer(made.written(), 201)

    def make_image(self, group: Class, uri: str, *, generated: bool = False) -> Image:
        """One that is active."""
        now = self._now()
        made = Image(self._ids.uuid(), uri, now, now, generated=generated)
        group.images[made.id] = made
        return made

    def read_image(self, call: Call) -> Json:
        """One."""
        return self._image(call).written()

    def update_image(self, call: Call) -> Json:
        """Notes, and whether it is active."""
        found = self._image(call)
        _change_image(found, call)
        found.updated = self._now()
        return found.written()

    def delete_image(self, call: Call) -> Answer:
        """Its file stays in the storage."""
        del self._class(call).images[self._image(call).id]
        return Answer(None, 204)


def _class_told(call: Call, before: Mapping[str, object]) -> dict[str, object]:
    label = before.get("label")
    told: dict[str, object] = {
        "reference": call.text("reference", str(before.get("reference", ""))),
        "label": call.text("label", label if isinstance(label, str) else None),
        "notes": call.text("notes", str(before.get("notes", ""))),
    }
    defaults: dict[str, object] = {"active": True, "expiration_date": None, "custom_fields": []}
    for name, default in defaults.items():
        told[name] = call.body.get(name, before.get(name, default))
    if not isinstance(told["active"], bool):
        raise wrong("active", "Not a valid boolean.")
    return told


def _change_image(image: Image, call: Call) -> None:
    active = call.body.get("active", image.active)
    if not isinstance(active, bool):
        raise wrong("active", "Not a valid boolean.")
    image.active = active
    image.notes = call.text("notes", image.notes)
