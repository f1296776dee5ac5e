"""Explaining: every classic mistake is recognised, and no secret is shown."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from tests.webhooks.signed import BODY, NOW, SECRET, STANDARD_SECRET, signed

from vidiom.testing import sign
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.explanation import explain
from vidiom.webhooks.scheme import SignatureScheme, Unsigned
from vidiom.webhooks.styles import STANDARD_WEBHOOKS, bare_style, github_style, stripe_style

SCHEME = SignatureScheme(header="X-Signature", timestamp_header=None)
BODY_OF_MANY = b'{"b": "\\u00e4", "a": [1, 2.50]}\n'
CONTENT = json.loads(BODY_OF_MANY)


def mac(body: bytes, key: str = SECRET, digest: str = "sha256") -> bytes:
    return hmac.new(key.encode(), body, digest).digest()


def compact(*, ordered: bool = False) -> bytes:
    return json.dumps(CONTENT, separators=(",", ":"), sort_keys=ordered).encode()


def unescaped() -> bytes:
    return json.dumps(CONTENT, separators=(",", ":"), ensure_ascii=False).encode()


B64 = base64.b64encode(mac(BODY_OF_MANY)).decode()
TIME = "1767225600"


@pytest.mark.parametrize(
    ("header", "remark"),
    [
        (("X-Signature", B64), "it is written in base64"),
        (("X-Signature", B64.rstrip("=")), "it is written in base64 without padding"),
        (("X-Signature", "sha256=" + mac(BODY_OF_MANY).hex()), "before it stands 'sha256='"),
        (("X-Sig", mac(BODY_OF_MANY).hex()), "it stands in the header 'X-Sig'"),
        (("X-Signature", mac(BODY_OF_MANY[:-1]).hex()), "without the newline at its end"),
        (("X-Signature", mac(BODY_OF_MANY + b"\n").hex()), "with a newline at its end"),
        (("X-Signature", mac(compact()).hex()), "re-serialised, compact"),
        (("X-Signature", mac(compact(ordered=True)).hex()), "compact, keys sorted"),
        (("X-Signature", mac(unescaped()).hex()), "compact, not escaped"),
        (("X-Signature", mac(json.dumps(CONTENT).encode()).hex()), "re-serialised, with blanks"),
        (("X-Signature", mac(b"").hex()), "the body was signed empty"),
        (("X-Signature", mac(BODY_OF_MANY, digest="sha512").hex()), "the digest is sha512"),
        (("X-Signature", mac(BODY_OF_MANY, digest="sha1").hex()), "the digest is sha1"),
        (("X-Signature", mac(BODY_OF_MANY).hex()[:20]), "it is cut short"),
        (
            ("X-Signature", hashlib.sha256(BODY_OF_MANY).hexdigest()),
            "the secret was read as none: a plain hash",
        ),
    ],
)
def test_a_classic_mistake_is_recognised(header: tuple[str, str], remark: str) -> None:
    delivery = Delivery((("Content-Type", "application/json"), header), BODY_OF_MANY, NOW)
    explanation = explain(SCHEME, delivery, [SECRET])
    assert not explanation.verified
    assert any(remark in one for one in explanation.remarks), explanation.remarks
    shown = repr(explanation)
    assert SECRET not in shown
    assert header[1] not in shown
    assert mac(BODY_OF_MANY).hex() not in shown


@pytest.mark.parametrize(
    ("head", "template"),
    [
        (f"{TIME}.", "{timestamp}.{body}"),
        (f"{TIME}:", "{timestamp}:{body}"),
        (TIME, "{timestamp}{body}"),
        (f"m-1.{TIME}.", "{id}.{timestamp}.{body}"),
    ],
)
def test_what_was_signed_besides_the_body_is_found(head: str, template: str) -> None:
    headers = (
        ("X-Signature", mac(head.encode() + BODY_OF_MANY).hex()),
        ("X-Sent", TIME),
        ("X-Message-Id", "m-1"),
    )
    explanation = explain(SCHEME, Delivery(headers, BODY_OF_MANY, NOW), [SECRET])
    assert f"what was signed is '{template}'" in explanation.remarks[0]


def test_how_the_secret_was_read_is_found() -> None:
    delivery = signed(STANDARD_WEBHOOKS, STANDARD_SECRET)
    scheme = replace(STANDARD_WEBHOOKS, key_encoding="text", key_prefix="")
    remarks = explain(scheme, delivery, [STANDARD_SECRET]).remarks
    assert any("the secret was read as base64 after its first '_'" in one for one in remarks)
    padded = explain(bare_style("S"), signed(bare_style("S")), [f" {SECRET}\n"])
    assert any("text without the blanks around it" in one for one in padded.remarks)
    assert "Secret 1 has blanks around it." in padded.remarks


def test_which_secret_it_is_and_what_is_wrong_with_secrets_is_said() -> None:
    scheme = bare_style("S")
    found = explain(scheme, signed(scheme), ["short", "", SECRET])
    assert {match.secret for match in found.matches} == {3}
    assert "Secret 1 is shorter than 16 bytes: it can be guessed." in found.remarks
    assert "Secret 2 is empty." in found.remarks
    assert explain(scheme, signed(scheme), []).remarks == ("There is no secret to verify with.",)


def test_a_delivery_that_verifies_needs_no_remark() -> None:
    for scheme in (github_style(), stripe_style("S"), bare_style("S", encoding="base64")):
        explanation = explain(scheme, signed(scheme), [SECRET])
        assert (explanation.verified, explanation.refusal) == (True, None)
        assert explanation.remarks == ()


def test_headers_that_cannot_be_right_are_told() -> None:
    scheme = github_style()
    for headers, remark in (
        ((("X-Other", "1"),), "is missing. Headers are: X-Other."),
        (((scheme.header, "a"), (scheme.header.lower(), "b")), "2 times with different values"),
        (((scheme.header, "é"),), "characters that no signature has"),
    ):
        remarks = explain(scheme, Delivery(headers, BODY, NOW), [SECRET]).remarks
        assert any(remark in one for one in remarks), remarks


def test_what_no_variant_explains_is_another_secret_or_another_body() -> None:
    scheme = github_style()
    for delivery, secret in (
        (signed(scheme), "another secret"),
        (replace(signed(scheme), body=b"\xff"), SECRET),
    ):
        remarks = explain(scheme, delivery, [secret]).remarks
        assert any("another secret" in one for one in remarks)


def test_a_vendor_that_does_not_sign_is_told_as_such() -> None:
    delivery = Delivery((), BODY, NOW)
    assert explain(Unsigned("it does not sign"), delivery, []).remarks == ("it does not sign",)


def test_a_helper_signs_for_tests() -> None:
    scheme = github_style()
    assert explain(scheme, Delivery(sign(scheme, BODY, SECRET), BODY, NOW), [SECRET]).verified
