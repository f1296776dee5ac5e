"""Jobs of the emulated vendor: what is bought, how it moves on, and when it is gone."""

from __future__ import annotations

import pytest
from tests.providers.deepva_emulator.customer import (
    CREATED,
    GONE,
    URL,
    Clock,
    Customer,
    Json,
    payload,
)

from vidiom_deepva.emulator import Behaviour, Fault


def with_faults(*kinds: str) -> Customer:
    return Customer(Behaviour(faults=tuple(Fault(kind=kind) for kind in kinds)))


def test_a_job_moves_on_when_it_is_asked_after() -> None:
    customer = Customer()
    assert customer.follow(customer.buy()) == ["waiting", "processing", "processing", "completed"]


def test_what_was_bought_is_told_at_once() -> None:
    modules = {"face_recognition": {"model": "celebrities"}}
    answer = Customer().post("jobs/", sources=[URL], modules=modules, tag="asset-1", ttl=60)
    assert answer.status_code == CREATED
    told = answer.json()
    assert (told["state"], told["tag"], told["ttl"], told["sources"]) == (
        "waiting",
        "asset-1",
        60,
        [URL],
    )
    assert told["modules"] == {
        "face_recognition": {"model": "celebrities", "state": "waiting", "progress": 0.0}
    }


@pytest.mark.parametrize("name", ["job.waiting", "job.processing", "job.completed"])
def test_a_job_has_the_fields_of_the_documented_one(name: str) -> None:
    example = payload(name)
    customer = Customer()
    hook = {"events": [], "callback": "https://hooks.example.org/"}
    job = customer.buy(webhook=hook)
    while (told := customer.job(job))["state"] != example["state"]:
        pass
    assert told.keys() == example.keys()
    both = {name for name in told if told[name] is not None and example[name] is not None}
    assert {name: sort(told[name]) for name in both} == {name: sort(example[name]) for name in both}


def sort(value: object) -> str:
    """What a member is."""
    return {int: "number", float: "number"}.get(type(value), type(value).__name__)


def test_modules_are_done_one_after_the_other() -> None:
    customer = Customer(Behaviour(stages=(("waiting", 1), ("processing", 4))))
    job = customer.buy({"face_recognition": {}, "text_recognition": {}})
    seen = []
    for _ in range(5):
        modules = customer.job(job)["modules"]
        seen.append((modules["face_recognition"]["state"], modules["text_recognition"]["state"]))
    assert seen == [
        ("waiting", "waiting"),
        ("processing", "waiting"),
        ("processing", "waiting"),
        ("completed", "processing"),
        ("completed", "processing"),
    ]


def test_a_summary_has_each_label_once_and_the_facts_of_the_media() -> None:
    customer = Customer()
    job = customer.finished({"face_recognition": {}, "subtitle_detection": {}})
    (summary,) = customer.job(job)["result"]["summary"]
    assert summary["info"] == {
        "fps": 25,
        "resolution": [1280, 720],
        "total_frames": 1500,
        "duration": 60.0,
    }
    assert [(one["type"], one["label"]) for one in summary["items"]] == [
        ("face", "Mara Lindqvist"),
        ("face", "Unknown"),
        ("face", "Tomás Ferreira"),
        ("language", "english"),
    ]


def test_the_deprecated_result_can_be_gone() -> None:
    customer = Customer(Behaviour(result_field=False))
    assert "result" not in customer.job(customer.finished("face_recognition"))


