"""The state machine of jobs, and handles that are plain JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vidiom.schema.features import Feature
from vidiom.schema.jobs import (
    TRANSITIONS,
    Job,
    JobFailure,
    JobRef,
    JobState,
    JobStatus,
    JobUpdate,
)

states = st.sampled_from(JobState)
MOMENT = datetime(2025, 3, 1, 10, tzinfo=UTC)
JOB = Job(
    id="j-1",
    provider="local",
    state=JobState.RUNNING,
    media="clip.mp4",
    progress=0.5,
    error=JobFailure(code="ServerError", message="HTTP 503"),
    features=(Feature.SHOTS,),
    created_at=MOMENT,
    updated_at=MOMENT,
)


def reachable(start: JobState) -> set[JobState]:
    found, pending = {start}, [start]
    while pending:
        new = TRANSITIONS[pending.pop()] - found
        found |= new
        pending += new
    return found


def test_every_state_says_what_may_follow_it() -> None:
    assert TRANSITIONS.keys() == set(JobState)
    assert all(after <= set(JobState) for after in TRANSITIONS.values())


def test_every_state_can_be_reached_from_the_first_one() -> None:
    assert reachable(JobState.CREATED) == set(JobState)


def test_an_end_is_an_end() -> None:
    ends = {state for state in JobState if state.terminal}
    assert {end.value for end in ends} == {"succeeded", "partial", "failed", "canceled", "expired"}
    assert all(reachable(end) == {end} for end in ends)


@given(states)
def test_every_state_can_come_to_every_end(state: JobState) -> None:
    ends = {end for end in JobState if end.terminal}
    assert state.terminal or ends <= reachable(state)


@given(states, states)
def test_a_job_never_goes_back_but_for_a_person_who_decides(one: JobState, two: JobState) -> None:
    if one is not two and one.may_become(two) and two.may_become(one):
        assert {one, two} == {JobState.SUBMITTING, JobState.NEEDS_REVIEW}


@given(states, states)
def test_a_state_may_become_what_the_table_says_and_may_always_stay(
    one: JobState, two: JobState
) -> None:
    assert one.may_become(one)
    assert one.may_become(two) == (one is two or two in TRANSITIONS[one])


@given(states)
def test_nothing_is_created_twice(state: JobState) -> None:
    assert not state.may_become(JobState.CREATED) or state is JobState.CREATED


@given(states)
def test_only_an_end_with_success_has_a_result(state: JobState) -> None:
    assert state.has_result == (state.value in ("succeeded", "partial"))
    assert state.terminal or not state.has_result


def test_a_webhook_may_overtake_the_answer_to_the_submission() -> None:
    for early in (JobState.CREATED, JobState.UPLOADING, JobState.SUBMITTING):
        assert early.may_become(JobState.SUCCEEDED)
        assert early.may_become(JobState.RUNNING)


def test_a_job_survives_json() -> None:
    assert Job.model_validate_json(JOB.model_dump_json()) == JOB
    assert not JOB.done
    assert JOB.model_copy(update={"state": JobState.FAILED}).done


def test_a_job_in_json_has_the_documented_fields() -> None:
    written = JOB.model_dump(mode="json")
    assert {"id", "provider", "vendor_id", "state", "vendor_state", "progress", "error"} <= set(
        written
    )
    assert written["state"] == "running"
    assert written["error"] == {"code": "ServerError", "message": "HTTP 503"}
    assert written["features"] == ["shots"]


@pytest.mark.parametrize(
    "change",
    [
        {"created_at": datetime(2025, 3, 1)},  # noqa: DTZ001 - without a zone is the point
        {"progress": 1.01},
        {"progress": float("nan")},
        {"state": "dreaming"},
        {"priority": 1},
        {"features": ["smells"]},
    ],
    ids=str,
)
def test_a_job_that_is_none_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Job.model_validate({**JOB.model_dump(), **change})


@pytest.mark.parametrize("field", ["eta_seconds", "poll_after"])
def test_a_status_never_points_into_the_past(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        JobStatus.model_validate({"state": "running", field: -1})


def test_handles_and_updates_survive_json() -> None:
    ref = JobRef(provider="x", vendor_id="1", data={"host": "eu", "n": [1]})
    assert JobRef.model_validate_json(ref.model_dump_json()) == ref
    update = JobUpdate(
        vendor_id=None, status=JobStatus(state=JobState.QUEUED), event="e", verified=False
    )
    assert JobUpdate.model_validate_json(update.model_dump_json()) == update


def test_an_update_must_say_whether_it_was_verified() -> None:
    with pytest.raises(ValidationError, match="verified"):
        JobUpdate.model_validate({"vendor_id": "1", "status": None, "event": "e"})
