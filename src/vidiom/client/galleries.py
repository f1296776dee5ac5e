"""A vendor's galleries for both clients: operations written once, one line each in two faces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from vidiom.client.ordering import existing_file
from vidiom.errors import InvalidMedia
from vidiom.flow.effects import Flow, run_blocking
from vidiom.provider.galleries import GalleryProvider
from vidiom.schema.galleries import Gallery, Identity, IdentityImage
from vidiom.schema.media import FileMedia, MediaInput, UrlMedia, as_media

__all__ = ["AsyncGalleries", "Galleries"]

T = TypeVar("T")


class _Run(Protocol):
    def __call__(self, flow: Flow[T], /) -> T: ...


class _AsyncRun(Protocol):
    def __call__(self, flow: Flow[T], /) -> Awaitable[T]: ...


@dataclass(frozen=True)
class _Operations:
    """The provider is loaded when it is first asked: loading may block."""

    provider: Callable[[], GalleryProvider]

    def load(self) -> Flow[GalleryProvider]:
        return (yield from run_blocking(self.provider))

    def list(self) -> Flow[tuple[Gallery, ...]]:
        return (yield from (yield from self.load()).list_galleries())

    def create(self, name: str) -> Flow[Gallery]:
        return (yield from (yield from self.load()).create_gallery(name))

    def rename(self, gallery_id: str, name: str) -> Flow[None]:
        yield from (yield from self.load()).rename_gallery(gallery_id, name)

    def delete(self, gallery_id: str) -> Flow[None]:
        yield from (yield from self.load()).delete_gallery(gallery_id)

    def list_identities(self, gallery_id: str | None) -> Flow[tuple[Identity, ...]]:
        return (yield from (yield from self.load()).list_identities(gallery_id))

    def create_identity(
        self, gallery_id: str | None, name: str | None, attributes: Mapping[str, str]
    ) -> Flow[Identity]:
        galleries = yield from self.load()
        return (yield from galleries.create_identity(gallery_id, name, dict(attributes)))

    def update_identity(
        self, identity_id: str, name: str | None, attributes: Mapping[str, str | None]
    ) -> Flow[None]:
        galleries = yield from self.load()
        yield from galleries.update_identity(identity_id, name, dict(attributes))

    def delete_identity(self, identity_id: str) -> Flow[None]:
        yield from (yield from self.load()).delete_identity(identity_id)

    def list_images(self, identity_id: str) -> Flow[tuple[IdentityImage, ...]]:
        return (yield from (yield from self.load()).list_images(identity_id))

    def add_image(self, identity_id: str, image: MediaInput) -> Flow[IdentityImage]:
        galleries = yield from self.load()
        media = as_media(image)
        if isinstance(media, UrlMedia):
            raise InvalidMedia("an image of an identity is a local file or bytes, not a URL.")
        if isinstance(media, FileMedia):
            named = media
            media = yield from run_blocking(lambda: existing_file(named))
        return (yield from galleries.add_image(identity_id, media))

    def delete_image(self, image_id: str) -> Flow[None]:
        yield from (yield from self.load()).delete_image(image_id)


class Galleries:
    """A vendor's galleries: whom and what it shall recognise. From ``Client.galleries``.

    Every method may raise ``UnsupportedOperation`` where the vendor offers nothing for it, and
    ``ApiError`` or ``TransportError`` as any request.
    """

    def __init__(self, provider: Callable[[], GalleryProvider], run: _Run) -> None:
        """For the client."""
        self._operations = _Operations(provider)
        self._run = run

    def list(self) -> tuple[Gallery, ...]:
        """All galleries of the account."""
        return self._run(self._operations.list())

    def create(self, name: str) -> Gallery:
        """A new gallery."""
        return self._run(self._operations.create(name))

    def rename(self, gallery_id: str, name: str) -> None:
        """Give a gallery another name."""
        self._run(self._operations.rename(gallery_id, name))

    def delete(self, gallery_id: str) -> None:
        """Delete a gallery with its identities."""
        self._run(self._operations.delete(gallery_id))

    def list_identities(self, gallery_id: str | None = None) -> tuple[Identity, ...]:
        """The identities of a gallery; of the default one where it is left out."""
        return self._run(self._operations.list_identities(gallery_id))

    def create_identity(
        self,
        name: str | None = None,
        *,
        gallery_id: str | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> Identity:
        """A new identity; ``attributes`` are the vendor's own (Valossa: ``gender``)."""
        return self._run(self._operations.create_identity(gallery_id, name, attributes or {}))

    def update_identity(
        self,
        identity_id: str,
        *,
        name: str | None = None,
        attributes: Mapping[str, str | None] | None = None,
    ) -> None:
        """Change the name (left out keeps it) or attributes (``None`` clears one)."""
        self._run(self._operations.update_identity(identity_id, name, attributes or {}))

    def delete_identity(self, identity_id: str) -> None:
        """Delete an identity with its images."""
        self._run(self._operations.delete_identity(identity_id))

    def list_images(self, identity_id: str) -> tuple[IdentityImage, ...]:
        """The images of an identity."""
        return self._run(self._operations.list_images(identity_id))

    def add_image(self, identity_id: str, image: MediaInput) -> IdentityImage:
        """Teach one more image, a file or bytes; the vendor's limits are checked first."""
        return self._run(self._operations.add_image(identity_id, image))

    def delete_image(self, image_id: str) -> None:
        """Delete an image."""
        self._run(self._operations.delete_image(image_id))


