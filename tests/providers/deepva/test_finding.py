"""Jobs that are looked up by their tags, and states of many in one list."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from vidiom.flow.effects import Send
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.orders import Order
from vidiom.testing.scripted import answer
from vidiom_deepva.provider import DeepvaProvider

JOB = JobRef(provider="deepva", vendor_id="3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41")
BASE = "https://api.deepva.com/api/v1"
Payload = Callable[[str], bytes]
Document = Callable[[str], Any]
Sent = Callable[..., tuple[Any, list[Send]]]


def test_a_job_is_found_by_its_tag_and_by_nothing_that_looks_like_it(
    sent: Sent, provider: DeepvaProvider, order: Order, document: Document
) -> None:
    near = {**document("job.waiting.json"), "id": "another", "tag": "asset-0004170"}
    page = {"total": 2, "data": [near, document("job.waiting.json")]}
    found, (request,) = sent(provider.find(order), answer(200, json.dumps(page).encode()))
    assert found == JOB
    assert request.url == f"{BASE}/jobs/"
    assert dict(request.query) == {"tag": "asset-000417", "limit": "500", "offset": "0"}


def test_a_job_that_is_on_a_later_page_is_found(
    sent: Sent, provider: DeepvaProvider, order: Order, document: Document
) -> None:
    other = {**document("job.waiting.json"), "tag": "another"}
    pages = [
        {"total": 3, "data": [other]},
        {"total": 3, "data": [{**other, "id": "x"}]},
        {"total": 3, "data": [document("job.waiting.json")]},
    ]
    answers = [answer(200, json.dumps(page).encode()) for page in pages]
    found, requests = sent(provider.find(order), *answers)
    assert found == JOB
    assert [dict(one.query)["offset"] for one in requests] == ["0", "1", "2"]


def test_no_job_of_the_tag_is_none(
    sent: Sent, provider: DeepvaProvider, order: Order, payload: Payload
) -> None:
    found, _ = sent(provider.find(order), answer(200, payload("jobs.list.empty.json")))
    assert found is None
    assert provider.listing_complete


def test_all_jobs_of_a_few_tags_are_found_each_with_a_list_of_its_own(
    sent: Sent, provider: DeepvaProvider, order: Order, document: Document
) -> None:
    own = document("job.waiting.json")
    lists = [
        {"total": 2, "data": [own, {**own, "id": "again"}]},
        {"total": 3, "data": [own, {**own, "id": "near", "tag": "b2"}, {**own, "id": None}]},
    ]
    orders = [order, order.model_copy(update={"correlation": "b"})]
    answers = [answer(200, json.dumps(one).encode()) for one in lists]
    found, requests = sent(provider.find_many(orders), *answers)
    assert {tag: [ref.vendor_id for ref in refs] for tag, refs in found.items()} == {
        "asset-000417": [JOB.vendor_id, "again"],
        "b": [],
    }
    assert [dict(one.query)["tag"] for one in requests] == ["asset-000417", "b"]


def test_all_jobs_of_many_tags_are_found_in_one_list_and_what_it_lacks_is_asked_for_by_itself(
    sent: Sent, provider: DeepvaProvider, order: Order, document: Document
) -> None:
    """A row that moved to another page while the pages were read must not be bought again."""
    own = document("job.waiting.json")
    orders = [order.model_copy(update={"correlation": f"tag-{n}"}) for n in range(12)]
    jobs = [{**own, "id": f"id-{n}", "tag": f"tag-{n % 10}"} for n in range(12)]
    lists = [
        {"total": 12, "data": jobs},
        {"total": 1, "data": [{**own, "id": "moved", "tag": "tag-10"}]},
        {"total": 0, "data": []},
    ]
    answers = [answer(200, json.dumps(one).encode()) for one in lists]
    found, requests = sent(provider.find_many(orders), *answers)
    assert [ref.vendor_id for ref in found["tag-1"]] == ["id-1", "id-11"]
    assert [ref.vendor_id for ref in found["tag-10"]] == ["moved"]
    assert found["tag-11"] == ()
    assert [dict(one.query).get("tag") for one in requests] == [None, "tag-10", "tag-11"]


@pytest.mark.parametrize("bare", [True, False])
def test_many_jobs_are_asked_for_with_one_list_whatever_its_form(
    sent: Sent, provider: DeepvaProvider, document: Document, *, bare: bool
) -> None:
    jobs = [document("job.processing.json"), {**document("job.waiting.json"), "id": "b"}]
    body: object = jobs if bare else {"total": 2, "data": jobs}
    wanted = [JOB, JOB.model_copy(update={"vendor_id": "b"})]
    told, requests = sent(provider.check_many(wanted), answer(200, json.dumps(body).encode()))
    assert {one: status.state for one, status in told.items()} == {
        JOB.vendor_id: JobState.RUNNING,
        "b": JobState.QUEUED,
    }
    assert len(requests) == 1
