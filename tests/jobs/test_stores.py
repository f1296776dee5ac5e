"""Both stores keep the contract, and do the same."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from vidiom.errors import VidiomError
from vidiom.jobs.home import open_home
from vidiom.jobs.memory import MemoryStore
from vidiom.jobs.sql import SqlStore
from vidiom.jobs.store import JobStore
from vidiom.schema.jobs import JobState
from vidiom.testing.store_conformance import (
    MOMENT,
    StoreConformance,
    bound_to,
    intended,
    with_answer,
)

Outcome: TypeAlias = "tuple[type[VidiomError], str] | object"


class TestMemoryStore(StoreConformance):
    @pytest.fixture
    def store(self) -> Iterator[JobStore]:
        store = MemoryStore()
        yield store
        store.close()


class TestSqlStore(StoreConformance):
    @pytest.fixture
    def store(self, sql_store: SqlStore) -> JobStore:
        return sql_store


class TestPostgresStore(StoreConformance):
    @pytest.fixture
    def store(self, postgres_store: SqlStore) -> JobStore:
        return postgres_store


def held(store: JobStore, digest: str) -> bytes:
    return bytes(store.archive.read(digest))


def outcome(act: Callable[[], object]) -> Outcome:
    try:
        return act()
    except VidiomError as error:
        return type(error), error.message


IDS = st.sampled_from(["a", "b", "c"])
PROVIDERS = st.sampled_from(["acme", "other"])
VENDOR_IDS = st.sampled_from(["1", "2"])
STATES = st.sampled_from(list(JobState))
CONTENTS = st.sampled_from([b"", b"x", b"y"])


class BothStores(RuleBasedStateMachine):
    """The same calls on both; what one returns or raises, the other does."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.memory = MemoryStore()
        self.sql = open_home(Path(self.folder.name))

    def both(self, act: Callable[[JobStore], object]) -> None:
        assert outcome(lambda: act(self.sql)) == outcome(lambda: act(self.memory))

    @rule(name=IDS, provider=PROVIDERS, account=st.none() | st.just("second"))
    def add(self, name: str, provider: str, account: str | None) -> None:
        record = intended(name, provider=provider, account=account)
        self.both(lambda store: store.add(record))

    @rule(name=IDS, vendor_id=VENDOR_IDS)
    def bind(self, name: str, vendor_id: str) -> None:
        self.both(lambda store: store.update(name, bound_to(vendor_id)))

    @rule(name=IDS, state=STATES)
    def move(self, name: str, state: JobState) -> None:
        self.both(lambda store: store.update(name, lambda r: r.moved(state, at=MOMENT)))

    @rule(content=CONTENTS)
    def put(self, content: bytes) -> None:
        self.both(lambda store: store.archive.put(content))

    @rule(name=IDS, contents=st.lists(CONTENTS, max_size=2))
    def answer(self, name: str, contents: list[bytes]) -> None:
        self.both(lambda store: store.update(name, with_answer(*contents)))

    @rule(name=IDS)
    def remove(self, name: str) -> None:
        self.both(lambda store: store.remove(name))

    @rule(
        provider=st.none() | PROVIDERS,
        states=st.lists(STATES, max_size=3),
        limit=st.none() | st.integers(0, 3),
    )
    def narrow(self, provider: str | None, states: list[JobState], limit: int | None) -> None:
        self.both(lambda store: list(store.list(provider=provider, states=states, limit=limit)))

    @rule()
    def reopen(self) -> None:
        self.sql.close()
        self.sql = open_home(Path(self.folder.name))

    @invariant()
    def hold_the_same_jobs_and_content(self) -> None:
        self.both(lambda store: list(store.list()))
        digests = [sha256(content).hexdigest() for content in (b"", b"x", b"y")]
        self.both(lambda store: [outcome(partial(held, store, digest)) for digest in digests])

    def teardown(self) -> None:
        self.sql.close()
        self.memory.close()
        self.folder.cleanup()


TestBothStores = BothStores.TestCase
TestBothStores.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_a_store_in_memory_that_is_dropped_leaves_no_file_and_complains_of_nothing() -> None:
    store = MemoryStore()
    path = store.archive.put_file(b"content")
    assert path.read_bytes() == b"content"
    del store
    gc.collect()
    assert not path.parent.exists()
