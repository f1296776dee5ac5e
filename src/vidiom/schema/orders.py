"""One request for analysis."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from vidiom.schema.features import Feature
from vidiom.schema.media import Media
from vidiom.schema.model import JsonObject, Model

__all__ = ["Callback", "Order", "UploadedMedia"]


class Callback(Model):
    """Where the vendor shall send its webhook."""

    url: Annotated[str, Field(repr=False)]
    """Holds an opaque id, never the secret."""
    secret: SecretStr | None = None
    """Per-job secret, for vendors that take one."""


class UploadedMedia(Model):
    """What a finished upload is known by at the vendor."""

    url: Annotated[str, Field(repr=False)]
    """The vendor's reference, such as ``valossaupload://…``."""
    data: JsonObject = {}
    """What the adapter needs besides."""


class Order(Model):
    """One request for analysis, as the adapter gets it."""

    correlation: str
    """Our own id, unique; it travels to the vendor where the vendor has a field for it."""
    media: Media
    uploaded: UploadedMedia | None = None
    """Set when the media was uploaded first; submit this instead of ``media``."""
    features: frozenset[Feature] = frozenset()
    """What is asked for; empty means the provider's default."""
    language: str | None = None
    """Language of the speech, BCP 47."""
    title: str | None = None
    options: JsonObject = {}
    """Vendor options, already checked by the provider's options model."""
    callback: Callback | None = None
