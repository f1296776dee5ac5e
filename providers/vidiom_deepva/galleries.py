"""Datasets and the face index as neutral galleries.

A gallery is a dataset, an identity one of its classes, an image one of theirs. The vendor's ids
hold within what they lie in, so ours are paths: ``dataset/class/image``. Collections of the face
index are galleries, too, whose identities come from jobs: they can be named and forgotten, not
taught.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vidiom.errors import MalformedAnswer, NotFound, UnsupportedOperation, UsageError
from vidiom.flow.effects import Flow
from vidiom.provider.galleries import GalleryProvider
from vidiom.schema.galleries import Gallery, Identity, IdentityImage
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom.schema.model import JsonObject, JsonValue
from vidiom_deepva.library.datasets import ClassImage, Dataset, DatasetClass, Datasets
from vidiom_deepva.library.face_index import FaceIndex, IndexCollection, IndexedIdentity
from vidiom_deepva.library.resources import Resource
from vidiom_deepva.storage import Storage

__all__ = ["DeepvaGalleries"]

_INDEX: Final = "index:"
_OPERATION: Final = "galleries"
_ATTRIBUTES: Final = ("reference", "notes", "expiration_date", "active")
"""What may be said of an identity."""


@dataclass(frozen=True)
class DeepvaGalleries(GalleryProvider):
    """https://docs.deepva.com/core-resources/dataset and its neighbours."""

    datasets: Datasets
    index: FaceIndex
    storage: Storage
    name = "deepva"

    # --- galleries ---------------------------------------------------------------------------

    def list_galleries(self) -> Flow[tuple[Gallery, ...]]:
        datasets = yield from self.datasets.list()
        try:
            collections = yield from self.index.list()
        except NotFound:  # an installation without a face index
            collections = ()
        return (
            *(_gallery(one) for one in datasets if one.id),
            *(_collection(one) for one in collections if one.name),
        )

    def create_gallery(self, name: str) -> Flow[Gallery]:
        return _gallery((yield from self.datasets.create(name)))

    def rename_gallery(self, gallery_id: str, name: str) -> Flow[None]:
        if gallery_id.startswith(_INDEX):
            raise _not_offered("a collection of the face index keeps its name, which is its key")
        yield from self.datasets.rename(gallery_id, name)

    def delete_gallery(self, gallery_id: str) -> Flow[None]:
        if gallery_id.startswith(_INDEX):
            yield from self.index.delete(gallery_id.removeprefix(_INDEX))
        else:
            yield from self.datasets.delete(gallery_id)

    # --- identities --------------------------------------------------------------------------

    def list_identities(self, gallery_id: str | None) -> Flow[tuple[Identity, ...]]:
        gallery = _named(gallery_id)
        if gallery.startswith(_INDEX):
            found = yield from self.index.identities(gallery.removeprefix(_INDEX))
            return tuple(_indexed(gallery, one) for one in found if one.index_id)
        classes = yield from self.datasets.classes(gallery).list()
        return tuple(_identity(gallery, one) for one in classes if one.id)

    def create_identity(
        self, gallery_id: str | None, name: str | None, attributes: dict[str, str]
    ) -> Flow[Identity]:
        gallery = _named(gallery_id)
        if gallery.startswith(_INDEX):
            raise _not_offered("identities of the face index come from jobs (`index_unknowns`)")
        values: dict[str, object] = {"label": name or "", "active": True, **_said(attributes)}
        made = yield from self.datasets.classes(gallery).create(values)
        return _identity(gallery, made)

    def update_identity(
        self, identity_id: str, name: str | None, attributes: dict[str, str | None]
    ) -> Flow[None]:
        gallery, identity = _steps(identity_id, 2)
        if gallery.startswith(_INDEX):
            if attributes or name is None:
                raise _wrong("an identity of the face index has a name, and nothing else to change")
            yield from self.index.rename(gallery.removeprefix(_INDEX), identity, name)
            return
        values = _said(attributes) | ({} if name is None else {"label": name})
        yield from self.datasets.classes(gallery).update(identity, values)

    def delete_identity(self, identity_id: str) -> Flow[None]:
        gallery, identity = _steps(identity_id, 2)
        if gallery.startswith(_INDEX):
            yield from self.index.forget(gallery.removeprefix(_INDEX), identity)
        else:
            yield from self.datasets.classes(gallery).delete(identity)

    # --- images ------------------------------------------------------------------------------

    def list_images(self, identity_id: str) -> Flow[tuple[IdentityImage, ...]]:
        gallery, identity = _steps(identity_id, 2)
        found = yield from self._images(gallery, identity).list()
        return tuple(_image(identity_id, one) for one in found if one.id)

    def add_image(self, identity_id: str, image: FileMedia | BytesMedia) -> Flow[IdentityImage]:
        gallery, identity = _steps(identity_id, 2)
        images = self._images(gallery, identity)
        boundary = f"vidiom-{hashlib.sha256(identity_id.encode()).hexdigest()[:32]}"
        stored = yield from self.storage.upload(image, boundary=boundary, operation=_OPERATION)
        made = yield from images.create({"file_uri": stored.url, "active": True, "notes": ""})
        return _image(identity_id, made)

    def delete_image(self, image_id: str) -> Flow[None]:
        gallery, identity, image = _steps(image_id, 3)
        yield from self._images(gallery, identity).delete(image)

    def _images(self, gallery: str, identity: str) -> Resource[ClassImage]:
        if gallery.startswith(_INDEX):
            raise _not_offered("the face index shows no images of its identities")
        return self.datasets.classes(gallery).images(identity)


