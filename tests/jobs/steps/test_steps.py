"""The steps of a job's life: what is due is done, and what passes is no error."""

from __future__ import annotations

import pytest
from tests.jobs.steps.conftest import Desk
from tests.jobs.steps.test_never_twice import lost

from vidiom.errors import (
    Conflict,
    NotFound,
    RateLimited,
    ServerError,
    TransportError,
    UsageError,
    VidiomError,
)
from vidiom.flow.effects import Flow
from vidiom.jobs.records import StoredJob
from vidiom.jobs.steps.cancellation import Cancellation
from vidiom.jobs.steps.review import Decision, Review
from vidiom.jobs.steps.steps import StepOutcome
from vidiom.provider import unsupported
from vidiom.schema.jobs import JobRef, JobState, JobStatus
from vidiom.schema.orders import Order


def advanced(desk: Desk, job_id: str, **settings: object) -> StepOutcome:
    return desk.run(desk.steps(**settings).advance(job_id))


def canceled(desk: Desk, job_id: str) -> StoredJob:
    return desk.run(Cancellation(desk.provider(), desk.store).cancel(desk.store.get(job_id)))


def test_steps_lead_from_the_intention_to_the_archived_answer(desk: Desk) -> None:
    desk.vendor.states = [
        JobStatus(state=JobState.RUNNING, vendor_state="busy", poll_after=3.0),
        JobStatus(state=JobState.SUCCEEDED, vendor_state="done"),
    ]
    desk.added("one")
    due = [advanced(desk, "one").again_after for _ in range(5)]
    assert due == [15.0, 3.0, 0.0, None, None]
    assert desk.store.get("one").answer is not None
    assert (len(desk.vendor.jobs), desk.vendor.fetched) == (1, 1)
    assert [row.after for row in desk.store.history("one")] == [
        JobState.CREATED,
        JobState.SUBMITTING,
        JobState.QUEUED,
        JobState.RUNNING,
        JobState.SUCCEEDED,
    ]


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (TransportError("gone."), 30.0),
        (ServerError("down.", status=503, retry_after=9.0), 9.0),
        (RateLimited("slow down.", status=429), 30.0),
    ],
)
def test_what_passes_is_a_reason_to_come_back(desk: Desk, error: VidiomError, again: float) -> None:
    desk.added("one")
    desk.submit("one")
    desk.vendor.on_check = [error]
    assert advanced(desk, "one").again_after == again
    advanced(desk, "one")
    desk.vendor.on_fetch = error
    assert advanced(desk, "one").again_after == again
    desk.vendor.on_fetch = None
    assert advanced(desk, "one").done


def test_an_answer_that_the_vendor_has_no_more_is_lost_and_not_asked_for_again(desk: Desk) -> None:
    desk.added("one")
    for _ in range(2):
        advanced(desk, "one")
    desk.vendor.on_fetch = NotFound("deleted.", status=404)
    assert advanced(desk, "one").done
    reason = desk.store.get("one").lost
    assert reason is not None
    assert reason.code == "JobExpired"
    advanced(desk, "one")
    assert desk.vendor.fetched == 1


@pytest.mark.parametrize("limit", ["jobs_in_flight", "submissions_per_period"])
def test_an_account_without_room_sends_nothing_more(desk: Desk, limit: str) -> None:
    desk.vendor.states = [JobStatus(state=JobState.RUNNING)]
    limits = {limit: 2, "period_seconds": 10.0}
    for name in ("one", "two", "three"):
        desk.added(name)
    *_, outcome = [desk.submit(name, **limits) for name in ("one", "two", "three")]
    assert len(desk.vendor.jobs) == 2
    assert outcome.record.job.state is JobState.CREATED
    assert outcome.again_after is not None
    if limit == "submissions_per_period":
        assert 9 < outcome.again_after <= 10
        desk.clock.wait(outcome.again_after)
    else:
        desk.vendor.states = [JobStatus(state=JobState.SUCCEEDED)]
        advanced(desk, "one", **limits)
    assert desk.submit("three", **limits).record.ref is not None


def test_a_job_that_nobody_has_sent_is_canceled_and_never_sent(desk: Desk) -> None:
    desk.added("one")
    assert canceled(desk, "one").job.state is JobState.CANCELED
    assert desk.submit("one").done
    assert (desk.vendor.jobs, desk.vendor.canceled) == ({}, [])


