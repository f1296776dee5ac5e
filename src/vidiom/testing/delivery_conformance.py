"""What every job store must do with deliveries; a part of the suite for stores."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from vidiom.errors import UnknownJob
from vidiom.jobs.deliveries import Claim, DeliveryKey
from vidiom.jobs.records import StoredJob
from vidiom.jobs.store import JobStore
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Order

__all__ = ["DeliveryStoreChecks"]

_NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_THREADS = 16


def _job(store: JobStore, job_id: str = "one", vendor_id: str | None = None) -> DeliveryKey:
    order = Order(correlation=job_id, media=UrlMedia(url="https://media.example/a.mp4"))
    record = StoredJob.intended(order, provider="acme", account="second", at=_NOW)
    if vendor_id is not None:
        ref = JobRef(provider="acme", account="second", vendor_id=vendor_id)
        record = record.bound(ref, at=_NOW)
    store.add(record)
    return DeliveryKey(job_id, "succeeded")


class DeliveryStoreChecks:
    """Inherited by the suite for stores; the fixture ``store`` is an empty one."""

    def test_a_vendors_job_is_found_by_its_id(self, store: JobStore) -> None:
        """Of the right provider and account only."""
        _job(store, vendor_id="v-1")
        assert store.deliveries.job_of("acme", "second", "v-1") == "one"
        for place in (("acme", None, "v-1"), ("other", "second", "v-1"), ("acme", "second", "v")):
            assert store.deliveries.job_of(*place) is None

    def test_a_delivery_is_new_then_unfinished_then_a_duplicate(self, store: JobStore) -> None:
        """Whoever claims it again before it is finished does it again."""
        key = _job(store)
        assert store.deliveries.claim(key, at=_NOW) is Claim.NEW
        assert store.deliveries.claim(key, at=_NOW) is Claim.UNFINISHED
        assert store.deliveries.finish(key)
        assert not store.deliveries.finish(key)
        assert store.deliveries.claim(key, at=_NOW) is Claim.DUPLICATE
        assert store.deliveries.claim(DeliveryKey("one", "failed"), at=_NOW) is Claim.NEW

    def test_of_many_who_deliver_the_same_one_finishes_it(self, store: JobStore) -> None:
        """At the same moment, in threads."""
        key = _job(store)

        def deliver(_: int) -> tuple[Claim, bool]:
            return store.deliveries.claim(key, at=_NOW), store.deliveries.finish(key)

        with ThreadPoolExecutor(_THREADS) as pool:
            outcomes = list(pool.map(deliver, range(_THREADS * 3)))
        assert Counter(claim for claim, _ in outcomes)[Claim.NEW] == 1
        assert Counter(first for _, first in outcomes)[True] == 1

    def test_deliveries_go_with_their_job(self, store: JobStore) -> None:
        """Nothing can be claimed for a job that is not there; one that comes again is new."""
        key = _job(store)
        store.deliveries.claim(key, at=_NOW)
        store.deliveries.want_poll("one", at=_NOW, interval=_MINUTE, conflict=JobState.FAILED)
        store.remove("one")
        with pytest.raises(UnknownJob):
            store.deliveries.claim(key, at=_NOW)
        with pytest.raises(UnknownJob):
            store.deliveries.want_poll("one", at=_NOW, interval=_MINUTE)
        assert list(store.deliveries.due_polls(at=_NOW)) == []
        assert not store.deliveries.finish(key)
        _job(store)
        assert store.deliveries.claim(key, at=_NOW) is Claim.NEW
        assert store.deliveries.conflict("one") is None

    def test_nonces_of_a_scope_grow_strictly(self, store: JobStore) -> None:
        """For deliveries that are new: one that was claimed and not finished may come again."""
        _job(store)

        def claim(text: str, nonce: int, scope: str = "acme") -> Claim:
            return store.deliveries.claim(DeliveryKey("one", text, scope, nonce), at=_NOW)

        assert claim("a", 5) is Claim.NEW
        assert claim("b", 5) is Claim.OLD
        assert claim("b", 4) is Claim.OLD
        assert claim("a", 5) is Claim.UNFINISHED
        assert claim("c", 4, "other") is Claim.NEW
        assert claim("b", 6) is Claim.NEW
        assert store.deliveries.claim(DeliveryKey("one", "d"), at=_NOW) is Claim.NEW

    def test_of_nonces_that_come_at_once_each_larger_one_was_larger(self, store: JobStore) -> None:
        """Two equal ones are never both accepted."""
        _job(store)

        def claim(number: int) -> Claim:
            key = DeliveryKey("one", str(number), "acme", number // 2)
            return store.deliveries.claim(key, at=_NOW)

        with ThreadPoolExecutor(_THREADS) as pool:
            claims = list(pool.map(claim, range(_THREADS * 2)))
        for first, second in zip(claims[::2], claims[1::2], strict=True):
            assert {first, second} != {Claim.NEW}

    def test_a_poll_is_wanted_once_and_at_most_once_in_an_interval(self, store: JobStore) -> None:
        """A hint soon after the last question is not lost: it waits until the interval is over."""
        _job(store)
        polls = store.deliveries

        def want(at: datetime) -> bool:
            return polls.want_poll("one", at=at, interval=_MINUTE)

        assert not polls.claim_poll("one", at=_NOW, lease=_MINUTE)
        assert [want(_NOW), want(_NOW)] == [True, False]
        assert list(polls.due_polls(at=_NOW)) == ["one"]
        assert polls.claim_poll("one", at=_NOW, lease=_MINUTE)
        assert not polls.claim_poll("one", at=_NOW, lease=_MINUTE)
        polls.finish_poll("one")
        assert list(polls.due_polls(at=_NOW + timedelta(days=1))) == []
        assert want(_NOW + _MINUTE / 2)
        assert not polls.claim_poll("one", at=_NOW + _MINUTE / 2, lease=_MINUTE)
        assert list(polls.due_polls(at=_NOW + _MINUTE)) == ["one"]

    def test_a_poll_that_nobody_finishes_is_due_again(self, store: JobStore) -> None:
        """The process that claimed it may have died."""
        _job(store)
        store.deliveries.want_poll("one", at=_NOW, interval=_MINUTE)
        assert store.deliveries.claim_poll("one", at=_NOW, lease=_MINUTE)
        assert list(store.deliveries.due_polls(at=_NOW)) == []
        assert store.deliveries.claim_poll("one", at=_NOW + _MINUTE, lease=_MINUTE)

    def test_what_is_wanted_during_a_poll_stays_wanted(self, store: JobStore) -> None:
        """The answer may be older than the event that the hint was about."""
        _job(store)
        polls = store.deliveries
        polls.want_poll("one", at=_NOW, interval=_MINUTE)
        polls.claim_poll("one", at=_NOW, lease=_MINUTE * 10)
        assert polls.want_poll("one", at=_NOW, interval=_MINUTE)
        polls.finish_poll("one")
        assert list(polls.due_polls(at=_NOW + _MINUTE)) == ["one"]

    def test_of_many_who_want_to_poll_one_does(self, store: JobStore) -> None:
        """At the same moment, in threads."""
        _job(store)

        def poll(_: int) -> bool:
            store.deliveries.want_poll("one", at=_NOW, interval=_MINUTE)
            return store.deliveries.claim_poll("one", at=_NOW, lease=_MINUTE)

        with ThreadPoolExecutor(_THREADS) as pool:
            assert sum(pool.map(poll, range(_THREADS * 3))) == 1

    def test_a_conflict_is_kept_until_it_is_settled(self, store: JobStore) -> None:
        """A plain hint does not wipe it out, and an answer that settles nothing leaves it."""
        _job(store)
        polls = store.deliveries
        polls.want_poll("one", at=_NOW, interval=_MINUTE)
        assert polls.want_poll("one", at=_NOW, interval=_MINUTE, conflict=JobState.FAILED)
        assert not polls.want_poll("one", at=_NOW, interval=_MINUTE, conflict=JobState.FAILED)
        assert not polls.want_poll("one", at=_NOW, interval=_MINUTE)
        assert polls.conflict("one") is JobState.FAILED
        polls.claim_poll("one", at=_NOW, lease=_MINUTE)
        polls.finish_poll("one", again_at=_NOW + _MINUTE)
        assert polls.conflict("one") is JobState.FAILED
        assert polls.claim_poll("one", at=_NOW + _MINUTE, lease=_MINUTE)
        polls.finish_poll("one")
        assert polls.conflict("one") is None

    def test_due_polls_come_the_longest_due_first(self, store: JobStore) -> None:
        """And no more of them than are asked for."""
        for number, name in enumerate(("one", "two", "three")):
            _job(store, name)
            at = _NOW - timedelta(seconds=number)
            store.deliveries.want_poll(name, at=at, interval=_MINUTE)
        assert list(store.deliveries.due_polls(at=_NOW, limit=2)) == ["three", "two"]
