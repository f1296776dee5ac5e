"""One request for analysis."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, PlainSerializer, SecretStr, SerializationInfo, field_serializer

from vidiom.schema.features import Feature
from vidiom.schema.media import Media
from vidiom.schema.model import JsonObject, Model

__all__ = ["WITH_SECRETS", "Callback", "Order", "UploadedMedia"]

WITH_SECRETS: Final[Mapping[str, bool]] = MappingProxyType({"vidiom_secrets": True})
"""Context of a JSON text that a job store keeps: secrets in clear. Without it they are masked."""


class Callback(Model):
    """Where the vendor shall send its webhook."""

    url: Annotated[str, Field(repr=False)]
    """Holds an opaque id, never the secret."""
    secret: SecretStr | None = None
    """Per-job secret, for vendors that take one."""

    @field_serializer("secret", when_used="json-unless-none")
    def _written(self, secret: SecretStr, info: SerializationInfo) -> str:
        """Masked, except for the store that must verify deliveries with it later."""
        return secret.get_secret_value() if info.context is WITH_SECRETS else str(secret)


class UploadedMedia(Model):
    """What a finished upload is known by at the vendor."""

    url: Annotated[str, Field(repr=False)]
    """The vendor's reference, such as ``valossaupload://…``; empty for a batch, whose images each
    have one in ``data``."""
    data: JsonObject = Field(default_factory=dict)
    """What the adapter needs besides."""


class Order(Model):
    """One request for analysis, as the adapter gets it."""

    correlation: str
    """Our own id, unique; it travels to the vendor where the vendor has a field for it."""
    media: Media
    uploaded: UploadedMedia | None = None
    """Set when the media was uploaded first; submit this instead of ``media``."""
    fetch_bytes: int | None = None
    """URLs of the media are fetched here before it goes to the vendor, each of so many bytes at
    most; ``None``: the vendor gets the URLs."""
    # in the order of the alphabet, so that the same order is always the same text
    features: Annotated[
        frozenset[Feature],
        PlainSerializer(sorted, return_type=list[Feature], when_used="json"),
    ] = frozenset()
    """What is asked for; empty means the provider's default."""
    language: str | None = None
    """Language of the speech, BCP 47."""
    title: str | None = None
    options: JsonObject = Field(default_factory=dict)
    """Vendor options, already checked by the provider's options model."""
    callback: Callback | None = None
