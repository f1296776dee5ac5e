"""Requests for jobs, played by hand: method, address, query, body; states module by module."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from vidiom.errors import InvalidMedia, MalformedAnswer, UnsupportedOperation, UsageError
from vidiom.flow.effects import Send, Together
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef, JobState, JobStatus
from vidiom.schema.media import BatchImage, BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.orders import Callback, Order, UploadedMedia
from vidiom.testing.scripted import answer
from vidiom_deepva import states, wire
from vidiom_deepva.modules import BY_FEATURE
from vidiom_deepva.options import DeepvaOptions
from vidiom_deepva.ordering import modules_of
from vidiom_deepva.provider import DeepvaProvider
from vidiom_deepva.settings import DeepvaSettings

CANARY = "EXAMPLEKEY0000000000"
JOB = JobRef(provider="deepva", vendor_id="3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41")
BASE = "https://api.deepva.com/api/v1"
Payload = Callable[[str], bytes]
Document = Callable[[str], Any]
Sent = Callable[..., tuple[Any, list[Send]]]


def json_of(request: Send) -> dict[str, Any]:
    assert request.body is not None
    assert request.body.content_type == "application/json"
    assert request.body.inline is not None
    said: dict[str, Any] = json.loads(request.body.inline)
    return said


def order_of(order: Order, *features: Feature, **options: object) -> Order:
    return order.model_copy(update={"features": frozenset(features), "options": options})


# --- submitting -----------------------------------------------------------------------------------


def test_a_job_says_everything_that_was_said(
    sent: Sent, provider: DeepvaProvider, order: Order, payload: Payload, document: Document
) -> None:
    expected = document("job.create.request.json")
    said = order.model_copy(
        update={
            "media": FileMedia(path="/media/clip.mp4", size=3),
            "uploaded": UploadedMedia(
                url="storage://Qm7Zt2LxKd94RbVaYw1c", data={"storage_id": 204433}
            ),
            "language": "auto",
            "callback": Callback(url="https://ingest.example.org/hooks/deepva/asset-000417"),
            "options": {**expected["modules"], "ttl": 604800},
        }
    )
    made = answer(201, payload("job.waiting.json"))
    ref, (request,) = sent(provider.submit(said), made)
    assert ref.vendor_id == JOB.vendor_id
    assert ref.data == {"storage_ids": [204433]}
    assert (request.method, request.url) == ("POST", f"{BASE}/jobs/")
    assert request.headers == (("Authorization", f"Key {CANARY}"),)
    assert json_of(request) == expected
    assert not request.repeatable


def test_a_job_without_a_callback_has_no_webhook_and_no_ttl(
    sent: Sent, provider: DeepvaProvider, order: Order, payload: Payload
) -> None:
    said = order_of(order, Feature.LANDMARKS)
    _, (request,) = sent(provider.submit(said), answer(200, payload("job.waiting.json")))
    assert json_of(request) == {
        "tag": "asset-000417",
        "sources": ["https://media.example.org/clips/harbour.mp4"],
        "modules": {"landmark_recognition": {}},
    }


@pytest.mark.parametrize(
    "url",
    ["storage://Qm7Zt2LxKd94RbVaYw1c", "https://www.youtube.com/watch?v=x", "https://vimeo.com/1"],
)
def test_every_address_that_the_vendor_knows_is_passed_on_as_it_is(
    sent: Sent, provider: DeepvaProvider, order: Order, payload: Payload, url: str
) -> None:
    said = order_of(order, Feature.FACES).model_copy(update={"media": UrlMedia(url=url)})
    _, (request,) = sent(provider.submit(said), answer(200, payload("job.waiting.json")))
    assert json_of(request)["sources"] == [url]


def test_events_of_a_callback_come_from_the_order_or_the_settings(
    sent: Sent, order: Order, payload: Payload
) -> None:
    settings = {"api_key": CANARY, "webhook_events": ["job.face_recognition.on_completed"]}
    provider = DeepvaProvider(DeepvaSettings.model_validate(settings))
    callback = Callback(url="https://hooks.example.org/1")
    said = order.model_copy(update={"callback": callback})
    _, (request,) = sent(provider.submit(said), answer(200, payload("job.waiting.json")))
    assert json_of(request)["webhook"]["events"] == ["job.face_recognition.on_completed"]
    named = said.model_copy(update={"options": {"webhook_events": ["on_started"]}})
    _, (request,) = sent(provider.submit(named), answer(200, payload("job.waiting.json")))
    assert json_of(request)["webhook"] == {"events": ["on_started"], "callback": callback.url}


def test_an_answer_without_an_id_is_malformed(
    sent: Sent, provider: DeepvaProvider, order: Order
) -> None:
    with pytest.raises(MalformedAnswer, match="'id'"):
        sent(provider.submit(order), answer(200, b"{}"))


def test_a_batch_is_one_job_whose_local_images_are_uploaded_first(
    sent: Sent, provider: DeepvaProvider, order: Order, payload: Payload
) -> None:
    images = (
        BatchImage(external_id="a", media=UrlMedia(url="https://media.example.org/1.jpg")),
        BatchImage(external_id="b", media=BytesMedia(data=b"picture", name="2.jpg")),
    )
    batch = ImageBatch(images=images)
    stored = answer(200, payload("storage.file.uploaded.json"))
    uploaded, (upload,) = sent(provider.upload_batch(batch, order), stored)
    assert upload.url == f"{BASE}/storage/"
    said = order.model_copy(update={"media": batch, "uploaded": uploaded})
    ref, (create,) = sent(provider.submit(said), answer(200, payload("job.waiting.json")))
    assert json_of(create)["sources"] == [
        "https://media.example.org/1.jpg",
        "storage://Qm7Zt2LxKd94RbVaYw1c",
    ]
    assert ref.data == {"storage_ids": [204433]}
    assert provider.reference(said, ref.vendor_id) == ref, "whoever finds it knows as much"


def test_images_of_a_batch_are_uploaded_a_few_at_a_time_and_keep_their_order(
    order: Order,
) -> None:
    settings = {"api_key": CANARY, "uploads_in_flight": 3}
    provider = DeepvaProvider(DeepvaSettings.model_validate(settings))
    images = tuple(
        BatchImage(external_id=str(n), media=BytesMedia(data=b"x", name=f"{n}.jpg"))
        for n in range(7)
    )
    flow = provider.upload_batch(ImageBatch(images=images), order)
    effect = flow.send(None)
    assert isinstance(effect, Together)
    assert (len(effect.flows), effect.limit) == (7, 3)
    stored = [UploadedMedia(url=f"storage://{n}", data={"storage_id": n}) for n in range(7)]
    with pytest.raises(StopIteration) as ended:
        flow.send(stored)
    uploaded = ended.value.value
    assert uploaded.data["sources"] == [f"storage://{n}" for n in range(7)]
    assert uploaded.data["storage_ids"] == list(range(7))


def test_an_image_that_was_not_uploaded_is_not_ordered(
    sent: Sent, provider: DeepvaProvider, order: Order
) -> None:
    images = (BatchImage(external_id="b", media=BytesMedia(data=b"picture", name="2.jpg")),)
    said = order.model_copy(update={"media": ImageBatch(images=images)})
    with pytest.raises(InvalidMedia, match="upload it first"):
        sent(provider.submit(said))


# --- modules --------------------------------------------------------------------------------------


@pytest.mark.parametrize("feature", list(BY_FEATURE))
def test_every_feature_asks_for_the_modules_of_the_table(order: Order, feature: Feature) -> None:
    chosen = modules_of(order_of(order, feature))
    assert set(chosen) == set(BY_FEATURE[feature])
    for module, arguments in BY_FEATURE[feature].items():
        assert arguments.items() <= chosen[module].items()


def test_one_prompt_asks_for_all_that_a_prompt_can(order: Order) -> None:
    said = order_of(order, Feature.CAPTIONS, Feature.KEYWORDS, Feature.SHOTS)
    (asked,) = modules_of(said).values()
    assert asked == {
        "enable_shot_detection": True,
        "prompt": "Describe the scene in one sentence. List up to ten keywords of what is seen.",
        "structured_output_schema": {"caption": "string", "keywords": ["string"]},
    }
    own = said.model_copy(update={"options": {"visual_understanding": {"prompt": "Who is it?"}}})
    (asked,) = modules_of(own).values()
    assert asked == {"enable_shot_detection": True, "prompt": "Who is it?"}


def test_free_arguments_win_over_typed_ones_and_both_over_those_of_features(order: Order) -> None:
    said = order_of(
        order,
        Feature.FACES,
        face_recognition={"cluster_unknowns": False, "top_k": 3},
        modules={"face_recognition": {"top_k": 5, "new": [1]}, "fingerprint": {"depth": 2}},
        range={"time_start": 5, "time_end": 65},
    )
    span = {"time_start": 5.0, "time_end": 65.0}
    assert modules_of(said) == {
        "face_recognition": {"cluster_unknowns": False, "top_k": 5, "new": [1], "range": span},
        "fingerprint": {"depth": 2, "range": span},
    }


def test_both_thresholds_of_subtitles_are_always_sent(order: Order) -> None:
    both = {"text_similarity_threshold": 0.05, "text_region_buffer_threshold": 0.85}
    assert modules_of(order_of(order, subtitle_detection={})) == {"subtitle_detection": both}
    free = order_of(order, modules={"subtitle_detection": {"text_similarity_threshold": 0.2}})
    assert modules_of(free) == {"subtitle_detection": {**both, "text_similarity_threshold": 0.2}}


def test_inserts_without_a_face_are_looked_for_too(order: Order) -> None:
    said = order_of(order, lower_third_recognition={})
    assert modules_of(said) == {"lower_third_recognition": {"only_faces": False}}


def test_the_language_of_the_order_is_that_of_the_speech(order: Order) -> None:
    said = order_of(order, Feature.SPEECH).model_copy(update={"language": "de-AT"})
    assert modules_of(said)["speech_recognition"]["language"] == "de"


def test_where_nothing_is_named_the_defaults_are_asked_for(order: Order) -> None:
    assert set(modules_of(order_of(order))) == {
        "face_recognition",
        "object_scene_recognition",
        "speaker_identification",
        "speech_recognition",
        "text_recognition",
    }
    # but a module that is named alone is alone
    assert set(modules_of(order_of(order, qrcode_detection={}))) == {"qrcode_detection"}


def test_thumbnails_alone_are_nothing_to_analyse(order: Order) -> None:
    with pytest.raises(UsageError, match="name a feature"):
        modules_of(order_of(order, Feature.THUMBNAILS))


@pytest.mark.parametrize(
    "options",
    [
        {"face_recognition": {"max_distance": 3}},
        {"face_recognition": {"top_k": 0}},
        {"object_scene_recognition": {"min_confidence": 101}},
        {"text_recognition": {"threshold": 70}},
        {"range": {"time_start": 9, "time_end": 9}},
        {"ttl": 0},
        {"face_recogntion": {}},
        {"face_recognition": {"no_such_argument": 1}},
        {"modules": {"x": 1}},
    ],
)
def test_an_option_beyond_what_is_documented_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DeepvaOptions.model_validate(options)


# --- states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("waiting", JobState.QUEUED),
        ("processing", JobState.RUNNING),
        ("completed", JobState.SUCCEEDED),
        ("completed.image", JobState.SUCCEEDED),
        ("completed.locale_timestamps", JobState.SUCCEEDED),
        ("stopped", JobState.CANCELED),
        ("failed", JobState.FAILED),
    ],
)
def test_a_state_is_the_vendors_in_neutral_words(
    sent: Sent, provider: DeepvaProvider, payload: Payload, name: str, state: JobState
) -> None:
    status, (request,) = sent(provider.check(JOB), answer(200, payload(f"job.{name}.json")))
    assert request.url == f"{BASE}/jobs/{JOB.vendor_id}/"
    assert status.state is state
    assert status.vendor_state == name.partition(".")[0]


def test_a_failure_says_why(sent: Sent, provider: DeepvaProvider, payload: Payload) -> None:
    status, _ = sent(provider.check(JOB), answer(200, payload("job.failed.json")))
    assert status.failure is not None
    assert status.failure.message.startswith("Source could not be downloaded")


def test_progress_and_the_module_at_work_are_told(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    status, _ = sent(provider.check(JOB), answer(200, payload("job.processing.json")))
    assert (status.progress, status.stage) == (0.42, "processing: face_recognition")


def status_of(said: dict[str, Any]) -> JobStatus:
    job = wire.Job(**said)
    return states.status(job, job.state or "", DeepvaSettings())


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"state": "completed", "modules": {"a": {"state": "failed"}}}, JobState.PARTIAL),
        ({"state": "completed", "modules": {"a": {"state": "processing"}}}, JobState.PARTIAL),
        ({"state": "completed", "errors": ["one frame"]}, JobState.PARTIAL),
        ({"state": "completed", "errors": [], "modules": {"a": {}}}, JobState.SUCCEEDED),
        ({"state": "processing", "modules": {"a": {"state": "failed"}}}, JobState.RUNNING),
        (
            {"state": "failed", "modules": {"a": {"state": "completed"}, "b": {"state": "failed"}}},
            JobState.PARTIAL,
        ),
        ({"state": "archived"}, JobState.RUNNING),
        ({"state": ""}, JobState.RUNNING),
    ],
)
def test_a_job_is_done_in_part_when_a_module_is(said: dict[str, Any], state: JobState) -> None:
    assert status_of(said).state is state


@pytest.mark.parametrize(("progress", "shown"), [(1, 1.0), (1.2, 1.0), (-1, 0.0), (None, None)])
def test_progress_stays_within_its_bounds(progress: float | None, shown: float | None) -> None:
    assert status_of({"state": "processing", "progress": progress}).progress == shown


@pytest.mark.parametrize(
    ("ran", "pause"), [(None, 5.0), (0.0, 5.0), (-3.0, 5.0), (12.5, 12.5), (4000.0, 60.0)]
)
def test_pauses_grow_with_the_time_that_a_job_has_run(ran: float | None, pause: float) -> None:
    assert status_of({"state": "processing", "duration": ran}).poll_after == pause
    assert status_of({"state": "completed", "duration": ran}).poll_after is None


# --- ending ---------------------------------------------------------------------------------------


def test_canceling_is_refused_with_what_to_do_instead(provider: DeepvaProvider) -> None:
    with pytest.raises(UnsupportedOperation, match="`delete`"):
        provider.cancel(JOB)


def test_deleting_a_job_deletes_what_was_uploaded_for_it(
    sent: Sent, provider: DeepvaProvider
) -> None:
    job = JOB.model_copy(update={"data": {"storage_ids": [204433]}})
    _, requests = sent(provider.delete(job), answer(204, b""), answer(404, b"{}"))
    assert [(one.method, one.url) for one in requests] == [
        ("DELETE", f"{BASE}/jobs/{JOB.vendor_id}/"),
        ("DELETE", f"{BASE}/storage/204433/"),
    ]


def test_uploads_are_kept_where_the_settings_say_so(sent: Sent) -> None:
    settings = {"api_key": CANARY, "delete_uploads": False}
    provider = DeepvaProvider(DeepvaSettings.model_validate(settings))
    job = JOB.model_copy(update={"data": {"storage_ids": [204433]}})
    _, requests = sent(provider.delete(job), answer(200, b""))
    assert len(requests) == 1


@pytest.mark.parametrize("vendor_id", ["", ".", ".."])
def test_an_id_that_would_lead_to_another_path_is_refused(
    sent: Sent, provider: DeepvaProvider, vendor_id: str
) -> None:
    with pytest.raises(UsageError):
        sent(provider.delete(JOB.model_copy(update={"vendor_id": vendor_id})))
