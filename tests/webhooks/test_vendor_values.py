"""Worked values of the vendors' signatures, in every form that their documentation allows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vidiom.errors import DeliveryStale, SignatureMismatch, WebhookError
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import NonceRule, SignatureScheme
from vidiom.webhooks.verification import check_signature

PAYLOADS = Path(__file__).parent / "payloads"
GENERIC_VALUES: dict[str, Any] = json.loads((PAYLOADS / "generic.signatures.json").read_text())
DEEPVA_VALUES: dict[str, Any] = json.loads((PAYLOADS / "deepva.signatures.json").read_text())

GENERIC = SignatureScheme(header="X-Webhook-Signature", encoding="either", prefixes=("", "sha256="))
TIMED = replace(GENERIC, message="{timestamp}.{body}", timestamp_header="X-Webhook-Timestamp")
DEEPVA = SignatureScheme(
    header="X-DeepVA-Signature",
    digest="sha512",
    encoding="either",
    prefixes=("", "sha512="),
    nonce=NonceRule("X-DeepVA-Nonce", "timestamp"),
)
SECRET, OLD = GENERIC_VALUES["secret"], GENERIC_VALUES["previous_secret"]


def body_of(vector: dict[str, Any]) -> bytes:
    body = (PAYLOADS / f"generic.{vector['body_file'].removeprefix('webhook.')}").read_bytes()
    assert len(body) == vector["body_length"]
    return body


def received(body: bytes, *headers: tuple[str, str], at: float = 1767225600) -> Delivery:
    return Delivery(headers, body, datetime.fromtimestamp(at, UTC))


@pytest.mark.parametrize("vector", GENERIC_VALUES["vectors"], ids=lambda v: v["body_file"])
def test_the_generic_api_in_every_form(vector: dict[str, Any]) -> None:
    body = body_of(vector)
    for texts, secret in (
        (vector["body_only"], 0),
        (vector["body_only_previous_secret"], 1),
    ):
        for form in GENERIC_VALUES["accepted_header_forms"]:
            text = form.replace("<hex>", texts["hex"]).replace("<HEX>", texts["hex"].upper())
            value = text.replace("<base64>", texts["base64"])
            receipt = check_signature(
                GENERIC, received(body, ("x-webhook-signature", value)), [SECRET, OLD]
            )
            assert (receipt.secret, set(receipt.signed)) == (secret, {"body"})


@pytest.mark.parametrize("vector", GENERIC_VALUES["vectors"], ids=lambda v: v["body_file"])
def test_the_generic_api_with_a_signed_time(vector: dict[str, Any]) -> None:
    texts = vector["timestamp_dot_body"]
    for encoding in ("hex", "base64"):
        delivery = received(
            body_of(vector),
            ("X-Webhook-Signature", texts[encoding]),
            ("X-Webhook-Timestamp", texts["timestamp"]),
        )
        receipt = check_signature(TIMED, delivery, [SECRET])
        assert receipt.timestamp == datetime(2026, 1, 1, tzinfo=UTC)
        with pytest.raises(SignatureMismatch):
            check_signature(GENERIC, delivery, [SECRET])


@pytest.mark.parametrize("vector", GENERIC_VALUES["vectors"], ids=lambda v: v["body_file"])
def test_what_the_generic_api_would_never_send_is_refused(vector: dict[str, Any]) -> None:
    for value in vector["must_be_rejected"].values():
        with pytest.raises(WebhookError):
            check_signature(
                GENERIC, received(body_of(vector), ("X-Webhook-Signature", value)), [SECRET, OLD]
            )


def deepva_delivery(signature: str, nonce: str | None = None) -> Delivery:
    body = (PAYLOADS / "deepva.body.bin").read_bytes()
    headers = [("X-DeepVA-Signature", signature)]
    if nonce is not None:
        headers.append(("X-DeepVA-Nonce", nonce))
    return received(body, *headers, at=1718098230)


@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("{body}", "body_only"),
        ("{nonce}{body}", "alternative_nonce_then_body"),
        ("{nonce}.{body}", "alternative_nonce_dot_body"),
    ],
)
def test_deepva_in_every_reading_of_its_documentation(message: str, values: str) -> None:
    secret, nonce = DEEPVA_VALUES["inputs"]["secret_utf8"], DEEPVA_VALUES["inputs"]["nonce"]
    for text in DEEPVA_VALUES["expected_values"][values].values():
        scheme = replace(DEEPVA, message=message)
        assert check_signature(scheme, deepva_delivery(text, nonce), [secret]).nonce == 1718098222


def test_a_nonce_of_deepva_must_be_of_now() -> None:
    secret = DEEPVA_VALUES["inputs"]["secret_utf8"]
    text = DEEPVA_VALUES["expected_values"]["body_only"]["hex"]
    for nonce in ("1718097629", "1718098831", "1718097629000"):
        with pytest.raises(DeliveryStale):
            check_signature(DEEPVA, deepva_delivery(text, nonce), [secret])
    changed = DEEPVA_VALUES["negative_cases"][0]["hex_of_received_body"]
    with pytest.raises(SignatureMismatch):
        check_signature(DEEPVA, deepva_delivery(changed, "1718098222"), [secret])
