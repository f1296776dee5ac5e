"""Refusals, callbacks, and the key that is shown nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from vidiom.errors import (
    ApiError,
    AuthenticationFailed,
    ConfigurationError,
    MalformedAnswer,
    NotFound,
    RequestRejected,
    ServerError,
    UnreadableDelivery,
    VidiomError,
)
from vidiom.flow.effects import Flow, Send
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.media import BytesMedia
from vidiom.schema.orders import Order
from vidiom.testing.scripted import Step, answer, in_turn, play, recorded
from vidiom.webhooks.delivery import Delivery
from vidiom_valossa.provider import ValossaProvider
from vidiom_valossa.settings import ValossaSettings

CANARY = "EXAMPLEKEY0000000000"
JOB = JobRef(provider="valossa", vendor_id="5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11")
BASE = "https://api-eu.valossa.com/core/1.0"
Payload = Callable[[str], bytes]
Document = Callable[[str], Any]
Sent = Callable[..., tuple[Any, list[Send]]]


@pytest.mark.parametrize(
    ("status", "name", "kind", "words"),
    [
        (401, "error.invalid_api_key.json", AuthenticationFailed, "Invalid API key"),
        (404, "error.job_not_found.json", NotFound, "Job not found"),
        (400, "error.malformed_body.json", RequestRejected, "Malformed request body"),
        (400, "error.missing_field.json", RequestRejected, "field: media.video.url"),
        (400, "error.two_messages.json", RequestRejected, "face.id; Missing required field"),
        (200, "error.job_not_found.json", RequestRejected, "Job not found"),
    ],
)
def test_a_refusal_is_typed_by_its_status_and_says_the_vendors_words(
    sent: Sent,
    provider: ValossaProvider,
    payload: Payload,
    status: int,
    name: str,
    kind: type[ApiError],
    words: str,
) -> None:
    with pytest.raises(kind, match=words) as caught:
        sent(provider.check(JOB), answer(status, payload(name)))
    assert type(caught.value) is kind
    assert (caught.value.provider, caught.value.operation) == ("valossa", "check")


@pytest.mark.parametrize("body", [b"", b"<html>oops</html>", b"{}", b"[1]", b'{"errors": 7}'])
def test_an_error_body_may_be_anything(sent: Sent, provider: ValossaProvider, body: bytes) -> None:
    with pytest.raises(ServerError):
        sent(provider.check(JOB), answer(503, body))


@pytest.mark.parametrize("body", [b"<html>hello</html>", b'{"status": "finis', b"[]"])
def test_a_success_that_is_no_answer_is_malformed(
    sent: Sent, provider: ValossaProvider, body: bytes
) -> None:
    with pytest.raises(MalformedAnswer):
        sent(provider.check(JOB), answer(200, body))


def test_without_a_key_nothing_is_sent(sent: Sent, order: Order) -> None:
    with pytest.raises(ConfigurationError, match="VIDIOM_VALOSSA_API_KEY"):
        sent(ValossaProvider(ValossaSettings()).submit(order))


def delivery(body: bytes) -> Delivery:
    return Delivery((), body, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "state"),
    [("callback.json", JobState.SUCCEEDED), ("callback.error.json", JobState.FAILED)],
)
def test_a_callback_is_a_hint_that_was_not_verified(
    provider: ValossaProvider, payload: Payload, document: Document, name: str, state: JobState
) -> None:
    update = provider.read_delivery(delivery(payload(name)))
    assert update.vendor_id == document(name)["job_id"]
    assert update.status is not None
    assert (update.status.state, update.verified, update.has_result) == (state, False, False)


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"job_id": 7, "status": "finished"}'])
def test_a_callback_of_another_shape_is_unreadable(provider: ValossaProvider, body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        provider.read_delivery(delivery(body))


def test_the_key_is_in_no_repr_log_or_exception(
    provider: ValossaProvider, order: Order, payload: Payload, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    shown = [repr(provider), repr(provider.settings), repr(vars(provider))]
    echo = json.dumps({"errors": [{"message": f"Invalid key {CANARY}"}]}).encode()
    media = BytesMedia(data=b"0123")
    for status in (200, 400, 401, 500):
        for begin in (
            lambda: provider.check(JOB),
            lambda: provider.submit(order),
            lambda: provider.upload(media, order),
            lambda: provider.fetch(JOB, order),
        ):
            steps: list[Step] = []
            flow: Flow[object] = recorded(begin(), steps)
            with pytest.raises(VidiomError) as caught:
                play(flow, in_turn(*[answer(status, echo)] * 9))
            shown += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
            shown += [repr(step.effect) for step in steps]
    assert CANARY not in "\n".join([*shown, caplog.text])
    assert "Invalid key …" in "\n".join(shown)
