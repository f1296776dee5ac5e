"""Several workers on one store: shared work, kept limits, and those that freeze or die."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.tracking.conftest import CrashingServer
from tests.jobs.tracking.hardship import Hardship, hard_vendor

from vidiom.jobs.queries import Counts
from vidiom.schema.jobs import JobState

JOBS = 60


def bought_once(hard: Hardship, jobs: int = JOBS) -> None:
    assert (hard.twice(), len(hard.bought())) == (0, jobs)
    assert hard.counts() == Counts({JobState.SUCCEEDED: jobs})


def test_of_three_workers_one_dies_for_good_and_the_others_finish(
    store_url: str | None, tmp_path: Path
) -> None:
    with hard_vendor(tmp_path, store=store_url, seed=3) as hard:
        hard.enlist(JOBS)
        workers = [hard.start() for _ in range(3)]
        hard.kill(workers[0], after=0.2)
        assert hard.kills == 1
        for worker in workers[1:]:
            worker.finish()
        bought_once(hard)


def test_a_frozen_worker_whose_work_was_taken_over_thaws_and_buys_nothing(
    store_url: str | None, tmp_path: Path
) -> None:
    with hard_vendor(tmp_path, store=store_url, settle=2.0, seed=4) as hard:
        hard.enlist(JOBS)
        frozen = hard.start()
        hard.freeze(frozen, after=0.15)
        other = hard.start()
        other.finish()  # past lease and settle time: it has taken over what the frozen one held
        hard.thaw(frozen)
        frozen.finish()
        bought_once(hard)


def test_limits_hold_across_workers_as_the_vendor_sees_them(
    store_url: str | None, tmp_path: Path
) -> None:
    limits = {"jobs_in_flight": 5, "submissions_per_period": 8, "period_seconds": 1.0}
    with hard_vendor(
        tmp_path, store=store_url, answer=(0, 0.05), job=0.2, seed=5, **limits
    ) as hard:
        hard.enlist(24)
        for worker in [hard.start(), hard.start()]:
            worker.finish()
        bought_once(hard, 24)
        begun = sorted(job.created for job in hard.vendor.jobs.values())
        at_once = [sum(other <= one < other + 0.2 for other in begun) for one in begun]
        assert max(at_once) <= 5
        in_period = [sum(one <= other < one + 0.9 for other in begun) for one in begun]
        assert 5 < max(in_period) <= 8


def test_a_database_that_crashes_and_restarts_costs_nothing(
    crashing_server: CrashingServer, tmp_path: Path
) -> None:
    with hard_vendor(tmp_path, store=crashing_server.url, seed=6) as hard:
        hard.enlist(JOBS)
        worker = hard.start()
        worker.begun.wait(30)
        for _ in range(2):
            worker.process.join(0.3)
            crashing_server.crash()
        worker.finish()
        bought_once(hard)
