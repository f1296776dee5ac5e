"""Whether a delivery was signed by someone who knows the secret. Pure, and unimpressed by input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hmac import compare_digest
from typing import Final

import msgspec

from vidiom.errors import DeliveryStale, SignatureMismatch, SignatureMissing, WebhookError
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.messages import Secret, digest_of, keys_of, rendered
from vidiom.webhooks.scheme import NonceRule, SignatureScheme, Unsigned

__all__ = ["UNVERIFIED", "Receipt", "check_signature"]

_LONGEST: Final = 8192
"""Characters of a header that are looked at; no scheme needs a tenth of it."""
_MOST: Final = 100
"""Signatures in one header that are looked at."""
_DIGITS: Final = 16
_NUMBER: Final = re.compile(rf"[0-9]{{1,{_DIGITS}}}(?:\.[0-9]{{1,9}})?")
_TIME: Final = re.compile(_NUMBER.pattern.encode())
_OF_A_NUMBER: Final = re.compile(rb"[0-9.]")
_AMBIGUOUS: Final = "what is signed with it could be read in two ways"
_MILLISECONDS: Final = 100_000_000_000
"""From here on a number is no time in seconds, but one in milliseconds."""


class Receipt(msgspec.Struct, frozen=True):
    """What was proven of a delivery."""

    verified: bool
    secret: int | None = None
    """Which of the secrets it was signed with, counted from 0; the old one of a rotation can go
    when none comes with its number any more."""
    signed: frozenset[str] = frozenset()
    """What the signature covers, of ``body``, ``timestamp``, ``id`` and ``nonce``."""
    timestamp: datetime | None = None
    """The signed time."""
    identifier: str | None = None
    """The signed id of the delivery."""
    nonce: Decimal | None = None
    """The delivery's growing number, in seconds; proven only if it is in ``signed``, or stands in
    the body."""


UNVERIFIED: Final = Receipt(verified=False)


def check_signature(
    scheme: SignatureScheme | Unsigned,
    delivery: Delivery,
    secrets: Iterable[Secret],
    *,
    allow_unsigned: bool = False,
    ignore_age: bool = False,
) -> Receipt:
    """What the signature of a delivery proves; nothing of the content is read before.

    Args:
        scheme: How the vendor signs.
        delivery: The request as received. Its ``received_at`` is what ages are counted to.
        secrets: All that are valid at the moment, in any order.
        allow_unsigned: Let a delivery without a signature pass as unverified. One with a signature
            must verify all the same.
        ignore_age: For deliveries that were kept and are looked at again.

    Raises:
        WebhookNotConfigured: There is no usable secret.
        SignatureMissing: It carries no signature.
        SignatureMismatch: It is forged, truncated, malformed or signed with another secret.
        DeliveryStale: It is authentic, and too old or from the future.
    """
    if isinstance(scheme, Unsigned):
        return UNVERIFIED
    try:
        return _checked(scheme, delivery, secrets, allow_unsigned, ignore_age)
    except WebhookError:
        raise
    except Exception:  # noqa: BLE001 - whatever was sent, it is refused and not crashed on
        raise _mismatch("it cannot be read") from None


def _checked(
    scheme: SignatureScheme,
    delivery: Delivery,
    secrets: Iterable[Secret],
    allow_unsigned: bool,  # noqa: FBT001 - passed on
    ignore_age: bool,  # noqa: FBT001
) -> Receipt:
    value = _only(delivery, scheme.header)
    if value is None and allow_unsigned:
        return UNVERIFIED
    keys = keys_of(scheme, secrets)
    if value is None:
        raise SignatureMissing(
            f"the delivery has no header {scheme.header!r}; is the secret set at the vendor?"
        )
    signatures, metadata = _parsed(scheme, delivery, value)
    used = _matching(scheme, keys, delivery.body, metadata, signatures)
    if used is None:
        raise _mismatch("no secret that is configured gives it")
    moment = None
    if b"timestamp" in metadata:
        moment = _moment(scheme, metadata[b"timestamp"])
        if not ignore_age:
            _refuse_stale(moment, delivery.received_at, scheme.past_seconds, scheme.future_seconds)
    nonce = None
    if scheme.nonce is not None:
        nonce = _nonce(scheme.nonce, delivery)
        if not ignore_age:
            at = datetime.fromtimestamp(float(nonce), UTC)
            rule = scheme.nonce
            _refuse_stale(at, delivery.received_at, rule.past_seconds, rule.future_seconds)
    identifier = metadata.get(b"id")
    return Receipt(
        verified=True,
        secret=used,
        signed=scheme.signed_fields,
        timestamp=moment,
        identifier=identifier.decode() if identifier is not None else None,
        nonce=nonce,
    )


def _matching(
    scheme: SignatureScheme,
    keys: list[bytes],
    body: bytes,
    metadata: Mapping[bytes, bytes],
    signatures: list[bytes],
) -> int | None:
    """The number of the key that gives one of the signatures.

    What was sent is never decoded: the expected digest is written out and compared with it, in
    constant time and at full length. All are compared, whichever matches.
    """
    used: int | None = None
    for number, key in enumerate(keys):
        for encoding, expected in rendered(digest_of(scheme, key, body, metadata), scheme.encoding):
            for signature in signatures:
                given = signature.lower() if encoding == "hex" else signature
                if compare_digest(expected, given) and used is None:
                    used = number
    return used


def _only(delivery: Delivery, name: str) -> str | None:
    """The value of a header; two that differ are refused, whichever would verify."""
    wanted = name.lower()
    length = len(wanted)
    found: str | None = None
    for key, value in delivery.headers:
        if len(key) == length and key.lower() == wanted:  # most differ in their length already
            if found is not None and found != value:
                raise _mismatch(f"the header {name!r} comes with several values")
            found = value
    return found


def _parsed(
    scheme: SignatureScheme, delivery: Delivery, value: str
) -> tuple[list[bytes], dict[bytes, bytes]]:
    """The signatures of the scheme in the header, and the metadata that the message needs."""
    if len(value) > _LONGEST:
        raise _mismatch("its header is too long")
    elements = value.split(scheme.separator) if scheme.separator else [value]
    if len(elements) > _MOST:
        raise _mismatch("its header holds too many")
    label = scheme.timestamp_label
    times: list[str] = []
    signatures: list[bytes] = []
    for padded in elements:
        element = padded.strip()
        if label is not None and element.startswith(label):
            times.append(element[len(label) :])
            continue
        for prefix in scheme.ordered_prefixes:
            if element.startswith(prefix):
                signatures.append(element[len(prefix) :].strip().encode("utf-8", "replace"))
                break  # an element of another scheme or version is skipped
    return signatures, _metadata(scheme, delivery, times) if scheme.sources else {}


def _metadata(scheme: SignatureScheme, delivery: Delivery, times: list[str]) -> dict[bytes, bytes]:
    """The received text of each field but the body: never parsed and written again.

    ``times`` are those that stand in the signature header itself.
    """
    metadata: dict[bytes, bytes] = {}
    for name, header in scheme.sources:
        if header is not None:
            text = _only(delivery, header)
        elif len(times) == 1:
            text = times[0]
        else:
            raise _mismatch("its header does not say one time")
        if not text:
            raise SignatureMissing(f"the delivery lacks what is signed besides the body: {name}.")
        if len(text) > _LONGEST or not text.isascii():
            raise _mismatch(f"its {name} is too long, or no ASCII")
        for literal in scheme.literals:
            if literal in text:
                raise _mismatch(_AMBIGUOUS)
        metadata[name.encode()] = text.encode()
    if scheme.body_abuts and _OF_A_NUMBER.match(delivery.body):
        raise _mismatch(_AMBIGUOUS)  # a digit could be moved from the one to the other
    return metadata


def _moment(scheme: SignatureScheme, text: bytes) -> datetime:
    # Digits alone are the rule, and seen sooner without the expression.
    if not (text.isdigit() and len(text) <= _DIGITS) and _TIME.fullmatch(text) is None:
        raise _mismatch("the time that is signed with it is none")
    seconds = float(text)  # it holds the microseconds of all times that pass below
    if scheme.timestamp_unit == "ms":
        seconds /= 1000
    if seconds >= _MILLISECONDS:
        raise DeliveryStale(
            "the signed time is far in the future: does the vendor count in milliseconds? Then set "
            "the scheme's `timestamp_unit`."
        )
    return datetime.fromtimestamp(seconds, UTC)


def _nonce(rule: NonceRule, delivery: Delivery) -> Decimal:
    """The growing number, in seconds; read only after the signature was found right."""
    text = _only(delivery, rule.header) if rule.header is not None else None
    if text is None and rule.member is not None:
        text = _member(delivery.body, rule.member)
    if text is None:
        raise SignatureMissing("the delivery has no nonce; is the name of its header set right?")
    number = _number(text)
    if number is None:
        raise _mismatch("its nonce is no time")
    # Which unit is not documented where nonces are used; the two cannot be mistaken for each other.
    return number / 1000 if number >= _MILLISECONDS else number


def _member(body: bytes, name: str) -> str | None:
    try:
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (ValueError, RecursionError):
        return None
    return bytes(members[name]).decode() if name in members else None


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _refuse_stale(moment: datetime, now: datetime, past: float, future: float) -> None:
    age = (now - moment).total_seconds()
    if age > past:
        raise DeliveryStale(
            f"it was signed {age:.0f} s before it arrived, and {past:g} s are allowed; are the "
            "clocks right?"
        )
    if -age > future:
        raise DeliveryStale(
            f"it was signed {-age:.0f} s after it arrived, and {future:g} s are allowed; are the "
            "clocks right?"
        )


def _mismatch(why: str) -> SignatureMismatch:
    return SignatureMismatch(f"the delivery's signature is refused: {why}.")
