"""What the receiver does after it has answered: it asks, and fetches, and is not put off."""

from __future__ import annotations

import asyncio

import pytest
from tests.client.fake_vendor import Vendor
from tests.client.signing_vendor import Signing, delivered
from tests.receiver.receiving import Store, receiving, run

from vidiom.errors import JobNotFinished
from vidiom.flow.effects import Flow
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.webhooks.scheme import Unsigned


def test_a_hint_is_followed_after_the_answer(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor, kind={"signature": Unsigned("so")}) as door:
            answer = await door.deliver(delivered("done", secret=None))
            assert (answer.status, answer.outcome) == (200, "hint")
            assert vendor.asked == 0
            while store.get("job-1").job.state is not JobState.SUCCEEDED:  # noqa: ASYNC110 - bounded
                await asyncio.sleep(0)
            assert vendor.asked == 1
            flood = [await door.deliver(delivered("done", secret=None)) for _ in range(20)]
            assert {one.status for one in flood} == {200}
        assert vendor.asked == 1

    run(test)


def test_an_answer_that_is_not_there_yet_is_fetched_later_however_many_others_come(
    store: Store, vendor: Vendor
) -> None:
    ready: list[bool] = []

    def fetch(self: Signing, job: JobRef, order: Order) -> Flow[RawResult]:
        if not ready:
            raise JobNotFinished("still running.", job_id=order.correlation, provider="fake")
        return (yield from Signing.fetch(self, job, order))

    async def test() -> None:
        late: dict[str, object] = {"fetch": fetch}
        async with receiving(store, vendor, kind=late, collect=True, poll_seconds="0.2") as door:
            for _ in range(30):  # each is news, and makes the receiver look around
                assert (await door.deliver(delivered("done"))).status == 200
                await asyncio.sleep(0.001)
            assert store.get("job-1").answer is None
            ready.append(True)
            while store.get("job-1").answer is None:  # noqa: ASYNC110 - bounded
                await asyncio.sleep(0)

    run(test)


def test_a_defect_in_what_is_done_afterwards_does_not_end_it(
    store: Store, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    broken = [True]

    def fetch(self: Signing, job: JobRef, order: Order) -> Flow[RawResult]:
        if broken:
            broken.clear()
            raise ZeroDivisionError
        return (yield from Signing.fetch(self, job, order))

    async def test() -> None:
        defective: dict[str, object] = {"fetch": fetch}
        async with receiving(store, vendor, kind=defective, collect=True) as door:
            while store.get("job-1").answer is None:
                assert (await door.deliver(delivered("done"))).status == 200
                await asyncio.sleep(0)

    run(test)
    assert "a defect" in caplog.text
