"""Verification: only what was signed passes."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from pydantic import SecretStr
from tests.webhooks.signed import (
    BODY,
    EACH_SCHEME,
    NONCED,
    NOW,
    SCHEMES,
    SECRET,
    STANDARD_SECRET,
    signed,
    with_header,
)

from vidiom.errors import (
    ConfigurationError,
    DeliveryStale,
    SignatureMismatch,
    SignatureMissing,
    WebhookError,
    WebhookNotConfigured,
)
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import NonceRule, SignatureScheme, Unsigned
from vidiom.webhooks.signing import Stamp, signed_headers
from vidiom.webhooks.styles import STANDARD_WEBHOOKS, bare_style, github_style, stripe_style
from vidiom.webhooks.verification import check_signature

# --- what passes ----------------------------------------------------------------------------------


@EACH_SCHEME
def test_what_was_signed_passes_and_says_what_is_proven(
    scheme: SignatureScheme, secret: str
) -> None:
    receipt = check_signature(scheme, signed(scheme, secret), [secret])
    assert receipt.verified
    assert receipt.signed == scheme.signed_fields >= {"body"}
    assert (receipt.timestamp == NOW) == ("timestamp" in scheme.signed_fields)
    assert (receipt.identifier == "msg_1") == ("id" in scheme.signed_fields)


@EACH_SCHEME
def test_several_secrets_rotate(scheme: SignatureScheme, secret: str) -> None:
    new = STANDARD_SECRET[:-4] + "AAA=" if "whsec_" in secret else "another secret, the new one"
    delivery = signed(scheme, secret)
    assert check_signature(scheme, delivery, [new, secret]).secret == 1
    assert check_signature(scheme, delivery, [secret, new]).secret == 0
    with pytest.raises(SignatureMismatch):
        check_signature(scheme, delivery, [new])


def test_a_body_that_is_no_text_is_signed_like_any_other() -> None:
    for body in (b"\xff{}", b"", b"\x00", b"{" * 5000):
        scheme = github_style()
        assert check_signature(scheme, signed(scheme, body=body), [SECRET]).verified


@pytest.mark.parametrize("length", [0, 1, 64 * 1024, 64 * 1024 + 1, 1_000_000])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_the_message_is_put_together_alike_for_bodies_of_any_length(
    length: int, digest: Literal["sha256", "sha512"]
) -> None:
    scheme = SignatureScheme(
        header="S",
        digest=digest,
        message="100%(v)s {timestamp}|{body}|%%{id}!{{}}",
        timestamp_header="T",
        id_header="I",
    )
    body = b"x" * length
    time = f"{NOW.timestamp():.0f}"
    message = f"100%(v)s {time}|".encode() + body + b"|%%msg-1!{}"
    mac = hmac.new(SECRET.encode(), message, digest).hexdigest()
    headers = (("s", mac), ("t", time), ("i", "msg-1"))
    receipt = check_signature(scheme, Delivery(headers, body, NOW), [SECRET])
    assert (receipt.timestamp, receipt.identifier) == (NOW, "msg-1")
    with pytest.raises(SignatureMismatch):
        check_signature(scheme, Delivery(headers, body + b"x", NOW), [SECRET])


def test_of_several_signatures_any_may_match_wherever_it_stands() -> None:
    delivery = signed(STANDARD_WEBHOOKS, STANDARD_SECRET)
    (good,) = delivery.header("webhook-signature")
    junk = [f"v1,{'A' * 43}=", "v1", "v1,", "v1,a,b", "v1,A", "v1a,x", ","]
    for place in range(len(junk) + 1):
        header = " ".join([*junk[:place], good, *junk[place:]])
        changed = with_header(delivery, "webhook-signature", header)
        assert check_signature(STANDARD_WEBHOOKS, changed, [STANDARD_SECRET]).verified
    many = with_header(delivery, "webhook-signature", " ".join([*["v1,x"] * 1000, good]))
    with pytest.raises(SignatureMismatch):
        check_signature(STANDARD_WEBHOOKS, many, [STANDARD_SECRET])


def test_another_version_of_a_scheme_is_no_signature() -> None:
    delivery = signed(STANDARD_WEBHOOKS, STANDARD_SECRET)
    (good,) = delivery.header("webhook-signature")
    older = with_header(delivery, "webhook-signature", good.replace("v1,", "v0,"))
    with pytest.raises(SignatureMismatch):
        check_signature(STANDARD_WEBHOOKS, older, [STANDARD_SECRET])


def test_a_weaker_digest_of_the_right_body_is_refused() -> None:
    scheme = replace(github_style(), prefixes=("", "sha1=", "sha256="))
    for digest in ("sha1", "md5", "sha512"):
        mac = hmac.new(SECRET.encode(), BODY, digest).hexdigest()
        for prefix in ("", f"{digest}="):
            header = ((scheme.header, prefix + mac),)
            with pytest.raises(SignatureMismatch):
                check_signature(scheme, Delivery(header, BODY, NOW), [SECRET])


@pytest.mark.parametrize(("encoding", "key"), [("text", SECRET.encode()), ("hex", b"\x01" * 32)])
def test_how_a_secret_is_read_is_said_and_not_guessed(
    encoding: Literal["text", "hex"], key: bytes
) -> None:
    scheme = replace(bare_style("X-Signature"), key_encoding=encoding)
    secret = key.decode() if encoding == "text" else key.hex()
    mac = hmac.new(key, BODY, "sha256").hexdigest()
    assert check_signature(scheme, Delivery((("x-signature", mac),), BODY, NOW), [secret]).verified
    other = hmac.new(secret.encode(), BODY, "sha256").hexdigest()
    if encoding == "hex":
        with pytest.raises(SignatureMismatch):
            check_signature(scheme, Delivery((("x-signature", other),), BODY, NOW), [secret])


# --- secrets and signatures, there or not ---------------------------------------------------------


@EACH_SCHEME
def test_secret_and_signature_must_both_be_there(scheme: SignatureScheme, secret: str) -> None:
    there = signed(scheme, secret)
    missing = replace(there, headers=())
    with pytest.raises(SignatureMissing):
        check_signature(scheme, missing, [secret])
    for secrets in ([], [""], ["  "], [secret, ""], ["x" * 5000]):
        with pytest.raises(WebhookNotConfigured):
            check_signature(scheme, there, secrets)
    with pytest.raises(WebhookNotConfigured):
        check_signature(scheme, missing, [])


def test_unsigned_deliveries_pass_only_where_that_was_said_and_unverified() -> None:
    scheme = github_style()
    missing = Delivery((), BODY, NOW)
    for secrets in ([], [SECRET]):
        assert not check_signature(scheme, missing, secrets, allow_unsigned=True).verified
    forged = Delivery((("X-Hub-Signature-256", "sha256=00"),), BODY, NOW)
    with pytest.raises(SignatureMismatch):
        check_signature(scheme, forged, [SECRET], allow_unsigned=True)
    with pytest.raises(WebhookNotConfigured):
        check_signature(scheme, signed(scheme), [], allow_unsigned=True)
    assert not check_signature(Unsigned("it does not sign"), signed(scheme), [SECRET]).verified


def test_the_digest_under_an_empty_key_is_refused() -> None:
    scheme = bare_style("X-Signature")
    mac = hmac.new(b"", BODY, "sha256").hexdigest()
    for secrets in ([], [""], [" "], [SecretStr("")], [None]):
        with pytest.raises(WebhookNotConfigured):
            check_signature(scheme, Delivery((("X-Signature", mac),), BODY, NOW), secrets)  # type: ignore[arg-type]


# --- time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "stale"), [(-301, True), (-300, False), (0, False), (300, False), (301, True)]
)
@pytest.mark.parametrize("name", ["stripe", "standard"])
def test_a_signed_time_is_of_now_within_five_minutes(name: str, seconds: int, stale: bool) -> None:
    scheme, secret = SCHEMES[name]
    delivery = signed(scheme, secret, at=NOW + timedelta(seconds=seconds))
    if not stale:
        assert check_signature(scheme, delivery, [secret]).verified
        return
    with pytest.raises(DeliveryStale, match="after it arrived" if seconds > 0 else "before it"):
        check_signature(scheme, delivery, [secret])
    assert check_signature(scheme, delivery, [secret], ignore_age=True).verified


def test_age_is_counted_to_the_arrival_not_to_the_present() -> None:
    scheme = stripe_style("Stripe-Signature")
    kept = signed(scheme)  # it arrived months ago
    assert check_signature(scheme, kept, [SECRET]).timestamp == NOW


@pytest.mark.parametrize("text", ["0123", "1e9", "nan", "+123", "-5", "9" * 16, "9" * 400, "1_0"])
def test_odd_times_are_refused_and_the_received_text_is_what_was_signed(text: str) -> None:
    scheme = stripe_style("S")
    mac = hmac.new(SECRET.encode(), f"{text}.".encode() + BODY, "sha256").hexdigest()
    delivery = Delivery((("S", f"t={text},v1={mac}"),), BODY, NOW)
    with pytest.raises((SignatureMismatch, DeliveryStale)):
        check_signature(scheme, delivery, [SECRET])
    if text == "0123":  # a number: verified by the text as received, and old
        assert check_signature(scheme, delivery, [SECRET], ignore_age=True).verified


def test_milliseconds_are_recognised_and_can_be_configured() -> None:
    scheme = replace(stripe_style("S"), timestamp_unit="ms")
    delivery = signed(scheme)
    assert check_signature(scheme, delivery, [SECRET]).timestamp == NOW
    with pytest.raises(DeliveryStale, match="milliseconds"):
        check_signature(stripe_style("S"), delivery, [SECRET])


def test_a_nonce_is_needed_where_there_is_a_rule_and_read_from_the_body_if_need_be() -> None:
    body = b'{"timestamp": %d.25, "data": {}}' % NOW.timestamp()
    for rule, found in (
        (NonceRule("X-Nonce", "timestamp"), True),
        (NonceRule(None, "timestamp"), True),
        (NonceRule("X-Nonce"), False),
        (NonceRule(None, "other"), False),
    ):
        scheme = SignatureScheme(header="S", nonce=rule)
        mac = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        delivery = Delivery((("S", mac),), body, NOW)
        if found:
            receipt = check_signature(scheme, delivery, [SECRET])
            assert float(receipt.nonce or 0) == NOW.timestamp() + 0.25
        else:
            with pytest.raises(SignatureMissing, match="nonce"):
                check_signature(scheme, delivery, [SECRET])


@pytest.mark.parametrize("text", ["", "x", "-1", "1e9", "NaN", "é", "1" * 30, "{}", "null"])
def test_a_nonce_that_is_no_time_is_refused(text: str) -> None:
    scheme = SignatureScheme(header="S", nonce=NonceRule("X-Nonce"))
    mac = hmac.new(SECRET.encode(), BODY, "sha256").hexdigest()
    with pytest.raises(WebhookError):
        check_signature(scheme, Delivery((("S", mac), ("X-Nonce", text)), BODY, NOW), [SECRET])


# --- ambiguity ------------------------------------------------------------------------------------


def test_signed_metadata_that_holds_a_separator_is_refused() -> None:
    stamp = Stamp(NOW, identifier="a.b")
    headers = signed_headers(STANDARD_WEBHOOKS, BODY, STANDARD_SECRET, stamp)
    with pytest.raises(SignatureMismatch, match="two ways"):
        check_signature(STANDARD_WEBHOOKS, Delivery(headers, BODY, NOW), [STANDARD_SECRET])


def test_a_nonce_cannot_be_moved_into_the_body() -> None:
    scheme = replace(NONCED, message="{nonce}{body}")
    honest = signed(scheme)
    (nonce,) = honest.header("X-Nonce")
    moved = with_header(replace(honest, body=nonce[-1:].encode() + BODY), "X-Nonce", nonce[:-1])
    assert check_signature(scheme, honest, [SECRET]).verified
    with pytest.raises(SignatureMismatch, match="two ways"):
        check_signature(scheme, moved, [SECRET])


def test_two_different_signature_headers_are_refused_and_equal_ones_are_one() -> None:
    scheme = github_style()
    good = signed(scheme)
    ((_, value),) = good.headers
    twice = replace(good, headers=(*good.headers, ("x-hub-signature-256", value)))
    assert check_signature(scheme, twice, [SECRET]).verified
    with pytest.raises(SignatureMismatch, match="several values"):
        check_signature(
            scheme,
            replace(good, headers=(*good.headers, ("x-hub-signature-256", "sha256=0"))),
            [SECRET],
        )


# --- schemes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "build",
    [
        lambda: SignatureScheme(header="S", message="{timestamp}"),
        lambda: SignatureScheme(header="S", message="static"),
        lambda: SignatureScheme(header="S", message="{body}{body}"),
        lambda: SignatureScheme(header="S", message="{url}{body}"),
        lambda: SignatureScheme(header="S", message="{body"),
        lambda: SignatureScheme(header="S", message="{timestamp}.{body}"),
        lambda: SignatureScheme(header="S", timestamp_header="T"),
        lambda: SignatureScheme(header="S", message="{id}{body}"),
        lambda: SignatureScheme(header="S", message="{nonce}{body}"),
        lambda: SignatureScheme(header=" "),
        lambda: SignatureScheme(header="S", prefixes=()),
        lambda: SignatureScheme(header="S", message="{timestamp}{body}", timestamp_label="t="),
    ],
)
def test_a_scheme_that_could_prove_nothing_is_refused(build: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError, match="no signature scheme"):
        build()
