"""Submitting: what is stored, what is sent, and what is never sent twice."""

from __future__ import annotations

import pytest
from tests.client.fake_vendor import Either, FakeRegistry, Vendor

import vidiom
from vidiom.errors import (
    JobCanceled,
    JobNeedsReview,
    MalformedAnswer,
    RequestRejected,
    ServerError,
    SubmissionUnanswered,
    TransportError,
    VidiomError,
)
from vidiom.schema.jobs import JobFailure, JobState
from vidiom.schema.orders import Order

URL = "https://media.example/clip.mp4"


def refusal(status: int = 422) -> RequestRejected:
    return RequestRejected("no.", status=status, provider="fake", operation="submit")


def test_the_intention_is_stored_before_the_request_that_costs_money(
    either: Either, vendor: Vendor, store: vidiom.MemoryStore
) -> None:
    kept: list[JobState] = []
    vendor.during_upload = lambda order: kept.append(store.get(order.correlation).job.state)
    vendor.before_submit = refusal()
    with pytest.raises(RequestRejected):
        either.submit("fake", b"a film")
    assert kept == [JobState.UPLOADING]
    (job,) = either.list()
    assert (job.state, job.error) == (
        JobState.FAILED,
        JobFailure(code="RequestRejected", message="no."),
    )
    assert vendor.jobs == {}


def test_an_upload_is_kept_with_the_job_before_it_is_submitted(
    either: Either, vendor: Vendor, store: vidiom.MemoryStore
) -> None:
    vendor.after_submit = TransportError("cut off.")
    with pytest.raises(SubmissionUnanswered):
        either.submit("fake", b"a film")
    (record,) = store.list()
    assert record.order.uploaded is not None
    assert record.order.uploaded.url == "fake://1"


def test_the_images_of_a_batch_are_uploaded_and_kept_before_it_is_submitted(
    either: Either, vendor: Vendor, store: vidiom.MemoryStore
) -> None:
    seen: list[JobState] = []
    vendor.during_upload = lambda order: seen.append(store.get(order.correlation).job.state)
    vendor.before_submit = TransportError("cut off.")
    with pytest.raises(SubmissionUnanswered) as caught:
        either.submit_batch("fake", [b"one", URL])
    (record,) = store.list()
    assert record.order.uploaded is not None
    kept = record.order.uploaded.data["ids"]
    assert (seen, kept) == ([JobState.UPLOADING], vendor.uploads)
    vendor.before_submit = None
    assert either.wait_batch(caught.value.job_id).items
    assert len(vendor.uploads) == 2, "nothing was uploaded again"
    (bought,) = vendor.jobs.values()
    assert bought.uploaded == record.order.uploaded


def test_a_batch_whose_upload_fails_has_failed_and_buys_nothing(
    either: Either, vendor: Vendor
) -> None:
    def refuse(_: Order) -> None:
        raise refusal(413)

    vendor.during_upload = refuse
    with pytest.raises(RequestRejected):
        either.submit_batch("fake", [b"one", b"two"])
    (job,) = either.list()
    assert (job.state, vendor.jobs) == (JobState.FAILED, {})


@pytest.mark.parametrize(
    "error",
    [
        TransportError("cut off."),
        ServerError("broken.", status=500),
        RequestRejected("timed out.", status=408),
        MalformedAnswer("no id."),
    ],
)
def test_an_unanswered_submission_is_adopted_and_never_sent_again(
    either: Either, vendor: Vendor, error: VidiomError
) -> None:
    vendor.after_submit = error
    with pytest.raises(SubmissionUnanswered) as caught:
        either.submit("fake", URL)
    vendor.after_submit = None
    job = either.check(caught.value.job_id)
    assert (job.state, job.vendor_id) == (JobState.QUEUED, "v1")
    assert either.wait(job).shots
    assert len(vendor.jobs) == 1


def test_a_submission_that_the_vendor_provably_never_got_may_be_sent_again(
    either: Either, vendor: Vendor
) -> None:
    vendor.before_submit = TransportError("cut off.")
    with pytest.raises(SubmissionUnanswered) as caught:
        either.submit("fake", URL)
    vendor.before_submit = None
    job = either.check(caught.value.job_id)
    assert job.state is JobState.SUBMITTING
    assert job.error is not None
    assert job.error.code == "NeverCreated"
    assert vendor.jobs == {}  # asking sends nothing
    assert either.wait(job).shots
    assert len(vendor.jobs) == 1
    assert either.get(job.id).error is None


@pytest.mark.usefixtures("no_find")
def test_without_a_look_up_an_unanswered_submission_needs_a_person(
    either: Either, vendor: Vendor
) -> None:
    vendor.after_submit = TransportError("cut off.")
    with pytest.raises(SubmissionUnanswered) as caught:
        either.submit("fake", URL)
    assert either.check(caught.value.job_id).state is JobState.NEEDS_REVIEW
    with pytest.raises(JobNeedsReview):
        either.wait(caught.value.job_id)


def test_within_the_settle_time_nothing_is_concluded(
    store: vidiom.MemoryStore, registry: FakeRegistry, vendor: Vendor
) -> None:
    vendor.before_submit = TransportError("cut off.")
    with vidiom.Client(store=store, registry=registry, environment={}) as client:
        with pytest.raises(SubmissionUnanswered) as caught:
            client.submit("fake", URL)
        assert client.check(caught.value.job_id).state is JobState.SUBMITTING


def test_a_request_that_was_never_sent_fails_the_job_at_once(
    either: Either, vendor: Vendor
) -> None:
    vendor.before_submit = TransportError("no route.", sent=False)
    with pytest.raises(TransportError):
        either.submit("fake", URL)
    assert [job.state for job in either.list()] == [JobState.FAILED]


def test_a_job_canceled_during_its_upload_is_not_bought(
    either: Either, vendor: Vendor, store: vidiom.MemoryStore
) -> None:
    def cancel(order: Order) -> None:
        store.update(
            order.correlation,
            lambda r: r.moved(JobState.CANCELED, at=r.job.updated_at),
        )

    vendor.during_upload = cancel
    with pytest.raises(JobCanceled):
        either.submit("fake", b"a film")
    assert vendor.jobs == {}
