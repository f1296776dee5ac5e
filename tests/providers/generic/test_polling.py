"""Asking for a job's state: what "not yet" looks like, when to ask again, and how jobs end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.generic.playing import BASE, KEY, adapter, batch_order, payload, video_order

from vidiom.errors import (
    JobFailed,
    JobNotFinished,
    MalformedAnswer,
    NotFound,
    RequestRejected,
    VidiomError,
)
from vidiom.flow.effects import Answer, Flow, Now, Send
from vidiom.schema.jobs import JobRef, JobState, JobStatus
from vidiom.schema.raw import RawResult
from vidiom.testing import answer, play
from vidiom.testing.scripted import NOON, Step, in_turn, recorded
from vidiom_generic.pace import Pace
from vidiom_generic.settings import GenericSettings

VIDEO = JobRef(
    provider="generic",
    vendor_id="v/1",
    data={"kind": "video", "submitted_at": NOON.isoformat(), "jobs": [{"job_id": "v/1"}]},
)


def batch(*jobs: dict[str, object]) -> JobRef:
    data = {"kind": "image", "submitted_at": NOON.isoformat(), "jobs": list(jobs)}
    return JobRef.model_validate({"provider": "generic", "vendor_id": "b1", "data": data})


def run(flow: Flow[object], *answers: Answer | VidiomError) -> tuple[object, Sequence[Send]]:
    steps: list[Step] = []
    value = play(recorded(flow, steps), in_turn(*answers))
    return value, [step.effect for step in steps if isinstance(step.effect, Send)]


def checked(job: JobRef, *answers: Answer | VidiomError, **settings: object) -> JobStatus:
    status, _ = run(adapter(**settings).check(job), *answers)
    assert isinstance(status, JobStatus)
    return status


def said(**members: object) -> bytes:
    return json.dumps({"job_id": "v/1", **members}).encode()


# --- where ----------------------------------------------------------------------------------------


def test_the_template_is_asked_with_the_id_as_one_step_of_the_path() -> None:
    _, (request,) = run(adapter().check(VIDEO), answer(200, payload("video.queued")))
    assert request.url == f"{BASE}/result/video/v%2F1"
    assert dict(request.headers) == {"X-API-Key": KEY}
    assert request.repeatable


def test_a_location_is_asked_and_its_query_is_in_no_log() -> None:
    job = batch({"job_id": "7", "poll": f"{BASE}/r/7?token=t&x="})
    _, (request,) = run(adapter().check(job), answer(200, payload("images.processing")))
    assert (request.url, request.query) == (f"{BASE}/r/7", (("token", "t"), ("x", "")))
    assert "token" not in repr(request)


def test_a_location_that_was_trusted_once_is_not_asked_by_other_settings() -> None:
    job = batch({"job_id": "7", "poll": f"{BASE}/r/7"})
    provider = adapter(base_url="https://other.example")
    _, (request,) = run(provider.check(job), answer(200, payload("images.processing")))
    assert request.url == "https://other.example/result/image/7"


def test_a_handle_without_data_is_a_videos() -> None:
    job = JobRef(provider="generic", vendor_id="7")
    _, (request,) = run(adapter().check(job), answer(200, payload("video.queued")))
    assert request.url == f"{BASE}/result/video/7"


def test_a_handle_from_a_webhook_knows_its_kind_by_the_order() -> None:
    job = adapter().reference(batch_order(2), "b7")
    _, (request,) = run(adapter().check(job), answer(200, payload("images.processing")))
    assert request.url == f"{BASE}/result/image/b7"
    assert adapter().reference(video_order(), "v7").data["kind"] == "video"


# --- not yet --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_answer", "state", "word"),
    [
        (answer(200, payload("video.queued")), "queued", "queued"),
        (answer(202, payload("video.processing")), "running", "processing"),
        (answer(202, b""), "queued", "202"),
        (answer(204, b""), "queued", "204"),
        (answer(200, said(status="In-Progress")), "running", "In-Progress"),
        (answer(200, said(status="  QUEUED ")), "queued", "  QUEUED "),
        (answer(200, said(status="thinking hard")), "running", "thinking hard"),
    ],
)
def test_pending_is_a_status_or_an_empty_answer_and_unknown_words_are_no_end(
    given_answer: Answer, state: str, word: str
) -> None:
    status = checked(VIDEO, given_answer)
    assert (status.state, status.vendor_state) == (state, word)
    assert status.poll_after is not None


def test_words_of_the_settings_are_known_too() -> None:
    more = {"ready": "succeeded", "Gone Wrong": "failed", "took-too-long": "timeout"}
    result = said(status="READY", result={})
    assert checked(VIDEO, answer(200, result), states=more).state is JobState.SUCCEEDED
    status = checked(VIDEO, answer(200, said(status="took too long")), states=more)
    assert status.state is JobState.FAILED
    assert status.failure is not None
    assert status.failure.code == "timeout"


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0", 1.0), ("Thu, 01 Jan 2026 12:01:00 GMT", 60.0)]
)
def test_retry_after_is_followed_but_never_without_a_pause(header: str, seconds: float) -> None:
    pending = answer(202, b"", [("Retry-After", header)])
    assert checked(VIDEO, pending).poll_after == seconds


@given(st.floats(0, 1e6), st.text(min_size=1, max_size=20))
def test_gaps_grow_with_the_age_of_a_job_within_their_bounds(age: float, job_id: str) -> None:
    pace = Pace.of(GenericSettings(), NOON, job_id)
    gap = pace.next_question(NOON + timedelta(seconds=age))
    assert 2.0 * 0.8 <= gap <= 30.0
    assert pace.next_question(NOON + timedelta(seconds=age + 1)) >= gap


def test_gaps_follow_the_growth_and_jobs_are_spread() -> None:
    pace = Pace(NOON, shortest=2.0, growth=1.5, longest=30.0, share=0.0)
    asked, gaps = 2.0, []
    for _ in range(8):
        gap = pace.next_question(NOON + timedelta(seconds=asked))
        gaps.append(round(gap, 2))
        asked += gap
    assert gaps == [2.0, 2.0, 3.0, 4.5, 6.75, 10.12, 15.19, 22.78]
    shares = {Pace.of(GenericSettings(), NOON, f"job-{n}").share for n in range(100)}
    assert len(shares) == 100


def test_a_job_that_is_not_known_is_not_found() -> None:
    with pytest.raises(NotFound):
        checked(VIDEO, answer(404, payload("error.not_found")))


def test_a_job_that_is_not_known_yet_is_waited_for_where_that_is_set() -> None:
    status = checked(VIDEO, answer(404, payload("error.not_found")), not_found_grace_seconds=30)
    assert (status.state, status.vendor_state) == ("queued", "404")
    long_ago = VIDEO.model_copy(
        update={"data": {**VIDEO.data, "submitted_at": "2026-01-01T11:00:00+00:00"}}
    )
    with pytest.raises(NotFound):
        checked(long_ago, answer(404, b""), not_found_grace_seconds=30)


def test_a_redirect_is_not_followed() -> None:
    away = answer(303, b"", [("Location", "https://evil.example/x")])
    with pytest.raises(RequestRejected, match="redirects are not followed"):
        checked(VIDEO, away)


# --- ends -----------------------------------------------------------------------------------------


def test_a_finished_video_has_succeeded() -> None:
    status = checked(VIDEO, answer(200, payload("video.finished")))
    assert (status.state, status.poll_after) == ("succeeded", None)


@pytest.mark.parametrize("body", [said(status="finished"), said(status="finished", result=None)])
def test_a_finished_video_without_its_result_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer, match="'result'"):
        checked(VIDEO, answer(200, body))


def test_a_finished_batch_without_its_items_is_malformed() -> None:
    with pytest.raises(MalformedAnswer, match="'items'"):
        checked(batch({"job_id": "b1", "images": 1}), answer(200, said(status="finished")))


def test_a_failed_job_has_the_vendors_reason_or_none() -> None:
    status = checked(VIDEO, answer(200, payload("video.failed")))
    assert status.failure is not None
    assert status.failure.code == "max_processing_time_exceeded"
    assert "the limit set by Max-Processing-Time" in status.failure.message
    bare = checked(VIDEO, answer(200, said(status="failed")))
    assert bare.failure is not None
    assert bare.failure.message == "the vendor gives no reason"


def test_a_batch_with_failed_images_is_partial_and_says_how_many() -> None:
    job = batch({"job_id": "b1", "images": 3})
    status = checked(job, answer(200, payload("images.finished")))
    assert status.state is JobState.PARTIAL
    assert status.failure is not None
    assert status.failure.message == (
        "1 of 3 images failed, the first one: Item could not be decoded as an image."
    )


def test_every_spelling_of_a_failed_item_counts_as_failed() -> None:
    job = batch({"job_id": "b1", "images": 7})
    status = checked(job, answer(200, payload("images.finished.failed_item_variants")))
    assert status.state is JobState.FAILED
    assert status.failure is not None
    assert status.failure.message.startswith("7 of 7 images failed")


# --- several jobs ---------------------------------------------------------------------------------

TWO = batch({"job_id": "b1", "images": 1}, {"job_id": "b2", "images": 1})
DONE = answer(200, b'{"status": "finished", "items": [{"external_id": "1", "result": {}}]}')
RUNNING = answer(200, b'{"status": "processing"}')


def test_while_the_last_job_runs_only_that_one_is_asked_for() -> None:
    status, requests = run(adapter().check(TWO), RUNNING)
    assert isinstance(status, JobStatus)
    assert status.state is JobState.RUNNING
    assert [one.url.rpartition("/")[2] for one in requests] == ["b2"]


def test_the_whole_has_ended_when_all_have() -> None:
    assert checked(TWO, DONE, RUNNING).state is JobState.RUNNING
    assert checked(TWO, DONE, DONE).state is JobState.SUCCEEDED


def test_a_job_that_failed_or_was_never_bought_makes_the_whole_partial() -> None:
    assert checked(TWO, DONE, answer(200, payload("images.failed"))).state is JobState.PARTIAL
    lacking = batch({"job_id": "b1", "images": 1}, {"images": 1, "code": "TooLarge"})
    status = checked(lacking, DONE)
    assert status.state is JobState.PARTIAL
    assert status.failure is not None
    assert status.failure.code == "TooLarge"


def test_a_job_that_is_gone_does_not_take_the_others_along() -> None:
    gone = answer(404, payload("error.not_found"))
    assert checked(TWO, DONE, gone).state is JobState.PARTIAL
    with pytest.raises(NotFound):
        checked(TWO, gone, gone)


# --- fetching -------------------------------------------------------------------------------------


def test_the_answer_is_kept_as_it_came() -> None:
    raw, (request,) = run(
        adapter().fetch(VIDEO, video_order()), answer(200, payload("video.finished"))
    )
    assert isinstance(raw, RawResult)
    assert {name: bytes(part.content) for name, part in raw.items()} == {
        "video": payload("video.finished")
    }
    assert request.save_as == "video"


def test_a_job_that_runs_or_failed_has_no_answer_to_fetch() -> None:
    with pytest.raises(JobNotFinished, match="processing"):
        run(adapter().fetch(VIDEO, video_order()), answer(200, payload("video.processing")))
    with pytest.raises(JobNotFinished, match="204"):
        run(adapter().fetch(VIDEO, video_order()), answer(204, b""))
    with pytest.raises(JobFailed, match="Max-Processing-Time"):
        run(adapter().fetch(VIDEO, video_order()), answer(200, payload("video.failed")))


def test_it_is_always_noon_here() -> None:
    assert in_turn()(Now()) == NOON
