"""Whatever happens to workers and to their database, no job is lost and none is bought twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.conftest import needs_dbos_on
from tests.engines.engine_workers import Sort, freeze, worker
from tests.jobs.tracking.conftest import CrashingServer
from tests.jobs.tracking.hardship import Hardship, hard_vendor

import vidiom
from vidiom.jobs.queries import Counts
from vidiom.schema.jobs import JobState

JOBS = 20


@pytest.fixture(params=["dbos-sqlite", "dbos-postgres", "procrastinate-postgres"])
def sort(request: pytest.FixtureRequest) -> Sort:
    engine, _, store = request.param.partition("-")
    if engine == "dbos":
        needs_dbos_on(store)
    url = request.getfixturevalue("postgres_database") if store == "postgres" else None
    return Sort(engine, url, takeover=True)


# The short form: benchmarks/kills.py runs every pair many times.
ON_A_SERVER = pytest.mark.parametrize(
    "sort", ["dbos-postgres", "procrastinate-postgres"], indirect=True
)
ON_BOTH_ENGINES = pytest.mark.parametrize(
    "sort", ["dbos-sqlite", "procrastinate-postgres"], indirect=True
)
DBOS = pytest.mark.parametrize("sort", ["dbos-postgres"], indirect=True)


def bought_once(hard: Hardship, jobs: int = JOBS) -> None:
    assert (hard.twice(), len(hard.bought())) == (0, jobs)
    assert hard.counts() == Counts({JobState.SUCCEEDED: jobs})


def test_workers_killed_at_random_lose_nothing_and_buy_nothing_twice(
    sort: Sort, tmp_path: Path
) -> None:
    with hard_vendor(tmp_path, store=sort.store, seed=1) as hard:
        hard.enlist(JOBS)
        for _ in range(3):
            hard.kill(worker(hard, sort), after=hard.chance.uniform(0.3, 1.0))
        worker(hard, sort).finish()
        assert hard.kills >= 2
        bought_once(hard)


def test_careless_workers_buy_twice_or_this_test_is_blind(
    postgres_database: str, tmp_path: Path
) -> None:
    sort = Sort("procrastinate", postgres_database)
    with hard_vendor(tmp_path, store=sort.store, answer=(0.2, 0.4), seed=1) as hard:
        hard.enlist(JOBS)
        for _ in range(3):
            hard.kill(worker(hard, sort, plain=True), after=hard.chance.uniform(0.3, 1.0))
        worker(hard, sort, plain=True).finish()
        assert hard.twice() > 0


@ON_BOTH_ENGINES
def test_of_two_workers_one_dies_for_good_and_the_other_finishes(
    sort: Sort, tmp_path: Path
) -> None:
    with hard_vendor(tmp_path, store=sort.store, seed=3) as hard:
        hard.enlist(JOBS)
        dies, lives = worker(hard, sort, "one"), worker(hard, sort, "two")
        hard.kill(dies, after=1.0)
        lives.finish()
        bought_once(hard)


@ON_A_SERVER
def test_a_frozen_worker_whose_work_was_taken_over_thaws_and_buys_nothing(
    sort: Sort, tmp_path: Path
) -> None:
    with hard_vendor(tmp_path, store=sort.store, settle=2.0, seed=4) as hard:
        hard.enlist(JOBS)
        frozen = worker(hard, sort, "one")
        frozen.begun.wait(30)
        frozen.process.join(0.5)
        assert sort.store is not None
        freeze(frozen, sort.store)
        worker(hard, sort, "two").finish()  # past lease and settle time
        hard.thaw(frozen)
        frozen.process.join(60)  # it may have found that its name is another one's
        bought_once(hard)


@pytest.mark.parametrize("engine", ["dbos", "procrastinate"])
def test_a_database_that_crashes_and_restarts_costs_nothing(
    engine: str, crashing_server: CrashingServer, tmp_path: Path
) -> None:
    sort = Sort(engine, crashing_server.url, takeover=True)
    with hard_vendor(tmp_path, store=sort.store, seed=6) as hard:
        hard.enlist(JOBS)
        one = worker(hard, sort)
        one.begun.wait(30)
        for _ in range(2):
            one.process.join(0.6)
            crashing_server.crash()
        one.finish()
        bought_once(hard)


@DBOS
def test_limits_hold_across_workers_as_the_vendor_sees_them(sort: Sort, tmp_path: Path) -> None:
    limits = {"jobs_in_flight": 4, "submissions_per_period": 6, "period_seconds": 1.0}
    with hard_vendor(
        tmp_path, store=sort.store, answer=(0, 0.05), job=0.2, seed=5, **limits
    ) as hard:
        hard.enlist(12)
        for one in [worker(hard, sort, "one"), worker(hard, sort, "two")]:
            one.finish()
        bought_once(hard, 12)
        begun = sorted(job.created for job in hard.vendor.jobs.values())
        at_once = [sum(other <= one < other + 0.2 for other in begun) for one in begun]
        assert max(at_once) <= 4
        assert max(sum(one <= other < one + 0.9 for other in begun) for one in begun) <= 6


@ON_BOTH_ENGINES
def test_a_job_canceled_while_it_is_queued_is_never_bought(sort: Sort, tmp_path: Path) -> None:
    with hard_vendor(tmp_path, store=sort.store, seed=7) as hard:
        hard.enlist(3)
        with vidiom.Client(environment=hard.environment) as client:
            unwanted = client.cancel(client.list()[1])
        worker(hard, sort).finish()
        assert unwanted.id not in hard.bought()
        assert hard.counts() == Counts({JobState.SUCCEEDED: 2, JobState.CANCELED: 1})
