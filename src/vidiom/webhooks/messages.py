"""What is signed, with which key, and how the digest is written: the arithmetic of all schemes."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import hexlify
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from pydantic import SecretStr

from vidiom.errors import WebhookNotConfigured
from vidiom.webhooks.scheme import Encoding, SignatureScheme

__all__ = [
    "MIN_SECRET",
    "Secret",
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
_JOINED: Final = 64 * 1024
"""Bytes of a body up to which a copy costs less than hashing in steps."""


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
    keys: list[bytes] = []
    for secret in secrets:
        keys.append(_key(scheme, secret, len(keys) + 1))
    if not keys:
        raise WebhookNotConfigured(
            "there is no secret to verify deliveries with; set VIDIOM_<PROVIDER>_WEBHOOK_SECRET, "
            "or pass `secrets`."
        )
    return keys


def _key(scheme: SignatureScheme, secret: object, number: int) -> bytes:
    if isinstance(secret, str):
        text = secret
    elif isinstance(secret, SecretStr):
        text = secret.get_secret_value()
    else:
        raise _unusable(number, "no text")
    if not text or text.isspace():
        raise _unusable(number, "empty")
    if len(text) > _MAX_SECRET:
        raise _unusable(number, f"longer than {_MAX_SECRET} characters")
    try:
        text = text.removeprefix(scheme.key_prefix)
        key = text.encode() if scheme.key_encoding == "text" else _decoded(scheme, text)
    except ValueError:  # not chained: it repeats the secret
        raise _unusable(number, f"not {scheme.key_encoding}, which the scheme wants") from None
    if not key:
        raise _unusable(number, "empty")
    return key


def _decoded(scheme: SignatureScheme, text: str) -> bytes:
    if scheme.key_encoding == "hex":
        return bytes.fromhex(text)
    return b64decode(text + "=" * (-len(text) % 4), validate=True)


def _unusable(number: int, why: str) -> WebhookNotConfigured:
    return WebhookNotConfigured(
        f"secret {number} of those that deliveries are to be verified with is {why}; set it anew."
    )


def digest_of(
    scheme: SignatureScheme, key: bytes, body: bytes, metadata: Mapping[bytes, bytes]
) -> bytes:
    """The HMAC of the message; a large body is not copied.

    ``metadata`` are the other fields by their names in ASCII.
    """
    if scheme.message == "{body}":
        return hmac.digest(key, body, scheme.digest)
    before, after = scheme.before_body % metadata, scheme.after_body % metadata
    if len(body) <= _JOINED:
        return hmac.digest(key, before + body + after, scheme.digest)
    running = hmac.new(key, before, scheme.digest)
    running.update(body)
    running.update(after)
    return running.digest()


def rendered(digest: bytes, encoding: Encoding) -> Sequence[tuple[str, bytes]]:
    """The canonical texts of a digest, each with the name of its encoding."""
    if encoding == "hex":
        return (("hex", hexlify(digest)),)
    texts: list[tuple[str, bytes]] = []
    if encoding == "either":
        texts.append(("hex", hexlify(digest)))
    texts.append(("base64", b64encode(digest)))
    return texts
