"""Callbacks: one POST at the end, one more if it was not taken, and what can go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.providers.valossa_emulator.customer import PAYLOADS, Customer, minimal

from vidiom.flow.http import http_library
from vidiom.testing.emulators import serve
from vidiom_valossa.emulator import Behaviour, Fault

PATIENCE = 10.0


class Hooks:
    """Takes callbacks, and answers with these statuses in turn, then with 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.received: list[dict[str, str]] = []
        self.arrived = Event()
        self.url = ""

    async def take(self, request: Request) -> Response:
        assert request.headers["content-type"] == "application/json"
        self.received.append(json.loads(await request.body()))
        self.arrived.set()
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    @property
    def states(self) -> list[str]:
        return [one["status"] for one in self.received]


@contextmanager
def hooks(*statuses: int) -> Iterator[Hooks]:
    receiver = Hooks(*statuses)
    app = Starlette(routes=[Route("/valossa", receiver.take, methods=["POST"])])
    with serve(app) as url:
        receiver.url = f"{url}/valossa"
        yield receiver


def told(receiver: Hooks, customer: Customer) -> str:
    """Follow a job to its end, and fetch it."""
    job = customer.finished(callback={"url": receiver.url})
    assert customer.get("job_results", job_id=job).status_code == 200
    return job


def test_the_end_of_a_job_is_told_once_as_the_example_has_it() -> None:
    customer = Customer()
    with hooks() as receiver:
        job = told(receiver, customer)
        customer.get("job_status", job_id=job)
        customer.get("list_jobs", show_status="true")
    example = json.loads((PAYLOADS / "callback.json").read_text())
    assert receiver.received == [{**example, "job_id": job}]


def test_a_failed_job_is_told_as_an_error() -> None:
    customer = Customer()
    media = {"video": {"url": "https://nowhere.invalid/clip.mp4"}}
    with hooks() as receiver:
        customer.follow(customer.buy(media=media, callback={"url": receiver.url}))
    assert receiver.states == ["error"]


def test_the_end_that_a_list_shows_is_told_too() -> None:
    customer = Customer()
    with hooks() as receiver:
        customer.buy(callback={"url": receiver.url})
        for _ in range(4):
            customer.get("list_jobs", show_status="true")
    assert receiver.states == ["finished"]


def test_a_callback_that_is_not_taken_comes_once_more_and_then_no_more() -> None:
    customer = Customer()
    with hooks(500, 503) as receiver:
        told(receiver, customer)
    assert receiver.states == ["finished"] * 2
    assert [one.answer for one in customer.vendor.callbacks.sent] == [500, 503]


def test_an_answer_of_201_is_not_taken_for_200() -> None:
    with hooks(201) as receiver:
        told(receiver, Customer())
    assert len(receiver.received) == 2


def test_a_receiver_that_is_not_there_is_tried_twice() -> None:
    with hooks() as receiver:
        gone = receiver.url
    customer = Customer()
    customer.finished(callback={"url": gone})
    assert [one.answer for one in customer.vendor.callbacks.sent] == [None, None]


def test_nothing_is_ever_sent_to_another_machine() -> None:
    customer = Customer()
    customer.finished(callback={"url": "https://hooks.example.com/valossa"})
    assert (customer.vendor.callbacks.sent, customer.vendor.callbacks.withheld) == ([], 1)


def test_a_proxy_of_the_environment_is_another_machine_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with hooks() as proxy, hooks() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/valossa"))
        monkeypatch.setenv("no_proxy", "")
        told(receiver, Customer())
    assert (len(receiver.received), len(proxy.received)) == (1, 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/",
        "http://10.0.0.1/",
        "http://[fe80::1]/",
    ],
)
def test_what_only_looks_like_this_machine_is_another_one(url: str) -> None:
    customer = Customer()
    customer.finished(callback={"url": url})
    assert (customer.vendor.callbacks.sent, customer.vendor.callbacks.withheld) == ([], 1)


def test_a_duplicate_callback_comes_twice_although_it_was_taken() -> None:
    with hooks() as receiver:
        told(receiver, Customer(Behaviour(faults=(Fault(kind="callback_duplicate"),))))
    assert receiver.states == ["finished"] * 2


def test_a_lost_callback_never_comes() -> None:
    with hooks() as receiver:
        told(receiver, Customer(Behaviour(faults=(Fault(kind="callback_lost"),))))
    assert receiver.received == []


def test_an_early_callback_overtakes_the_answer_to_the_submission() -> None:
    customer = Customer(Behaviour(faults=(Fault(kind="callback_early"),)))
    with hooks() as receiver:
        job = customer.buy(callback={"url": receiver.url})
        assert receiver.received == [{"job_id": job, "status": "finished"}]
        assert customer.get("job_status", job_id=job).json()["status"] == "queued"
        customer.follow(job)
    assert len(receiver.received) == 1


def test_a_late_callback_comes_when_the_result_was_fetched_already() -> None:
    customer = Customer(Behaviour(faults=(Fault(kind="callback_late"),)))
    with hooks() as receiver:
        job = customer.finished(callback={"url": receiver.url})
        assert receiver.received == []
        customer.get("job_results", job_id=job)
        customer.get("job_results", job_id=job, type="frames_faces")
    assert receiver.states == ["finished"]


def test_by_the_clock_the_end_is_told_although_nobody_asks() -> None:
    behaviour = Behaviour(stages=(("queued", 0.01), ("processing", 0.01)), advance="clock")
    customer = Customer(behaviour)
    with hooks() as receiver, serve(customer.app) as url, http_library().Client() as client:
        body = {"api_key": customer.key, **minimal(callback={"url": receiver.url})}
        job = client.post(f"{url}/core/1.0/new_job", json=body).json()["job_id"]
        assert receiver.arrived.wait(PATIENCE)
    assert receiver.received == [{"job_id": job, "status": "finished"}]
