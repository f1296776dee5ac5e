"""Face galleries: the functions of Valossa's Training API as neutral galleries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final, TypeVar

from msgspec import UNSET, Struct, UnsetType

from vidiom.errors import MalformedAnswer, UsageError
from vidiom.flow.body import FilePart
from vidiom.flow.effects import Flow, run_blocking
from vidiom.provider import unsupported
from vidiom.provider.galleries import GalleryProvider
from vidiom.schema.galleries import Gallery, Identity, IdentityImage
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom_valossa import wire
from vidiom_valossa.calls import Calls, Form
from vidiom_valossa.training_image import training_image

__all__ = ["ValossaGalleries"]

R = TypeVar("R", bound=wire.Refusal)
V = TypeVar("V", str, str | None)

# https://docs.valossa.com/api-reference/create-face-identity
_LONGEST_NAME: Final = 1024
_GENDERS: Final = frozenset({"male", "female"})


class _Details(Struct, gc=False):
    name: str | None = None
    gender: str | None = None


class _Item(Struct, gc=False):
    """One entry of a list. Where ``show_details`` puts the details is not documented."""

    id: str | None = None
    name: str | None = None
    gender: str | None = None
    details: _Details | None = None

    def stated(self) -> _Details:
        """The details, flat or nested."""
        nested = self.details or _Details()
        return _Details(self.name or nested.name, self.gender or nested.gender)


class _Galleries(wire.Refusal, gc=False):
    face_galleries: list[_Item] | UnsetType = UNSET


class _Identities(wire.Refusal, gc=False):
    face_identities: list[_Item] | UnsetType = UNSET


class _Images(wire.Refusal, gc=False):
    face_images: list[_Item] | UnsetType = UNSET


class _Created(wire.Refusal, gc=False):
    gallery_id: str | None = None
    face_id: str | None = None
    image_id: str | None = None


class ValossaGalleries(GalleryProvider):
    """https://docs.valossa.com/api-reference/training-overview."""

    name = "valossa"
    delete_gallery = unsupported("the Training API has no function that removes a gallery")

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def list_galleries(self) -> Flow[tuple[Gallery, ...]]:
        said = yield from self._listed("list_face_galleries", _Galleries, {})
        items = _items(said.face_galleries, "face_galleries")
        return tuple(
            # The default gallery is the one that never has a name.
            Gallery(id=item_id, name=item.stated().name, default=item.stated().name is None)
            for item_id, item in items
        )

    def create_gallery(self, name: str) -> Flow[Gallery]:
        body = {"gallery": {"name": _checked_name(name)}}
        said = yield from self._posted("create_face_gallery", _Created, body)
        return Gallery(id=_given(said.gallery_id, "gallery_id"), name=name)

    def rename_gallery(self, gallery_id: str, name: str) -> Flow[None]:
        body = {"gallery": {"id": gallery_id, "updates": {"name": _checked_name(name)}}}
        yield from self._changed("update_face_gallery", body)

    def list_identities(self, gallery_id: str | None) -> Flow[tuple[Identity, ...]]:
        query = {} if gallery_id is None else {"gallery_id": gallery_id}
        said = yield from self._listed("list_face_identities", _Identities, query)
        items = _items(said.face_identities, "face_identities")
        return tuple(_identity(item_id, gallery_id, item.stated()) for item_id, item in items)

    def create_identity(
        self, gallery_id: str | None, name: str | None, attributes: dict[str, str]
    ) -> Flow[Identity]:
        face = {**_checked(attributes), **({} if name is None else {"name": _checked_name(name)})}
        gallery = {} if gallery_id is None else {"gallery": {"id": gallery_id}}
        said = yield from self._posted("create_face_identity", _Created, {**gallery, "face": face})
        stated = _Details(name, attributes.get("gender"))
        return _identity(_given(said.face_id, "face_id"), gallery_id, stated)

    def update_identity(
        self, identity_id: str, name: str | None, attributes: dict[str, str | None]
    ) -> Flow[None]:
        updates: dict[str, str | None] = dict(_checked(attributes))
        if name is not None:
            updates["name"] = _checked_name(name)
        yield from self._changed(
            "update_face_identity", {"face": {"id": identity_id, "updates": updates}}
        )

    def delete_identity(self, identity_id: str) -> Flow[None]:
        yield from self._changed("remove_face_identity", {"face": {"id": identity_id}})

    def list_images(self, identity_id: str) -> Flow[tuple[IdentityImage, ...]]:
        query = {"face_id": identity_id}
        said = yield from self._calls.get("list_face_images", _Images, query, operation="galleries")
        items = _items(said.face_images, "face_images")
        return tuple(IdentityImage(id=item_id, identity_id=identity_id) for item_id, _ in items)

    def add_image(self, identity_id: str, image: FileMedia | BytesMedia) -> Flow[IdentityImage]:
        content = yield from run_blocking(partial(training_image, image))
        form = Form(_boundary(content), files=[FilePart("image_data", "image", content)])
        uploaded = yield from self._calls.post_form(
            "upload_image", wire.UploadFinished, form, operation="galleries", repeatable=True
        )
        url = _given(uploaded.uploaded_file_url, "uploaded_file_url")
        body = {"face": {"id": identity_id}, "image": {"url": url}}
        said = yield from self._posted("add_face_image", _Created, body)
        return IdentityImage(id=_given(said.image_id, "image_id"), identity_id=identity_id)

    def delete_image(self, image_id: str) -> Flow[None]:
        yield from self._changed("remove_face_image", {"image": {"id": image_id}})

    def _listed(self, function: str, into: type[R], query: Mapping[str, str]) -> Flow[R]:
        query = {**query, "show_details": "true"}
        return (yield from self._calls.get(function, into, query, operation="galleries"))

    def _posted(self, function: str, into: type[R], body: Mapping[str, object]) -> Flow[R]:
        return (yield from self._calls.post(function, into, body, operation="galleries"))

    def _changed(self, function: str, body: Mapping[str, object]) -> Flow[None]:
        # Said twice, it is as said once: a change sets a value, and what is gone stays gone.
        yield from self._calls.post(
            function, wire.Refusal, body, operation="galleries", repeatable=True
        )