def test_a_job_of_which_nobody_knows_is_canceled_once_it_is_found(desk: Desk) -> None:
    lost(desk, "one")
    assert canceled(desk, "one").job.state is JobState.SUBMITTING
    desk.clock.wait(60)
    assert desk.submit("one").record.job.state is JobState.CANCELED
    assert desk.vendor.canceled == ["v1"]


def test_a_job_of_which_nobody_knows_is_not_sent_again_once_it_is_canceled(desk: Desk) -> None:
    lost(desk, "one", created=False)
    canceled(desk, "one")
    desk.clock.wait(60)
    assert desk.submit("one").record.job.state is JobState.CANCELED
    assert desk.vendor.jobs == {}


def test_where_the_vendor_finds_it_too_late_to_cancel_the_job_goes_on(desk: Desk) -> None:
    def refuse(_: object, _job: JobRef) -> Flow[None]:
        yield from ()
        raise Conflict("too late.", status=409)

    lost(desk, "one")
    canceled(desk, "one")
    desk.kind.cancel = refuse
    desk.clock.wait(60)
    assert desk.submit("one").record.job.state is JobState.QUEUED
    assert not desk.store.get("one").cancel_requested


PASSING = (
    TransportError("gone."),
    ServerError("down.", status=503, retry_after=9.0),
    RateLimited("slow down.", status=429),
)


@pytest.mark.parametrize("error", PASSING)
def test_a_wish_to_cancel_outlives_what_passes(desk: Desk, error: VidiomError) -> None:
    def fail(_: object, _job: JobRef) -> Flow[None]:
        yield from ()
        raise error

    desk.vendor.states = [JobStatus(state=JobState.RUNNING)]
    lost(desk, "one")
    canceled(desk, "one")
    cancel, desk.kind.cancel = desk.kind.cancel, fail
    desk.clock.wait(60)
    outcome = desk.submit("one")
    assert (outcome.record.job.vendor_id, outcome.done) == ("v1", False)
    advanced(desk, "one")
    assert desk.store.get("one").cancel_requested
    desk.kind.cancel = cancel
    advanced(desk, "one")
    assert (desk.state("one"), desk.vendor.canceled) == (JobState.CANCELED, ["v1"])


@pytest.mark.parametrize("error", PASSING)
def test_a_look_up_that_fails_for_a_while_is_a_reason_to_come_back(
    desk: Desk, error: VidiomError
) -> None:
    def fail(_: object, _order: Order) -> Flow[JobRef | None]:
        yield from ()
        raise error

    lost(desk, "one")
    find, desk.kind.find = desk.kind.find, fail
    desk.clock.wait(60)
    again = [desk.submit("one").again_after, advanced(desk, "one").again_after]
    assert again == [getattr(error, "retry_after", None) or 30.0] * 2
    desk.kind.find = find
    assert desk.submit("one").record.job.vendor_id == "v1"
    assert len(desk.vendor.jobs) == 1


def test_where_a_vendor_cannot_cancel_the_job_goes_on(desk: Desk) -> None:
    lost(desk, "one")
    canceled(desk, "one")
    desk.kind.cancel = unsupported("it cannot be stopped")
    desk.clock.wait(60)
    assert desk.submit("one").record.job.state is JobState.QUEUED


@pytest.mark.parametrize(
    ("review", "state"),
    [
        (Review("adopt", JobRef(provider="fake", vendor_id="v1")), JobState.QUEUED),
        (Review("send_again"), JobState.SUBMITTING),
        (Review("give_up"), JobState.FAILED),
    ],
)
def test_a_persons_word_settles_a_review(desk: Desk, review: Review, state: JobState) -> None:
    desk.kind.find = unsupported("there is no listing")
    (record,) = lost(desk, "one")
    desk.clock.wait(60)
    record = desk.submit("one").record
    assert record.job.state is JobState.NEEDS_REVIEW
    after = desk.store.update("one", lambda r: review.settled(r, r.job.updated_at))
    assert after.job.state is state
    desk.submit("one")
    assert len(desk.vendor.jobs) == (2 if review.decision == "send_again" else 1)
    with pytest.raises(UsageError, match="nothing to settle"):
        desk.store.update("one", lambda r: review.settled(r, r.job.updated_at))


@pytest.mark.parametrize(
    ("decision", "ref"),
    [("adopt", None), ("give_up", JobRef(provider="fake", vendor_id="v1"))],
)
def test_only_adopting_takes_an_id(decision: Decision, ref: JobRef | None) -> None:
    with pytest.raises(UsageError, match="name its id"):
        Review(decision, ref)
