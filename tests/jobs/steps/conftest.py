"""A vendor, a store of each sort, and steps between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import pytest
from tests.client.fake_vendor import Fake, FakeSettings, Vendor

from vidiom.flow.drivers import SyncDriver
from vidiom.flow.effects import Flow, now
from vidiom.flow.on_demand import ClientOnDemand
from vidiom.jobs.archive import FileArchive
from vidiom.jobs.memory import MemoryStore
from vidiom.jobs.records import StoredJob
from vidiom.jobs.sql import SqlStore
from vidiom.jobs.steps.steps import StepOutcome, Steps
from vidiom.jobs.store import JobStore
from vidiom.schema.jobs import JobState, JobStatus
from vidiom.schema.media import FileMedia, UrlMedia
from vidiom.schema.orders import Order
from vidiom.testing.waiting import SkippingClock, no_waiting

T = TypeVar("T")


@dataclass
class Desk:
    """One store, one vendor, and what is done with both."""

    store: JobStore
    vendor: Vendor
    kind: Any
    """The adapter, whose methods a test may replace."""
    clock: SkippingClock
    settings: ClassVar[dict[str, object]] = {}

    def provider(self, **settings: object) -> Fake:
        provider: Fake = self.kind(FakeSettings.model_validate({"settle_seconds": 60, **settings}))
        return provider

    def run(self, flow: Flow[T]) -> T:
        return SyncDriver(ClientOnDemand()).run(flow)

    def steps(self, **settings: object) -> Steps:
        provider = self.provider(**settings)
        return Steps(self.store, lambda _: provider)

    def added(self, job_id: str, *, path: str | None = None) -> StoredJob:
        media = UrlMedia(url=f"https://media.example/{job_id}.mp4")
        order = Order(correlation=job_id, media=FileMedia(path=path) if path else media)
        record = StoredJob.intended(order, provider="fake", account=None, at=self.run(now()))
        self.store.add(record)
        return record

    def submit(self, job_id: str, **settings: object) -> StepOutcome:
        return self.run(self.steps(**settings).submit(job_id))

    def state(self, job_id: str) -> JobState:
        return self.store.get(job_id).job.state


@pytest.fixture
def vendor() -> Vendor:
    return Vendor(states=[JobStatus(state=JobState.SUCCEEDED, vendor_state="done")])


@pytest.fixture
def clock() -> Iterator[SkippingClock]:
    with no_waiting() as skipping:
        yield skipping


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def any_store(request: pytest.FixtureRequest, archive: FileArchive) -> Iterator[JobStore]:
    """Each store in turn: whatever one does, the others do."""
    if request.param == "memory":
        with closing(MemoryStore()) as store:
            yield store
    else:
        name = "sql_store" if request.param == "sqlite" else "postgres_store"
        kept: SqlStore = request.getfixturevalue(name)
        yield kept


@pytest.fixture
def desk(any_store: JobStore, vendor: Vendor, clock: SkippingClock) -> Desk:
    return Desk(any_store, vendor, type("BoundFake", (Fake,), {"vendor": vendor}), clock)
