"""Requests for jobs and results, played by hand: method, address, query, body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from vidiom.errors import (
    JobNeedsReview,
    MalformedAnswer,
    RequestRejected,
    TransportError,
    VidiomError,
)
from vidiom.flow.effects import Answer, Send
from vidiom.provider.reading import read_result
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.media import FileMedia
from vidiom.schema.orders import Callback, Order, UploadedMedia
from vidiom.testing.scripted import answer
from vidiom_valossa.options import ValossaOptions
from vidiom_valossa.provider import ValossaProvider
from vidiom_valossa.settings import ValossaSettings

CANARY = "EXAMPLEKEY0000000000"
JOB = JobRef(provider="valossa", vendor_id="5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11")
BASE = "https://api-eu.valossa.com/core/1.0"
Payload = Callable[[str], bytes]
Document = Callable[[str], Any]
Sent = Callable[..., tuple[Any, list[Send]]]


def json_of(request: Send) -> object:
    assert request.body is not None
    assert request.body.content_type == "application/json"
    assert request.query == ()
    assert request.body.inline is not None
    return json.loads(request.body.inline)


# --- submitting -----------------------------------------------------------------------------------


def test_new_job_says_everything_that_the_vendor_takes(
    sent: Sent, provider: ValossaProvider, order: Order, payload: Payload, document: Document
) -> None:
    said = order.model_copy(
        update={
            "title": "Harbour Stories, episode 1",
            "language": "en-US",
            "callback": Callback(url="https://hooks.example.com/valossa"),
            "options": {
                "description": "A visit to a coffee roastery in the old harbour of Helsinki.",
                "face_min_relative_height": 0.1,
                "face_gallery_id": "9f2d7c31-5a84-4a0e-b6d3-17c2e85f4d60",
                "email_group": "users_with_access_to_api_key_results",
            },
        }
    )
    ref, (request,) = sent(provider.submit(said), answer(200, payload("new_job.response.json")))
    assert ref == JOB
    assert (request.method, request.url) == ("POST", f"{BASE}/new_job")
    assert json_of(request) == document("new_job.request.json")
    assert not request.repeatable


def test_new_job_says_nothing_that_was_not_said(
    sent: Sent, provider: ValossaProvider, order: Order, payload: Payload, document: Document
) -> None:
    _, (request,) = sent(provider.submit(order), answer(201, payload("new_job.response.json")))
    expected = document("new_job.request.minimal.json")
    expected["media"]["customer_media_info"] = {"id": "harbour-s01e01"}
    assert json_of(request) == expected


def test_uploaded_media_and_a_transcript_are_named_by_their_urls(
    sent: Sent, provider: ValossaProvider, order: Order, payload: Payload, document: Document
) -> None:
    expected = document("new_job.request.uploaded_with_transcript.json")
    said = order.model_copy(
        update={
            "media": FileMedia(path="/media/harbour.mp4", size=3),
            "uploaded": UploadedMedia(url=expected["media"]["video"]["url"]),
            "title": "Harbour Stories, episode 1",
            "language": "en-US",
            "options": {"transcript_url": "https://media.example.com/harbour-stories-ep1.srt"},
        }
    )
    _, (request,) = sent(provider.submit(said), answer(200, payload("new_job.response.json")))
    expected["media"]["customer_media_info"] = {"id": "harbour-s01e01"}
    assert json_of(request) == expected


@pytest.mark.parametrize(
    "options",
    [{"face_min_relative_height": 1.5}, {"email_group": "everybody"}, {"no_such_option": 1}],
)
def test_an_option_that_the_vendor_does_not_know_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ValossaOptions.model_validate(options)


def test_an_answer_without_a_job_id_is_malformed(
    sent: Sent, provider: ValossaProvider, order: Order
) -> None:
    with pytest.raises(MalformedAnswer, match="job_id"):
        sent(provider.submit(order), answer(200, b"{}"))


# --- looking up -----------------------------------------------------------------------------------


def test_a_job_is_found_by_our_own_id(
    sent: Sent, provider: ValossaProvider, order: Order, payload: Payload
) -> None:
    listing = answer(200, payload("list_jobs.without_status.json"))
    ref, (request,) = sent(provider.find(order), listing)
    assert ref == JOB
    assert (request.method, request.url) == ("GET", f"{BASE}/list_jobs")
    assert request.query == (("api_key", CANARY), ("n_jobs", "10000"))
    assert request.repeatable


def test_a_job_that_is_not_listed_does_not_exist(
    sent: Sent, provider: ValossaProvider, order: Order, payload: Payload
) -> None:
    other = order.model_copy(update={"correlation": "other"})
    listing = answer(200, payload("list_jobs.without_status.json"))
    assert sent(provider.find(other), listing)[0] is None


def test_a_full_listing_proves_nothing(sent: Sent, provider: ValossaProvider, order: Order) -> None:
    listing = json.dumps({"jobs": [{"job_id": str(n)} for n in range(10_000)]}).encode()
    with pytest.raises(JobNeedsReview):
        sent(provider.find(order), answer(200, listing))


def test_a_full_listing_still_finds_the_job_that_is_in_it(
    sent: Sent, provider: ValossaProvider, order: Order
) -> None:
    jobs = [{"job_id": str(n), "customer_media_id": f"other-{n}"} for n in range(9_999)]
    jobs.append({"job_id": JOB.vendor_id, "customer_media_id": order.correlation})
    ref, requests = sent(provider.find(order), answer(200, json.dumps({"jobs": jobs}).encode()))
    assert (ref, len(requests)) == (JOB, 1)


def test_of_several_jobs_with_our_id_all_are_told_and_the_first_listed_is_adopted(
    sent: Sent, provider: ValossaProvider, order: Order
) -> None:
    own = [{"job_id": name, "customer_media_id": order.correlation} for name in ("new", "old")]
    listing = answer(200, json.dumps({"jobs": [{"job_id": "x"}, *own]}).encode())
    assert sent(provider.find(order), listing)[0].vendor_id == "new"
    found, _ = sent(provider.find_many([order]), listing)
    assert [one.vendor_id for one in found[order.correlation]] == ["new", "old"]


# --- following ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "state", "poll_after", "stage"),
    [
        ("queued", JobState.QUEUED, 60.0, "media transfer: queued"),
        ("on_hold", JobState.QUEUED, 600.0, "on_hold"),
        ("preparing_analysis", JobState.RUNNING, 60.0, "preparing_analysis"),
        ("processing", JobState.RUNNING, 30.0, "processing"),
        ("processing.without_job_id", JobState.RUNNING, 600.0, "processing"),
        ("finished", JobState.SUCCEEDED, None, "finished"),
        ("error", JobState.FAILED, None, "error"),
    ],
)
def test_a_state_is_told_in_both_words(
    sent: Sent,
    provider: ValossaProvider,
    payload: Payload,
    name: str,
    state: JobState,
    poll_after: float | None,
    stage: str,
) -> None:
    said = answer(200, payload(f"job_status.{name}.json"))
    status, (request,) = sent(provider.check(JOB), said)
    assert (status.state, status.poll_after, status.stage) == (state, poll_after, stage)
    assert status.vendor_state == name.removesuffix(".without_job_id")
    assert (request.method, request.url) == ("GET", f"{BASE}/job_status")
    assert request.query == (("api_key", CANARY), ("job_id", JOB.vendor_id))


def test_a_failed_job_says_why(sent: Sent, provider: ValossaProvider, payload: Payload) -> None:
    status, _ = sent(provider.check(JOB), answer(200, payload("job_status.error.json")))
    assert status.failure is not None
    assert status.failure.message == "The video file could not be downloaded from the given URL."


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("canceled", JobState.CANCELED),
        ("cancelled", JobState.CANCELED),
        ("reticulating", JobState.RUNNING),
    ],
)
def test_an_unknown_state_is_no_end_and_both_spellings_of_canceled_are(
    sent: Sent, provider: ValossaProvider, word: str, state: JobState
) -> None:
    body = json.dumps({"status": word, "details": {"odd": 1}}).encode()
    status, _ = sent(provider.check(JOB), answer(202, body))
    assert (status.state, status.vendor_state) == (state, word)


@pytest.mark.parametrize(
    ("hint", "taken"),
    [(1, 5.0), (30, 30.0), (86400, 600.0), (None, None), ("45", 45.0), ("soon", None), (-1, 5.0)],
)
def test_the_vendors_hint_is_clamped(
    sent: Sent, provider: ValossaProvider, hint: object, taken: float | None
) -> None:
    body = json.dumps({"status": "queued", "poll_again_after_seconds": hint}).encode()
    assert sent(provider.check(JOB), answer(200, body))[0].poll_after == taken


def test_an_answer_without_a_status_is_malformed(sent: Sent, provider: ValossaProvider) -> None:
    with pytest.raises(MalformedAnswer, match="status"):
        sent(provider.check(JOB), answer(200, b"{}"))


def test_one_request_tells_the_states_of_many_jobs(
    sent: Sent, provider: ValossaProvider, payload: Payload
) -> None:
    other = JOB.model_copy(update={"vendor_id": "c7d1b2f3-64a0-4b7e-9a35-8e9f0d1c2b3a"})
    gone = JOB.model_copy(update={"vendor_id": "gone"})
    listing = answer(200, payload("list_jobs.json"))
    states, (request,) = sent(provider.check_many([JOB, other, gone]), listing)
    assert {name: one.state for name, one in states.items()} == {
        JOB.vendor_id: JobState.SUCCEEDED,
        other.vendor_id: JobState.RUNNING,
    }
    assert request.query == (("api_key", CANARY), ("show_status", "true"), ("n_jobs", "10000"))


def test_one_request_tells_the_states_of_ten_thousand_jobs(
    sent: Sent, provider: ValossaProvider
) -> None:
    refs = [JOB.model_copy(update={"vendor_id": str(number)}) for number in range(10_000)]
    entries = [{"job_id": str(n), "job_status": {"status": "processing"}} for n in range(10_000)]
    listing = answer(200, json.dumps({"jobs": entries}).encode())
    states, requests = sent(provider.check_many(refs), listing)
    assert len(requests) == 1
    assert states.keys() == {one.vendor_id for one in refs}
    assert {one.state for one in states.values()} == {JobState.RUNNING}


def test_one_odd_entry_does_not_hide_the_other_jobs(sent: Sent, provider: ValossaProvider) -> None:
    listing = {
        "jobs": [7, {"job_id": 1}, {"job_id": JOB.vendor_id, "job_status": {"status": "error"}}]
    }
    states, _ = sent(provider.check_many([JOB]), answer(200, json.dumps(listing).encode()))
    assert states[JOB.vendor_id].state is JobState.FAILED


@pytest.mark.parametrize("operation", ["cancel", "delete"])
def test_a_job_is_ended_by_its_id(
    sent: Sent, provider: ValossaProvider, payload: Payload, document: Document, operation: str
) -> None:
    expected = document(f"{operation}_job.request.json")
    job = JOB.model_copy(update={"vendor_id": expected["job_id"]})
    end = provider.cancel if operation == "cancel" else provider.delete
    for body in (payload(f"{operation}_job.response.json"), b""):
        _, (request,) = sent(end(job), answer(200, body))
        assert (request.method, request.url) == ("POST", f"{BASE}/{operation}_job")
        assert json_of(request) == expected


def test_the_probe_lists_one_job(sent: Sent, provider: ValossaProvider, payload: Payload) -> None:
    _, (request,) = sent(provider.probe(), answer(200, payload("list_jobs.json")))
    assert request.query == (("api_key", CANARY), ("n_jobs", "1"))


# --- fetching -------------------------------------------------------------------------------------


def parts_asked(requests: list[Send]) -> list[str]:
    return [dict(request.query)["type"] for request in requests]


def test_the_core_and_every_optional_part_are_fetched_by_default(
    sent: Sent, provider: ValossaProvider, order: Order
) -> None:
    raw, requests = sent(provider.fetch(JOB, order), *[answer(200, b"{}")] * 9)
    assert parts_asked(requests) == [
        "core",
        "frames_faces",
        "seconds_objects",
        "frames_objects",
        "visual_captions",
        "speech_to_text_srt",
        "speech_to_text_vtt",
        "speech_to_text_ttml",
        "speech_to_text_avid_txt",
    ]
    assert list(raw) == parts_asked(requests)
    first = requests[0]
    assert (first.method, first.url) == ("GET", f"{BASE}/job_results")
    assert first.query == (("api_key", CANARY), ("job_id", JOB.vendor_id), ("type", "core"))
    assert first.save_as == "core"
    assert all(request.repeatable for request in requests)


@pytest.mark.parametrize(
    ("features", "parts"),
    [
        ({Feature.SHOTS}, ["core"]),
        ({Feature.FACES}, ["core", "frames_faces"]),
        ({Feature.CAPTIONS, Feature.LABELS}, ["core", "visual_captions"]),
        ({Feature.LOGOS}, ["core", "seconds_objects", "frames_objects"]),
    ],
)
def test_the_parts_that_are_fetched_follow_from_the_features(
    sent: Sent, provider: ValossaProvider, order: Order, features: set[Feature], parts: list[str]
) -> None:
    asked = order.model_copy(update={"features": frozenset(features)})
    _, requests = sent(provider.fetch(JOB, asked), *[answer(200, b"{}")] * len(parts))
    assert parts_asked(requests) == parts


def test_settings_may_name_the_parts(sent: Sent, order: Order) -> None:
    settings = ValossaSettings.model_validate(
        {"api_key": CANARY, "result_types": ("speech_to_text_ttml",)}
    )
    flow = ValossaProvider(settings).fetch(JOB, order)
    _, requests = sent(flow, answer(200, b"{}"), answer(200, b"<tt/>"))
    assert parts_asked(requests) == ["core", "speech_to_text_ttml"]


@pytest.mark.parametrize(
    ("lost", "generated"),
    [
        (answer(404, b""), False),
        (answer(400, b'{"errors":[{"message":"no such type"}]}'), False),
        (answer(500, b"<html>"), True),
        (answer(200, b'{"errors":[{"message":"not generated"}]}'), False),
        (TransportError("the connection was cut."), True),
    ],
    ids=["404", "400", "500", "200 with errors", "cut"],
)
def test_a_part_that_cannot_be_had_takes_no_other_with_it(
    sent: Sent,
    provider: ValossaProvider,
    order: Order,
    lost: Answer | VidiomError,
    generated: bool,
    payload: Payload,
) -> None:
    asked = order.model_copy(update={"features": frozenset({Feature.LOGOS})})
    core = answer(200, payload("job_results.core.json"))
    raw, _ = sent(provider.fetch(JOB, asked), core, lost, answer(200, b"{}"))
    assert list(raw) == ["core", "frames_objects"]
    context = raw.context
    told = context.failed_parts if generated else context.not_available
    assert list(told) == ["seconds_objects"]
    assert ("it was not generated" in told["seconds_objects"]) != generated
    assert {**context.failed_parts, **context.not_available} == told
    notice = read_result(provider, raw).notices[-1]
    assert notice.code == ("failed_in_part" if generated else "not_available")
    assert "seconds_objects" in notice.message
    assert raw["core"].content == payload("job_results.core.json")


def test_without_the_core_there_is_no_result(
    sent: Sent, provider: ValossaProvider, order: Order, payload: Payload
) -> None:
    early = answer(400, payload("error.job_not_finished.json"))
    with pytest.raises(RequestRejected, match="not finished"):
        sent(provider.fetch(JOB, order), early, *[answer(200, b"{}")] * 8)


def test_the_vendors_own_list_tells_status_and_media_of_every_job_in_one_request(
    sent: Sent, provider: ValossaProvider, payload: Callable[[str], bytes]
) -> None:
    listing = json.loads(payload("list_jobs.json"))
    listing["jobs"][0]["media_info"] = {"title": "Harbour Stories"}
    listing["jobs"] += [{"job_id": None}, {"job_id": "new"}]
    jobs, (request,) = sent(provider.list_jobs(), answer(200, json.dumps(listing).encode()))
    assert ("n_jobs", "10000") in dict(request.query).items()
    assert {name for name, _ in dict(request.query).items()} >= {"show_status", "show_media_info"}
    assert [
        (one.ref.vendor_id[:3], one.customer_media_id, one.status and one.status.state, one.media)
        for one in jobs
    ] == [
        ("5b0", "harbour-s01e01", JobState.SUCCEEDED, {"title": "Harbour Stories"}),
        ("c7d", None, JobState.RUNNING, {}),
        ("0e9", None, JobState.FAILED, {}),
        ("new", None, None, {}),
    ]
