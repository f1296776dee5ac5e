"""No job is bought twice, whatever dies, freezes, overlaps or never answers."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from tests.jobs.steps.conftest import Desk

from vidiom.errors import (
    AuthenticationFailed,
    RateLimited,
    RequestRejected,
    ServerError,
    StoreError,
    TransportError,
    VidiomError,
)
from vidiom.flow.effects import Flow
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.adoption import Adoption, is_ambiguous
from vidiom.jobs.steps.submission import Submission
from vidiom.provider import unsupported
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.orders import Order

CUT_OFF = TransportError("cut off.")


def lost(desk: Desk, *job_ids: str, created: bool = True) -> list[StoredJob]:
    """Jobs whose submission was never answered."""
    vendor = desk.vendor
    vendor.after_submit, vendor.before_submit = (CUT_OFF, None) if created else (None, CUT_OFF)
    for job_id in job_ids:
        desk.added(job_id)
        outcome = desk.submit(job_id)
        assert is_ambiguous(outcome.record)
        assert outcome.again_after is not None
        assert 59 < outcome.again_after <= 60
    vendor.after_submit = vendor.before_submit = None
    return [desk.store.get(job_id) for job_id in job_ids]


def test_a_job_is_submitted_once_however_often_it_is_asked_for(desk: Desk) -> None:
    desk.added("one")
    outcomes = [desk.submit("one") for _ in range(3)]
    assert outcomes[-1].record.job.vendor_id == "v1"
    assert len(desk.vendor.jobs) == 1


def test_of_threads_that_submit_the_same_job_one_sends_it(desk: Desk) -> None:
    desk.added("one")
    record = desk.store.get("one")
    together = Barrier(6)

    def submit(_: int) -> None:
        together.wait(30)
        desk.run(Submission(desk.provider(), desk.store, patient=True).submit(record))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(submit, range(6)))
    assert len(desk.vendor.jobs) == 1
    assert desk.store.get("one").ref is not None


def test_a_process_frozen_between_its_claim_and_the_request_sends_nothing(desk: Desk) -> None:
    desk.added("one")
    reserve = desk.store.reserve

    def frozen(*arguments: object, **options: object) -> object:
        reservation = reserve(*arguments, **options)  # type: ignore[arg-type]
        desk.clock.wait(600)
        return reservation

    desk.store.reserve = frozen  # type: ignore[method-assign, assignment]
    assert desk.submit("one").again_after == 0  # it may be sent
    assert desk.vendor.jobs == {}
    desk.store.reserve = reserve  # type: ignore[method-assign]
    assert desk.submit("one").record.ref is not None
    assert len(desk.vendor.jobs) == 1


def test_a_late_answer_does_not_overrule_what_was_settled_meanwhile(desk: Desk) -> None:
    """The process is frozen during the request, and another one settles the job meanwhile."""
    desk.added("one")

    def meanwhile(order: Order) -> Flow[JobRef]:
        vendor_id = desk.vendor.submit(order)
        desk.clock.wait(61)
        yield from Adoption(desk.provider(), desk.store).settle([desk.store.get("one")])
        return JobRef(provider="fake", vendor_id=vendor_id)

    desk.kind.submit = lambda _self, order: meanwhile(order)
    outcome = desk.submit("one")
    assert outcome.record.ref == JobRef(provider="fake", vendor_id="v1")
    assert len(desk.vendor.jobs) == 1


@pytest.mark.parametrize(
    "error", [CUT_OFF, ServerError("broken.", status=500), RequestRejected("late.", status=408)]
)
def test_before_its_settle_time_an_unanswered_submission_is_left_alone(
    desk: Desk, error: VidiomError
) -> None:
    desk.added("one")
    desk.vendor.after_submit = error
    desk.submit("one")
    desk.vendor.after_submit = None
    for _ in range(3):
        assert is_ambiguous(desk.submit("one").record)
    desk.clock.wait(60)
    assert desk.submit("one").record.job.vendor_id == "v1"
    assert len(desk.vendor.jobs) == 1


def test_what_the_vendor_provably_has_not_is_sent_again(desk: Desk) -> None:
    lost(desk, "one", created=False)
    desk.clock.wait(60)
    assert desk.submit("one").record.job.vendor_id == "v1"
    assert len(desk.vendor.jobs) == 1
    told = [row.why for row in desk.store.history("one")]
    assert any("NeverCreated" in (why or "") for why in told)


def test_what_an_incomplete_listing_does_not_show_needs_a_person(desk: Desk) -> None:
    desk.kind.listing_complete = False
    lost(desk, "one", "two", created=False)
    desk.clock.wait(60)
    assert desk.submit("one").done
    assert desk.state("one") is JobState.NEEDS_REVIEW
    assert desk.submit("two", when_unanswered="send_again").record.job.vendor_id == "v1"


def test_without_a_look_up_the_user_chooses_between_once_and_at_least_once(desk: Desk) -> None:
    desk.kind.find = unsupported("there is no listing")
    lost(desk, "one", "two")
    desk.clock.wait(60)
    assert desk.submit("one").done
    assert desk.state("one") is JobState.NEEDS_REVIEW
    assert desk.submit("two", when_unanswered="send_again").record.ref is not None
    assert len(desk.vendor.jobs) == 3  # "two" is there twice now, as the user has accepted


def test_all_ambiguous_jobs_are_looked_up_in_one_listing(desk: Desk) -> None:
    listings: list[int] = []

    def find_many(_: object, orders: Sequence[Order]) -> Flow[Mapping[str, Sequence[JobRef]]]:
        yield from ()
        listings.append(len(orders))
        vendor_ids = {order.correlation: key for key, order in desk.vendor.jobs.items()}
        return {
            order.correlation: [
                JobRef(provider="fake", vendor_id=key)
                for key in [vendor_ids.get(order.correlation)]
                if key is not None
            ]
            for order in orders
        }

    records = lost(desk, "one", "two", "three")
    records += lost(desk, "four", created=False)
    desk.kind.find_many = find_many
    desk.clock.wait(60)
    after = desk.run(Adoption(desk.provider(), desk.store).settle(records))
    assert listings == [4]
    assert [record.job.vendor_id for record in after] == ["v1", "v2", "v3", None]
    assert not is_ambiguous(after[3])


def test_of_several_jobs_bought_for_one_the_first_is_kept_and_the_rest_canceled(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def find_many(_: object, orders: Sequence[Order]) -> Flow[Mapping[str, Sequence[JobRef]]]:
        yield from ()
        refs = [JobRef(provider="fake", vendor_id=name) for name in ("v1", "v7", "v8")]
        return {order.correlation: refs for order in orders}

    lost(desk, "one")
    desk.kind.find_many = find_many
    desk.clock.wait(60)
    with caplog.at_level(logging.WARNING, logger="vidiom.jobs"):
        assert desk.submit("one").record.job.vendor_id == "v1"
    assert desk.vendor.canceled == ["v7", "v8"]
    assert caplog.text.count("bought more than once") == 2


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("slow down.", status=429, retry_after=7.0),
        TransportError("no route.", sent=False),
    ],
)
def test_a_refusal_that_passes_leaves_the_job_to_be_sent_later(
    desk: Desk, error: VidiomError
) -> None:
    desk.added("one")
    desk.vendor.before_submit = error
    outcome = desk.submit("one")
    assert outcome.again_after == (7.0 if isinstance(error, RateLimited) else 5.0)
    assert desk.store.get("one").claim is None
    desk.vendor.before_submit = None
    assert desk.submit("one").record.job.vendor_id == "v1"


def test_a_wrong_key_fails_no_job_and_is_told(desk: Desk) -> None:
    desk.added("one")
    desk.vendor.before_submit = AuthenticationFailed("who are you?", status=401)
    with pytest.raises(AuthenticationFailed):
        desk.submit("one")
    assert desk.state("one") is JobState.SUBMITTING
    assert not is_ambiguous(desk.store.get("one"))


def test_a_definite_refusal_fails_the_job(desk: Desk) -> None:
    desk.added("one")
    desk.vendor.before_submit = RequestRejected("no film.", status=422)
    with pytest.raises(RequestRejected):
        desk.submit("one")
    assert desk.state("one") is JobState.FAILED


def test_a_store_that_is_away_while_the_answer_arrives_is_waited_for(desk: Desk) -> None:
    desk.added("one")
    update, failures = desk.store.update, [3]

    def away(*arguments: object) -> object:
        if desk.vendor.jobs and failures[0]:
            failures[0] -= 1
            raise StoreError("restarting.", passing=True)
        return update(*arguments)  # type: ignore[arg-type]

    desk.store.update = away  # type: ignore[method-assign, assignment]
    assert desk.submit("one").record.job.vendor_id == "v1"
    assert failures == [0]


def test_a_finished_upload_is_not_repeated(desk: Desk, sample: object) -> None:
    desk.added("one", path=str(sample))
    desk.vendor.before_submit = RateLimited("slow down.", status=429)
    desk.submit("one")
    desk.vendor.before_submit = None
    desk.submit("one")
    assert desk.vendor.uploads == ["sample.mp4"]
    assert [order.uploaded.url for order in desk.vendor.jobs.values() if order.uploaded] == [
        "fake://1"
    ]


def test_a_repeated_upload_that_was_overtaken_is_not_taken(desk: Desk, sample: object) -> None:
    record = desk.added("one", path=str(sample))
    desk.submit("one")
    submission = Submission(desk.provider(), desk.store, patient=True)
    desk.run(submission.submit(record))  # what a process knew that slept through all this
    assert len(desk.vendor.uploads) == 2
    assert len(desk.vendor.jobs) == 1
    uploaded = desk.store.get("one").order.uploaded
    assert uploaded is not None
    assert uploaded.url == "fake://1"
