"""What the clients do, and what they leave undone, in both worlds."""

from __future__ import annotations

import inspect

import pytest
from tests.client.fake_vendor import Either, Fake, Vendor

import vidiom
from vidiom.client.galleries import AsyncGalleries, Galleries
from vidiom.errors import (
    JobCanceled,
    JobExpired,
    JobFailed,
    JobNotFinished,
    MalformedAnswer,
    NotFound,
    RateLimited,
    ServerError,
    TransportError,
    UnknownJob,
    UnsupportedOperation,
    UsageError,
    VidiomError,
    WaitTimeout,
)
from vidiom.flow.effects import Progress
from vidiom.provider import unsupported
from vidiom.schema.jobs import JobFailure, JobState, JobStatus
from vidiom.schema.segments import Segment

URL = "https://media.example/clip.mp4"
RUNNING = JobStatus(state=JobState.RUNNING, vendor_state="busy", progress=0.5, poll_after=0.001)
DONE = JobStatus(state=JobState.SUCCEEDED, vendor_state="done")


def test_both_clients_have_the_same_methods_with_the_same_parameters() -> None:
    def surface(kind: type) -> dict[str, list[str]]:
        return {
            name: [str(parameter) for parameter in inspect.signature(method).parameters.values()]
            for one in kind.__mro__[:-1]
            for name, method in vars(one).items()
            if callable(method) and not name.startswith("_")
        }

    sync, asynchronous = surface(vidiom.Client), surface(vidiom.AsyncClient)
    asynchronous["close"] = asynchronous.pop("aclose")
    for methods in (sync, asynchronous):
        assert methods.pop("galleries")
    assert sync == asynchronous
    assert surface(Galleries) == surface(AsyncGalleries)
    assert {
        "analyze", "submit", "check", "wait", "result", "raw", "cancel", "delete", "list",
        "providers",
    } <= sync.keys()  # fmt: skip


def test_analyze_submits_waits_and_reads(either: Either, vendor: Vendor) -> None:
    vendor.states = [RUNNING, RUNNING, DONE]
    seen: list[Progress] = []
    result = either.analyze("fake", URL, features={"shots"}, on_progress=seen.append)
    assert [shot.segments for shot in result.shots] == [(Segment(0.0, 4.0),)]
    assert [progress.fraction for progress in seen] == [0.5, 0.5, 1.0]
    (job,) = either.list()
    assert (job.state, job.vendor_id, job.vendor_state) == (JobState.SUCCEEDED, "v1", "done")
    assert result.provenance.job_id == job.id
    assert result.provenance.vendor_job_id == "v1"
    assert [part.name for part in result.provenance.raw] == ["core"]


def test_the_answer_is_fetched_once_and_read_as_often_as_one_likes(
    either: Either, vendor: Vendor
) -> None:
    job = either.submit("fake", URL)
    first = either.wait(job)
    assert either.result(job) == first
    assert either.raw(job)["core"].content == b'[{"end": 4}]'
    assert vendor.fetched == 1


def test_an_unreadable_answer_stays_in_the_archive(
    either: Either, kind: type[Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: object, _raw: object) -> None:
        raise MalformedAnswer("not json.", provider="fake", operation="normalize")

    monkeypatch.setattr(kind, "normalize", refuse)
    job = either.submit("fake", URL)
    with pytest.raises(MalformedAnswer):
        either.wait(job)
    assert bytes(either.raw(job)["core"].content) == b'[{"end": 4}]'


def test_parts_that_could_not_be_had_are_notices(either: Either, vendor: Vendor) -> None:
    vendor.failed_parts = {"boxes": "the vendor answered 500."}
    (notice,) = either.analyze("fake", URL).notices
    assert (notice.code, "boxes" in notice.message) == ("failed_in_part", True)


def test_parts_that_the_vendor_does_not_have_are_no_failure(either: Either, vendor: Vendor) -> None:
    vendor.not_available = {"captions": "not in the plan."}
    job = either.submit("fake", URL)
    (notice,) = either.wait(job).notices
    assert (notice.code, notice.message) == (
        "not_available",
        "the vendor does not have the part 'captions' of the answer: not in the plan.",
    )
    assert either.raw(job).context.not_available == {"captions": "not in the plan."}


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELED, JobState.EXPIRED])
def test_waiting_for_a_job_that_ends_without_a_result_says_why(
    either: Either, vendor: Vendor, state: JobState
) -> None:
    failure = JobFailure(code="codec", message="the codec is not supported.")
    vendor.states = [RUNNING, JobStatus(state=state, failure=failure)]
    kinds = {"failed": JobFailed, "canceled": JobCanceled, "expired": JobExpired}
    with pytest.raises(kinds[state.value], match="the codec is not supported"):
        either.analyze("fake", URL)


