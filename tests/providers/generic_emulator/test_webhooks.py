"""Webhooks of the emulated vendor: signed with the secret of each job, early, twice, or never."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.providers.generic_emulator.vendors import Emulated, Sort, emulated, pictures

import vidiom
from vidiom.emulation.faults import Fault
from vidiom.errors import SignatureMismatch, SignatureMissing, UnreadableDelivery, WebhookError
from vidiom.jobs.home import open_home
from vidiom.schema.jobs import JobState
from vidiom.testing import serve
from vidiom.webhooks.delivery import Delivery
from vidiom_generic.emulator import Behaviour

PATIENCE = 10.0


class Hooks:
    """Takes deliveries as a receiver does, and keeps them."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.arrived = Event()
        self.url = ""
        self.receive: Callable[[Delivery], object] | None = None
        """What is done with a delivery before it is answered."""

    async def take(self, request: Request) -> Response:
        self.deliveries.append(
            Delivery.of(
                request.headers.items(),
                await request.body(),
                callback_id=request.path_params["job"],
                provider="generic",
            )
        )
        if self.receive is not None:
            await run_in_threadpool(self.receive, self.deliveries[-1])
        self.arrived.set()
        return Response(status_code=204)

    def wait(self) -> Delivery:
        assert self.arrived.wait(PATIENCE), "nobody called"
        return self.deliveries[-1]


@contextmanager
def hooked(
    *faults: Fault, behaviour: Behaviour | None = None, settings: dict[str, str] | None = None
) -> Iterator[tuple[Emulated, Hooks]]:
    hooks = Hooks()
    app = Starlette(routes=[Route("/hooks/generic/{job}", hooks.take, methods=["POST"])])
    with serve(app) as url, emulated(behaviour, *faults, settings=settings) as vendor:
        hooks.url = f"{url}/hooks/generic/{{id}}"
        yield vendor, hooks


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"not looked into")
    return path


def ended(vendor: Emulated, hooks: Hooks, film: Path) -> tuple[vidiom.Job, Delivery]:
    """A job whose end the vendor was asked for until it called."""
    with vendor.client() as client:
        job = client.submit("generic", film, callback=hooks.url)
        while client.check(job).state is not JobState.SUCCEEDED:
            pass
    return job, hooks.wait()


@pytest.mark.parametrize("sort", ["sync", "async"])
def test_a_webhook_is_verified_with_the_jobs_own_secret_and_is_the_result(
    sort: Sort, film: Path
) -> None:
    with hooked(Fault(kind="callback_early")) as (vendor, hooks):
        job = vendor.call(sort, "submit", "generic", film, callback=hooks.url)
        received = vendor.call(sort, "receive", hooks.wait())
        assert received.outcome == "processed"
        assert received.update.verified
        assert received.job.state is JobState.SUCCEEDED
        result = vendor.call(sort, "wait", job)
        assert len(result.shots) == 4
        assert "result" not in vendor.asked, "nothing was asked: the webhook said it all"
        assert vendor.counters == {"request_video": 1}


def test_a_webhook_that_overtakes_the_answer_to_its_submission_finds_its_job(film: Path) -> None:
    with hooked(Fault(kind="callback_early")) as (vendor, hooks), vendor.client() as receiver:
        hooks.receive = receiver.receive
        with vendor.client() as client:
            job = client.submit("generic", film, callback=hooks.url)
            assert job.state is JobState.SUCCEEDED, "it had ended before it was accepted"
            assert len(client.result(job).shots) == 4


