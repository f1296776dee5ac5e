"""What the vendor has more than once is found by its own listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from tests.client.fake_vendor import Either, Fake, Vendor

from vidiom.client.duplicates import Duplicates
from vidiom.errors import UnsupportedOperation
from vidiom.flow.effects import Flow, run_blocking
from vidiom.jobs.memory import MemoryStore
from vidiom.schema.jobs import JobRef
from vidiom.schema.orders import Order

URL = "https://media.example/clip.mp4"


class Listed:
    """A listing of all jobs of the vendor, and how many orders were looked up in each."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.asked: list[int] = []

    def look(self, orders: Sequence[Order]) -> dict[str, list[JobRef]]:
        self.asked.append(len(orders))
        found: dict[str, list[JobRef]] = {order.correlation: [] for order in orders}
        for vendor_id, order in self.vendor.jobs.items():
            if order.correlation in found:
                ref = JobRef(provider="fake", vendor_id=vendor_id)
                found[order.correlation].append(ref)
        return found


@pytest.fixture
def listed(kind: type[Fake], vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Listed:
    listing = Listed(vendor)

    def find_many(_: Fake, orders: Sequence[Order]) -> Flow[Mapping[str, Sequence[JobRef]]]:
        return (yield from run_blocking(lambda: listing.look(orders)))

    monkeypatch.setattr(kind, "find_many", find_many)
    return listing


def test_a_job_that_was_bought_again_is_told_with_the_vendors_id_of_the_other(
    either: Either, vendor: Vendor, listed: Listed
) -> None:
    one, two, three = (either.submit("fake", URL) for _ in range(3))
    vendor.jobs["v4"] = vendor.jobs["v5"] = vendor.jobs[one.vendor_id]
    del vendor.jobs[three.vendor_id]
    found = either.duplicates("fake")
    assert found.jobs == {one.id: ("v4", "v5")}
    assert (found.looked_up, found.untold) == (2, 1)
    assert listed.asked == [3]
    kept = {job.id: job.vendor_id for job in either.list()}
    assert kept == {job.id: job.vendor_id for job in (one, two, three)}
    assert vendor.canceled == []


def test_another_job_counts_even_when_ours_is_gone_at_the_vendor(
    either: Either, vendor: Vendor, listed: Listed
) -> None:
    job = either.submit("fake", URL)
    vendor.jobs["v2"] = vendor.jobs.pop(job.vendor_id)
    assert either.duplicates("fake").jobs == {job.id: ("v2",)}
    assert listed.asked == [1]


def test_jobs_that_no_vendor_has_or_that_are_too_old_are_not_looked_up(
    either: Either, listed: Listed
) -> None:
    either.enqueue("fake", URL)
    assert either.duplicates("fake") == Duplicates()
    either.submit("fake", URL)
    assert either.duplicates("fake", within=timedelta(seconds=-1)) == Duplicates()
    assert listed.asked == []
    assert either.duplicates("fake", within=timedelta(days=1)).looked_up == 1


def test_jobs_of_another_account_are_not_looked_up(
    either: Either, store: MemoryStore, listed: Listed
) -> None:
    job = either.submit("fake", URL)
    other = job.model_copy(update={"account": "eu"})
    store.update(job.id, lambda record: record.with_changes(job=other))
    assert either.duplicates("fake") == Duplicates()
    assert listed.asked == []


def test_a_vendor_that_cannot_be_asked_is_named(either: Either) -> None:
    with pytest.raises(UnsupportedOperation, match="cannot be looked up") as caught:
        either.duplicates("fake")
    assert caught.value.provider == "fake"
