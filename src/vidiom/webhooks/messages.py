"""What is signed, with which key, and how the digest is written: the arithmetic of all schemes."""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from pydantic import SecretStr

from vidiom.errors import WebhookNotConfigured
from vidiom.webhooks.scheme import Encoding, SignatureScheme

__all__ = [
    "MIN_SECRET",
    "Secret",
    "ambiguous",
    "digest_of",
    "keys_of",
    "plain",
    "rendered",
]

Secret: TypeAlias = str | SecretStr
"""A shared secret; :class:`pydantic.SecretStr` does not show itself by accident."""

MIN_SECRET: Final = 16
"""Bytes below which a secret can be guessed from one signature."""
_MAX_SECRET: Final = 4096
_NUMBERS: Final = re.compile(rb"[0-9.]")


def plain(secret: Secret) -> str:
    """The secret in clear."""
    return secret.get_secret_value() if isinstance(secret, SecretStr) else secret


def keys_of(scheme: SignatureScheme, secrets: Iterable[Secret]) -> list[bytes]:
    """The keys of the secrets, in their order.

    Raises:
        WebhookNotConfigured: There is none, or one is empty, blank, far too long or not encoded as
            the scheme says; the message holds nothing of it.
    """
    if isinstance(secrets, (str, SecretStr)):
        secrets = (secrets,)
    keys = [_key(scheme, secret, number) for number, secret in enumerate(secrets, 1)]
    if not keys:
        raise WebhookNotConfigured(
            "there is no secret to verify deliveries with; set VIDIOM_<PROVIDER>_WEBHOOK_SECRET, "
            "or pass `secrets`."
        )
    return keys


def _key(scheme: SignatureScheme, secret: object, number: int) -> bytes:
    if not isinstance(secret, (str, SecretStr)):
        raise _unusable(number, "no text")
    text = plain(secret)
    if not text.strip():
        raise _unusable(number, "empty")
    if len(text) > _MAX_SECRET:
        raise _unusable(number, f"longer than {_MAX_SECRET} characters")
    try:
        key = _decoded(scheme, text.removeprefix(scheme.key_prefix))
    except ValueError:  # not chained: it repeats the secret
        raise _unusable(number, f"not {scheme.key_encoding}, which the scheme wants") from None
    if not key:
        raise _unusable(number, "empty")
    return key


def _decoded(scheme: SignatureScheme, text: str) -> bytes:
    if scheme.key_encoding == "hex":
        return bytes.fromhex(text)
    if scheme.key_encoding == "base64":
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    return text.encode()


def _unusable(number: int, why: str) -> WebhookNotConfigured:
    return WebhookNotConfigured(
        f"secret {number} of those that deliveries are to be verified with is {why}; set it anew."
    )


def digest_of(
    scheme: SignatureScheme, key: bytes, body: bytes, metadata: Mapping[str, bytes]
) -> bytes:
    """The HMAC of the message; a large body is not copied."""
    if scheme.message == "{body}":
        return hmac.digest(key, body, scheme.digest)
    running = hmac.new(key, digestmod=scheme.digest)
    for literal, name in scheme.pieces:
        if literal:
            running.update(literal.encode())
        if name is not None:
            running.update(body if name == "body" else metadata[name])
    return running.digest()


def ambiguous(scheme: SignatureScheme, body: bytes, metadata: Mapping[str, bytes]) -> bool:
    """Whether the same message could be made of other metadata and another body."""
    literals = [literal.encode() for literal, _ in scheme.pieces if literal]
    if any(literal in value for literal in literals for value in metadata.values()):
        return True
    touching = any(
        not literal and name == "body" and number
        for number, (literal, name) in enumerate(scheme.pieces)
    )
    return touching and _NUMBERS.match(body) is not None


def rendered(digest: bytes, encoding: Encoding) -> Sequence[tuple[str, bytes]]:
    """The canonical texts of a digest, each with the name of its encoding."""
    if encoding == "hex":
        return (("hex", digest.hex().encode()),)
    texts: list[tuple[str, bytes]] = []
    if encoding == "either":
        texts.append(("hex", digest.hex().encode()))
    texts.append(("base64", b64encode(digest)))
    return texts
