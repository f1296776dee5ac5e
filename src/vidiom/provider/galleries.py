"""The contract of galleries: teaching a vendor whom to recognise, as flows."""

from __future__ import annotations

from abc import ABC, abstractmethod

from vidiom.flow.effects import Flow
from vidiom.provider.capabilities import optional
from vidiom.schema.galleries import Gallery, Identity, IdentityImage
from vidiom.schema.media import BytesMedia, FileMedia

__all__ = ["GalleryProvider"]


class GalleryProvider(ABC):
    """A vendor's galleries. What the vendor does not offer is left out."""

    name: str
    """The provider's name, for errors."""

    @abstractmethod
    def list_galleries(self) -> Flow[tuple[Gallery, ...]]:
        """All galleries of the account."""

    @abstractmethod
    def create_gallery(self, name: str) -> Flow[Gallery]:
        """A new gallery of this name."""

    @optional("this vendor cannot rename a gallery")
    def rename_gallery(self, gallery_id: str, name: str) -> Flow[None]:
        """Give a gallery another name."""
        raise AssertionError

    @optional("this vendor cannot delete a gallery")
    def delete_gallery(self, gallery_id: str) -> Flow[None]:
        """Delete a gallery with its identities."""
        raise AssertionError

    @abstractmethod
    def list_identities(self, gallery_id: str | None) -> Flow[tuple[Identity, ...]]:
        """The identities of a gallery; of the default one for ``None``, where there is one."""

    @abstractmethod
    def create_identity(
        self, gallery_id: str | None, name: str | None, attributes: dict[str, str]
    ) -> Flow[Identity]:
        """A new identity; ``attributes`` are the vendor's own (Valossa: ``gender``)."""

    @abstractmethod
    def update_identity(
        self, identity_id: str, name: str | None, attributes: dict[str, str | None]
    ) -> Flow[None]:
        """Change a name (``None`` keeps it) or attributes (a value of ``None`` clears one)."""

    @abstractmethod
    def delete_identity(self, identity_id: str) -> Flow[None]:
        """Delete an identity with its images."""

    @abstractmethod
    def list_images(self, identity_id: str) -> Flow[tuple[IdentityImage, ...]]:
        """The images of an identity."""

    @abstractmethod
    def add_image(self, identity_id: str, image: FileMedia | BytesMedia) -> Flow[IdentityImage]:
        """Teach the vendor one more image of an identity.

        Raises:
            InvalidMedia: It breaks a limit of the vendor's; nothing was sent.
        """

    @abstractmethod
    def delete_image(self, image_id: str) -> Flow[None]:
        """Delete an image."""
