"""What is sent when a job is created, and what the answer to it may be."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.providers.generic.pictures import png
from tests.providers.generic.playing import (
    BASE,
    KEY,
    adapter,
    batch_order,
    content,
    payload,
    video_order,
)

from vidiom.errors import (
    AuthenticationFailed,
    InvalidMedia,
    MalformedAnswer,
    TooLarge,
    TransportError,
    UnsupportedMediaType,
    UsageError,
    VidiomError,
)
from vidiom.flow.body import Base64Slice, FileSlice
from vidiom.flow.effects import Answer, Flow, Send
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import BatchImage, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.orders import Callback, Order
from vidiom.testing import answer, play
from vidiom.testing.scripted import Step, in_turn, recorded
from vidiom_generic.options import GenericOptions

SECRET = "a secret of this one job, long enough"
CALLBACK = Callback(url="https://hooks.example/c7d2b1", secret=SecretStr(SECRET))
ACCEPTED = answer(202, payload("video.submit.response"), [("Location", "/v1/result/video/x")])


def submitted(flow: Flow[JobRef], *answers: Answer | VidiomError) -> tuple[JobRef, Sequence[Send]]:
    """The handle, and the requests that led to it."""
    steps: list[Step] = []
    job = play(recorded(flow, steps), in_turn(*answers))
    return job, [step.effect for step in steps if isinstance(step.effect, Send)]


# --- a video --------------------------------------------------------------------------------------


def test_a_video_is_the_body_as_it_is_with_the_key_in_its_header() -> None:
    job, (request,) = submitted(adapter().submit(video_order()), ACCEPTED)
    assert (request.method, request.url) == ("POST", f"{BASE}/request/video")
    assert dict(request.headers) == {"X-API-Key": KEY}
    assert request.body is not None
    assert request.body.content_type == "application/octet-stream"
    assert content(request.body) == b"a film"
    assert not request.repeatable, "a second one would be bought"
    assert job.vendor_id == "video_7f3a19c2"
    assert job.data["kind"] == "video"


def test_a_file_is_named_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    media = FileMedia(path=str(path), size=7_000_000_000)
    _, (request,) = submitted(adapter().submit(video_order(media)), ACCEPTED)
    assert request.body is not None
    assert request.body.pieces == (FileSlice(str(path), 0, 7_000_000_000),)
    assert request.body.length == 7_000_000_000


def test_a_video_with_a_webhook_is_a_form_with_a_json_part() -> None:
    order = video_order(callback=CALLBACK)
    _, (request,) = submitted(adapter().submit(order), ACCEPTED)
    assert request.body is not None
    assert request.body.content_type == "multipart/form-data; boundary=vidiom-c0ffee"
    assert content(request.body) == (
        b"--vidiom-c0ffee\r\n"
        b'Content-Disposition: form-data; name="webhook"\r\n'
        b"Content-Type: application/json\r\n\r\n"
        b'{"url":"https://hooks.example/c7d2b1","secret":"' + SECRET.encode() + b'"}\r\n'
        b"--vidiom-c0ffee\r\n"
        b'Content-Disposition: form-data; name="file"; filename="film.mp4"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n"
        b"a film\r\n"
        b"--vidiom-c0ffee--\r\n"
    )


@pytest.mark.parametrize(
    ("webhooks", "names"),
    [("dotted", ("hook.url", "hook.secret")), ("bracketed", ("hook[url]", "hook[secret]"))],
)
def test_a_webhook_may_be_flat_fields(webhooks: str, names: tuple[str, str]) -> None:
    provider = adapter(webhooks=webhooks, webhook_key="hook", file_part="data")
    _, (request,) = submitted(provider.submit(video_order(callback=CALLBACK)), ACCEPTED)
    body = content(request.body)
    for name, value in zip(names, (CALLBACK.url, SECRET), strict=True):
        field = f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        assert field.encode() in body
    assert b'name="data"; filename="film.mp4"' in body


def test_a_form_may_be_sent_always_and_a_type_may_be_named() -> None:
    provider = adapter(video_form="always", video_content_type="video/mp4")
    _, (request,) = submitted(provider.submit(video_order()), ACCEPTED)
    body = content(request.body)
    assert b"Content-Type: video/mp4\r\n\r\na film" in body
    assert b"webhook" not in body


@pytest.mark.parametrize("preset", ["noxo-0.1"])
def test_a_vendor_without_webhooks_is_not_asked_to_call(preset: str) -> None:
    for order in (video_order(callback=CALLBACK), batch_order(1, callback=CALLBACK)):
        with pytest.raises(UsageError, match="cannot be said to this vendor"):
            submitted(adapter(preset=preset).submit(order))


def test_a_form_that_is_never_sent_leaves_no_place_for_a_webhook() -> None:
    with pytest.raises(UsageError, match="video_form"):
        submitted(adapter(video_form="never").submit(video_order(callback=CALLBACK)))


@pytest.mark.parametrize(("seconds", "sent"), [(0, "0"), (120, "120"), (None, None)])
def test_the_bound_on_processing_is_a_header_and_nothing_is_not_zero(
    seconds: int | None, sent: str | None
) -> None:
    options = {} if seconds is None else {"max_processing_time": seconds}
    _, (request,) = submitted(adapter().submit(video_order(options=options)), ACCEPTED)
    assert dict(request.headers).get("Max-Processing-Time") == sent
    _, (images,) = submitted(adapter().submit(batch_order(1, options=options)), ACCEPTED)
    assert dict(images.headers).get("Max-Processing-Time") == sent


@pytest.mark.parametrize("seconds", [-1, 1.5, "soon"])
def test_a_bound_that_is_no_whole_number_from_0_is_refused(seconds: object) -> None:
    with pytest.raises(ValueError, match="max_processing_time"):
        GenericOptions.model_validate({"max_processing_time": seconds})


@pytest.mark.parametrize(
    ("settings", "header", "query"),
    [
        (
            {"key_name": "Authorization", "key_prefix": "Bearer"},
            ("Authorization", f"Bearer {KEY}"),
            (),
        ),
        ({"key_in": "query", "key_name": "key"}, None, (("key", KEY),)),
        ({"key_in": "cookie", "key_name": "session"}, ("Cookie", f"session={KEY}"), ()),
    ],
)
def test_the_key_goes_where_the_settings_say(
    settings: dict[str, object], header: tuple[str, str] | None, query: tuple[object, ...]
) -> None:
    _, (request,) = submitted(adapter(**settings).submit(video_order()), ACCEPTED)
    assert request.headers == ((header,) if header is not None else ())
    assert request.query == query
    assert KEY not in repr(request)


def test_paths_are_templates_and_may_hold_parameters() -> None:
    provider = adapter(video_path="/api/jobs?kind=video")
    _, (request,) = submitted(provider.submit(video_order()), ACCEPTED)
    assert (request.url, request.query) == (f"{BASE}/api/jobs", (("kind", "video"),))


def test_a_url_is_not_fetched_unless_it_is_asked_for() -> None:
    order = Order(correlation="c0ffee", media=UrlMedia(url="https://a.example/film.mp4"))
    with pytest.raises(InvalidMedia, match="fetch=True"):
        submitted(adapter().submit(order))


# --- images ---------------------------------------------------------------------------------------


def test_a_batch_is_json_with_each_image_in_base64_and_the_webhook() -> None:
    _, (request,) = submitted(adapter().submit(batch_order(2, callback=CALLBACK)), ACCEPTED)
    assert request.url == f"{BASE}/request/image"
    assert request.body is not None
    assert request.body.content_type == "application/json"
    said = json.loads(content(request.body))
    assert [one["external_id"] for one in said["images"]] == ["1", "2"]
    assert [b64decode(one["data_base64"]) for one in said["images"]] == [png(1), png(2)]
    assert said["webhook"] == {"url": CALLBACK.url, "secret": SECRET}


def test_images_in_files_are_encoded_while_they_are_sent(tmp_path: Path) -> None:
    images = [
        BatchImage(
            external_id=f'"{n}"', media=FileMedia(path=str(tmp_path / str(n)), size=1000 + n)
        )
        for n in range(3)
    ]
    order = Order(correlation="c0ffee", media=ImageBatch(images=tuple(images)))
    _, (request,) = submitted(adapter().submit(order), ACCEPTED)
    assert request.body is not None
    pieces = request.body.pieces
    assert [one for one in pieces if not isinstance(one, bytes)] == [
        Base64Slice(str(tmp_path / str(n)), 0, 1000 + n) for n in range(3)
    ]
    assert pieces[0] == b'{"images":[{"external_id":"\\"0\\"","data_base64":"'
    assert pieces[-1] == b'"}]}'


# --- the answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "poll"),
    [
        ("/v1/result/video/7", f"{BASE}/result/video/7"),
        ("../result/video/7", f"{BASE}/result/video/7"),
        (f"{BASE}/result/video/7?token=t", f"{BASE}/result/video/7?token=t"),
        ("https://api.vendor.example:443/x/7", "https://api.vendor.example:443/x/7"),
        ("https://evil.example/result/7", None),
        ("http://api.vendor.example/v1/result/7", None),
        ("https://api.vendor.example:8443/7", None),
        ("//evil.example/7", None),
        ("https://api.vendor.example@evil.example/7", None),
        ("https://user@api.vendor.example/7", None),
        ("https://[", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_location_is_used_on_the_configured_origin_only(location: str, poll: str | None) -> None:
    given = answer(202, b'{"job_id": "7"}', [("Location", location)])
    job, _ = submitted(adapter().submit(video_order()), given)
    assert job.data["jobs"] == [{"job_id": "7", **({"poll": poll} if poll else {})}]


def test_another_origin_may_be_trusted_by_name() -> None:
    given = answer(202, b'{"job_id": "7"}', [("Location", "https://results.example/7")])
    provider = adapter(trusted_origins=["https://results.example"])
    job, _ = submitted(provider.submit(video_order()), given)
    assert job.data["jobs"] == [{"job_id": "7", "poll": "https://results.example/7"}]


def test_a_location_alone_names_the_job() -> None:
    given = answer(202, b"", [("Location", "/v1/result/video/job%207")])
    job, _ = submitted(adapter().submit(video_order()), given)
    assert job.vendor_id == "job 7"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", []),
        (b"{}", []),
        (b'{"job_id": null}', []),
        (b"{}", [("Location", "https://e.example/7")]),
    ],
)
def test_an_answer_that_names_no_job_is_malformed(
    body: bytes, headers: list[tuple[str, str]]
) -> None:
    with pytest.raises(MalformedAnswer, match="names no job"):
        submitted(adapter().submit(video_order()), answer(202, body, headers))


def test_a_template_may_be_wanted_in_place_of_a_location() -> None:
    job, _ = submitted(adapter(poll_address="template").submit(video_order()), ACCEPTED)
    assert job.data["jobs"] == [{"job_id": "video_7f3a19c2"}]


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (401, "error.unauthorized", AuthenticationFailed, "The API key is missing or not valid"),
        (401, "error.shape.string", AuthenticationFailed, "The API key is missing or not valid"),
        (401, "error.shape.message", AuthenticationFailed, "The API key is missing or not valid"),
        (401, "error.shape.problem", AuthenticationFailed, "The API key is missing or not valid"),
        (413, "error.payload_too_large", TooLarge, "The upload exceeds the size limit"),
        (415, "error.unsupported_media_type", UnsupportedMediaType, "application/octet-stream"),
        (422, "error.shape.detail", VidiomError, "body.images: field required"),
        (400, "error.validation", VidiomError, r"images\[1\].data_base64: not base64"),
    ],
)
def test_a_refusal_is_told_in_the_vendors_words_whatever_their_shape(
    status: int, body: str, error: type[VidiomError], words: str
) -> None:
    with pytest.raises(error, match=words):
        submitted(adapter().submit(video_order()), answer(status, payload(body)))


def test_a_refusal_that_repeats_the_webhooks_secret_does_not_show_it() -> None:
    said = json.dumps({"error": {"message": f"secret {SECRET} is too short"}}).encode()
    with pytest.raises(VidiomError, match="is too short") as raised:
        submitted(adapter().submit(video_order(callback=CALLBACK)), answer(400, said))
    assert SECRET not in str(raised.value)


def test_the_secret_of_a_webhook_is_in_no_repr() -> None:
    order = video_order(callback=CALLBACK)
    _, (request,) = submitted(adapter().submit(order), ACCEPTED)
    for shown in (
        repr(order),
        str(order),
        repr(request),
        repr(request.body),
        order.model_dump_json(),
    ):
        assert SECRET not in shown


# --- more than one job ----------------------------------------------------------------------------


def ids(*numbers: int) -> list[Answer]:
    return [answer(202, f'{{"job_id": "batch_{n}"}}'.encode()) for n in numbers]


def test_a_batch_that_is_too_large_becomes_several_jobs_in_order() -> None:
    provider = adapter(images_per_job=2)
    job, requests = submitted(provider.submit(batch_order(5)), *ids(1, 2, 3))
    sent = [json.loads(content(one.body))["images"] for one in requests]
    assert [[one["external_id"] for one in images] for images in sent] == [
        ["1", "2"],
        ["3", "4"],
        ["5"],
    ]
    assert job.vendor_id == "batch_1"
    assert job.data["jobs"] == [
        {"job_id": "batch_1", "images": 2},
        {"job_id": "batch_2", "images": 2},
        {"job_id": "batch_3", "images": 1},
    ]


def test_a_batch_is_split_by_bytes_as_well_and_a_huge_image_goes_alone() -> None:
    size = len(png())
    provider = adapter(bytes_per_job=2 * size)
    _, requests = submitted(provider.submit(batch_order(3)), *ids(1, 2))
    assert len(requests) == 2
    _, requests = submitted(adapter(bytes_per_job=1).submit(batch_order(2)), *ids(1, 2))
    assert len(requests) == 2


def test_what_was_bought_is_kept_when_a_later_job_is_refused() -> None:
    provider = adapter(images_per_job=1)
    refused = answer(413, payload("error.payload_too_large"))
    job, _ = submitted(provider.submit(batch_order(3)), *ids(1), refused, *ids(3))
    jobs = job.data["jobs"]
    assert isinstance(jobs, list)
    assert [one.get("job_id") for one in jobs if isinstance(one, dict)] == [
        "batch_1",
        None,
        "batch_3",
    ]
    assert isinstance(jobs[1], dict)
    assert jobs[1]["code"] == "TooLarge"
    assert "exceeds the size limit" in str(jobs[1]["message"])


def test_a_later_job_whose_answer_is_lost_is_not_sent_again() -> None:
    provider = adapter(images_per_job=1)
    lost = TransportError("the connection broke.")
    job, requests = submitted(provider.submit(batch_order(2)), *ids(1), lost)
    assert len(requests) == 2
    jobs = job.data["jobs"]
    assert isinstance(jobs, list)
    assert isinstance(jobs[1], dict)
    assert jobs[1]["code"] == "SubmissionUnanswered"


def test_a_batch_of_which_the_first_job_is_refused_is_refused() -> None:
    with pytest.raises(TooLarge):
        submitted(
            adapter(images_per_job=1).submit(batch_order(2)),
            answer(413, payload("error.payload_too_large")),
        )
