"""The constructed vectors of signatures: what must verify, and what must not."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.generic.playing import PAYLOADS, adapter, payload

import vidiom
from vidiom.errors import SignatureMismatch, SignatureMissing, WebhookNotConfigured
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom.webhooks.verification import check_signature

KNOWN = json.loads(payload("webhook.signatures"))
SECRET, PREVIOUS = KNOWN["secret"], KNOWN["previous_secret"]
HEADER = KNOWN["header"]


def vectors() -> Iterator[tuple[bytes, dict[str, dict[str, str]]]]:
    for vector in KNOWN["vectors"]:
        yield (PAYLOADS / vector["body_file"]).read_bytes(), vector


def scheme(**settings: object) -> SignatureScheme:
    return adapter(**settings).signature_scheme()


def verified(
    how: SignatureScheme, body: bytes, *headers: tuple[str, str], secrets: tuple[str, ...]
) -> bool:
    delivery = Delivery.of(headers, body)
    return check_signature(how, delivery, secrets, ignore_age=True).verified


@pytest.mark.parametrize("secrets", [(SECRET,), (PREVIOUS, SECRET), (SECRET, PREVIOUS)])
def test_every_body_verifies_with_its_digest_in_hex_and_base64(secrets: tuple[str, ...]) -> None:
    either = scheme(signature_encoding="either")
    for body, vector in vectors():
        digests = vector["body_only"]
        for text in (
            digests["hex"],
            digests["hex"].upper(),
            f"sha256={digests['hex']}",
            digests["base64"],
            f"sha256={digests['base64']}",
        ):
            assert verified(either, body, (HEADER, text), secrets=secrets)
            assert verified(either, body, (HEADER.upper(), text), secrets=secrets)


def test_hex_is_the_default_and_base64_is_another_setting() -> None:
    body, vector = next(vectors())
    digests = vector["body_only"]
    assert verified(scheme(), body, (HEADER, digests["hex"]), secrets=(SECRET,))
    with pytest.raises(SignatureMismatch):
        verified(scheme(), body, (HEADER, digests["base64"]), secrets=(SECRET,))
    base64 = scheme(signature_encoding="base64")
    assert verified(base64, body, (HEADER, digests["base64"]), secrets=(SECRET,))


def test_a_secret_that_is_being_replaced_still_verifies_beside_the_new_one() -> None:
    for body, vector in vectors():
        header = (HEADER, vector["body_only_previous_secret"]["hex"])
        assert verified(scheme(), body, header, secrets=(SECRET, PREVIOUS))
        with pytest.raises(SignatureMismatch):
            verified(scheme(), body, header, secrets=(SECRET,))


def test_a_signed_time_is_a_setting() -> None:
    timed = scheme(
        signature_message="{timestamp}.{body}", signature_timestamp_header="X-Webhook-Timestamp"
    )
    for body, vector in vectors():
        found = vector["timestamp_dot_body"]
        headers = [(HEADER, found["hex"]), ("X-Webhook-Timestamp", found["timestamp"])]
        assert verified(timed, body, *headers, secrets=(SECRET,))
        headers[1] = ("X-Webhook-Timestamp", "1767225601")
        with pytest.raises(SignatureMismatch):
            verified(timed, body, *headers, secrets=(SECRET,))


def test_everything_that_must_be_refused_is_refused() -> None:
    for body, vector in vectors():
        for how in (scheme(), scheme(signature_encoding="either")):
            for name, text in vector["must_be_rejected"].items():
                with pytest.raises((SignatureMismatch, SignatureMissing)):
                    assert not verified(how, body, (HEADER, text), secrets=(SECRET,)), name


def test_parsing_and_dumping_a_body_breaks_its_signature() -> None:
    body, vector = next(vectors())
    again = json.dumps(json.loads(body), separators=(",", ":")).encode()
    assert again != body
    with pytest.raises(SignatureMismatch):
        verified(scheme(), again, (HEADER, vector["body_only"]["hex"]), secrets=(SECRET,))


@given(st.integers(0, 613), st.integers(1, 255))
def test_no_byte_may_change(place: int, change: int) -> None:
    body, vector = next(vectors())
    changed = bytearray(body)
    changed[place] ^= change
    header = (HEADER, vector["body_only"]["hex"])
    with pytest.raises(SignatureMismatch):
        verified(scheme(), bytes(changed), header, secrets=(SECRET,))


@pytest.mark.parametrize("text", ["", "é" * 64, "\x00", "sha256=", "sha1=" + "0" * 40])
def test_a_header_that_is_no_signature_is_a_clean_refusal(text: str) -> None:
    body, _ = next(vectors())
    with pytest.raises((SignatureMismatch, SignatureMissing)):
        verified(scheme(), body, (HEADER, text), secrets=(SECRET,))


def test_without_a_secret_nothing_is_believed() -> None:
    body, vector = next(vectors())
    header = (HEADER, vector["body_only"]["hex"])
    for secrets in ((), ("",), ("   ",)):
        with pytest.raises(WebhookNotConfigured):
            verified(scheme(), body, header, secrets=secrets)


def test_a_verified_delivery_becomes_the_news_of_a_job() -> None:
    for body, vector in vectors():
        update = vidiom.verify(
            "generic", headers=[(HEADER, vector["body_only"]["hex"])], body=body, secrets=[SECRET]
        )
        said = json.loads(body)
        assert (update.vendor_id, update.event, update.verified) == (
            said["job_id"],
            said["status"],
            True,
        )
        assert update.has_result == ("result" in said)
