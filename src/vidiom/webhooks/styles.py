"""Signature schemes that many vendors share, for adapters to use as they are or to vary."""

from __future__ import annotations

from typing import Final

from vidiom.webhooks.scheme import Encoding, SignatureScheme

__all__ = ["STANDARD_WEBHOOKS", "bare_style", "github_style", "stripe_style"]

STANDARD_WEBHOOKS: Final = SignatureScheme(
    header="webhook-signature",
    message="{id}.{timestamp}.{body}",
    encoding="base64",
    prefixes=("v1,",),
    separator=" ",
    key_encoding="base64",
    key_prefix="whsec_",
    timestamp_header="webhook-timestamp",
    id_header="webhook-id",
)
"""https://github.com/standard-webhooks/standard-webhooks, symmetric signatures: also those of Svix
and its customers, which differ in the names of headers only."""


def stripe_style(header: str, *, version: str = "v1") -> SignatureScheme:
    """``t=<seconds>,v1=<hex>``, of ``{timestamp}.{body}``; other versions are ignored."""
    return SignatureScheme(
        header=header,
        message="{timestamp}.{body}",
        prefixes=(f"{version}=",),
        separator=",",
        timestamp_label="t=",
    )


def github_style(header: str = "X-Hub-Signature-256") -> SignatureScheme:
    """``sha256=<hex>`` of the body. It holds no time: replays are found by what they say."""
    return SignatureScheme(header=header, prefixes=("sha256=",))


def bare_style(header: str, *, encoding: Encoding = "hex") -> SignatureScheme:
    """Nothing but the digest of the body in a header."""
    return SignatureScheme(header=header, encoding=encoding)