def test_every_job_has_another_secret_which_is_shown_nowhere(
    film: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with hooked() as (vendor, hooks), vendor.client() as client:
        jobs = [client.submit("generic", film, callback=hooks.url) for _ in range(2)]
        secrets = [job.webhook.secret for job in vendor.vendor.jobs.values() if job.webhook]
        assert len(set(secrets)) == 2
        store = open_home(Path(vendor.environment["VIDIOM_HOME"]))
        records = [store.get(job.id) for job in jobs]
        shown = repr(records) + repr(jobs) + caplog.text + repr(vendor.vendor.jobs)
        shown += "".join(record.model_dump_json() for record in records)
        store.close()
        for secret in secrets:
            assert secret
            assert len(secret) == 64
            assert secret not in shown


def test_a_webhook_that_comes_twice_changes_nothing_the_second_time(film: Path) -> None:
    with hooked(Fault(kind="callback_duplicate")) as (vendor, hooks), vendor.client() as client:
        ended(vendor, hooks, film)
        while len(hooks.deliveries) < 2:
            pass
        first, second = (client.receive(one) for one in hooks.deliveries)
        assert (first.outcome, second.outcome) == ("processed", "duplicate")
        assert second.job is not None
        assert second.job.state is JobState.SUCCEEDED


def test_a_webhook_that_never_comes_costs_patience_only(film: Path) -> None:
    with hooked(Fault(kind="callback_lost")) as (vendor, hooks), vendor.client() as client:
        result = client.analyze("generic", film, callback=hooks.url)
        assert len(result.shots) == 4
        assert hooks.deliveries == []


def test_a_webhook_that_was_forged_or_changed_is_refused(film: Path) -> None:
    with hooked() as (vendor, hooks), vendor.client() as client:
        _, good = ended(vendor, hooks, film)
        changed = Delivery.of(
            good.headers,
            good.body.replace(b'"finished"', b'"failed"  '),
            callback_id=good.callback_id,
            provider="generic",
        )
        with pytest.raises(SignatureMismatch):
            client.receive(changed)
        bare = [pair for pair in good.headers if pair[0].lower() != "x-webhook-signature"]
        unsigned = Delivery.of(bare, good.body, callback_id=good.callback_id, provider="generic")
        with pytest.raises(SignatureMissing):
            client.receive(unsigned)


def test_a_webhook_of_one_job_is_none_of_another(film: Path) -> None:
    with hooked() as (vendor, hooks), vendor.client() as client:
        _, good = ended(vendor, hooks, film)
        other = client.submit("generic", film, callback=hooks.url)
        astray = Delivery.of(good.headers, good.body, callback_id=other.id, provider="generic")
        with pytest.raises(WebhookError):
            client.receive(astray)


def test_a_failed_job_is_told_with_its_reason(film: Path) -> None:
    with hooked(Fault(kind="failed_job")) as (vendor, hooks), vendor.client() as client:
        job = client.submit("generic", film, callback=hooks.url)
        while not client.check(job).done:
            pass
        told = json.loads(hooks.wait().body)
        assert told["status"] == "failed"
        assert client.receive(hooks.deliveries[0]).outcome == "processed"
        kept = client.get(job.id)
        assert kept.error is not None
        assert kept.error.message == "The media could not be processed."


def test_the_end_of_a_batch_is_told_and_its_items_are_fetched(tmp_path: Path) -> None:
    paths = pictures(tmp_path, 3, broken=lambda number: number == 2)
    with hooked(Fault(kind="callback_early")) as (vendor, hooks), vendor.client() as client:
        job = client.submit_batch("generic", paths, callback=hooks.url)
        received = client.receive(hooks.wait())
        assert received.job is not None
        assert received.job.state is JobState.PARTIAL
        batch = client.wait_batch(job)
        assert [one.external_id for one in batch.items] == ["1.png", "2.png", "3.png"]
        assert list(batch.errors) == ["2.png"]


def test_a_batch_of_several_jobs_is_polled_because_no_call_could_tell_of_the_whole(
    tmp_path: Path,
) -> None:
    settings = {"images_per_job": "2"}
    with hooked(settings=settings) as (vendor, hooks), vendor.client() as client:
        batch = client.analyze_batch("generic", pictures(tmp_path, 3), callback=hooks.url)
        assert len(batch.results) == 3
        assert hooks.deliveries == []
        assert [job.webhook for job in vendor.vendor.jobs.values()] == [None, None]


@pytest.mark.parametrize(
    "settings",
    [
        {"signature_encoding": "base64"},
        {"signature_digest": "sha512", "signature_prefixes": '["v1="]'},
        {
            "signature_message": "{timestamp}.{body}",
            "signature_timestamp_header": "X-Webhook-Timestamp",
        },
        {
            "signature_message": "{id}.{timestamp}.{body}",
            "signature_id_header": "X-Webhook-Id",
            "signature_timestamp_header": "X-Webhook-Timestamp",
        },
        {"signature_header": "X-Other-Signature", "signature_key_encoding": "hex"},
        {"webhooks": "dotted"},
        {"webhooks": "bracketed", "webhook_key": "hook"},
    ],
)
def test_other_ways_to_sign_and_to_be_told_are_settings(
    settings: dict[str, str], film: Path
) -> None:
    from vidiom.provider.settings import load_settings
    from vidiom_generic.settings import GenericSettings

    variables = {f"VIDIOM_GENERIC_{name.upper()}": text for name, text in settings.items()}
    own = load_settings(GenericSettings, "generic", environment=variables)
    behaviour = Behaviour(seed=1, settings=own)
    with hooked(behaviour=behaviour, settings=settings) as (vendor, hooks):
        _, delivery = ended(vendor, hooks, film)
        with vendor.client() as client:
            received = client.receive(delivery)
            assert received.update is not None
            assert received.update.verified


def test_without_a_secret_a_delivery_is_unsigned() -> None:
    from vidiom_generic.emulation.vendor import Vendor

    vendor = Vendor(["k"], Behaviour(seed=1))
    assert vendor._signed(None, b"{}", forged=False) == ()
    vendor.close()


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"job_id": "x"}', b'{"status": 7}'])
def test_an_authentic_delivery_that_says_nothing_is_unreadable(body: bytes) -> None:
    from datetime import UTC, datetime

    from vidiom.webhooks.signing import Stamp, signed_headers
    from vidiom_generic.settings import GenericSettings
    from vidiom_generic.webhook import signature_of

    secret = "a secret of thirty-two bytes at least"
    headers = signed_headers(
        signature_of(GenericSettings()), body, secret, Stamp(datetime.now(UTC))
    )
    with pytest.raises(UnreadableDelivery):
        vidiom.verify("generic", headers=headers, body=body, secrets=[secret])
