"""Signing as a vendor does: for emulators and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from vidiom.webhooks.headers import HeaderPairs
from vidiom.webhooks.messages import Secret, digest_of, keys_of, rendered
from vidiom.webhooks.scheme import SignatureScheme

__all__ = ["Stamp", "signed_headers"]


@dataclass(frozen=True)
class Stamp:
    """What a vendor signs besides the body."""

    moment: datetime
    identifier: str = "msg_1"
    nonce: Decimal | str | None = None
    """Left out: the moment, in whole seconds."""
    encoding: str = field(default="hex")
    """Which one to write where the scheme takes either."""


def signed_headers(
    scheme: SignatureScheme, body: bytes, secrets: Secret | tuple[Secret, ...], stamp: Stamp
) -> HeaderPairs:
    """The headers that a vendor sends with a body: signature, time, id, nonce.

    Several secrets give several signatures, where the scheme has a place for them.

    Raises:
        WebhookNotConfigured: A secret is empty, or not encoded as the scheme says.
    """
    keys = keys_of(scheme, secrets if isinstance(secrets, tuple) else (secrets,))
    unit = 1000 if scheme.timestamp_unit == "ms" else 1
    seconds = int(stamp.moment.timestamp() * unit)
    nonce = str(int(stamp.moment.timestamp()) if stamp.nonce is None else stamp.nonce)
    metadata = {
        b"timestamp": str(seconds).encode(),
        b"id": stamp.identifier.encode(),
        b"nonce": nonce.encode(),
    }
    prefix = scheme.ordered_prefixes[0] if "" not in scheme.prefixes else ""
    signatures = []
    for key in keys:
        texts = dict(rendered(digest_of(scheme, key, body, metadata), scheme.encoding))
        text = texts.get(stamp.encoding) or next(iter(texts.values()))
        signatures.append(prefix + text.decode())
    if scheme.timestamp_label is not None:
        signatures.insert(0, f"{scheme.timestamp_label}{seconds}")
    given = scheme.separator.join(signatures) if scheme.separator else signatures[0]
    headers = [(scheme.header, given)]
    if scheme.timestamp_header is not None:
        headers.append((scheme.timestamp_header, str(seconds)))
    if scheme.id_header is not None:
        headers.append((scheme.id_header, stamp.identifier))
    if scheme.nonce is not None and scheme.nonce.header is not None:
        headers.append((scheme.nonce.header, nonce))
    return tuple(headers)