def test_a_failed_job_gives_what_it_left(either: Either, vendor: Vendor) -> None:
    vendor.states = [JobStatus(state=JobState.FAILED)]
    job = either.submit("fake", URL)
    with pytest.raises(JobFailed):
        either.wait(job)
    assert len(either.result(job).shots) == 1


def test_a_failed_job_that_left_nothing_says_how_it_ended(either: Either, vendor: Vendor) -> None:
    vendor.states = [JobStatus(state=JobState.FAILED)]
    vendor.on_fetch = NotFound("nothing.", status=404)
    job = either.submit("fake", URL)
    either.check(job)
    with pytest.raises(JobFailed):
        either.result(job)


def test_a_result_that_the_vendor_has_deleted_is_called_expired(
    either: Either, vendor: Vendor
) -> None:
    vendor.on_fetch = NotFound("nothing.", status=404)
    job = either.submit("fake", URL)
    with pytest.raises(JobExpired, match="submit the media again"):
        either.wait(job)


def test_a_result_asked_for_too_early_is_refused(either: Either, vendor: Vendor) -> None:
    vendor.states = [RUNNING]
    job = either.check(either.submit("fake", URL))
    with pytest.raises(JobNotFinished, match="still running"):
        either.result(job)


def test_the_end_of_patience_is_not_the_end_of_the_job(either: Either, vendor: Vendor) -> None:
    vendor.states = [RUNNING]
    job = either.submit("fake", URL)
    with pytest.raises(WaitTimeout) as caught:
        either.wait(job, timeout=0.01)
    assert caught.value.job_id == job.id
    vendor.states = [DONE]
    assert either.wait(job).shots


def test_a_few_lost_questions_do_not_end_the_waiting(either: Either, vendor: Vendor) -> None:
    vendor.on_check = [
        TransportError("lost."),
        ServerError("down.", status=503),
        RateLimited("slow down.", status=429),
    ]
    assert either.analyze("fake", URL).shots
    assert vendor.asked == 4


def test_a_vendor_that_never_answers_ends_the_waiting(either: Either, vendor: Vendor) -> None:
    vendor.on_check = [TransportError("lost.")] * 9
    with pytest.raises(TransportError):
        either.analyze("fake", URL)
    assert vendor.asked == 5


def test_a_job_that_was_seen_and_is_gone_has_expired(either: Either, vendor: Vendor) -> None:
    vendor.states = [RUNNING]
    job = either.check(either.submit("fake", URL))
    vendor.jobs.clear()
    assert either.check(job).state is JobState.EXPIRED


def test_a_job_that_was_never_seen_is_not_called_expired(either: Either, vendor: Vendor) -> None:
    job = either.submit("fake", URL)
    vendor.jobs.clear()
    with pytest.raises(NotFound):
        either.check(job)
    assert either.get(job.id).state is JobState.QUEUED


def test_an_end_is_an_end_whatever_the_vendor_says_later(either: Either, vendor: Vendor) -> None:
    job = either.submit("fake", URL)
    assert either.cancel(job).state is JobState.CANCELED
    assert either.check(job).state is JobState.CANCELED
    assert vendor.canceled == ["v1"]
    assert vendor.asked == 0


