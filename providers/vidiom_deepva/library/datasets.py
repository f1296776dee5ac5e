"""Datasets with their classes and images: what the vendor's models are trained with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from vidiom.errors import NotFound, UsageError
from vidiom.flow.effects import Flow
from vidiom_deepva.calls import path_of
from vidiom_deepva.library.dictionaries import Dictionary, DictionaryId
from vidiom_deepva.library.resources import OPERATION, Discreet, Resource
from vidiom_deepva.paging import Pages

__all__ = ["ClassImage", "Dataset", "DatasetClass", "Datasets"]


# https://docs.deepva.com/core-resources/dataset
class Dataset(Discreet, gc=False):
    """A collection of classes."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    type: str | None = None
    """``face`` or ``landmark``; datasets of voices exist, and what they are called is not known."""
    time_created: str | None = None
    time_updated: str | None = None
    number_of_classes: int | None = None
    number_of_active_classes: int | None = None
    number_of_images: int | None = None
    number_of_active_images: int | None = None
    preview_images: list[str] | None = None
    evaluation_result: dict[str, Any] | None = None


# https://docs.deepva.com/core-resources/image
class ClassImage(Discreet, gc=False):
    """An image of a class."""

    id: str | None = None
    file_uri: str | None = None
    time_created: str | None = None
    time_updated: str | None = None
    active: bool | None = None
    notes: str | None = None
    is_auto_generated: bool | None = None
    evaluation_result: dict[str, Any] | None = None


# https://docs.deepva.com/core-resources/class
class DatasetClass(Discreet, gc=False):
    """Someone or something to recognise."""

    id: str | None = None
    reference: str | None = None
    """The customer's own id, unique in the dataset."""
    label: str | None = None
    preview_image: ClassImage | None = None
    time_created: str | None = None
    time_updated: str | None = None
    time_evaluated: dict[str, Any] | None = None
    active: bool | None = None
    notes: str | None = None
    expiration_date: str | None = None
    """After it, the class is left out of trainings."""
    level: float | None = None
    number_of_images: int | None = None
    custom_fields: list[dict[str, Any]] | None = None
    type: str | None = None
    """``face``, ``landmark`` or ``logo``."""
    evaluation_result: dict[str, Any] | None = None


_WRITABLE: Final = ("reference", "label", "active", "notes", "expiration_date", "custom_fields")


@dataclass(frozen=True)
class Datasets:
    """The datasets of an account."""

    pages: Pages

    def list(self) -> Flow[tuple[Dataset, ...]]:
        """All datasets."""
        return (yield from self._all.list())

    def get(self, dataset_id: str) -> Flow[Dataset]:
        """One dataset."""
        return (yield from self._all.get(_no_dictionary(dataset_id)))

    def create(self, name: str, *, kind: str = "face", description: str = "") -> Flow[Dataset]:
        """A new dataset of faces, or of another kind in the vendor's word."""
        values = {"name": name, "description": description, "type": kind}
        return (yield from self._all.create(values))

    def rename(self, dataset_id: str, name: str) -> Flow[Dataset]:
        """Another name; what else there is to be written stays."""
        yield from self._refuse_dictionaries(dataset_id)
        known = yield from self.get(dataset_id)
        values = {"name": name, "description": known.description or "", "type": known.type}
        return (yield from self._all.replace(dataset_id, values))

    def delete(self, dataset_id: str) -> Flow[None]:
        """Delete a dataset with all in it.

        Raises:
            UsageError: It is a dictionary; nothing was deleted.
        """
        yield from self._refuse_dictionaries(dataset_id)
        yield from self._all.delete(dataset_id)

    def classes(self, dataset_id: str) -> Classes:
        """Its classes."""
        return Classes(self.pages, _no_dictionary(dataset_id))

    @property
    def _all(self) -> Resource[Dataset]:
        return Resource(self.pages, ("datasets",), Dataset)

    def _refuse_dictionaries(self, dataset_id: str) -> Flow[None]:
        """Nothing that is a dictionary is changed below ``/datasets/``.

        The vendor's page of dictionaries prints that path for deleting one, so somebody will try.
        """
        path = path_of("dictionaries", _no_dictionary(dataset_id))
        try:
            yield from self.pages.calls.get(path, Dictionary, operation=OPERATION)
        except NotFound:
            return
        raise _is_dictionary()


@dataclass(frozen=True)
class Classes:
    """The classes of one dataset."""

    pages: Pages
    dataset_id: str

    def list(self) -> Flow[tuple[DatasetClass, ...]]:
        """All classes."""
        return (yield from self._all.list())

    def get(self, class_id: str) -> Flow[DatasetClass]:
        """One class."""
        return (yield from self._all.get(class_id))

    def create(self, values: Mapping[str, object]) -> Flow[DatasetClass]:
        """A new class of ``label``, ``reference``, ``active``, ``notes`` and their like."""
        return (yield from self._all.create(values))

    def update(self, class_id: str, values: Mapping[str, object]) -> Flow[DatasetClass]:
        """Other values; those that are not named stay."""
        known = yield from self.get(class_id)
        kept = {name: getattr(known, name) for name in _WRITABLE}
        kept = {name: value for name, value in kept.items() if value is not None}
        return (yield from self._all.replace(class_id, {**kept, **values}))

    def delete(self, class_id: str) -> Flow[None]:
        """Delete a class with its images."""
        yield from self._all.delete(class_id)

    def images(self, class_id: str) -> Resource[ClassImage]:
        """The images of a class; ``file_uri`` names a file of the storage (assumed on create)."""
        path = ("datasets", self.dataset_id, "classes", class_id, "images")
        return Resource(self.pages, path, ClassImage, item_slash=False)

    @property
    def _all(self) -> Resource[DatasetClass]:
        return Resource(self.pages, ("datasets", self.dataset_id, "classes"), DatasetClass)


def _no_dictionary(dataset_id: str) -> str:
    if isinstance(dataset_id, DictionaryId):
        raise _is_dictionary()
    return dataset_id


def _is_dictionary() -> UsageError:
    return UsageError(
        "this is the id of a dictionary; use `dictionaries()` for it. Nothing was sent to the "
        "datasets.",
        provider="deepva",
        operation=OPERATION,
    )
