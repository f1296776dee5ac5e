"""Why a signature does not verify, for developers: which variant of the scheme would have matched.

It tries what nobody may accept, so nothing that answers requests imports it; and it shows no
secret, no signature and nothing of the body.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Final

from vidiom.errors import WebhookError
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.messages import MIN_SECRET, Secret, plain
from vidiom.webhooks.scheme import SignatureScheme, Unsigned
from vidiom.webhooks.verification import check_signature

__all__ = ["Explanation", "Match", "explain"]

_DIGESTS: Final = ("sha256", "sha512", "sha1")
_SHORTEST: Final = 12
"""Characters of a digest that are no coincidence."""
_NO_MATCH: Final = (
    "No variant that is known gives a value of any header: is it another secret, or was the body "
    "changed on its way, by a proxy or a framework?"
)
_TIME: Final = re.compile(r"[0-9]{9,16}(?:\.[0-9]+)?")
_DUMPS: Final = (
    ("re-serialised, compact", (",", ":"), False, True),
    ("re-serialised, with blanks", (", ", ": "), False, True),
    ("re-serialised, compact, keys sorted", (",", ":"), True, True),
    ("re-serialised, compact, not escaped", (",", ":"), False, False),
    ("re-serialised, with blanks, not escaped", (", ", ": "), False, False),
)


@dataclass(frozen=True, slots=True)
class Match:
    """A way of signing that gives what a header of the delivery holds."""

    header: str
    secret: int
    """Which of the secrets, counted from 1."""
    digest: str
    message: str
    """The template of what was signed."""
    body: str
    """What of the body was signed: ``as received``, or what was done to it."""
    encoding: str
    key: str
    """How the secret was read."""
    prefix: str
    """What stands before the digest in the header, up to the separator before it."""
    whole: bool = True
    """``False`` when only the beginning of the digest was sent."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of a delivery, and why."""

    verified: bool
    refusal: str | None
    """What :func:`check_signature` said against it."""
    matches: tuple[Match, ...]
    """Ways of signing that would have given this signature."""
    remarks: tuple[str, ...]
    """What to change, and what else is remarkable."""


def explain(
    scheme: SignatureScheme | Unsigned, delivery: Delivery, secrets: Iterable[Secret]
) -> Explanation:
    """Why a delivery does or does not verify. For development only: never answer a request with it.

    Args:
        scheme: The scheme as it is configured.
        delivery: A delivery that was kept.
        secrets: Those that it may be signed with.
    """
    if isinstance(scheme, Unsigned):
        return Explanation(verified=False, refusal=None, matches=(), remarks=(scheme.reason,))
    texts = [plain(secret) for secret in secrets]
    refusal: str | None = None
    try:
        check_signature(scheme, delivery, texts)
    except WebhookError as error:
        refusal = error.message
    matches = tuple(dict.fromkeys(_matches(scheme, delivery, texts)))
    remarks = (
        *_about_headers(scheme, delivery),
        *_about_secrets(texts),
        *(remark for match in matches for remark in _differences(scheme, match)),
    )
    if refusal is not None and not matches and texts:
        remarks += (_NO_MATCH,)
    return Explanation(refusal is None, refusal, matches, tuple(dict.fromkeys(remarks)))


def _matches(scheme: SignatureScheme, delivery: Delivery, secrets: list[str]) -> Iterator[Match]:
    bodies = list(_bodies(delivery.body))
    messages = list(_messages(scheme, delivery))
    for number, secret in enumerate(secrets, 1):
        for key_name, key in _keys(scheme, secret):
            for digest, (body_name, body), (template, head) in product(_DIGESTS, bodies, messages):
                found = hmac.new(key, head + body, digest).digest()
                for header, encoding, prefix, whole in _places(delivery, found):
                    yield Match(
                        header,
                        number,
                        digest,
                        template,
                        body_name,
                        encoding,
                        key_name,
                        prefix,
                        whole,
                    )
    for digest in _DIGESTS:
        for header, encoding, prefix, whole in _places(
            delivery, hashlib.new(digest, delivery.body).digest()
        ):
            yield Match(
                header,
                0,
                digest,
                "{body}",
                "as received",
                encoding,
                "none: a plain hash",
                prefix,
                whole,
            )