def _gallery(one: Dataset) -> Gallery:
    told: JsonObject = _without_none(
        description=one.description,
        number_of_classes=one.number_of_classes,
        number_of_images=one.number_of_images,
        time_created=one.time_created,
    )
    return Gallery(id=_given(one.id), name=one.name, kind=one.type or "face", attributes=told)


def _collection(one: IndexCollection) -> Gallery:
    return Gallery(
        id=f"{_INDEX}{one.name}",
        name=one.name,
        kind=one.type or "face",
        attributes=_without_none(description=one.description, index=True, public=one.is_public),
    )


def _identity(gallery: str, one: DatasetClass) -> Identity:
    fields: list[JsonValue] = list(one.custom_fields or ())
    told = _without_none(
        reference=one.reference,
        active=one.active,
        notes=one.notes or None,
        expiration_date=one.expiration_date,
        number_of_images=one.number_of_images,
        custom_fields=fields or None,
    )
    return Identity(
        id=f"{gallery}/{_given(one.id)}",
        gallery_id=gallery,
        name=one.label or None,
        attributes=told,
    )


def _indexed(gallery: str, one: IndexedIdentity) -> Identity:
    return Identity(
        id=f"{gallery}/{_given(one.index_id)}",
        gallery_id=gallery,
        name=one.label or None,
        attributes=_without_none(index_id=one.index_id, time_created=one.time_created),
    )


def _image(identity_id: str, one: ClassImage) -> IdentityImage:
    told = _without_none(
        file_uri=one.file_uri, active=one.active, is_auto_generated=one.is_auto_generated
    )
    return IdentityImage(
        id=f"{identity_id}/{_given(one.id)}", identity_id=identity_id, attributes=told
    )


def _without_none(**values: JsonValue) -> JsonObject:
    return {name: value for name, value in values.items() if value is not None}


def _said(attributes: Mapping[str, str | None]) -> dict[str, object]:
    """Attributes as the vendor has them."""
    said: dict[str, object] = {}
    for name, value in attributes.items():
        if name not in _ATTRIBUTES:
            raise _wrong(f"an identity has the attributes {', '.join(_ATTRIBUTES)}; not {name!r}")
        if name == "active" and value not in ("true", "false"):
            raise _wrong("'active' is 'true' or 'false'")
        said[name] = value == "true" if name == "active" else value
    return said


def _named(gallery_id: str | None) -> str:
    if not gallery_id:
        raise _wrong("this vendor has no default gallery: name one, see `galleries(…).list()`")
    return gallery_id


def _steps(path: str, number: int) -> tuple[str, ...]:
    steps = tuple(path.split("/"))
    if len(steps) != number or not all(steps):
        form = "/".join(("gallery", "identity", "image")[:number])
        raise _wrong(f"an id of this vendor is {form}, as the lists give it")
    return steps


def _given(value: str | None) -> str:
    if not value:
        raise MalformedAnswer("the answer has no id.", provider="deepva", operation=_OPERATION)
    return value


def _wrong(message: str) -> UsageError:
    return UsageError(f"{message}.", provider="deepva", operation=_OPERATION)


def _not_offered(reason: str) -> UnsupportedOperation:
    return UnsupportedOperation(f"not offered: {reason}.", provider="deepva", operation=_OPERATION)
