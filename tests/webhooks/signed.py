"""Signed deliveries of every style, for tests to change."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest

from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import NonceRule, SignatureScheme
from vidiom.webhooks.signing import Stamp, signed_headers
from vidiom.webhooks.styles import STANDARD_WEBHOOKS, bare_style, github_style, stripe_style

NOW: Final = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECRET: Final = "canary-secret-of-32-characters-xx"  # noqa: S105 - made up
STANDARD_SECRET: Final = "whsec_" + base64.b64encode(SECRET.encode()).decode()
BODY: Final = b'{"a": 1, "b": "\\u00e4\\/"}'
NONCED: Final = SignatureScheme(
    header="X-Signature",
    digest="sha512",
    message="{nonce}.{body}",
    encoding="either",
    nonce=NonceRule("X-Nonce"),
)
SCHEMES: Final[Mapping[str, tuple[SignatureScheme, str]]] = {
    "github": (github_style(), SECRET),
    "hex": (bare_style("X-Signature"), SECRET),
    "base64": (bare_style("X-Signature", encoding="base64"), SECRET),
    "stripe": (stripe_style("Stripe-Signature"), SECRET),
    "standard": (STANDARD_WEBHOOKS, STANDARD_SECRET),
    "nonce": (NONCED, SECRET),
}
EACH_SCHEME = pytest.mark.parametrize(("scheme", "secret"), SCHEMES.values(), ids=SCHEMES)


def signed(
    scheme: SignatureScheme, secret: str = SECRET, body: bytes = BODY, at: datetime = NOW
) -> Delivery:
    """A delivery that verifies with the secret."""
    return Delivery(signed_headers(scheme, body, secret, Stamp(at)), body, NOW)


def with_header(delivery: Delivery, name: str, value: str) -> Delivery:
    """The delivery with one header in the place of those of its name."""
    kept = [pair for pair in delivery.headers if pair[0].lower() != name.lower()]
    return replace(delivery, headers=(*kept, (name, value)))