def _bodies(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield "as received", body
    variants = [
        ("without the newline at its end", body.rstrip(b"\r\n")),
        ("with a newline at its end", body + b"\n"),
        ("without the blanks around it", body.strip()),
        ("with CRLF turned into LF", body.replace(b"\r\n", b"\n")),
        ("without its byte order mark", body.removeprefix(b"\xef\xbb\xbf")),
        ("empty", b""),
    ]
    with suppress(ValueError, RecursionError, TypeError):
        content = json.loads(body)
        for name, separators, ordered, escaped in _DUMPS:
            text = json.dumps(
                content, separators=separators, sort_keys=ordered, ensure_ascii=escaped
            )
            variants.append((name, text.encode("utf-8", "surrogatepass")))
        variants.append(("re-serialised, indented", json.dumps(content, indent=2).encode()))
    seen = {body}
    for name, variant in variants:
        if variant not in seen:
            seen.add(variant)
            yield name, variant


def _messages(scheme: SignatureScheme, delivery: Delivery) -> Iterator[tuple[str, bytes]]:
    """Templates with what stands before the body filled in."""
    yield "{body}", b""
    times = dict.fromkeys(
        found
        for name, value in delivery.headers
        if name.lower() != "content-length"
        for found in _TIME.findall(value)
    )
    ids = dict.fromkeys(
        value for name, value in delivery.headers if name.lower().endswith(("-id", "_id"))
    )
    name = "nonce" if scheme.nonce is not None and scheme.timestamp_header is None else "timestamp"
    for time in times:
        for glue in (".", "", ":", "|", "\n"):
            yield f"{{{name}}}{glue}{{body}}", f"{time}{glue}".encode()
        for identifier in ids:
            yield f"{{id}}.{{{name}}}.{{body}}", f"{identifier}.{time}.".encode("utf-8", "replace")


def _keys(scheme: SignatureScheme, secret: str) -> Iterator[tuple[str, bytes]]:
    bare = secret.removeprefix(scheme.key_prefix) if scheme.key_prefix else secret
    texts = [("", secret), (" without the blanks around it", secret.strip())]
    if bare != secret:
        texts.append((f" without {scheme.key_prefix!r}", bare))
    if "_" in secret:
        texts.append((" after its first '_'", secret.partition("_")[2]))
    seen: set[bytes] = set()
    for note, text in texts:
        for name, key in _readings(text):
            if key and key not in seen:
                seen.add(key)
                yield f"{name}{note}", key


def _readings(text: str) -> Iterator[tuple[str, bytes]]:
    yield "text", text.encode()
    with suppress(ValueError):
        yield "hex", bytes.fromhex(text)
    with suppress(ValueError):
        yield "base64", b64decode(text + "=" * (-len(text) % 4), validate=True)


def _places(delivery: Delivery, digest: bytes) -> Iterator[tuple[str, str, str, bool]]:
    """Where in the headers the digest stands, how it is written, and what stands before it."""
    texts = (
        ("hex", digest.hex()),
        ("base64", b64encode(digest).decode()),
        ("url-safe base64", urlsafe_b64encode(digest).decode()),
    )
    for name, value in delivery.headers:
        for encoding, text in texts:
            haystack = value.lower() if encoding == "hex" else value
            for length, whole in ((len(text), True), (_SHORTEST, False)):
                bare = text[:length].rstrip("=") if whole else text[:length]
                at = haystack.find(bare)
                if at >= 0:
                    unpadded = whole and bare != text and not haystack[at:].startswith(text)
                    kind = f"{encoding} without padding" if unpadded else encoding
                    yield name, kind, re.split(r"[ ;]|(?<=\w),(?=\w+=)", value[:at])[-1], whole
                    break


def _differences(scheme: SignatureScheme, match: Match) -> Iterator[str]:
    """What of the match is not as the scheme has it."""
    facts = (
        (
            match.header.lower() != scheme.header.lower(),
            f"it stands in the header {match.header!r}",
        ),
        (match.digest != scheme.digest, f"the digest is {match.digest}"),
        (match.message != scheme.message, f"what was signed is {match.message!r}"),
        (match.body != "as received", f"the body was signed {match.body}"),
        (match.encoding not in _encodings(scheme), f"it is written in {match.encoding}"),
        (match.key != scheme.key_encoding, f"the secret was read as {match.key}"),
        (match.prefix.strip() not in scheme.prefixes, f"before it stands {match.prefix.strip()!r}"),
        (not match.whole, "it is cut short"),
    )
    said = [fact for differs, fact in facts if differs]
    if said:
        yield f"It would match with secret {match.secret} if: {'; '.join(said)}."


def _encodings(scheme: SignatureScheme) -> tuple[str, ...]:
    return ("hex", "base64") if scheme.encoding == "either" else (scheme.encoding,)


def _about_headers(scheme: SignatureScheme, delivery: Delivery) -> Iterator[str]:
    values = list(delivery.header(scheme.header))
    if not values:
        names = ", ".join(name for name, _ in delivery.headers) or "none"
        yield f"The header {scheme.header!r} is missing. Headers are: {names}."
    elif len(set(values)) > 1:
        yield f"The header {scheme.header!r} comes {len(values)} times with different values."
    elif not values[0].isascii():
        yield f"The header {scheme.header!r} holds characters that no signature has."


def _about_secrets(secrets: list[str]) -> Iterator[str]:
    if not secrets:
        yield "There is no secret to verify with."
    for number, secret in enumerate(secrets, 1):
        if not secret.strip():
            yield f"Secret {number} is empty."
        elif secret != secret.strip():
            yield f"Secret {number} has blanks around it."
        elif len(secret.encode()) < MIN_SECRET:
            yield f"Secret {number} is shorter than {MIN_SECRET} bytes: it can be guessed."
