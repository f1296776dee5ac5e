"""The receiver: what it answers, how much it reads first, and what it never tells."""

from __future__ import annotations

import gzip
import itertools
import logging
from typing import Any

import pytest
from tests.client.fake_vendor import Vendor
from tests.client.signing_vendor import delivered
from tests.receiver.receiving import LIMIT, Store, receiving, run

from vidiom.receiver.asgi import Limits
from vidiom.schema.jobs import JobState
from vidiom.webhooks.scheme import Unsigned


def test_a_delivery_is_kept_before_it_is_acknowledged(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            answer = await door.deliver(delivered("done"))
            assert (answer.status, answer.outcome) == (200, "processed")
            assert store.get("job-1").job.state is JobState.SUCCEEDED
            again = await door.deliver(delivered("done"))
            assert (again.status, again.outcome) == (200, "duplicate")

    run(test)


@pytest.mark.parametrize(
    ("change", "status", "outcome"),
    [
        ({"secret": "another-secret-of-enough-bytes-0123"}, 401, "SignatureMismatch"),
        ({"secret": None}, 401, "SignatureMissing"),
        ({"body": b"{"}, 400, "UnreadableDelivery"),
        ({"job": "v2"}, 400, "UnreadableDelivery"),
    ],
)
def test_what_is_refused_changes_nothing(
    change: dict[str, Any], status: int, outcome: str, store: Store, vendor: Vendor
) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            answer = await door.deliver(delivered("done", **change))
            assert (answer.status, answer.outcome) == (status, outcome)
            assert store.get("job-1").job.state is not JobState.SUCCEEDED
            assert vendor.asked == 0

    run(test)


@pytest.mark.parametrize(
    "path", ["/", "/fake/job-1/more", "/Fake/job-1", "/fake/../etc", "/nobody/job-1", "/fake/a b"]
)
def test_an_address_that_is_nobodys_is_not_found(path: str, store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            assert (await door.deliver(delivered("done"), path)).status == 404

    run(test)


def test_an_unknown_job_is_told_from_nothing_else(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            forged = delivered("done", secret="another-secret-of-enough-bytes-0123")
            here = await door.deliver(forged, "/fake/job-1")
            nowhere = await door.deliver(forged, "/fake/job-2")
            assert (here.status, here.body) == (nowhere.status, nowhere.body)

    run(test)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_a_post_delivers(method: str, store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            answer = await door.ask(method, "/fake/job-1", delivered("done").headers)
            assert answer is not None
            assert answer.status == (200 if method in ("GET", "HEAD") else 405)
            assert (answer.body == b"") == (method == "HEAD")
            assert store.get("job-1").job.state is not JobState.SUCCEEDED

    run(test)


# --- how much is read ----------------------------------------------------------------------------


def test_a_declared_length_over_the_limit_is_refused_unread(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            for length in (str(LIMIT + 1), "9" * 5000):
                headers = (*delivered("done").headers, ("Content-Length", length))
                answer = await door.ask("POST", "/fake/job-1", headers, [b"x"] * 3)
                assert answer is not None
                assert (answer.status, door.read) == (413, 0)
                assert answer.headers["connection"] == "close"

    run(test)


def test_a_body_without_end_is_read_to_its_limit_only(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            endless = itertools.repeat(b"x" * 10_000)
            answer = await door.ask("POST", "/fake/job-1", delivered("done").headers, endless)
            assert answer is not None
            assert answer.status == 413
            # the harness asks for one chunk ahead
            assert LIMIT < door.read <= LIMIT + 10_000

    run(test)


@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT])
@pytest.mark.parametrize("chunk", [1000, LIMIT])
def test_up_to_the_limit_it_is_taken_whole(
    size: int, chunk: int, store: Store, vendor: Vendor
) -> None:
    async def test() -> None:
        body = b'{"status": "done", "job": "v1", "x": "' + b"x" * size
        body = body[: size - 2] + b'"}'
        delivery = delivered(body=body)
        chunks = [body[at : at + chunk] for at in range(0, size, chunk)]
        async with receiving(store, vendor) as door:
            headers = (*delivery.headers, ("Content-Length", str(size)))
            answer = await door.ask("POST", "/fake/job-1", headers, chunks)
            assert answer is not None
            assert (answer.status, answer.outcome) == (200, "processed")

    run(test)


def test_a_body_that_ends_before_its_declared_length_is_incomplete(
    store: Store, vendor: Vendor
) -> None:
    async def test() -> None:
        delivery = delivered("done")
        for declared in (len(delivery.body) + 1, len(delivery.body) - 1, "-1", "1_0", "²"):
            headers = (*delivery.headers, ("Content-Length", str(declared)))
            async with receiving(store, vendor) as door:
                answer = await door.ask("POST", "/fake/job-1", headers, [delivery.body])
            assert answer is not None
            assert (answer.status, answer.outcome) == (408, "DeliveryIncomplete")

    run(test)


def test_an_unsigned_vendors_body_is_short(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor, kind={"signature": Unsigned("so")}) as door:
            answer = await door.ask("POST", "/fake/job-1", (), [b"x" * 70_000])
            assert answer is not None
            assert answer.status == 413

    run(test)


def test_a_compressed_body_is_refused_unread(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        bomb = gzip.compress(b"0" * 1_000_000)
        headers = (*delivered("done").headers, ("Content-Encoding", "gzip"))
        async with receiving(store, vendor) as door:
            answer = await door.ask("POST", "/fake/job-1", headers, [bomb])
            assert answer is not None
            assert (answer.status, door.read) == (415, 0)

    run(test)


def test_without_a_signature_nothing_is_read(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            answer = await door.ask("POST", "/fake/job-1", (), [b"x" * 1000])
            assert answer is not None
            assert (answer.status, door.read) == (401, 0)

    run(test)


def test_a_sender_that_is_too_slow_is_told_to_come_again(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        limits = Limits(read_seconds=0.05)
        slow = itertools.repeat(b"")
        async with receiving(store, vendor, limits=limits) as door:
            answer = await door.ask("POST", "/fake/job-1", delivered("done").headers, slow)
            assert answer is not None
            assert (answer.status, answer.outcome) == (408, "DeliveryIncomplete")

    run(test)


def test_all_large_bodies_together_have_a_limit(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        limits = Limits(spooled_bytes=300_000)
        body = [b"x" * 280_000]
        async with receiving(store, vendor, limits=limits) as door:
            headers = delivered("done").headers
            first = await door.ask("POST", "/fake/job-1", headers, body)
            assert first is not None
            assert first.status == 401  # it had room, and gave it back
            door.app._budget.left = 100_000
            second = await door.ask("POST", "/fake/job-1", headers, body)
            assert second is not None
            assert (second.status, second.headers["Retry-After".lower()]) == (503, "10")
            assert door.app._budget.left == 100_000

    run(test)


def test_nobody_is_answered_who_has_hung_up(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        delivery = delivered("done")
        async with receiving(store, vendor) as door:
            half = [delivery.body[:10]]
            answer = await door.ask("POST", "/fake/job-1", delivery.headers, half, hang_up=True)
            assert answer is None
            assert store.get("job-1").job.state is not JobState.SUCCEEDED

    run(test)


# --- its own faults, and how it is ---------------------------------------------------------------


def test_our_own_fault_makes_the_vendor_come_again(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            store.away = True
            answer = await door.deliver(delivered("done"))
            assert (answer.status, answer.outcome) == (503, "StoreError")
            store.away = False
            assert (await door.deliver(delivered("done"))).outcome == "processed"

    run(test)


def test_without_a_secret_the_receiver_is_to_blame(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor, webhook_secret="") as door:
            assert (await door.deliver(delivered("done"))).status == 503

    run(test)


def test_health_is_of_the_process_and_readiness_of_the_store(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:

            async def asked(path: str) -> int:
                answer = await door.ask("GET", path)
                assert answer is not None
                return answer.status

            assert [await asked("/healthz"), await asked("/readyz")] == [200, 200]
            store.away = True
            assert [await asked("/healthz"), await asked("/readyz")] == [200, 503]
            store.away = False
            await door.app.aclose()
            assert [await asked("/healthz"), await asked("/readyz")] == [200, 503]

    run(test)


def test_statuses_are_the_accounts_to_choose(store: Store, vendor: Vendor) -> None:
    async def test() -> None:
        chosen = '{"SignatureMismatch": 406, "duplicate": 204}'
        async with receiving(store, vendor, delivery_statuses=chosen) as door:
            assert (await door.deliver(delivered("done"))).status == 200
            assert (await door.deliver(delivered("done"))).status == 204
            forged = delivered("done", secret="another-secret-of-enough-bytes-0123")
            assert (await door.deliver(forged)).status == 406

    run(test)


def test_the_log_shows_no_path_no_header_and_no_body(
    store: Store, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        async with receiving(store, vendor) as door:
            headers = (*delivered("done").headers, ("X-Canary", "canary"))
            for path in ("/fake/canary", "/canary/x", "/fake/job-1?canary=1", "/canary"):
                await door.ask("POST", path, headers, [b'{"canary": 1}'])
            await door.ask("CANARY canary", "/fake/job-1", headers)

    with caplog.at_level(logging.DEBUG):
        run(test)
    lines = [record.getMessage() for record in caplog.records if "vidiom.receiver" in record.name]
    assert len(lines) == 5
    assert lines[0].startswith("POST fake 401 SignatureMismatch ")
    assert all("canary" not in line.lower() for line in lines)