class AsyncGalleries:
    """The same methods as :class:`Galleries`, each to be awaited."""

    def __init__(self, provider: Callable[[], GalleryProvider], run: _AsyncRun) -> None:
        """For the client."""
        self._operations = _Operations(provider)
        self._run = run

    async def list(self) -> tuple[Gallery, ...]:
        """All galleries of the account."""
        return await self._run(self._operations.list())

    async def create(self, name: str) -> Gallery:
        """A new gallery."""
        return await self._run(self._operations.create(name))

    async def rename(self, gallery_id: str, name: str) -> None:
        """Give a gallery another name."""
        await self._run(self._operations.rename(gallery_id, name))

    async def delete(self, gallery_id: str) -> None:
        """Delete a gallery with its identities."""
        await self._run(self._operations.delete(gallery_id))

    async def list_identities(self, gallery_id: str | None = None) -> tuple[Identity, ...]:
        """The identities of a gallery; of the default one where it is left out."""
        return await self._run(self._operations.list_identities(gallery_id))

    async def create_identity(
        self,
        name: str | None = None,
        *,
        gallery_id: str | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> Identity:
        """A new identity; ``attributes`` are the vendor's own (Valossa: ``gender``)."""
        return await self._run(self._operations.create_identity(gallery_id, name, attributes or {}))

    async def update_identity(
        self,
        identity_id: str,
        *,
        name: str | None = None,
        attributes: Mapping[str, str | None] | None = None,
    ) -> None:
        """Change the name (left out keeps it) or attributes (``None`` clears one)."""
        await self._run(self._operations.update_identity(identity_id, name, attributes or {}))

    async def delete_identity(self, identity_id: str) -> None:
        """Delete an identity with its images."""
        await self._run(self._operations.delete_identity(identity_id))

    async def list_images(self, identity_id: str) -> tuple[IdentityImage, ...]:
        """The images of an identity."""
        return await self._run(self._operations.list_images(identity_id))

    async def add_image(self, identity_id: str, image: MediaInput) -> IdentityImage:
        """Teach one more image, a file or bytes; the vendor's limits are checked first."""
        return await self._run(self._operations.add_image(identity_id, image))

    async def delete_image(self, image_id: str) -> None:
        """Delete an image."""
        await self._run(self._operations.delete_image(image_id))
