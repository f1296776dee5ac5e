"""Fetching an answer: which requests, in which parts, and what is done where one fails."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from vidiom.errors import (
    AuthenticationFailed,
    JobNotFinished,
    NotFound,
    RateLimited,
    ServerError,
    TransportError,
    VidiomError,
)
from vidiom.flow.effects import Answer, Effect, Now, Send
from vidiom.provider.reading import read_result
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import BatchImage, ImageBatch, UrlMedia
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.testing.scripted import NOON, answer, play, saved
from vidiom_deepva.provider import DeepvaProvider
from vidiom_deepva.settings import DeepvaSettings

JOB = JobRef(provider="deepva", vendor_id="3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41")
PATH = "/api/v1/jobs/3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41/"
SRT_FILE = "e1f5b7c2-4a0d-4c39-b7c8-92c1d0a7f311"
IMAGE_FILE = "0b9d3e77-1f6a-4c0e-9d53-1aa2b5c4e680"
Payload = Callable[[str], bytes]
EMPTY = b'{"total": 0, "data": []}'


def fetched(
    order: Order, replies: dict[str, Answer | bytes | VidiomError], **settings: object
) -> tuple[RawResult, list[Send]]:
    """The answer of a vendor who replies to these paths; the others are empty lists."""
    provider = DeepvaProvider(DeepvaSettings.model_validate({"api_key": "k" * 20, **settings}))
    asked: list[Send] = []

    def respond(effect: Effect) -> object:
        if isinstance(effect, Now):
            return NOON
        assert isinstance(effect, Send)
        asked.append(effect)
        address = effect.url.removeprefix("https://api.deepva.com")
        query = dict(effect.query)
        page = f"{address}?{query['offset']}" if "offset" in query else address
        given = replies.get(page, replies.get(address, EMPTY))
        if isinstance(given, VidiomError):
            raise given
        return saved(answer(200, given) if isinstance(given, bytes) else given, effect)

    return play(provider.fetch(JOB, order), respond), asked


@pytest.fixture
def replies(payload: Payload) -> dict[str, Answer | bytes | VidiomError]:
    return {
        PATH: payload("job.completed.json"),
        f"{PATH}detailed-results/?0": payload("detailed_results.face_recognition.page1.json"),
        f"{PATH}detailed-results/?3": payload("detailed_results.face_recognition.page2.json"),
        f"{PATH}summarized-results/": payload(
            "summarized_results.object_scene_recognition.captions.json"
        ),
        f"{PATH}artifacts/": payload("artifacts.list.json"),
        f"{PATH}artifacts/{SRT_FILE}/file/": b"1\n00:00:01,000 --> 00:00:02,000\nhello\n",
    }


def test_an_answer_is_its_job_its_pages_and_the_file_with_words(
    order: Order, replies: dict[str, Answer | bytes | VidiomError]
) -> None:
    raw, asked = fetched(order, replies)
    assert list(raw) == [
        "job",
        "detailed_results/0",
        "detailed_results/3",
        "summarized_results/0",
        "artifacts/0",
        f"artifact/{SRT_FILE}",
    ]
    assert {one.url.partition("/api/")[0] for one in asked} == {"https://api.deepva.com"}
    assert all(one.repeatable for one in asked)
    assert bytes(raw["detailed_results/3"].content) == replies[f"{PATH}detailed-results/?3"]


@pytest.mark.parametrize(("files", "number"), [("none", 0), ("srt", 1), ("all", 2)])
def test_which_files_are_fetched_is_a_setting(
    order: Order,
    replies: dict[str, Answer | bytes | VidiomError],
    files: str,
    number: int,
) -> None:
    raw, _ = fetched(order, replies, artifacts=files)
    assert len(raw.under("artifact")) == number


def test_a_file_that_says_nothing_of_itself_may_hold_words(
    order: Order, replies: dict[str, Answer | bytes | VidiomError]
) -> None:
    listed = {"total": 1, "data": [{"id": SRT_FILE}]}
    raw, _ = fetched(order, {**replies, f"{PATH}artifacts/": json.dumps(listed).encode()})
    assert f"artifact/{SRT_FILE}" in raw


@pytest.mark.parametrize("refusal", [answer(404, b"{}"), answer(400, b"{}"), b"<html>"])
def test_a_list_that_is_not_there_is_a_notice(
    order: Order, replies: dict[str, Answer | bytes | VidiomError], refusal: Answer | bytes
) -> None:
    raw, _ = fetched(order, {**replies, f"{PATH}summarized-results/": refusal})
    missing = raw.context.failed_parts if refusal == b"<html>" else raw.context.not_available
    assert list(missing) == ["summarized_results"]
    provider = DeepvaProvider(DeepvaSettings())
    result = read_result(provider, raw)
    assert len(result.faces) == 5
    assert any("summarized_results" in one.message for one in result.notices)


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (answer(503, b""), ServerError),
        (answer(429, b"{}"), RateLimited),
        (answer(401, b"{}"), AuthenticationFailed),
        (TransportError("the connection was lost"), TransportError),
    ],
)
@pytest.mark.parametrize("path", ["detailed-results/?3", "summarized-results/", "artifacts/"])
def test_what_may_pass_is_an_error_so_that_nothing_is_missing_for_ever(
    order: Order,
    replies: dict[str, Answer | bytes | VidiomError],
    failure: Answer | VidiomError,
    kind: type[VidiomError],
    path: str,
) -> None:
    with pytest.raises(kind):
        fetched(order, {**replies, f"{PATH}{path}": failure})


def test_lists_of_a_job_that_still_runs_are_not_read_half_filled(
    order: Order, replies: dict[str, Answer | bytes | VidiomError], payload: Payload
) -> None:
    with pytest.raises(JobNotFinished, match="still processing"):
        fetched(order, {**replies, PATH: payload("job.processing.json")})


def test_a_state_that_is_not_known_keeps_nothing_back(
    order: Order, replies: dict[str, Answer | bytes | VidiomError]
) -> None:
    odd = b'{"id": "j", "state": "done-and-dusted"}'
    assert "detailed_results/0" in fetched(order, {**replies, PATH: odd})[0]


def test_a_job_that_is_gone_is_not_found(
    order: Order, replies: dict[str, Answer | bytes | VidiomError]
) -> None:
    with pytest.raises(NotFound):
        fetched(order, {**replies, PATH: answer(404, b"{}")})


def test_a_file_that_is_gone_costs_only_itself(
    order: Order, replies: dict[str, Answer | bytes | VidiomError]
) -> None:
    raw, _ = fetched(order, {**replies, f"{PATH}artifacts/{SRT_FILE}/file/": answer(404, b"{}")})
    assert list(raw.context.not_available) == [f"artifact/{SRT_FILE}"]


def test_the_images_of_a_batch_are_told_apart_by_their_index(
    order: Order, payload: Payload
) -> None:
    names = ("first", "second", "third")
    images = tuple(
        BatchImage(
            external_id=name,
            media=UrlMedia(url=f"https://media.example.org/stills/studio-0{at}.jpg"),
        )
        for at, name in enumerate(names, 1)
    )
    said = order.model_copy(update={"media": ImageBatch(images=images)})
    job = {
        "id": "a1d4c7e2",
        "state": "completed",
        "media_type": "image",
        "sources": [one.media.url for one in images if isinstance(one.media, UrlMedia)],
    }
    replies: dict[str, Answer | bytes | VidiomError] = {
        PATH: json.dumps(job).encode(),
        f"{PATH}detailed-results/": payload("detailed_results.face_attributes.json"),
    }
    raw, _ = fetched(said, replies)
    batch = DeepvaProvider(DeepvaSettings()).normalize_batch(raw)
    assert [item.external_id for item in batch.items] == list(names)
    assert [one.label for one in batch.results["first"].faces] == ["Mara Lindqvist"]
    assert batch.results["second"].detections == ()
    assert [one.gender for one in batch.results["third"].faces] == ["male"]
    # without addresses that tell, the index in the frames does
    blind = RawResult.of(
        "deepva",
        {
            "batch": bytes(raw["batch"].content),
            "detailed_results/0": payload("detailed_results.face_attributes.json"),
        },
    )
    again = DeepvaProvider(DeepvaSettings()).normalize_batch(blind)
    assert [len(one.faces) for one in again.results.values()] == [1, 0, 1]


def test_a_batch_that_failed_has_an_error_for_each_image(payload: Payload) -> None:
    raw = RawResult.of(
        "deepva",
        {"batch": b'{"external_ids": ["a", "b"]}', "job": payload("job.failed.json")},
    )
    batch = DeepvaProvider(DeepvaSettings()).normalize_batch(raw)
    assert [(one.external_id, one.error and one.error.message) for one in batch.items] == [
        ("a", "Source could not be downloaded"),
        ("b", "Source could not be downloaded"),
    ]