@pytest.mark.parametrize(
    ("notation", "times"),
    [
        ("sql", ["2026-03-14 15:09:27.535000", "2026-03-14 15:09:28.535000"]),
        ("locale", ["3/14/2026, 3:09:27 PM", "3/14/2026, 3:09:28 PM"]),
        ("mixed", ["2026-03-14 15:09:27.535000", "3/14/2026, 3:09:28 PM"]),
        ("iso", ["2026-03-14T15:09:27.535000Z", "2026-03-14T15:09:28.535000Z"]),
    ],
)
def test_times_are_written_in_the_notation_that_was_settled(notation: str, times: Json) -> None:
    clock = Clock()
    customer = Customer(Behaviour(job_times=notation, now=clock))  # type: ignore[arg-type]  # as parametrized
    customer.buy()  # the first job makes the customer's face index as well
    clock.at = Clock().at
    told = customer.job(customer.finished("qrcode_detection"))
    assert [told["time_created"], told["time_started"]] == times


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"modules": {"face_recognition": {}}}, "sources"),
        ({"sources": [], "modules": {"face_recognition": {}}}, "sources"),
        ({"sources": ["ftp://x.example/a.mp4"], "modules": {"face_recognition": {}}}, "sources"),
        ({"sources": ["file:///etc/passwd"], "modules": {"face_recognition": {}}}, "sources"),
        ({"sources": [URL]}, "modules"),
        ({"sources": [URL], "modules": {}}, "modules"),
        ({"sources": [URL], "modules": {"face_recogntion": {}}}, "modules"),
        ({"sources": [URL], "modules": {"face_recognition": []}}, "modules"),
        (
            {"sources": [URL], "modules": {"face_recognition": {"max_distance": 2.1}}},
            "modules",
        ),
        (
            {"sources": [URL], "modules": {"object_scene_recognition": {"min_confidence": "x"}}},
            "modules",
        ),
        ({"sources": [URL], "modules": {"qrcode_detection": {}}, "ttl": 0}, "ttl"),
        ({"sources": [URL], "modules": {"qrcode_detection": {}}, "tag": 1}, "tag"),
        ({"sources": [URL], "modules": {"qrcode_detection": {}}, "webhook": {}}, "webhook"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(body: dict[str, Json], field: str) -> None:
    customer = Customer()
    answer = customer.post("jobs/", **body)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert customer.vendor.ledger.counters["create_job"] == 0


def test_an_unknown_module_is_named_as_in_the_example() -> None:
    answer = Customer().post("jobs/", sources=[URL], modules={"face_recogntion": {}})
    assert answer.json() == payload("error.400.field_errors")


def test_more_modules_can_be_known() -> None:
    customer = Customer(Behaviour(more_modules=frozenset({"logo_recognition"})))
    job = customer.finished("logo_recognition")
    assert customer.rows(job) == []


@pytest.mark.parametrize("header", ["", "Key", "Key wrong", "Bearer deepva-key-of-the-tests"])
def test_without_the_key_nothing_is_answered(header: str) -> None:
    answer = Customer().ask("GET", "jobs/", headers={"Authorization": header})
    assert (answer.status_code, answer.json()) == (401, payload("error.401"))


def test_a_job_of_another_customer_is_not_there() -> None:
    customer = Customer()
    job = customer.buy()
    customer.key = "another key"
    assert customer.get(f"jobs/{job}/").json() == payload("error.404")
    assert customer.get("jobs/").json()["total"] == 0


@pytest.mark.parametrize("path", ["/jobs", "/jobs/", "/v1/jobs/", "/api/v1/jobs", "/api/v1/jobs/"])
def test_the_prefix_and_the_slash_at_the_end_may_be_there_or_not(path: str) -> None:
    assert Customer().ask("GET", path).json()["data"] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nothing/", 404), ("GET", "/api/v2/jobs/", 404), ("PUT", "jobs/", 405)],
)
def test_what_there_is_not_is_refused(method: str, path: str, status: int) -> None:
    answer = Customer().ask(method, path)
    assert answer.status_code == status
    assert list(answer.json()) == ["detail"]


def test_a_body_that_is_no_json_object_is_refused() -> None:
    for content in (b"{", b"[]"):
        assert Customer().ask("POST", "jobs/", content=content).status_code == 400


# --- ends ---------------------------------------------------------------------------------------


def test_media_that_cannot_be_had_fails_the_job_with_the_documented_words() -> None:
    customer = Customer()
    job = customer.buy(sources=["https://nowhere.invalid/clip.mp4"])
    assert customer.follow(job) == ["waiting", "failed"]
    told = customer.job(job)
    assert told["errors"] == payload("job.failed")["errors"]
    assert told["modules"]["face_recognition"]["state"] == "failed"
    assert customer.get(f"jobs/{job}/detailed-results/").json()["data"] == []


@pytest.mark.parametrize("url", ["storage://nothingwasuploaded0", "https://x.example/page.html"])
def test_sources_that_are_no_media_fail(url: str) -> None:
    customer = Customer()
    assert customer.follow(customer.buy(sources=[url]))[-1] == "failed"


