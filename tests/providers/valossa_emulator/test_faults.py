"""Faults on demand: every one really happens, as often as was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.providers.valossa_emulator.customer import KEY, Customer, minimal

from vidiom.flow.http import http_library
from vidiom.testing.emulators import serve
from vidiom_valossa.emulator import Behaviour, Fault

if TYPE_CHECKING:
    import httpx

HTTP = http_library()


def with_faults(*faults: Fault) -> Customer:
    return Customer(Behaviour(faults=faults))


@pytest.mark.parametrize("retry_after", ["7", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_too_many_requests_say_when_to_come_again(retry_after: str) -> None:
    customer = with_faults(Fault(kind="rate_limited", retry_after=retry_after))
    answer = customer.get("list_jobs")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, retry_after)
    assert customer.get("list_jobs").status_code == 200


def test_a_limit_need_not_say_when_to_come_again() -> None:
    assert "Retry-After" not in with_faults(Fault(kind="rate_limited")).get("list_jobs").headers


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_happens_as_often_as_asked(status: int) -> None:
    customer = with_faults(Fault(kind="server_error", status=status, times=2))
    answers = [customer.get("list_jobs").status_code for _ in range(3)]
    assert answers == [status, status, 200]


def test_a_refused_submission_sells_nothing() -> None:
    customer = with_faults(Fault(kind="server_error"))
    assert customer.post("new_job", minimal()).status_code == 500
    assert customer.vendor.ledger.counters["new_job"] == 0


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_for_people_may_stand_in_the_place_of_an_answer(status: int) -> None:
    answer = with_faults(Fault(kind="html", status=status)).get("list_jobs")
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")


def test_truncated_json_is_a_whole_answer_with_half_a_document() -> None:
    customer = Customer()
    job = customer.finished()
    whole = customer.get("job_results", job_id=job).content
    customer.vendor.ledger.faults.add(Fault(kind="truncated_json"))
    answer = customer.get("job_results", job_id=job)
    assert answer.status_code == 200
    assert answer.content == whole[: len(whole) // 2]
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        json.loads(answer.content)


def test_a_wrong_content_type_stands_over_the_right_content() -> None:
    answer = with_faults(Fault(kind="wrong_content_type")).get("list_jobs")
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.json() == {"jobs": []}


def test_a_slow_answer_takes_the_time_that_was_asked() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    customer = Customer(Behaviour(faults=(Fault(kind="slow", seconds=30.0),), sleep=sleep))
    assert customer.get("list_jobs").status_code == 200
    assert waited == [30.0]


def test_an_expired_result_is_gone_for_good() -> None:
    customer = with_faults(Fault(kind="expired_result", after=1))
    job = customer.finished()
    answers = [customer.get("job_results", job_id=job).status_code for _ in range(3)]
    assert answers == [200, 404, 404]


def test_a_fault_waits_for_its_function_and_its_turn() -> None:
    customer = with_faults(Fault(kind="server_error", function="job_status", after=1))
    job = customer.buy()
    assert customer.get("list_jobs").status_code == 200
    answers = [customer.get("job_status", job_id=job).status_code for _ in range(3)]
    assert answers == [200, 500, 200]


def test_a_header_asks_for_a_fault_of_its_own_request() -> None:
    customer = Customer()
    header = {"X-Emulate-Fault": "rate_limited; retry_after=3"}
    answer = customer.ask("GET", "list_jobs", params={"api_key": KEY}, headers=header)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert customer.get("list_jobs").status_code == 200


@pytest.mark.parametrize("value", ["gremlins", "rate_limited; colour=red", "slow; seconds=x"])
def test_a_header_that_asks_for_nonsense_is_refused(value: str) -> None:
    answer = Customer().ask("GET", "list_jobs", headers={"X-Emulate-Fault": value})
    assert answer.status_code == 400
    assert "callback_late" in answer.json()["errors"][0]["message"]


def test_faults_are_asked_for_listed_and_called_off_over_the_control_endpoint() -> None:
    customer = Customer()
    asked = {"kind": "server_error", "function": "new_job", "times": 2}
    answer = customer.ask("POST", "/_emulator/faults", json=asked)
    assert answer.json()["faults"][0]["kind"] == "server_error"
    assert customer.post("new_job", minimal()).status_code == 500
    assert len(customer.ask("GET", "/_emulator/faults").json()["faults"]) == 1
    assert customer.ask("DELETE", "/_emulator/faults").json() == {"faults": []}
    assert customer.post("new_job", minimal()).status_code == 200


@pytest.mark.parametrize("body", [{}, {"kind": "gremlins"}, {"kind": "html", "colour": "red"}])
def test_a_fault_that_does_not_exist_is_refused(body: dict[str, str]) -> None:
    assert Customer().ask("POST", "/_emulator/faults", json=body).status_code == 400


def test_the_state_counts_what_was_bought() -> None:
    customer = Customer()
    customer.buy()
    customer.buy()
    state = customer.ask("GET", "/_emulator/state").json()
    assert state == {"jobs": 2, "counters": {"new_job": 2}}


def test_requests_that_went_wrong_are_recorded_with_their_fault() -> None:
    customer = with_faults(Fault(kind="html"))
    customer.get("list_jobs")
    (asked,) = customer.vendor.ledger.requests
    assert (asked.function, asked.status, asked.fault) == ("list_jobs", 502, "html")


# --- what only a real connection shows -----------------------------------------------------------


@pytest.fixture
def served() -> Iterator[tuple[Customer, httpx.Client]]:
    customer = Customer()
    with serve(customer.app) as url, HTTP.Client(base_url=url) as client:
        yield customer, client


def test_a_lost_answer_closes_the_connection_after_the_job_was_sold(
    served: tuple[Customer, httpx.Client],
) -> None:
    customer, client = served
    customer.vendor.ledger.faults.add(Fault(kind="lost_answer", function="new_job"))
    with pytest.raises(HTTP.RemoteProtocolError, match="without sending a response"):
        client.post("/core/1.0/new_job", json={"api_key": KEY, **minimal()})
    assert customer.vendor.ledger.counters["new_job"] == 1
    listed = client.get("/core/1.0/list_jobs", params={"api_key": KEY}).json()["jobs"]
    assert [one["job_id"] for one in listed] == list(customer.vendor.jobs)
    lost = customer.vendor.ledger.requests[0]
    assert (lost.function, lost.status, lost.fault) == ("new_job", None, "lost_answer")


@pytest.mark.parametrize("function", ["list_jobs", "job_results"])
def test_a_cut_body_ends_before_it_is_whole(
    served: tuple[Customer, httpx.Client], function: str
) -> None:
    customer, client = served
    job = customer.finished()
    customer.vendor.ledger.faults.add(Fault(kind="cut_body"))
    query = {"api_key": KEY, "job_id": job}
    with client.stream("GET", f"/core/1.0/{function}", params=query) as answer:
        assert answer.status_code == 200
        with pytest.raises(HTTP.RemoteProtocolError):
            answer.read()
    assert client.get(f"/core/1.0/{function}", params=query).status_code == 200


def test_a_server_that_is_not_uvicorn_sees_an_error_where_a_connection_would_close() -> None:
    customer = with_faults(Fault(kind="lost_answer"))
    with pytest.raises(ConnectionError, match="hung up"):
        customer.post("new_job", minimal())
    assert customer.vendor.ledger.counters["new_job"] == 1
