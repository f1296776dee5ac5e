"""Faults of the emulated vendor: on requests, in the forms of errors that are to be expected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.providers.deepva_emulator.customer import Customer, Json, payload

from vidiom.emulation.faults import Fault as AnyFault
from vidiom.errors import UsageError
from vidiom.provider.emulation import EmulatorOptions
from vidiom_deepva.emulation.endpoints import ENDPOINTS, endpoint
from vidiom_deepva.emulation.invocation import app_for
from vidiom_deepva.emulation.refusal import FORMS
from vidiom_deepva.emulation.repertoire import REPERTOIRE
from vidiom_deepva.emulation.resources import doing, listing
from vidiom_deepva.emulator import Behaviour, Fault


def with_faults(*faults: AnyFault) -> Customer:
    return Customer(Behaviour(faults=faults))


@pytest.mark.parametrize("retry_after", ["7", "Wed, 25 Nov 2026 07:28:00 GMT", None])
def test_too_many_requests_may_say_when_to_come_again(retry_after: str | None) -> None:
    customer = with_faults(Fault(kind="rate_limited", retry_after=retry_after))
    answer = customer.get("jobs/")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, retry_after)
    assert answer.json() == payload("error.429")
    assert customer.get("jobs/").status_code == 200


FORM_CHECKS: dict[str, Callable[[Json], bool]] = {
    "detail": lambda body: list(body) == ["detail"],
    "message": lambda body: list(body) == ["message"],
    "error": lambda body: list(body) == ["error"],
    "errors": lambda body: isinstance(body["errors"], list),
    "fields": lambda body: body == {"non_field_errors": ["Unexpected server error"]},
    "list": lambda body: body == ["Unexpected server error"],
}


@pytest.mark.parametrize("form", FORM_CHECKS)
@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_an_error_comes_in_each_form_with_any_status(form: str, status: int) -> None:
    customer = with_faults(Fault(kind="server_error", status=status, form=form))
    answer = customer.get("jobs/")
    assert answer.status_code == status
    assert FORM_CHECKS[form](answer.json())


def test_every_form_is_tested_and_one_is_a_page() -> None:
    assert FORMS.keys() == FORM_CHECKS.keys() | {"html"}
    answer = with_faults(Fault(kind="server_error", status=502)).get("jobs/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>" in answer.text


def test_a_lost_answer_has_sold_the_job() -> None:
    customer = with_faults(Fault(kind="lost_answer"))
    with pytest.raises(ConnectionError, match="hung up"):
        customer.buy(tag="asset-1")
    found = customer.get("jobs/", tag="asset-1").json()
    assert (found["total"], customer.vendor.ledger.counters["create_job"]) == (1, 1)


def test_a_header_asks_for_a_fault_of_its_own_request() -> None:
    header = {"X-Emulate-Fault": "server_error; status=400; form=list"}
    answer = Customer().ask("GET", "jobs/", headers=header)
    assert (answer.status_code, answer.json()) == (400, ["Unexpected server error"])


def test_faults_state_and_requests_are_seen_at_the_control_endpoint() -> None:
    customer = Customer()
    customer.ask("POST", "/_emulator/faults", json={"kind": "html", "function": "read_job"})
    job = customer.buy()
    assert customer.get(f"jobs/{job}/").status_code == 502
    customer.upload(b"film")
    state = customer.ask("GET", "/_emulator/state").json()
    assert state == {"jobs": 1, "files": 1, "counters": {"create_job": 1}}
    seen = customer.ask("GET", "/_emulator/requests").json()["requests"]
    assert [(one["function"], one["status"], one["fault"]) for one in seen[:2]] == [
        ("create_job", 201, None),
        ("read_job", 502, "html"),
    ]
    assert job not in str(seen)


def test_every_endpoint_is_answered_and_every_fault_names_one() -> None:
    vendor = Customer().vendor
    jobs = {"create_job", "read_job", "list_jobs"}
    names = {name for _, _, name in ENDPOINTS}
    assert doing(vendor).keys() | listing(vendor).keys() | jobs == names
    assert {name for name in REPERTOIRE.own.values() if name} <= names
    assert REPERTOIRE.submission in names


@pytest.mark.parametrize(("method", "template", "name"), ENDPOINTS)
def test_every_path_leads_to_its_endpoint(method: str, template: str, name: str) -> None:
    found = endpoint(method, f"/api/v1/{template}/")
    assert found is not None
    assert found.name == name
    assert all(value == f"{{{key}}}" for key, value in found.names.items())


def test_the_command_line_refuses_a_fault_that_there_is_not_with_all_that_there_are() -> None:
    options = EmulatorOptions(api_key="k", faults=("gremlins",))
    with pytest.raises(UsageError, match=r"lying_next.*job_deleted.*callback_forged"):
        app_for(options)