def test_a_module_that_fails_leaves_the_others_their_results() -> None:
    customer = with_faults("module_failed")
    job = customer.finished({"text_recognition": {}, "face_recognition": {}})
    told = customer.job(job)
    assert told["errors"] == ["face_recognition: module failed"]
    states = {name: one["state"] for name, one in told["modules"].items()}
    assert states == {"text_recognition": "completed", "face_recognition": "failed"}
    assert {row["module"] for row in customer.rows(job)} == {"text_recognition"}


def test_a_job_of_which_every_module_fails_has_failed() -> None:
    customer = Customer(Behaviour(failing=frozenset({"text_recognition"})))
    assert customer.follow(customer.buy("text_recognition"))[-1] == "failed"


@pytest.mark.parametrize(("fault", "end"), [("job_failed", "failed"), ("job_stopped", "stopped")])
def test_a_job_ends_as_it_was_told_to(fault: str, end: str) -> None:
    customer = with_faults(fault)
    assert customer.follow(customer.buy())[-1] == end
    assert customer.follow(customer.buy())[-1] == "completed"


def test_a_state_that_nobody_knows_is_no_end() -> None:
    customer = with_faults("unknown_state")
    states = customer.follow(customer.buy())
    assert states == ["waiting", "archiving", "archiving", "completed"]


def test_a_job_may_be_deleted_just_before_its_end() -> None:
    customer = with_faults("job_deleted")
    job = customer.buy()
    statuses = [customer.get(f"jobs/{job}/").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 404, 404]
    assert customer.get("jobs/").json()["total"] == 0


def test_a_job_is_gone_after_its_ttl() -> None:
    now = [0.0]
    customer = Customer(Behaviour(clock=lambda: now[0]))
    job, other = customer.buy(ttl=30), customer.buy()
    now[0] = 29.9
    assert customer.job(job)["state"] == "waiting"
    now[0] = 30.0
    assert customer.get(f"jobs/{job}/").status_code == 404
    assert customer.get(f"jobs/{job}/detailed-results/").status_code == 404
    assert [one["id"] for one in customer.get("jobs/").json()["data"]] == [other]


def test_a_deleted_job_is_gone() -> None:
    customer = Customer()
    job = customer.buy()
    answer = customer.delete(f"jobs/{job}/")
    assert (answer.status_code, answer.content) == (GONE, b"")
    assert customer.delete(f"jobs/{job}/").status_code == 404


def test_deleting_what_runs_can_be_a_stop() -> None:
    customer = Customer(Behaviour(deleting="stops"))
    job = customer.buy()
    customer.job(job)
    assert customer.delete(f"jobs/{job}/").status_code == GONE
    assert customer.job(job)["state"] == "stopped"
    assert customer.delete(f"jobs/{job}/").status_code == GONE
    assert customer.get(f"jobs/{job}/").status_code == 404


# --- listings -----------------------------------------------------------------------------------


def test_jobs_are_found_by_tag_and_by_search() -> None:
    customer = Customer()
    first = customer.buy(tag="asset-1")
    customer.buy(tag="asset-10")

    def found(**query: str) -> list[str]:
        return [one["tag"] for one in customer.get("jobs/", **query).json()["data"]]

    assert found() == ["asset-10", "asset-1"]
    assert found(tag="asset-1") == ["asset-1"]
    assert found(search="asset-1") == ["asset-10", "asset-1"]
    assert found(search=first[:8]) == ["asset-1"]
    assert found(tag="asset") == []


def test_the_tag_may_be_searched_in_part() -> None:
    customer = Customer(Behaviour(tag_filter="part"))
    for tag in ("asset-1", "asset-10"):
        customer.buy(tag=tag)
    assert customer.get("jobs/", tag="asset-1").json()["total"] == 2


def test_a_new_job_may_be_missing_in_the_first_listings() -> None:
    customer = Customer(Behaviour(listing_lag_polls=2))
    customer.buy()
    assert [customer.get("jobs/").json()["total"] for _ in range(3)] == [0, 0, 1]


def test_a_listing_asks_after_every_job_in_it() -> None:
    customer = Customer()
    customer.buy()
    states = [customer.get("jobs/").json()["data"][0]["state"] for _ in range(4)]
    assert states == ["waiting", "processing", "processing", "completed"]


def test_the_same_seed_gives_the_same_ids() -> None:
    jobs = [Customer(Behaviour(seed=7)).buy() for _ in range(2)]
    assert jobs[0] == jobs[1]
    assert Customer().buy() != Customer().buy()
