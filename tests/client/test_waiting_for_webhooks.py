"""Waiting ends from either side: a webhook wakes it, in whichever process, and polling stays."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Thread

import pytest
from tests.client.fake_vendor import FakeRegistry, Vendor
from tests.client.signing_vendor import (
    SECRET,
    Signing,
    client_of,
    delivered,
    signing_kind,
    stored_job,
)

import vidiom
from vidiom.flow.effects import Progress
from vidiom.jobs.home import open_home
from vidiom.jobs.store import JobStore
from vidiom.jobs.waking import wake
from vidiom.schema.jobs import JobState, JobStatus
from vidiom.testing import no_waiting
from vidiom.webhooks.scheme import Unsigned

RUNNING = JobStatus(state=JobState.RUNNING, vendor_state="running")
DONE = JobStatus(state=JobState.SUCCEEDED, vendor_state="done")
SLOW = {"relaxed_poll_seconds": "3600", "hint_seconds": "0"}


@pytest.fixture
def vendor() -> Vendor:
    return Vendor(states=[RUNNING], jobs={"v1": None})  # type: ignore[dict-item]


@pytest.fixture
def kind(vendor: Vendor) -> type[Signing]:
    return signing_kind(vendor)


@pytest.fixture
def store() -> Iterator[JobStore]:
    memory = vidiom.MemoryStore()
    stored_job(memory)
    yield memory
    memory.close()


class Once:
    """Does something in a thread when the waiting has begun: after its first question."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._thread: Thread | None = None

    def __call__(self, _: Progress) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._act)
            self._thread.start()

    def end(self) -> None:
        assert self._thread is not None
        self._thread.join(60)


def waited(client: vidiom.Client, act: Callable[[], object]) -> float:
    """Seconds until the end of a wait during which something happens."""
    once = Once(act)
    begun = time.monotonic()
    assert client.wait("job-1", timeout=30, on_progress=once).shots
    once.end()
    return time.monotonic() - begun


def test_a_webhook_wakes_who_waits_in_the_same_process_at_once(
    store: JobStore, kind: type[Signing], vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidiom.client.resting._LOOK", 3600.0)  # nobody looks by himself
    with client_of(store, kind, **SLOW) as client, client_of(store, kind) as receiver:
        seconds = waited(client, lambda: receiver.receive(delivered("done")))
    assert seconds < 5
    assert vendor.asked == 1


def test_a_webhook_wakes_who_waits_on_an_event_loop(
    store: JobStore, kind: type[Signing], vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidiom.client.resting._LOOK", 3600.0)
    environment = {
        "VIDIOM_FAKE_WEBHOOK_SECRET": SECRET,
        "VIDIOM_FAKE_RELAXED_POLL_SECONDS": "3600",
    }

    async def both() -> None:
        async with vidiom.AsyncClient(
            store=store, registry=FakeRegistry(kind), environment=environment
        ) as client:
            begun = asyncio.Event()
            waiting = asyncio.create_task(
                client.wait("job-1", timeout=30, on_progress=lambda _: begun.set())
            )
            await begun.wait()
            await client.receive(delivered("done"))
            assert (await asyncio.wait_for(waiting, 10)).shots

    asyncio.run(both())
    assert vendor.asked == 1


def test_a_hint_makes_who_waits_ask_at_once(
    store: JobStore, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidiom.client.resting._LOOK", 3600.0)
    kind = signing_kind(vendor, signature=Unsigned("it does not sign"))

    def finish() -> None:
        vendor.states = [DONE]
        receiver.receive(delivered("done", secret=None))

    with client_of(store, kind, **SLOW) as client, client_of(store, kind) as receiver:
        assert waited(client, finish) < 5
    assert vendor.asked == 2


def test_a_webhook_in_another_process_is_found_in_the_store(
    kind: type[Signing], vendor: Vendor, tmp_path: Path
) -> None:
    # Forked before there is a store or a waiting thread, whose locks it would inherit.
    context = multiprocessing.get_context("fork")
    begun = context.Event()
    child = context.Process(target=received_elsewhere, args=(tmp_path, kind, begun))
    child.start()
    with closing(open_home(tmp_path)) as store:
        stored_job(store)
        with client_of(store, kind, **SLOW) as client:
            seconds = waited(client, begun.set)
    child.join(60)
    assert child.exitcode == 0
    assert seconds < 10
    assert vendor.asked == 1


def received_elsewhere(home: Path, kind: type[Signing], begun: Event) -> None:
    assert begun.wait(60)
    with closing(open_home(home)) as store, client_of(store, kind) as receiver:
        assert receiver.receive(delivered("done")).outcome == "processed"


def test_a_lost_webhook_only_costs_time(
    store: JobStore, kind: type[Signing], vendor: Vendor
) -> None:
    vendor.states = [RUNNING, RUNNING, DONE]
    with no_waiting() as clock, client_of(store, kind, relaxed_poll_seconds="45") as client:
        assert client.wait("job-1", timeout=600).shots
    assert vendor.asked == 3
    assert 89 < clock.skipped < 95  # two relaxed pauses, and looks into the store between them
    assert max(clock.waits) <= 1.0


def test_polling_is_not_relaxed_without_a_webhook_to_come(
    kind: type[Signing], vendor: Vendor
) -> None:
    store = vidiom.MemoryStore()
    record = stored_job(store)
    store.update(
        "job-1", lambda r: r.with_changes(order=r.order.model_copy(update={"callback": None}))
    )
    vendor.states = [RUNNING, DONE]
    with no_waiting() as clock, client_of(store, kind, relaxed_poll_seconds="45") as client:
        assert client.wait(record.job, timeout=600).shots
    assert clock.waits == [0.01]
    store.close()


def test_the_time_given_to_wait_holds_whatever_news_comes(
    store: JobStore, kind: type[Signing]
) -> None:
    with (
        no_waiting() as clock,
        client_of(store, kind, **SLOW) as client,
        pytest.raises(vidiom.VidiomError, match="still running after 10 s"),
    ):
        client.wait("job-1", timeout=10)
    assert 9 < clock.skipped < 12


def test_waking_a_job_that_nobody_waits_for_does_nothing() -> None:
    assert wake("nobody") == 0
