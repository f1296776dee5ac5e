"""How vendors sign their webhooks, as data: vendors document it badly and change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["SignatureScheme", "Unsigned"]


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """An HMAC over a message made of the body and signed metadata."""

    header: str
    """Name of the header that carries the signature."""
    digest: Literal["sha256", "sha512"] = "sha256"
    message: str = "{body}"
    """What is signed, as a template."""
    encoding: Literal["hex", "base64", "either"] = "hex"
    prefixes: tuple[str, ...] = ("",)
    """What may stand before the digest, such as ``sha256=``."""
    key_encoding: Literal["text", "hex", "base64"] = "text"


@dataclass(frozen=True, slots=True)
class Unsigned:
    """The vendor does not sign: a delivery is a hint that may only cause a poll."""

    reason: str
