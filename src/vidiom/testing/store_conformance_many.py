"""What every job store must do with many jobs at once, with their history, and with leases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from vidiom.errors import UnknownJob
from vidiom.jobs.queries import Counts, JobQuery, Limits
from vidiom.jobs.store import JobStore
from vidiom.schema.jobs import JobState
from vidiom.testing.stored_examples import MOMENT, bound_to, intended, titled, with_answer

__all__ = ["ManyJobsConformance"]

_THREADS = 8


class ManyJobsConformance:
    """A part of ``StoreConformance``."""

    def test_the_history_tells_what_happened(self, store: JobStore) -> None:
        """A row for the beginning and one for each change of state, not for other changes."""
        store.add(intended("one"))
        store.update("one", titled("no change of state"))
        store.update("one", bound_to("v-1"))
        rows = [(row.before, row.after) for row in store.history("one")]
        assert rows == [(None, JobState.CREATED), (JobState.CREATED, JobState.QUEUED)]
        assert all(row.by for row in store.history("one"))
        with pytest.raises(UnknownJob):
            store.history("nobody")

    def test_many_are_added_at_once_and_those_that_are_there_stay(self, store: JobStore) -> None:
        """The ids of the new ones are told."""
        store.add(titled("first")(intended("two")))
        new = store.add_many([intended("one"), intended("two"), intended("three")])
        assert new == {"one", "three"}
        assert store.get("two").order.title == "first"
        assert store.add_many([]) == frozenset()

    def test_many_are_changed_at_once_and_unknown_ones_left_out(self, store: JobStore) -> None:
        """All or none: an error in one change keeps the others as they were."""
        store.add_many([intended(name) for name in ("one", "two", "three")])
        changed = store.update_many(["three", "nobody", "one"], titled("new"))
        assert {record.job.id for record in changed} == {"one", "three"}
        assert store.get("two") == intended("two")
        assert store.get("three").order.title == "new"

    def test_what_is_tracked_are_the_oldest_of_those_asked_for(self, store: JobStore) -> None:
        """By provider, account, state, campaign, age, and whether there is an answer."""
        store.archive.put(b"{}")
        for name, account in (("one", None), ("two", "second"), ("three", None)):
            store.add(intended(name, account=account).with_changes(campaign="spring"))
        store.add(intended("four", provider="other"))
        store.update("one", bound_to("v-1"))
        store.update("one", lambda record: record.moved(JobState.SUCCEEDED, at=MOMENT))
        store.update("three", bound_to("v-3"))

        def found(**asked: object) -> list[str]:
            return [job.id for job in store.track(JobQuery(**asked))]  # type: ignore[arg-type]

        assert found() == ["one", "two", "three", "four"]
        assert found(limit=2) == ["one", "two"]
        assert found(provider="acme", account="") == ["one", "three"]
        assert found(account="second") == ["two"]
        assert found(campaign="spring", states=(JobState.QUEUED,)) == ["three"]
        assert found(states=(JobState.SUCCEEDED,), collected=False) == ["one"]
        assert found(left_alone_since=MOMENT - timedelta(seconds=1)) == ["one", "two", "three"]
        assert found(left_alone_since=MOMENT) == ["one", "two", "three", "four"]
        assert found(changed_before=MOMENT - timedelta(seconds=1)) == []
        (job,) = store.track(JobQuery(states=(JobState.QUEUED,)))
        assert job.ref == store.get("three").ref
        store.update("one", with_answer(b"{}"))
        assert found(collected=True) == ["one"]

    def test_jobs_are_counted_by_state_and_the_uncollected_apart(self, store: JobStore) -> None:
        """And accounts are told where something is left to do."""
        assert store.counts(JobQuery()) == Counts({}, 0)
        store.add(intended("one", account="second"))
        for number, state in ((2, JobState.SUCCEEDED), (3, JobState.FAILED)):
            store.add(bound_to(f"v-{number}")(intended(str(number))))
            store.update(str(number), lambda r, s=state: r.moved(s, at=MOMENT))  # type: ignore[misc]
        states = {JobState.CREATED: 1, JobState.SUCCEEDED: 1, JobState.FAILED: 1}
        assert store.counts(JobQuery()) == Counts(states, 1)
        assert store.counts(JobQuery()).unfinished == 2  # noqa: PLR2004
        assert list(store.accounts(JobQuery())) == [("acme", ""), ("acme", "second")]
        store.archive.put(b"{}")
        store.update("2", with_answer(b"{}"))
        assert store.counts(JobQuery()).uncollected == 0
        assert list(store.accounts(JobQuery())) == [("acme", "second")]

    def test_a_lease_is_held_by_one_until_it_runs_out(self, store: JobStore) -> None:
        """Or until it is let go of; its holder may renew it, and takes it again at any time."""
        soon, later = MOMENT + timedelta(seconds=1), MOMENT + timedelta(seconds=9)
        names = ["a", "b", "c"]
        assert list(store.lease(names, "me", until=soon, at=MOMENT, limit=2)) == ["a", "b"]
        assert list(store.lease(names, "you", until=soon, at=MOMENT)) == ["c"]
        assert list(store.lease(["a"], "me", until=soon, at=MOMENT)) == ["a"]
        assert store.renew("me", until=later, at=MOMENT) == 2  # noqa: PLR2004
        assert list(store.lease(names, "you", until=later, at=soon)) == ["c"]
        store.release(["a", "c"], "me")  # the second is not ours
        assert list(store.lease(names, "us", until=later, at=soon)) == ["a"]
        assert list(store.lease(["b"], "us", until=later, at=later)) == ["b"]

    def test_of_threads_that_want_a_lease_one_gets_it(self, store: JobStore) -> None:
        """However many ask at the same time."""
        until = MOMENT + timedelta(seconds=9)

        def taken(holder: int) -> list[str]:
            return list(store.lease(["a"], str(holder), until=until, at=MOMENT))

        with ThreadPoolExecutor(_THREADS) as pool:
            assert sum(map(len, pool.map(taken, range(_THREADS)))) == 1

    def test_a_reservation_keeps_to_the_limits_of_the_account(self, store: JobStore) -> None:
        """Threads that reserve at the same time included; other accounts do not count."""
        limits = Limits(jobs_in_flight=3)
        for number in range(_THREADS):
            store.add(intended(str(number)))
        store.add(bound_to("v-9")(intended("other", account="second")))

        def reserved(number: int) -> bool:
            return store.reserve(
                str(number), bound_to(f"v-{number}"), limits=limits, at=MOMENT
            ).granted

        with ThreadPoolExecutor(_THREADS) as pool:
            assert sum(pool.map(reserved, range(_THREADS))) == 3  # noqa: PLR2004
        assert len(store.list(states=[JobState.QUEUED])) == 4  # noqa: PLR2004
        assert store.reserve("0", titled("x"), limits=Limits(), at=MOMENT).granted

    def test_a_reservation_tells_when_the_period_has_room_again(self, store: JobStore) -> None:
        """Seconds until the oldest of the last submissions leaves the period."""
        for number in range(3):
            store.add(intended(str(number)))
            at = MOMENT + timedelta(seconds=number)
            store.update(str(number), lambda r, at=at: r.with_changes(submitted_at=at))  # type: ignore[misc]
        store.add(intended("one more"))
        limits = Limits(submissions=2, period_seconds=10.0)
        at = MOMENT + timedelta(seconds=5)
        full = store.reserve("one more", titled("x"), limits=limits, at=at)
        assert (full.granted, full.retry_after) == (False, 6.0)
        assert full.record == intended("one more")
        free = store.reserve("one more", titled("x"), limits=limits, at=at + timedelta(seconds=6))
        assert free.granted