def test_canceling_a_finished_job_asks_nobody(either: Either, vendor: Vendor) -> None:
    job = either.check(either.submit("fake", URL))
    assert either.cancel(job).state is JobState.SUCCEEDED
    assert vendor.canceled == []


def test_an_operation_that_the_vendor_lacks_says_so(
    either: Either, kind: type[Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind, "cancel", unsupported("a job cannot be stopped"))
    job = either.submit("fake", URL)
    with pytest.raises(UnsupportedOperation, match="a job cannot be stopped"):
        either.cancel(job)
    assert either.get(job.id).state is JobState.QUEUED


def test_deleting_removes_the_job_there_and_here(
    either: Either, vendor: Vendor, store: vidiom.MemoryStore
) -> None:
    job = either.submit("fake", URL)
    either.wait(job)
    answer = store.get(job.id).answer
    assert answer is not None
    (part,) = answer.parts
    either.delete(job)
    assert vendor.deleted == ["v1"]
    assert either.list() == ()
    with pytest.raises(VidiomError):
        store.archive.read(part.sha256)


def test_deleting_can_keep_the_result_which_is_fetched_first(
    either: Either, vendor: Vendor
) -> None:
    job = either.check(either.submit("fake", URL))
    either.delete(job, keep_result=True)
    assert vendor.deleted == ["v1"]
    vendor.jobs.clear()
    assert either.result(job).shots


def test_jobs_are_listed_newest_first_and_by_state(either: Either, vendor: Vendor) -> None:
    first = either.submit("fake", URL)
    second = either.check(either.submit("fake", URL))
    assert [job.id for job in either.list()] == [second.id, first.id]
    assert [job.id for job in either.list(states=["queued"])] == [first.id]
    assert [job.id for job in either.list(limit=1)] == [second.id]
    assert either.list(provider="other") == ()
    with pytest.raises(UsageError, match="no such job state: 'finished'"):
        either.list(states=["finished"])


def test_an_unknown_job_is_named(either: Either) -> None:
    with pytest.raises(UnknownJob, match="'nope'"):
        either.check("nope")


def test_providers_are_described_from_their_code(either: Either, kind: type[Fake]) -> None:
    (info,) = either.providers()
    assert (info.name, info.version, info.media) == ("fake", "7", ("batch", "file", "url"))
    assert dict(info.features) == {"shots": "shots", "text": "ocr"}
    assert info.unsupported.keys() == {
        "find_many", "check_many", "read_delivery", "latency", "probe", "proposals", "galleries",
        "emulator",
    }  # fmt: skip


def test_a_batch_is_read_as_a_batch_and_nothing_else(either: Either) -> None:
    images = ["https://media.example/a.jpg", "https://media.example/b.jpg"]
    batch = either.analyze_batch("fake", images)
    assert [item.external_id for item in batch.items] == ["a.jpg"]
    (job,) = either.list()
    assert job.batch
    assert batch.results["a.jpg"].provenance.job_id == job.id
    with pytest.raises(UsageError, match="result_batch"):
        either.result(job)
    single = either.submit("fake", URL)
    with pytest.raises(UsageError, match="use wait and result"):
        either.wait_batch(single)


def test_what_only_one_vendor_offers_is_called_on_its_adapter(
    either: Either, kind: type[Fake]
) -> None:
    assert either.call(kind, lambda adapter: adapter.upper("clip")) == "CLIP"
    assert either.call(Fake, lambda adapter: adapter.upper("a")) == "A"


def test_a_call_of_an_adapter_that_another_one_took_the_name_of_is_refused(
    either: Either,
) -> None:
    class Stranger(Fake):
        pass

    with pytest.raises(UsageError, match="no Stranger"):
        either.call(Stranger, lambda adapter: adapter.upper("a"))
