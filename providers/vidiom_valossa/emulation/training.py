"""Face galleries: the state behind the Training API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from vidiom.emulation.refusal import Json, Refusal
from vidiom_valossa.emulation.refusal import invalid, text_at, value_at
from vidiom_valossa.emulation.uploads import SCHEME, Uploads

__all__ = ["Gallery", "Identity", "Training"]

# https://docs.valossa.com/api-reference/training-overview; messages for these are not documented.
_LONGEST_NAME: Final = 1024
_GENDERS: Final = frozenset({"male", "female", None})


@dataclass
class Identity:
    """One person."""

    id: str
    name: str | None = None
    gender: str | None = None
    images: list[str] = field(default_factory=list)

    def details(self) -> Json:
        """What ``show_details`` adds; its shape is not documented."""
        given = {"name": self.name, "gender": self.gender}
        return {key: value for key, value in given.items() if value is not None}


@dataclass
class Gallery:
    """People who belong together; the default one has no name."""

    id: str
    name: str | None = None
    identities: dict[str, Identity] = field(default_factory=dict)


class Training:
    """The galleries of each customer."""

    def __init__(self, uploads: Uploads, new_id: Callable[[], str]) -> None:
        """None yet."""
        self._uploads = uploads
        self._new_id = new_id
        self._galleries: dict[int, dict[str, Gallery]] = {}

    def galleries(self, owner: int) -> dict[str, Gallery]:
        """A customer's galleries by id."""
        return self._galleries.setdefault(owner, {})

    # --- galleries ------------------------------------------------------------------------

    def create_face_gallery(self, owner: int, body: Mapping[str, object]) -> Json:
        """A gallery with a name."""
        (name,) = text_at(body, "gallery.name")
        gallery = Gallery(self._new_id(), _named(name, "gallery.name"))
        self.galleries(owner)[gallery.id] = gallery
        return {"gallery_id": gallery.id}

    def update_face_gallery(self, owner: int, body: Mapping[str, object]) -> Json:
        """Another name; the default gallery cannot be updated."""
        name, new = text_at(body, "gallery.id", "gallery.updates.name")
        gallery = self._gallery(owner, name)
        if gallery.name is None:
            raise Refusal(400, "The default gallery cannot be updated")
        gallery.name = _named(new, "gallery.updates.name")
        return {}

    def list_face_galleries(self, owner: int, query: Mapping[str, str]) -> Json:
        """All of them, the default one too."""
        detailed = query.get("show_details") == "true"
        return {
            "face_galleries": [
                {"id": one.id, **({"name": one.name} if detailed and one.name else {})}
                for one in self.galleries(owner).values()
            ]
        }

    # --- identities -----------------------------------------------------------------------

    def create_face_identity(self, owner: int, body: Mapping[str, object]) -> Json:
        """A person, nameless if need be; without a gallery, in the default one."""
        identity = Identity(self._new_id())
        _update(identity, body.get("face", {}), "face")
        chosen = value_at(body, "gallery.id")
        gallery = self._default(owner) if chosen is None else self._gallery(owner, str(chosen))
        gallery.identities[identity.id] = identity
        return {"face_id": identity.id}

    def update_face_identity(self, owner: int, body: Mapping[str, object]) -> Json:
        """A missing key keeps the old value, and ``null`` clears it."""
        (name,) = text_at(body, "face.id")
        _update(self._identity(owner, name), value_at(body, "face.updates"), "face.updates")
        return {}

    def list_face_identities(self, owner: int, query: Mapping[str, str]) -> Json:
        """Those of one gallery, the default one if none is named."""
        named = query.get("gallery_id")
        galleries = self.galleries(owner).values()
        unnamed = (one for one in galleries if one.name is None)
        gallery = next(unnamed, Gallery("")) if named is None else self._gallery(owner, named)
        detailed = query.get("show_details") == "true"
        found = gallery.identities.values()
        listed = [{"id": one.id, **(one.details() if detailed else {})} for one in found]
        return {"face_identities": listed}

    def remove_face_identity(self, owner: int, body: Mapping[str, object]) -> Json:
        """A person with all images."""
        (name,) = text_at(body, "face.id")
        self._identity(owner, name)
        for gallery in self.galleries(owner).values():
            gallery.identities.pop(name, None)
        return {}

    # --- images ---------------------------------------------------------------------------

    def add_face_image(self, owner: int, body: Mapping[str, object]) -> Json:
        """An uploaded image for a person; no other URLs are taken."""
        name, url = text_at(body, "face.id", "image.url")
        if not url.startswith(SCHEME):
            raise invalid("image.url")
        identity = self._identity(owner, name)
        if self._uploads.file(owner, url) is None:
            raise Refusal(404, "Image not found")
        image = self._new_id()
        identity.images.append(image)
        return {"image_id": image}

    def list_face_images(self, owner: int, query: Mapping[str, str]) -> Json:
        """The images of a person."""
        (name,) = text_at(query, "face_id")
        return {"face_images": [{"id": one} for one in self._identity(owner, name).images]}

    def remove_face_image(self, owner: int, body: Mapping[str, object]) -> Json:
        """One image."""
        (name,) = text_at(body, "image.id")
        for identity in self._identities(owner).values():
            if name in identity.images:
                identity.images.remove(name)
                return {}
        raise Refusal(404, "Face image not found")

    # --- finding ----------------------------------------------------------------------------

    def _default(self, owner: int) -> Gallery:
        for gallery in self.galleries(owner).values():
            if gallery.name is None:
                return gallery
        gallery = Gallery(self._new_id())
        self.galleries(owner)[gallery.id] = gallery
        return gallery

    def _gallery(self, owner: int, name: str) -> Gallery:
        try:
            return self.galleries(owner)[name]
        except KeyError:
            raise Refusal(404, "Face gallery not found") from None

    def _identities(self, owner: int) -> dict[str, Identity]:
        """Ids of faces are unique among all galleries."""
        galleries = self.galleries(owner).values()
        return {name: one for gallery in galleries for name, one in gallery.identities.items()}

    def _identity(self, owner: int, name: str) -> Identity:
        try:
            return self._identities(owner)[name]
        except KeyError:
            raise Refusal(404, "Face identity not found") from None


def _named(name: str, where: str) -> str:
    if len(name) > _LONGEST_NAME:
        raise invalid(where)
    return name


def _update(identity: Identity, changes: object, where: str) -> None:
    if not isinstance(changes, Mapping):
        raise invalid(where)
    name = changes.get("name", identity.name)
    gender = changes.get("gender", identity.gender)
    if name is not None and not isinstance(name, str):
        raise invalid(f"{where}.name")
    if gender is not None and gender not in _GENDERS:
        raise invalid(f"{where}.gender")
    identity.name = None if name is None else _named(name, f"{where}.name")
    identity.gender = gender
