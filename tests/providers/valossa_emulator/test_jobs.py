"""Jobs from submission to deletion, as the documentation has them."""

from __future__ import annotations

import json

import pytest
from tests.providers.valossa_emulator.customer import KEY, PAYLOADS, Customer, minimal

from vidiom_valossa.emulator import DOCUMENTED_HINTS, Behaviour, create_app

STAGES = (("queued", 1), ("on_hold", 1), ("preparing_analysis", 1), ("processing", 2))


def payload(name: str) -> object:
    return json.loads((PAYLOADS / name).read_text())


def errors(*messages: str) -> dict[str, object]:
    return {"errors": [{"message": message} for message in messages]}


def test_a_job_goes_through_the_documented_states_one_poll_each() -> None:
    customer = Customer(Behaviour(stages=STAGES))
    states = customer.follow(customer.buy())
    assert states == [
        "queued",
        "on_hold",
        "preparing_analysis",
        "processing",
        "processing",
        "finished",
    ]


def test_states_are_answered_as_the_examples_have_them() -> None:
    customer = Customer(Behaviour(stages=STAGES, hints=DOCUMENTED_HINTS))
    job = customer.buy()
    for name in ("queued", "on_hold", "preparing_analysis", "processing", "processing", "finished"):
        answer = customer.get("job_status", job_id=job).json()
        assert answer == {**dict(payload(f"job_status.{name}.json")), "job_id": job}  # type: ignore[call-overload]  # a JSON object


def test_the_older_form_of_a_status_does_not_name_the_job() -> None:
    customer = Customer(Behaviour(status_names_job=False))
    assert "job_id" not in customer.get("job_status", job_id=customer.buy()).json()


def test_by_the_clock_a_job_moves_on_as_time_passes_and_not_by_being_asked() -> None:
    now = [100.0]
    behaviour = Behaviour(
        stages=(("queued", 5), ("processing", 10)), advance="clock", clock=lambda: now[0]
    )
    customer = Customer(behaviour)
    job = customer.buy()
    seen = []
    for moment in (100.0, 104.9, 105.0, 114.9, 115.0):
        now[0] = moment
        seen.append(customer.get("job_status", job_id=job).json()["status"])
    assert seen == ["queued", "queued", "processing", "processing", "finished"]


def test_media_that_cannot_be_fetched_ends_in_the_documented_error() -> None:
    customer = Customer()
    job = customer.buy_media("https://nowhere.invalid/clip.mp4")
    assert customer.follow(job) == ["queued", "error"]
    wanted = dict(payload("job_status.error.json"))  # type: ignore[call-overload]  # a JSON object
    assert customer.get("job_status", job_id=job).json() == {**wanted, "job_id": job}


def test_a_page_instead_of_a_video_arrives_and_cannot_be_analysed() -> None:
    customer = Customer()
    job = customer.buy_media("https://example.com/watch.html")
    assert customer.follow(job)[-1] == "error"
    answer = customer.get("job_status", job_id=job).json()
    assert answer["media_transfer_status"] == "finished"
    assert answer["details"]


def test_an_upload_that_does_not_exist_cannot_be_fetched() -> None:
    customer = Customer()
    job = customer.buy_media("valossaupload://a4c2e6f8-1b3d-4a5c-8e7f-9d0b2c4e6a81")
    assert customer.follow(job)[-1] == "error"


