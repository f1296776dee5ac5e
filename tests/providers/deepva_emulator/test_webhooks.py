"""Webhooks of the emulated vendor: events, signatures, and everything that can go wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from threading import Event

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.providers.deepva_emulator.customer import URL, Customer, Json, payload

from vidiom.flow.http import http_library
from vidiom.testing.emulators import serve
from vidiom_deepva.emulation.signing import Signer
from vidiom_deepva.emulator import Behaviour, Fault

SECRET = "example-shared-secret"
PATIENCE = 10.0


class Hooks:
    """Takes deliveries, with their headers."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.arrived = Event()

    async def take(self, request: Request) -> Response:
        self.received.append((dict(request.headers), await request.body()))
        self.arrived.set()
        return Response()

    @property
    def bodies(self) -> list[Json]:
        return [json.loads(body) for _, body in self.received]

    @property
    def events(self) -> list[str]:
        return [body["event"] for body in self.bodies]

    @property
    def nonces(self) -> list[float]:
        return [float(headers["x-deepva-nonce"]) for headers, _ in self.received]

    @property
    def genuine(self) -> list[bool]:
        return [
            hmac.compare_digest(headers["x-deepva-signature"], signature(body))
            for headers, body in self.received
        ]


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    receiver = Hooks()
    with serve(Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])) as url:
        receiver.url = f"{url}/hook"
        yield receiver


def story(hooks: Hooks, *events: str, fault: str | None = None, **more: object) -> Customer:
    """A job to its end, with its results fetched."""
    faults = () if fault is None else (Fault(kind=fault),)
    customer = Customer(Behaviour(faults=faults, webhook_secret=SecretStr(SECRET)))
    hook = {"events": [*events], "callback": hooks.url}
    job = customer.buy({"text_recognition": {}, "landmark_recognition": {}}, webhook=hook, **more)
    customer.follow(job)
    customer.rows(job)
    customer.job(job)
    return customer


ALL = ("on_started", "on_completed", "on_failed", "job.text_recognition.on_completed")


def test_the_documented_worked_example_is_what_the_signer_makes() -> None:
    example = payload("webhook.signature.example")
    body = example["inputs"]["body_utf8"].encode()
    behaviour = Behaviour(webhook_secret=SecretStr(example["inputs"]["secret_utf8"]))
    headers = dict(Signer(behaviour, behaviour.webhook_secret)(body, False))
    assert headers["X-DeepVA-Signature"] == example["expected_values"]["body_only"]["hex"]


def test_each_event_that_was_subscribed_to_is_told_once(hooks: Hooks) -> None:
    story(hooks, *ALL)
    assert hooks.events == ["on_started", "job.text_recognition.on_completed", "on_completed"]
    assert hooks.genuine == [True] * 3


@pytest.mark.parametrize("name", ["on_started", "on_completed"])
def test_a_delivery_is_as_the_documentation_has_it(hooks: Hooks, name: str) -> None:
    story(hooks, name)
    (body,) = hooks.bodies
    example = payload(f"webhook.{name}")
    assert body.keys() == example.keys()
    assert body["data"].keys() == example["data"].keys()
    assert body["data"]["job"].keys() == example["data"]["job"].keys()
    assert isinstance(body["timestamp"], float)


def test_a_failure_is_told_with_its_reasons(hooks: Hooks) -> None:
    story(hooks, *ALL, sources=["https://nowhere.invalid/a.mp4"])
    assert hooks.events == ["on_started", "on_failed"]
    assert hooks.bodies[1]["data"]["job"]["errors"] == ["Source could not be downloaded"]


def test_nothing_is_told_of_a_stop(hooks: Hooks) -> None:
    story(hooks, "on_completed", "on_failed", "on_stopped", fault="job_stopped")
    assert hooks.events == []


def test_rows_and_segments_are_told_where_they_were_subscribed_to(hooks: Hooks) -> None:
    segments = ("job.landmark_recognition.on_segment_start", "on_detailed_result")
    story(hooks, *segments)
    assert hooks.events == ["on_detailed_result"] * 3 + [
        "job.landmark_recognition.on_segment_start"
    ]
    rows = [body["data"]["detailed_result"] for body in hooks.bodies]
    assert [row["module"] for row in rows] == ["text_recognition"] * 3 + ["landmark_recognition"]


@pytest.mark.parametrize(
    ("fault", "events", "genuine"),
    [
        ("callback_lost", [], []),
        ("callback_late", ["on_started", "on_completed"], [True, True]),
        ("callback_reordered", ["on_completed", "on_started"], [True, True]),
        (
            "callback_duplicate",
            ["on_started", "on_started", "on_completed", "on_completed"],
            [True] * 4,
        ),
        (
            "callback_replayed",
            ["on_started", "on_started", "on_completed", "on_completed"],
            [True] * 4,
        ),
        ("callback_early", ["on_completed", "on_started"], [True, True]),
        ("callback_forged", ["on_started", "on_completed"], [False, False]),
    ],
)
def test_deliveries_go_wrong_as_they_were_told_to(
    hooks: Hooks, fault: str, events: list[str], genuine: list[bool]
) -> None:
    story(hooks, "on_started", "on_completed", fault=fault)
    assert (hooks.events, hooks.genuine) == (events, genuine)


