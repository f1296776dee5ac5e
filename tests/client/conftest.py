"""A client of either world, and the vendor it meets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.client.fake_vendor import Either, Fake, FakeRegistry, Vendor

import vidiom
from vidiom.provider import unsupported
from vidiom.schema.jobs import JobState, JobStatus


@pytest.fixture
def vendor() -> Vendor:
    """A vendor that finishes every job at once."""
    return Vendor(states=[JobStatus(state=JobState.SUCCEEDED, vendor_state="done")])


@pytest.fixture
def kind(vendor: Vendor) -> type[Fake]:
    """The adapter of that vendor."""
    return type("BoundFake", (Fake,), {"vendor": vendor})


@pytest.fixture
def store() -> Iterator[vidiom.MemoryStore]:
    """A store in memory."""
    memory = vidiom.MemoryStore()
    yield memory
    memory.close()


@pytest.fixture
def registry(kind: type[Fake]) -> FakeRegistry:
    """A registry of just that adapter."""
    return FakeRegistry(kind)


@pytest.fixture(params=["sync", "async"])
def either(
    request: pytest.FixtureRequest, store: vidiom.MemoryStore, registry: FakeRegistry
) -> Iterator[Either]:
    """Each client in turn: whatever one does, the other does."""
    world = vidiom.Client if request.param == "sync" else vidiom.AsyncClient
    client = Either(
        world(
            store=store,
            registry=registry,
            environment={"VIDIOM_FAKE_POLL_SECONDS": "0.001", "VIDIOM_FAKE_SETTLE_SECONDS": "0"},
        )
    )
    yield client
    client.end()


@pytest.fixture
def no_find(kind: type[Fake], monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor cannot be asked by our own id."""
    monkeypatch.setattr(kind, "find", unsupported("there is no listing"))
