"""Workers that are killed at any moment lose no job and buy none twice; careless ones do."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.tracking.hardship import Hardship, hard_vendor

from vidiom.jobs.queries import Counts
from vidiom.schema.jobs import JobState

JOBS = 60


def shot(hard: Hardship, kills: int, *, plain: bool = False) -> None:
    """Workers are killed so often, one after the other; the last one finishes."""
    hard.enlist(JOBS)
    for _ in range(kills):
        hard.kill(hard.start(plain=plain), after=hard.chance.uniform(0.1, 0.6))
    hard.start(plain=plain).finish()


def test_workers_killed_at_random_lose_nothing_and_buy_nothing_twice(
    store_url: str | None, tmp_path: Path
) -> None:
    with hard_vendor(tmp_path, store=store_url, seed=1) as hard:
        shot(hard, 6)
        assert hard.kills >= 4
        assert (hard.twice(), len(hard.bought())) == (0, JOBS)
        assert hard.counts() == Counts({JobState.SUCCEEDED: JOBS})


def test_careless_workers_buy_twice_or_this_test_is_blind(tmp_path: Path) -> None:
    with hard_vendor(tmp_path, seed=1) as hard:
        shot(hard, 4, plain=True)
        assert hard.twice() > 0


def test_a_listing_that_lags_longer_than_the_settle_time_costs_jobs(tmp_path: Path) -> None:
    """The residual risk is real, and the setting is what it is for."""
    with hard_vendor(tmp_path, lag=30.0, settle=0.0, answer=(0.2, 0.4), seed=1) as hard:
        shot(hard, 3)
        assert hard.twice() > 0
