"""Hints and disputes: the vendor is asked, at a limited rate, and its word is the last."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.client.fake_vendor import Vendor
from tests.client.signing_vendor import (
    NOW,
    SECRET,
    Signing,
    client_of,
    delivered,
    signing_kind,
    stored_job,
)

import vidiom
from vidiom.errors import (
    TransportError,
)
from vidiom.jobs.home import open_home
from vidiom.jobs.store import JobStore
from vidiom.schema.jobs import JobState, JobStatus
from vidiom.testing import no_waiting
from vidiom.webhooks.scheme import Unsigned

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


# --- hints ---------------------------------------------------------------------------------------


def test_an_unsigned_delivery_changes_nothing_and_causes_one_question_in_an_interval(
    any_store: JobStore, vendor: Vendor
) -> None:
    kind = signing_kind(vendor, signature=Unsigned("it does not sign"))
    stored_job(any_store)
    vendor.states = [JobStatus(state=JobState.RUNNING)]
    with no_waiting() as clock, client_of(any_store, kind, hint_seconds="60") as client:
        for _ in range(20):
            assert client.receive(delivered("done", secret=None)).outcome == "hint"
        assert (state(any_store), vendor.asked) == ("queued", 0)
        client.follow_up()
        client.receive(delivered("done", secret=None))
        client.follow_up()
        assert (state(any_store), vendor.asked) == ("running", 1)
        clock.wait(61)
        client.follow_up()
        client.follow_up()
        assert vendor.asked == 2


def test_a_forged_hint_for_a_job_that_is_not_here_is_ignored(
    any_store: JobStore, vendor: Vendor
) -> None:
    kind = signing_kind(vendor, signature=Unsigned("it does not sign"))
    stored_job(any_store)
    with client_of(any_store, kind) as client:
        for delivery in (
            delivered("done", secret=None, at="nobody"),
            delivered("done", secret=None, at=None, job="v9"),
            delivered("done", secret=None, job="v9"),
            delivered("done", secret=None, body=b'{"status": "new word", "job": "v1"}'),
        ):
            assert client.receive(delivery).outcome == "ignored"
        assert client.follow_up() == ()
    assert vendor.asked == 0


@pytest.mark.parametrize(
    ("settings", "secret"),
    [({"allow_unsigned_deliveries": "true"}, None), ({"confirm_deliveries": "true"}, SECRET)],
)
def test_signed_vendors_can_be_taken_for_hints_by_configuration(
    any_store: JobStore, kind: type[Signing], settings: dict[str, str], secret: str | None
) -> None:
    stored_job(any_store)
    with client_of(any_store, kind, **settings) as client:
        assert client.receive(delivered("done", secret=secret, result=[1])).outcome == "hint"
        assert (state(any_store), any_store.get("job-1").answer) == ("queued", None)
        (job,) = client.follow_up()
        assert job.state == "succeeded"
        assert client.receive(delivered("done", secret=secret)).outcome == "duplicate"


def test_a_question_that_fails_is_asked_again_later(any_store: JobStore, vendor: Vendor) -> None:
    kind = signing_kind(vendor, signature=Unsigned("it does not sign"))
    stored_job(any_store)
    vendor.on_check = [TransportError("no network.")]
    with no_waiting() as clock, client_of(any_store, kind, hint_seconds="60") as client:
        client.receive(delivered("done", secret=None))
        client.follow_up()
        client.follow_up()
        assert (state(any_store), vendor.asked) == ("queued", 1)
        clock.wait(61)
        client.follow_up()
        assert state(any_store) == "succeeded"


# --- in which order ever -------------------------------------------------------------------------

EVENTS = ("queued", "running", "done", "failed", "poll", "answer")


@pytest.mark.parametrize("truth", [JobState.SUCCEEDED, JobState.FAILED])
def test_in_whatever_order_events_come_the_job_ends_as_the_vendor_says(
    vendor: Vendor, kind: type[Signing], truth: JobState
) -> None:
    from vidiom.schema.jobs import JobRef

    for order in itertools.permutations(EVENTS):
        store = vidiom.MemoryStore()
        stored_job(store, vendor_id=None)
        vendor.states = [JobStatus(state=truth)]
        with client_of(store, kind) as client:
            for event in order:
                if event == "poll":
                    client.follow_up()
                elif event == "answer":
                    ref = JobRef(provider="fake", vendor_id="v1")
                    store.update("job-1", lambda r: r.bound(ref, at=NOW))  # noqa: B023
                else:
                    client.receive(delivered(event))
            client.follow_up()
            job = client.get("job-1")
            assert (job.state, job.vendor_id) == (truth, "v1"), order
            assert client.follow_up() == ()
        store.close()


def test_a_conflict_is_recorded_and_settled_by_asking(
    any_store: JobStore, client: vidiom.Client, vendor: Vendor
) -> None:
    stored_job(any_store)
    client.receive(delivered("failed"))
    received = client.receive(delivered("done", result=[1]))
    assert (received.outcome, received.conflict) == ("processed", True)
    assert state(any_store) == "failed"  # the first word stays until the vendor was asked
    assert any_store.deliveries.conflict("job-1") == "succeeded"
    vendor.states = [JobStatus(state=JobState.RUNNING)]
    client.follow_up()
    assert state(any_store) == "failed"
    vendor.states = [DONE]
    with no_waiting() as clock:
        clock.wait(61)
        client.follow_up()
    assert (state(any_store), any_store.deliveries.conflict("job-1")) == ("succeeded", None)
    assert vendor.fetched == 0
    assert client.result("job-1").shots
    assert vendor.fetched == 1  # what a refuted delivery brought is not taken for the answer


def test_a_conflict_about_a_job_that_the_vendor_has_no_more_leaves_the_first_word(
    any_store: JobStore, client: vidiom.Client, vendor: Vendor
) -> None:
    stored_job(any_store)
    client.receive(delivered("done"))
    client.receive(delivered("failed"))
    vendor.jobs.clear()
    client.follow_up()
    assert (state(any_store), any_store.deliveries.conflict("job-1")) == ("succeeded", None)


def test_a_webhook_that_tells_another_end_while_the_vendor_is_asked_is_settled(
    any_store: JobStore, client: vidiom.Client, vendor: Vendor, kind: type[Signing]
) -> None:
    stored_job(any_store)
    honest = vendor.check

    def overtaken(vendor_id: str) -> JobStatus:
        client.receive(delivered("failed"))
        return honest(vendor_id)

    vendor.check = overtaken  # type: ignore[method-assign]
    assert client.check("job-1").state == "failed"
    vendor.check = honest  # type: ignore[method-assign]
    assert any_store.deliveries.conflict("job-1") == "succeeded"
    client.follow_up()
    assert state(any_store) == "succeeded"
