"""Refusals in every form, the key that is shown nowhere, and webhooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vidiom
from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    ConfigurationError,
    DeliveryStale,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerError,
    SignatureMismatch,
    SignatureMissing,
    UnreadableDelivery,
)
from vidiom.flow.effects import Send
from vidiom.schema.jobs import JobRef, JobState
from vidiom.testing.scripted import answer
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import NonceRule
from vidiom_deepva.calls import refusal_words
from vidiom_deepva.provider import DeepvaProvider
from vidiom_deepva.settings import DeepvaSettings

CANARY = "EXAMPLEKEY0000000000"
JOB = JobRef(provider="deepva", vendor_id="3f2b6a54")
Payload = Callable[[str], bytes]
Sent = Callable[..., tuple[Any, list[Send]]]


@pytest.mark.parametrize(
    ("status", "name", "kind", "words"),
    [
        (400, "error.400.detail.json", RequestRejected, "Invalid model name"),
        (
            400,
            "error.400.field_errors.json",
            RequestRejected,
            "modules: Unknown module: face_recogntion",
        ),
        (401, "error.401.json", AuthenticationFailed, "Invalid API key"),
        (403, "error.403.json", AuthenticationFailed, "Not allowed"),
        (404, "error.404.json", NotFound, "Not found"),
        (429, "error.429.json", RateLimited, "Too many requests"),
        (500, "error.500.json", ServerError, "Internal server error"),
        (502, "error.502.html", ServerError, "502 Bad Gateway"),
    ],
)
def test_a_refusal_is_typed_by_its_status_and_says_the_vendors_words(
    sent: Sent,
    provider: DeepvaProvider,
    payload: Payload,
    status: int,
    name: str,
    kind: type[ApiError],
    words: str,
) -> None:
    with pytest.raises(kind) as caught:
        sent(provider.check(JOB), answer(status, payload(name)))
    assert words in caught.value.message
    assert (caught.value.status, caught.value.provider) == (status, "deepva")
    assert "<" not in caught.value.message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"errors": ["one", {"ttl": ["too small"]}]}', "one; ttl: too small"),
        (b'{"error": {"code": 7, "message": "no"}}', "message: no"),
        (b'["one", "two"]', "one; two"),
        (b'"plain"', "plain"),
        (b"plain text", "plain text"),
        (b"<html><body>no title</body></html>", None),
        (b"{}", None),
        (b"[]", None),
        (b"null", None),
        (b"", None),
        (b"[" * 100_000, None),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_words_are_found_in_every_form_of_a_refusal(body: bytes, words: str | None) -> None:
    found = refusal_words(body)
    assert found == words or (words is None and found is not None and "[" in found[:1])


@given(st.binary(max_size=300))
def test_no_body_whatever_breaks_the_reading_of_a_refusal(body: bytes) -> None:
    found = refusal_words(body)
    assert found is None or found


@pytest.mark.parametrize(("headers", "seconds"), [([("Retry-After", "7")], 7.0), ([], None)])
def test_how_long_to_wait_is_told_where_the_vendor_says_it(
    sent: Sent,
    provider: DeepvaProvider,
    payload: Payload,
    headers: list[tuple[str, str]],
    seconds: float | None,
) -> None:
    with pytest.raises(RateLimited) as caught:
        sent(provider.check(JOB), answer(429, payload("error.429.json"), headers))
    assert caught.value.retry_after == seconds


def test_the_key_is_in_no_error_and_no_repr(sent: Sent, provider: DeepvaProvider) -> None:
    body = json.dumps({"detail": f"the key {CANARY} is wrong"}).encode()
    with pytest.raises(AuthenticationFailed) as caught:
        sent(provider.check(JOB), answer(401, body))
    assert CANARY not in caught.value.message
    assert CANARY not in repr(provider.storage())
    assert CANARY not in repr(provider.settings)


def test_without_a_key_the_variable_is_named(sent: Sent) -> None:
    with pytest.raises(ConfigurationError, match="VIDIOM_DEEPVA_API_KEY"):
        sent(DeepvaProvider(DeepvaSettings()).check(JOB))


def test_a_table_of_keys_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match="there are: label"):
        DeepvaSettings.model_validate({"result_keys": {"labels": ["x"]}})


def test_a_probe_asks_for_one_job(sent: Sent, provider: DeepvaProvider, payload: Payload) -> None:
    told, (request,) = sent(provider.probe(), answer(200, payload("jobs.list.empty.json")))
    assert "accepted" in told
    assert request.query == (("limit", "1"), ("offset", "0"))


# --- webhooks -------------------------------------------------------------------------------------


def delivered(body: bytes) -> Delivery:
    return Delivery((), body, datetime(2024, 6, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "event", "state"),
    [
        ("on_started", "on_started", JobState.RUNNING),
        ("on_completed", "on_completed", JobState.SUCCEEDED),
        ("on_failed", "on_failed", JobState.FAILED),
        (
            "job_module_on_completed",
            "job.face_recognition.on_completed",
            JobState.SUCCEEDED,
        ),
        ("on_detailed_result", "on_detailed_result", JobState.RUNNING),
        (
            "landmark_segment_start",
            "job.landmark_recognition.on_segment_start",
            JobState.RUNNING,
        ),
    ],
)
def test_a_delivery_tells_the_state_of_the_job_in_it(
    provider: DeepvaProvider, payload: Payload, name: str, event: str, state: JobState
) -> None:
    update = provider.read_delivery(delivered(payload(f"webhook.{name}.json")))
    assert update.vendor_id == "3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41"
    assert update.event == event
    assert update.status is not None
    assert update.status.state is state
    if "landmark" not in name:
        assert update.correlation == "asset-000417"
    assert not update.has_result


def test_an_event_that_is_of_no_job_says_nothing_of_one(
    provider: DeepvaProvider, payload: Payload
) -> None:
    update = provider.read_delivery(delivered(payload("webhook.transcript_on_created.json")))
    assert (update.vendor_id, update.status) == (None, None)
    assert update.event == "deepva.transcript.on_created"


def test_the_end_of_one_module_is_not_the_end_of_a_job_without_a_state(
    provider: DeepvaProvider,
) -> None:
    def update_of(event: str) -> object:
        body = {"event": event, "data": {"job": {"id": "j"}}}
        return provider.read_delivery(delivered(json.dumps(body).encode())).status

    assert update_of("job.face_recognition.on_completed") is None
    whole = update_of("on_completed")
    assert whole is not None


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"event": ""}', b'{"event": 3}', b"\xff"])
def test_what_is_no_event_is_an_unreadable_delivery(provider: DeepvaProvider, body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        provider.read_delivery(delivered(body))


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    path = Path(__file__).with_name("payloads") / "webhook.signature.example.json"
    values: dict[str, Any] = json.loads(path.read_bytes())
    return values


AT = datetime.fromtimestamp(1718098230, UTC)


def test_the_worked_signature_is_accepted_in_hex_and_base64(
    payload: Payload, example: dict[str, Any]
) -> None:
    body = payload("webhook.signature.body.bin")
    for encoding in ("hex", "base64"):
        signature = example["expected_values"]["body_only"][encoding]
        for written in (signature, f"sha512={signature}"):
            headers = [("x-deepva-signature", written), ("X-DeepVA-Nonce", "1718098222")]
            update = vidiom.verify(
                "deepva",
                headers=headers,
                body=body,
                secrets=["example-shared-secret"],
                received_at=AT,
            )
            assert update.verified
            assert update.status is not None
            assert update.status.state is JobState.SUCCEEDED


def test_a_changed_body_an_old_nonce_and_no_signature_are_refused(
    payload: Payload, example: dict[str, Any]
) -> None:
    body = payload("webhook.signature.body.bin")
    headers = list(example["expected_headers"].items())
    secrets = ["example-shared-secret"]
    with pytest.raises(SignatureMismatch):
        vidiom.verify("deepva", headers=headers, body=body + b" ", secrets=secrets, received_at=AT)
    with pytest.raises(SignatureMissing):
        vidiom.verify("deepva", headers=headers[:1], body=body, secrets=secrets, received_at=AT)
    later = datetime.fromtimestamp(1718098222 + 601, UTC)
    with pytest.raises(DeliveryStale):
        vidiom.verify("deepva", headers=headers, body=body, secrets=secrets, received_at=later)


def test_what_is_not_documented_of_signatures_is_a_setting() -> None:
    said = {
        "signature_header": "X-Sig",
        "nonce_header": "X-N",
        "signed_message": "{nonce}.{body}",
        "signature_encoding": "base64",
        "nonce_order": "strict",
        "nonce_window_seconds": 30,
    }
    scheme = DeepvaProvider(DeepvaSettings.model_validate(said)).signature_scheme()
    assert (scheme.header, scheme.message, scheme.encoding) == ("X-Sig", "{nonce}.{body}", "base64")
    assert scheme.digest == "sha512"
    assert scheme.nonce == NonceRule("X-N", "timestamp", 30, 30, "strict")
