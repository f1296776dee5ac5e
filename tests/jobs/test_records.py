"""What is kept of a job moves forward only, and shows no secret."""

from __future__ import annotations

import json
from itertools import permutations, product

import pytest

from vidiom.jobs.records import StoredJob
from vidiom.schema.jobs import TRANSITIONS, JobFailure, JobState, JobStatus
from vidiom.testing.store_conformance import MOMENT, bound_to, intended, with_answer

SECRET = "a secret of one job"
NEWS = (
    JobStatus(state=JobState.QUEUED),
    JobStatus(state=JobState.RUNNING, progress=0.5),
    JobStatus(state=JobState.SUCCEEDED),
    JobStatus(state=JobState.FAILED, failure=JobFailure(code="x", message="y")),
)


def told(record: StoredJob, status: JobStatus) -> StoredJob:
    return record.moved(status.state, at=MOMENT, status=status)


def in_state(state: JobState) -> StoredJob:
    record = intended("one")
    return record.with_changes(job=record.job.model_copy(update={"state": state}))


@pytest.mark.parametrize("order", [*permutations(NEWS)], ids=lambda o: "-".join(s.state for s in o))
def test_whatever_the_order_of_the_news_the_first_end_stays(order: tuple[JobStatus, ...]) -> None:
    record = intended("one")
    for status in order:
        record = told(record, status)
    first_end = next(status for status in order if status.state.terminal)
    assert record.job.state is first_end.state
    assert record.job.error == first_end.failure


@pytest.mark.parametrize(("before", "after"), [*product(JobState, JobState)])
def test_a_state_changes_only_as_the_table_says(before: JobState, after: JobState) -> None:
    allowed = after in TRANSITIONS[before] or after is before
    assert in_state(before).moved(after, at=MOMENT).job.state is (after if allowed else before)


@pytest.mark.parametrize("state", [*JobState])
def test_the_vendors_id_never_turns_a_state_back(state: JobState) -> None:
    record = bound_to("v-1")(in_state(state))
    assert record.job.vendor_id == "v-1"
    assert record.job.state is state or record.job.state in TRANSITIONS[state]


def test_the_vendors_id_that_comes_after_the_failure_does_not_wipe_the_reason() -> None:
    failed = told(intended("one"), NEWS[3])
    assert bound_to("v-1")(failed).job.error == NEWS[3].failure


def test_news_of_an_end_told_again_change_nothing() -> None:
    failed = told(intended("one"), NEWS[3])
    other = JobStatus(state=JobState.FAILED, failure=JobFailure(code="z", message="late"))
    assert told(failed, other) is failed
    assert told(failed, JobStatus(state=JobState.FAILED)) is failed


def test_a_reason_that_arrives_after_the_failure_is_added() -> None:
    failed = told(intended("one"), JobStatus(state=JobState.FAILED))
    assert told(failed, NEWS[3]).job.error == NEWS[3].failure


def test_only_the_text_for_a_store_holds_the_secret() -> None:
    record = intended("one")
    assert SECRET in record.to_text()
    assert StoredJob.from_text(record.to_text()) == record
    for shown in (repr(record), str(record), record.model_dump_json(), str(record.model_dump())):
        assert SECRET not in shown


def test_an_answer_that_an_older_vidiom_kept_is_read() -> None:
    kept = with_answer(b"1")(bound_to("v")(intended("one")))
    older = json.loads(kept.to_text())
    assert older["answer"].pop("not_available") == {"captions": "not in the plan"}
    answer = StoredJob.from_text(json.dumps(older)).answer
    assert answer is not None
    assert answer.not_available == {}
    assert answer.failed_parts == {"frames": "too early"}