@pytest.mark.parametrize(
    "name",
    ["new_job.request.json", "new_job.request.minimal.json"],
)
def test_the_documented_requests_are_accepted(name: str) -> None:
    customer = Customer()
    body = payload(name)
    answer = customer.ask("POST", "new_job", json=body)
    assert answer.status_code == 200
    assert list(answer.json()) == ["job_id"]
    assert customer.vendor.ledger.counters["new_job"] == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Missing required field: media.video.url"),
        ({"media": {"video": {"url": 5}}}, "Invalid value: media.video.url"),
        ({"media": {"video": {"url": "ftp://x/y"}}}, "Invalid value: media.video.url"),
        ({"media": {"video": {"url": "file:///etc/hosts"}}}, "Invalid value: media.video.url"),
        (minimal(callback={"url": "nonsense"}), "Invalid value: callback.url"),
        (
            minimal(email_notification={"to_group": "everybody"}),
            "Invalid value: email_notification.to_group",
        ),
        (
            minimal(analysis_parameters={"face_min_relative_height": 1.5}),
            "Invalid value: analysis_parameters.face_min_relative_height",
        ),
        (
            minimal(analysis_parameters={"face_min_relative_height": True}),
            "Invalid value: analysis_parameters.face_min_relative_height",
        ),
        (
            minimal(analysis_parameters={"face_galleries": {"custom_gallery": {"id": "x"}}}),
            "Invalid value: analysis_parameters.face_galleries.custom_gallery.id",
        ),
    ],
)
def test_a_wrong_request_is_refused_and_nothing_is_sold(
    body: dict[str, object], message: str
) -> None:
    customer = Customer()
    answer = customer.post("new_job", body)
    assert (answer.status_code, answer.json()) == (400, errors(message))
    assert customer.vendor.ledger.counters["new_job"] == 0


def test_every_wrong_field_is_named() -> None:
    body = minimal(callback={"url": "x"}, email_notification={"to_group": "y"})
    answer = Customer().post("new_job", body).json()
    assert len(answer["errors"]) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_json_object_is_malformed(content: bytes) -> None:
    answer = Customer().ask("POST", "new_job", content=content)
    assert (answer.status_code, answer.json()) == (400, payload("error.malformed_body.json"))


