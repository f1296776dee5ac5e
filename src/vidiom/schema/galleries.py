"""What a vendor is taught to recognise: galleries of identities, each known by images."""

from __future__ import annotations

from pydantic import Field

from vidiom.schema.model import JsonObject, Model

__all__ = ["Gallery", "Identity", "IdentityImage"]


class Gallery(Model):
    """A collection of identities that a job can be run against.

    Valossa calls it a face gallery, DeepVA a dataset.
    """

    id: str
    name: str | None = None
    """``None`` for a vendor's unnamed default gallery."""
    kind: str = "face"
    """What its identities are: ``face``, ``landmark``, ``object`` … in the vendor's word."""
    default: bool = False
    """Whether it is used when a job names no gallery."""
    attributes: JsonObject = Field(default_factory=dict)
    """What the vendor says more, in the vendor's words."""


class Identity(Model):
    """Someone or something of a gallery (Valossa: face identity; DeepVA: class)."""

    id: str
    gallery_id: str | None = None
    """``None`` when the vendor does not say."""
    name: str | None = None
    """An identity may be nameless."""
    attributes: JsonObject = Field(default_factory=dict)


class IdentityImage(Model):
    """One image by which an identity is known."""

    id: str
    identity_id: str | None = None
    attributes: JsonObject = Field(default_factory=dict)
