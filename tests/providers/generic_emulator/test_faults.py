"""What networks and vendors do to whole jobs, and what is said of it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tests.providers.generic_emulator.vendors import KEY, emulated, pictures

from vidiom.emulation.faults import Fault
from vidiom.errors import (
    AuthenticationFailed,
    InvalidMedia,
    JobExpired,
    JobFailed,
    MalformedAnswer,
    RequestRejected,
    SubmissionUnanswered,
    TooLarge,
    UnsupportedMediaType,
    UsageError,
    WaitTimeout,
)
from vidiom.schema.jobs import JobState
from vidiom_generic.emulator import Behaviour
from vidiom_generic.settings import GenericSettings

BOTH = pytest.mark.parametrize("sort", ["sync", "async"])


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * 40)
    return path


def test_a_lost_answer_to_a_submission_is_never_sent_again(film: Path) -> None:
    with emulated(None, Fault(kind="lost_answer", function="submit")) as vendor:
        with vendor.client() as client, pytest.raises(SubmissionUnanswered) as raised:
            client.submit("generic", film)
        assert vendor.counters == {"request_video": 1}
        with vendor.client() as client:
            job = client.get(raised.value.job_id)
            assert job.state is JobState.SUBMITTING
        assert vendor.counters == {"request_video": 1}


def test_a_batch_whose_answer_was_lost_is_adopted_by_a_persons_word(tmp_path: Path) -> None:
    lost = Fault(kind="lost_answer", function="submit")
    with (
        emulated(None, lost, settings={"settle_seconds": "0"}) as vendor,
        vendor.client() as client,
    ):
        with pytest.raises(SubmissionUnanswered) as raised:
            client.submit_batch("generic", pictures(tmp_path, 2))
        job_id = raised.value.job_id
        assert job_id is not None
        assert client.check(job_id).state is JobState.NEEDS_REVIEW
        (sold,) = vendor.vendor.jobs
        client.settle(job_id, "adopt", vendor_id=sold)
        assert list(client.wait_batch(job_id).results) == ["1.png", "2.png"]
        assert vendor.counters["request_image"] == 1


@pytest.mark.parametrize("kind", ["server_error", "rate_limited", "html"])
def test_questions_are_asked_again_and_submissions_are_not(kind: str, film: Path) -> None:
    later = Fault(kind=kind, function="result", times=3, retry_after="7", status=503)
    with emulated(None, later) as vendor, vendor.client() as client:
        assert len(client.analyze("generic", film).shots) == 4
        assert vendor.counters["request_video"] == 1
        assert kind == "html" or 7.0 in vendor.waits


def test_an_answer_that_is_cut_short_is_asked_for_again(film: Path) -> None:
    cut = Fault(kind="cut_body", function="result", times=2, after=2)
    with emulated(None, cut) as vendor, vendor.client() as client:
        assert len(client.analyze("generic", film).shots) == 4


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ("failed_job", JobFailed, "could not be processed"),
        ("failed_without_reason", JobFailed, "gives no reason"),
        ("without_member", MalformedAnswer, "no usable 'result'"),
        ("redirect", RequestRejected, "redirects are not followed"),
    ],
)
def test_a_job_that_comes_to_nothing_says_why(
    fault: str, error: type[Exception], says: str, film: Path
) -> None:
    with (
        emulated(None, Fault(kind=fault)) as vendor,
        vendor.client() as client,
        pytest.raises(error, match=says),
    ):
        client.analyze("generic", film)


def test_an_unknown_state_is_no_end_and_the_patience_ends(film: Path) -> None:
    behaviour = Behaviour(seed=1, stages=(("queued", 1), ("processing", 10_000)))
    with (
        emulated(behaviour, Fault(kind="unknown_state")) as vendor,
        vendor.client() as client,
    ):
        job = client.submit("generic", film)
        with pytest.raises(WaitTimeout):
            client.wait(job, timeout=120)
        kept = client.get(job.id)
        assert (kept.state, kept.vendor_state) == (JobState.RUNNING, "thinking_hard")


def test_a_job_that_was_seen_and_is_gone_has_expired(film: Path) -> None:
    gone = Fault(kind="expired_result", after=1, times=10)
    with emulated(None, gone) as vendor, vendor.client() as client:
        job = client.submit("generic", film)
        client.check(job)
        with pytest.raises(JobExpired):
            client.wait(job)


def test_what_is_too_large_or_of_a_wrong_type_is_refused_by_the_vendor(film: Path) -> None:
    with (
        emulated(Behaviour(seed=1, most_video_bytes=1000)) as vendor,
        vendor.client() as client,
        pytest.raises(TooLarge, match="exceeds the size limit"),
    ):
        client.submit("generic", film)
    with (
        emulated(settings={"video_content_type": "text/plain"}) as vendor,
        vendor.client() as client,
        pytest.raises(UnsupportedMediaType, match="application/octet-stream"),
    ):
        client.submit("generic", film)


@pytest.mark.parametrize("form", ["object", "string", "message", "detail", "problem"])
def test_a_wrong_key_is_told_whatever_errors_look_like(form: str, film: Path) -> None:
    behaviour = Behaviour(seed=1, error_form=form)  # type: ignore[arg-type]  # one of the forms
    wrong = {"api_key": "canary-of-a-wrong-key"}
    with (
        emulated(behaviour, settings=wrong) as vendor,
        vendor.client() as client,
        pytest.raises(AuthenticationFailed, match="not valid") as raised,
    ):
        client.submit("generic", film)
    assert "canary" not in str(raised.value)


def test_a_url_is_refused_unless_it_is_to_be_fetched_and_this_machine_never_is() -> None:
    with emulated() as vendor, vendor.client() as client:
        with pytest.raises(InvalidMedia, match="fetch=True"):
            client.submit("generic", "https://media.example/film.mp4")
        with pytest.raises(InvalidMedia, match="only https"):
            client.submit("generic", f"{vendor.url}/film.mp4", fetch=True)
        with pytest.raises(InvalidMedia, match="not on the public network") as raised:
            client.submit("generic", "https://127.0.0.1/film.mp4?token=t", fetch=True)
        assert (raised.value.provider, raised.value.operation) == ("generic", "fetch")
        assert "token" not in str(raised.value)
        options = {"max_processing_time": -1}
        with pytest.raises(UsageError, match="max_processing_time"):
            client.submit("generic", "https://127.0.0.1/f", fetch=True, options=options)
        assert vendor.asked == []


def test_the_key_is_in_no_log_line(film: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    settings = {"key_in": "query", "key_name": "key"}
    behaviour = Behaviour(seed=1, settings=GenericSettings.model_validate(settings))
    with emulated(behaviour, settings=settings) as vendor:
        vendor.call("sync", "analyze", "generic", film)
        vendor.call("async", "analyze", "generic", film)
    assert caplog.records
    assert KEY not in caplog.text