def test_a_truncated_delivery_is_no_json_any_more(hooks: Hooks) -> None:
    story(hooks, "on_completed", fault="callback_truncated")
    assert hooks.genuine == [False]
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        json.loads(hooks.received[0][1])


def test_a_nonce_is_always_larger_than_before(hooks: Hooks) -> None:
    story(hooks, "on_started", "on_detailed_result", "on_completed", fault="callback_duplicate")
    assert len(hooks.nonces) > 6
    assert all(one < other for one, other in zip(hooks.nonces, hooks.nonces[1:], strict=False))


def test_what_is_replayed_is_the_same_to_the_last_byte(hooks: Hooks) -> None:
    story(hooks, "on_completed", fault="callback_replayed")
    first, second = hooks.received
    assert first == second


def test_an_early_delivery_overtakes_the_answer_to_the_submission(hooks: Hooks) -> None:
    customer = Customer(Behaviour(faults=(Fault(kind="callback_early"),)))
    job = customer.buy(webhook={"events": ["on_completed"], "callback": hooks.url})
    (body,) = hooks.bodies
    assert (body["data"]["job"]["id"], body["data"]["job"]["state"]) == (job, "completed")
    assert customer.job(job)["state"] == "waiting"


@pytest.mark.parametrize(
    ("encoding", "prefix", "message"),
    [("hex", "", "{body}"), ("base64", "sha512=", "{body}"), ("hex", "", "{nonce}.{body}")],
)
def test_what_is_not_documented_of_signatures_can_be_settled(
    hooks: Hooks, encoding: str, prefix: str, message: str
) -> None:
    behaviour = Behaviour(
        webhook_secret=SecretStr(SECRET),
        signature_header="X-Other",
        nonce_header="X-Time",
        signature_encoding=encoding,  # type: ignore[arg-type]  # as parametrized
        signature_prefix=prefix,
        signed_message=message,
    )
    customer = Customer(behaviour)
    customer.follow(customer.buy(webhook={"events": ["on_completed"], "callback": hooks.url}))
    ((headers, body),) = hooks.received
    signed = message.replace("{nonce}", headers["x-time"]).encode().replace(b"{body}", body)
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha512).digest()
    written = digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()
    assert headers["x-other"] == prefix + written


def test_without_a_secret_nothing_is_signed(hooks: Hooks) -> None:
    customer = Customer()
    customer.follow(customer.buy(webhook={"events": ["on_completed"], "callback": hooks.url}))
    ((headers, _),) = hooks.received
    assert not [name for name in headers if "deepva" in name]


def test_nothing_is_ever_sent_to_another_machine() -> None:
    customer = Customer()
    hook = {"events": ["on_completed"], "callback": "https://hooks.example.com/deepva"}
    customer.follow(customer.buy(webhook=hook))
    outbox = customer.vendor.announcer.outbox
    assert (outbox.sent, outbox.withheld) == ([], 1)


def test_the_secret_stands_in_no_repr(hooks: Hooks) -> None:
    customer = story(hooks, "on_completed")
    for one in (customer.vendor.behaviour, customer.vendor.announcer.outbox):
        assert SECRET not in repr(one)
        assert hooks.url not in repr(one)


def test_by_the_clock_a_job_is_told_of_although_nobody_asks(hooks: Hooks) -> None:
    stages = (("waiting", 0.01), ("processing", 0.01))
    customer = Customer(Behaviour(stages=stages, advance="clock"))
    hook = {"events": ["on_completed"], "callback": hooks.url}
    body = {"sources": [URL], "modules": {"text_recognition": {}}, "webhook": hook}
    with serve(customer.app) as url, http_library().Client() as client:
        headers = {"Authorization": f"Key {customer.key}"}
        client.post(f"{url}/api/v1/jobs/", json=body, headers=headers)
        assert hooks.arrived.wait(PATIENCE)
    assert hooks.events == ["on_completed"]


def test_subscribers_are_told_of_transcripts_with_a_signature_of_their_own(hooks: Hooks) -> None:
    customer = Customer()
    for event in ("deepva.transcript.on_created", "deepva.export.on_completed"):
        customer.post("webhooks/", event=event, url=hooks.url, hmac_secret=SECRET)
    job = customer.finished("speech_recognition")
    transcript = customer.post("transcripts", job_id=job).json()["id"]
    (body,) = hooks.bodies
    example = payload("webhook.transcript_on_created")
    assert body.keys() == example.keys()
    assert (body["event"], body["data"]) == (example["event"], {"transcript": {"id": transcript}})
    assert hooks.genuine == [True]


def test_a_new_version_is_told_of(hooks: Hooks) -> None:
    customer = Customer()
    event = "deepva.transcript.variant.version.on_created"
    customer.post("webhooks/", event=event, url=hooks.url)
    job = customer.finished("speech_recognition")
    path = f"transcripts/{customer.post('transcripts', job_id=job).json()['id']}/variants"
    variant = customer.get(path).json()["data"][0]["id"]
    version = customer.post(f"{path}/{variant}/versions").json()["id"]
    assert hooks.bodies[0]["data"]["version"] == {"id": version}
