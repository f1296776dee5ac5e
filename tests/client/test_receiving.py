"""Receiving: what is verified is kept once, what is not is a hint, and nothing else is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.client.fake_vendor import Vendor
from tests.client.signing_vendor import (
    NOW,
    OWN_SECRET,
    SCHEME,
    SECRET,
    Signing,
    client_of,
    delivered,
    signing_kind,
    stored_job,
)

import vidiom
from vidiom.errors import (
    DeliveryStale,
    DeliveryUnsupported,
    JobNotFinished,
    SignatureMismatch,
    SignatureMissing,
    StoreError,
    UnknownDelivery,
    UnreadableDelivery,
    WebhookError,
    WebhookNotConfigured,
)
from vidiom.flow.effects import Flow
from vidiom.jobs.home import open_home
from vidiom.jobs.store import JobStore
from vidiom.schema.jobs import JobRef, JobState, JobStatus
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.testing import no_waiting
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import NonceRule
from vidiom.webhooks.signing import Stamp

DONE = JobStatus(state=JobState.SUCCEEDED, vendor_state="done")


@pytest.fixture
def vendor() -> Vendor:
    return Vendor(states=[DONE], jobs={"v1": Any})  # type: ignore[dict-item]


@pytest.fixture
def kind(vendor: Vendor) -> type[Signing]:
    return signing_kind(vendor)


@pytest.fixture(params=["memory", "sql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JobStore]:
    store: JobStore = vidiom.MemoryStore() if request.param == "memory" else open_home(tmp_path)
    yield store
    store.close()


@pytest.fixture
def client(any_store: JobStore, kind: type[Signing]) -> Iterator[vidiom.Client]:
    with client_of(any_store, kind) as client:
        yield client


def state(store: JobStore, job_id: str = "job-1") -> str:
    return store.get(job_id).job.state.value


# --- what is verified ----------------------------------------------------------------------------


def test_a_verified_delivery_moves_the_job_and_its_repetition_is_a_success(
    any_store: JobStore, client: vidiom.Client, vendor: Vendor
) -> None:
    stored_job(any_store)
    outcomes = [client.receive(delivered(word)).outcome for word in ("running", "done", "done")]
    assert outcomes == ["processed", "processed", "duplicate"]
    assert state(any_store) == "succeeded"
    assert vendor.asked == vendor.fetched == 0  # nothing is asked within the request
    received = client.receive(delivered("done"))
    assert received.job is not None
    assert received.update is not None
    assert (received.job.id, received.update.verified, received.secret) == ("job-1", True, 0)


def test_the_answer_is_archived_when_the_delivery_is_the_whole_of_it(
    any_store: JobStore, client: vidiom.Client, vendor: Vendor
) -> None:
    stored_job(any_store)
    delivery = delivered("done", result=[1])
    client.receive(delivery)
    client.receive(delivered("done", result=[2]))  # the same end again, in other words
    assert bytes(client.raw("job-1")["core"].content) == delivery.body
    assert vendor.fetched == 0
    (part,) = any_store.get("job-1").answer.parts  # type: ignore[union-attr]
    assert part.media_type == "application/json"


def test_a_failed_job_has_no_answer_whatever_the_delivery_holds(
    any_store: JobStore, client: vidiom.Client
) -> None:
    stored_job(any_store)
    client.receive(delivered("failed", result=[1]))
    assert (state(any_store), any_store.get("job-1").answer) == ("failed", None)


def test_a_delivery_that_overtakes_the_submission_is_bound_to_the_reserved_job(
    any_store: JobStore, client: vidiom.Client
) -> None:
    stored_job(any_store, vendor_id=None)
    assert client.receive(delivered("done")).outcome == "processed"
    record = any_store.get("job-1")
    assert record.ref is not None
    assert (record.job.vendor_id, record.ref.data) == ("v1", {"sort": "url"})
    later = any_store.update("job-1", lambda r: r.bound(record.ref, at=NOW))  # type: ignore[arg-type]
    assert later.job.state == "succeeded"  # the submission's own answer comes at last


def test_without_an_id_in_its_address_the_job_is_found_by_what_it_says(
    any_store: JobStore, client: vidiom.Client
) -> None:
    stored_job(any_store)
    stored_job(any_store, "job-2", vendor_id=None)
    assert client.receive(delivered("running", at=None)).outcome == "processed"
    early = client.receive(delivered("done", at=None, job="v2", tag="job-2"))
    assert early.job is not None
    assert (early.job.id, early.job.vendor_id) == ("job-2", "v2")
    for unknown in (
        delivered("done", at=None, job="v9"),
        delivered("done", at=None, job=None),
        delivered("done", at="nobody", job="v9"),
        delivered("something new"),
        delivered("done", at=None, job="v9", tag="no-job"),
    ):
        assert client.receive(unknown).outcome == "ignored"


def test_an_authentic_delivery_about_another_job_than_its_address_is_refused(
    any_store: JobStore, client: vidiom.Client
) -> None:
    stored_job(any_store)
    stored_job(any_store, "job-2", vendor_id=None)
    for delivery in (
        delivered("done", job="v2"),
        delivered("done", job="v1", at="job-2"),
        delivered("done", tag="job-2"),
    ):
        with pytest.raises(UnreadableDelivery, match="another job"):
            client.receive(delivery)
    assert (state(any_store), state(any_store, "job-2")) == ("queued", "submitting")


def test_a_replay_with_other_unsigned_headers_is_a_duplicate(
    any_store: JobStore, client: vidiom.Client
) -> None:
    stored_job(any_store)
    first = delivered("running")
    client.receive(first)
    ((_, content_type), (name, value)) = first.headers
    for headers in (
        (("content-type", content_type), (name.lower(), value.upper())),
        ((name, value), ("Content-Type", content_type), ("X-Delivery-Id", "new")),
    ):
        assert client.receive(Delivery(headers, first.body, NOW, "job-1", "fake")).outcome == (
            "duplicate"
        )


def test_of_many_who_deliver_the_same_event_one_processes_it(
    any_store: JobStore, client: vidiom.Client
) -> None:
    stored_job(any_store)
    with ThreadPoolExecutor(16) as pool:
        received = list(pool.map(client.receive, [delivered("done")] * 50))
    assert sorted(one.outcome for one in received) == ["duplicate"] * 49 + ["processed"]


def test_a_crash_between_claim_and_effect_is_repeated(
    any_store: JobStore, client: vidiom.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_job(any_store)

    def full(*_: object) -> None:
        raise StoreError("the disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(any_store, "update", full)
        with pytest.raises(StoreError):
            client.receive(delivered("done"))
    assert state(any_store) == "queued"
    assert client.receive(delivered("done")).outcome == "processed"
    assert state(any_store) == "succeeded"


# --- secrets of jobs -----------------------------------------------------------------------------


def test_a_job_with_a_secret_of_its_own_takes_that_one_only(
    any_store: JobStore, vendor: Vendor
) -> None:
    stored_job(any_store, own_secret=True)
    with client_of(any_store, signing_kind(vendor, form="url_and_secret")) as client:
        with pytest.raises(SignatureMismatch):
            client.receive(delivered("done", secret=SECRET))
        assert client.receive(delivered("done", secret=OWN_SECRET)).outcome == "processed"
    kind = signing_kind(vendor, form="url_and_secret")
    with client_of(any_store, kind, webhook_secret="") as client:
        with pytest.raises(UnknownDelivery):
            client.receive(delivered("done", at="nobody", secret=OWN_SECRET))
        with pytest.raises(UnknownDelivery):
            client.receive(delivered("done", at=None, secret=OWN_SECRET))


def test_submission_puts_address_and_a_fresh_secret_into_the_order(
    any_store: JobStore, vendor: Vendor
) -> None:
    environment = {"VIDIOM_CALLBACK_URL": "https://me.example/hooks/"}
    vendor.jobs.clear()
    kind = signing_kind(vendor, form="url_and_secret")
    from tests.client.fake_vendor import FakeRegistry

    with vidiom.Client(
        store=any_store, registry=FakeRegistry(kind), environment=environment
    ) as client:
        jobs = [client.submit("fake", "https://media.example/a.mp4") for _ in range(2)]
        quiet = client.submit("fake", "https://media.example/a.mp4", callback="")
        own = client.submit(
            "fake", "https://media.example/a.mp4", callback="https://x.example/{id}/y"
        )
    callbacks = [vendor.jobs[job.vendor_id or ""].callback for job in (*jobs, quiet, own)]
    first, second, none, named = callbacks
    assert first is not None
    assert second is not None
    assert named is not None
    assert none is None
    assert first.url == f"https://me.example/hooks/fake/{jobs[0].id}"
    assert named.url == f"https://x.example/{own.id}/y"
    assert first.secret is not None
    assert second.secret is not None
    assert len(first.secret.get_secret_value()) == 64
    assert first.secret != second.secret
    assert any_store.get(jobs[0].id).order.callback == first
    assert first.secret.get_secret_value() not in repr(any_store.get(jobs[0].id))


@pytest.mark.parametrize(
    "url", ["ftp://me.example", "me.example", "https://u:p@me.example", "https://me.example?a=1"]
)
def test_a_callback_base_that_is_none_is_refused(kind: type[Signing], url: str) -> None:
    from tests.client.fake_vendor import FakeRegistry

    environment = {"VIDIOM_CALLBACK_URL": url}
    with (
        vidiom.Client(
            store=vidiom.MemoryStore(), registry=FakeRegistry(kind), environment=environment
        ) as client,
        pytest.raises(vidiom.VidiomError, match="VIDIOM_CALLBACK_URL"),
    ):
        client.submit("fake", "https://media.example/a.mp4")


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delivery", "error"),
    [
        (delivered(secret=None), SignatureMissing),
        (delivered(secret="another secret of this length"), SignatureMismatch),
        (delivered(body=b"{broken"), UnreadableDelivery),
        (delivered(at=None, body=b"[]"), UnreadableDelivery),
        (dataclasses.replace(delivered(), provider="nobody"), UnknownDelivery),
        (dataclasses.replace(delivered(), provider=None, callback_id=None), UnknownDelivery),
        (dataclasses.replace(delivered(), provider=None, callback_id="nobody"), UnknownDelivery),
        (dataclasses.replace(delivered(), headers=delivered().headers[1:]), DeliveryUnsupported),
    ],
)
def test_what_is_refused_writes_nothing(
    any_store: JobStore, client: vidiom.Client, delivery: Delivery, error: type[WebhookError]
) -> None:
    record = stored_job(any_store)
    with pytest.raises(error) as caught:
        client.receive(delivery)
    assert caught.value.suggested_status < 500
    assert any_store.get("job-1") == record
    assert client.receive(delivered("done")).outcome == "processed"  # and was not claimed before


def test_no_secret_and_wrong_settings_are_our_fault_and_worth_a_repetition(
    any_store: JobStore, kind: type[Signing]
) -> None:
    stored_job(any_store)
    for settings in ({"webhook_secret": ""}, {"poll_seconds": "never"}):
        with (
            client_of(any_store, kind, **settings) as client,
            pytest.raises(WebhookNotConfigured) as caught,
        ):
            client.receive(delivered())
        assert caught.value.retryable


def test_a_provider_that_sends_no_webhooks_has_no_address(any_store: JobStore) -> None:
    with (
        vidiom.Client(store=any_store, environment={"HOME": "/nowhere"}) as client,
        pytest.raises(UnknownDelivery, match="sends no webhooks"),
    ):
        client.receive(Delivery((), b"{}", NOW, None, "local"))


def test_nonces_must_grow_where_that_is_configured(any_store: JobStore, vendor: Vendor) -> None:
    for order, late in (("window", "processed"), ("strict", None)):
        scheme = dataclasses.replace(SCHEME, nonce=NonceRule("X-Nonce", order=order))  # type: ignore[arg-type]
        name = f"job-{order}"
        stored_job(any_store, name, vendor_id=order)
        with client_of(any_store, signing_kind(vendor, signature=scheme)) as client:

            def receive(word: str, seconds: int) -> str:
                stamp = Stamp(NOW + timedelta(seconds=seconds))
                return client.receive(
                    delivered(word, job=order, at=name, scheme=scheme, stamp=stamp)  # noqa: B023
                ).outcome.value

            assert receive("queued", 5) == "processed"
            if late is None:
                with pytest.raises(DeliveryStale, match="nonce is not newer"):
                    receive("running", 5)
            else:
                assert receive("running", 5) == late  # several events may share a second
            assert receive("queued", 5) == "duplicate"
            assert receive("done", 6) == "processed"


# --- an end that was told too early ---------------------------------------------------------------


def late(vendor: Vendor, tries: list[str], *, at: int) -> type[Signing]:
    """Of a vendor that has the answer at the nth question only."""

    class Late(Signing):
        def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
            tries.append(job.vendor_id)
            if len(tries) < at:
                raise JobNotFinished("still running.", job_id=order.correlation, provider="fake")
            return (yield from super().fetch(job, order))

    vendor.parts = {"core": b'[{"end": 1.5}]'}
    return type("BoundLate", (Late,), {"vendor": vendor})


def test_an_answer_that_is_not_there_yet_is_no_lost_one(
    any_store: JobStore, vendor: Vendor
) -> None:
    tries: list[str] = []
    stored_job(any_store)
    with client_of(any_store, late(vendor, tries, at=3)) as client:
        assert client.receive(delivered("done")).outcome == "processed"
        with pytest.raises(JobNotFinished):
            client.result("job-1")
        step = client.advance("job-1")
        assert (step.done, step.again_after) == (False, 0.01)
        assert any_store.get("job-1").lost is None
        assert client.result("job-1").shots[0].end == 1.5
    assert tries == ["v1"] * 3


def test_waiting_goes_on_until_the_vendor_says_so_itself(
    any_store: JobStore, vendor: Vendor
) -> None:
    tries: list[str] = []
    stored_job(any_store)
    with (
        no_waiting() as clock,
        client_of(any_store, late(vendor, tries, at=5), poll_seconds="7") as client,
    ):
        client.receive(delivered("done"))
        with pytest.raises(JobNotFinished):
            client.wait("job-1", timeout=10)
        assert client.wait("job-1", timeout=100).shots[0].end == 1.5
    assert clock.waits == [7.0, 7.0, 7.0]
    assert vendor.asked == 0