def _items(listed: list[_Item] | UnsetType, member: str) -> Iterable[tuple[str, _Item]]:
    if isinstance(listed, UnsetType):
        raise _incomplete(member)
    return [(item.id, item) for item in listed if item.id]


def _identity(identity_id: str, gallery_id: str | None, stated: _Details) -> Identity:
    return Identity(
        id=identity_id,
        gallery_id=gallery_id,
        name=stated.name,
        attributes={} if stated.gender is None else {"gender": stated.gender},
    )


def _given(value: str | None, member: str) -> str:
    if not value:
        raise _incomplete(member)
    return value


def _incomplete(member: str) -> MalformedAnswer:
    return MalformedAnswer(
        f"the answer has no {member!r}.", provider="valossa", operation="galleries"
    )


def _checked_name(name: str) -> str:
    if not 0 < len(name) <= _LONGEST_NAME:
        raise _wrong(f"a name has 1 to {_LONGEST_NAME} characters")
    return name


def _checked(attributes: Mapping[str, V]) -> dict[str, V]:
    for key, value in attributes.items():
        if key != "gender" or (value is not None and value not in _GENDERS):
            raise _wrong("the one attribute of an identity is 'gender': 'male' or 'female'")
    return dict(attributes)


def _wrong(message: str) -> UsageError:
    return UsageError(f"{message}.", provider="valossa", operation="galleries")


def _boundary(content: bytes) -> str:
    """Not found in the content but by a collision of its own digest."""
    return f"vidiom-{hashlib.sha256(content).hexdigest()[:32]}"
