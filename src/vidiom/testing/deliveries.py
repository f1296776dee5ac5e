"""Webhooks as vendors send them, signed with a secret of yours; and the published vectors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

from vidiom.errors import UsageError
from vidiom.flow.clock import clock
from vidiom.offline import offline_provider
from vidiom.plugins.registry import Registry
from vidiom.schema.model import JsonValue
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.headers import HeaderPairs
from vidiom.webhooks.messages import Secret
from vidiom.webhooks.scheme import SignatureScheme, Unsigned
from vidiom.webhooks.signing import Stamp, signed_headers

__all__ = ["delivery", "sign", "webhook_vectors"]


def sign(
    provider: str | SignatureScheme,
    body: bytes,
    secret: Secret,
    *,
    stamp: Stamp | None = None,
    registry: Registry | None = None,
) -> HeaderPairs:
    """The headers that a vendor would send with this body.

    Args:
        provider: Name of an installed provider, or a scheme.
        body: The raw body.
        secret: The shared secret.
        stamp: When it is signed, and the other signed facts; left out: now.
        registry: Plugins to use instead of those that are installed.

    Raises:
        UsageError: The vendor signs nothing.
        WebhookNotConfigured: The secret is empty, or not encoded as the scheme says.
    """
    scheme = provider if isinstance(provider, SignatureScheme) else _scheme(provider, registry)
    if isinstance(scheme, Unsigned):
        raise UsageError(f"signs no webhooks: {scheme.reason}.", provider=str(provider))
    return signed_headers(scheme, body, secret, stamp or Stamp(clock().now()))


def delivery(
    provider: str,
    body: bytes | Mapping[str, JsonValue],
    secret: Secret | None = None,
    *,
    at: datetime | None = None,
    callback_id: str | None = None,
    registry: Registry | None = None,
) -> Delivery:
    """A delivery as it would be received; without a secret it is not signed.

    Args:
        provider: Name of an installed provider.
        body: The raw body, or what it says in JSON.
        secret: The shared secret.
        at: When it is signed, and arrives; left out: now.
        callback_id: The opaque id in the path of the callback URL.
        registry: Plugins to use instead of those that are installed.
    """
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    moment = at or clock().now()
    headers: HeaderPairs = (("Content-Type", "application/json"),)
    if secret is not None:
        headers += sign(provider, raw, secret, stamp=Stamp(moment), registry=registry)
    return Delivery(headers, raw, moment, callback_id, provider)


def webhook_vectors() -> Mapping[str, JsonValue]:
    """Signed requests that other implementations can be tested with too, made with openssl."""
    text = files("vidiom.testing").joinpath("webhook_vectors.json").read_text("utf-8")
    vectors: Mapping[str, JsonValue] = json.loads(text)
    return vectors


def _scheme(provider: str, registry: Registry | None) -> SignatureScheme | Unsigned:
    return offline_provider(provider, registry).signature_scheme()