@pytest.mark.parametrize("key", ["", "wrong", KEY.lower()])
def test_a_wrong_key_is_refused_wherever_it_is(key: str) -> None:
    stranger = Customer(key=key)
    answers = [
        stranger.get("list_jobs"),
        stranger.post("new_job", minimal()),
        stranger.form("initialize_file_upload", file_size_bytes="5"),
        stranger.get("/training/1.0/list_face_galleries"),
        stranger.post("/training/1.0/create_face_gallery", {"gallery": {"name": "x"}}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].json() == payload("error.invalid_api_key.json")


def test_a_key_in_the_wrong_place_is_no_key() -> None:
    customer = Customer()
    posted = customer.ask("POST", "new_job", params={"api_key": KEY}, json=minimal())
    uploaded = customer.ask(
        "POST",
        "initialize_file_upload",
        params={"api_key": KEY},
        files={"file_size_bytes": (None, "5")},
    )
    assert (posted.status_code, uploaded.status_code) == (401, 401)


def test_a_job_is_reachable_with_its_own_key_only() -> None:
    customer = Customer()
    customer.app = create_app([KEY, "other"])
    job = customer.buy()
    customer.key = "other"
    answer = customer.get("job_status", job_id=job)
    assert (answer.status_code, answer.json()) == (404, payload("error.job_not_found.json"))
    assert customer.get("list_jobs").json() == {"jobs": []}


def test_a_customers_own_id_names_the_latest_job_that_has_it() -> None:
    customer = Customer()
    media = {"video": {"url": "https://x.example/y.mp4"}, "customer_media_info": {"id": "mine"}}
    customer.buy(media=media)
    latest = customer.buy(media=media)
    assert customer.get("job_status", customer_media_id="mine").json()["job_id"] == latest


def test_jobs_are_listed_newest_first_with_what_was_asked_for() -> None:
    customer = Customer()
    media = {
        "video": {"url": "https://x.example/y.mp4"},
        "customer_media_info": {"id": "mine"},
        "title": "A title",
    }
    first, second = customer.buy(media=media), customer.buy()
    assert customer.get("list_jobs").json() == {
        "jobs": [{"job_id": second}, {"job_id": first, "customer_media_id": "mine"}]
    }
    full = customer.get("list_jobs", show_status="true", show_media_info="true").json()["jobs"]
    assert full[1]["job_status"]["status"] == "queued"
    assert full[1]["media_info"] == {"title": "A title", "description": None}
    assert [one["job_id"] for one in customer.get("list_jobs", n_jobs="1").json()["jobs"]] == [
        second
    ]


def test_listing_with_states_moves_jobs_on_and_plain_listing_does_not() -> None:
    customer = Customer()
    job = customer.buy()
    for _ in range(5):
        customer.get("list_jobs")
    assert customer.vendor.jobs[job].polls == 0
    for _ in range(3):
        customer.get("list_jobs", show_status="true")
    listed = customer.get("list_jobs", show_status="true").json()["jobs"]
    assert listed[0]["job_status"]["status"] == "finished"


@pytest.mark.parametrize("count", ["0", "10001", "many"])
def test_a_list_of_an_impossible_length_is_refused(count: str) -> None:
    assert Customer().get("list_jobs", n_jobs=count).status_code == 400


def test_a_new_job_is_not_in_the_list_at_once_where_the_list_lags() -> None:
    customer = Customer(Behaviour(listing_lag_polls=2))
    customer.buy()
    assert [len(customer.get("list_jobs").json()["jobs"]) for _ in range(4)] == [0, 0, 1, 1]


def test_the_lag_of_the_list_can_be_seconds() -> None:
    now = [0.0]
    customer = Customer(Behaviour(listing_lag_seconds=5.0, clock=lambda: now[0]))
    customer.buy()
    assert customer.get("list_jobs").json() == {"jobs": []}
    now[0] = 5.0
    assert len(customer.get("list_jobs").json()["jobs"]) == 1


def test_only_a_waiting_job_can_be_canceled() -> None:
    customer = Customer()
    job = customer.buy()
    answer = customer.post("cancel_job", {"job_id": job})
    assert (answer.status_code, answer.json()) == (200, payload("cancel_job.response.json"))
    assert customer.follow(job) == ["canceled"]
    done = customer.finished()
    assert customer.post("cancel_job", {"job_id": done}).status_code == 400
    assert customer.get("job_status", job_id=done).json()["status"] == "finished"


def test_a_deleted_job_is_gone_from_everywhere() -> None:
    customer = Customer()
    job = customer.finished()
    answer = customer.post("delete_job", {"job_id": job})
    assert (answer.status_code, answer.json()) == (200, payload("delete_job.response.json"))
    assert customer.get("job_status", job_id=job).status_code == 404
    assert customer.get("job_results", job_id=job).status_code == 404
    assert customer.get("list_jobs").json() == {"jobs": []}
    assert customer.post("delete_job", {"job_id": job}).status_code == 404


def test_the_same_seed_gives_the_same_ids_and_another_one_others() -> None:
    def ids(seed: int) -> list[str]:
        customer = Customer(Behaviour(seed=seed))
        return [customer.buy(), customer.upload(b"content"), customer.buy()]

    assert ids(7) == ids(7)
    assert ids(7) != ids(8)


def test_a_function_that_does_not_exist_answers_in_the_body_of_every_error() -> None:
    customer = Customer()
    missing, wrong = customer.get("search"), customer.ask("GET", "new_job")
    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert "errors" in missing.json()
    assert "errors" in wrong.json()


def test_what_was_asked_is_recorded_without_keys_and_urls() -> None:
    customer = Customer()
    job = customer.finished(callback={"url": "https://hooks.example.com/secret-token"})
    customer.get("job_results", job_id=job)
    asked = [one.function for one in customer.vendor.ledger.requests]
    assert asked == ["new_job", *["job_status"] * 4, "job_results"]
    recorded = repr(customer.vendor.ledger.requests)
    assert KEY not in recorded
    assert "secret-token" not in recorded
