"""From the store to the engine: what is started, woken, left alone, and said to be next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.jobs.tracking.hardship import Hardship, hard_vendor

from vidiom.client.workers import WorkerPlan, WorkerTools, opened_worker
from vidiom.engines.feeder import Feeder
from vidiom.engines.port import Again, Done, Failed, Run, WorkQueue
from vidiom.engines.stepping import JobStep, queues_of
from vidiom.engines.workers import run_worker
from vidiom.errors import UsageError
from vidiom.flow.clock import clock
from vidiom.jobs.queries import Counts
from vidiom.jobs.tracking.plan import Account, Pace, Selection, Shared
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobState


class Recorded:
    """An engine that does nothing but remember what it is told."""

    name = "recorded"

    def __init__(self, *, durable: bool = True) -> None:
        self.durable = durable
        self.started: list[tuple[str, str]] = []
        self.woken: list[str] = []

    def start(self, job_id: str, queue: WorkQueue, *, delay: float = 0.0) -> None:
        self.started.append((job_id, queue.name))

    def wake(self, job_id: str) -> None:
        self.woken.append(job_id)

    def cancel(self, job_id: str) -> None: ...

    def state(self, job_id: str) -> Run:
        return Run.UNKNOWN

    def work(self, stop: object) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def hard(tmp_path: Path) -> Iterator[Hardship]:
    with hard_vendor(tmp_path, answer=(0, 0), job=0.0, lag=0.0, jobs_in_flight=3) as vendor:
        yield vendor


@pytest.fixture
def tools(hard: Hardship) -> Iterator[WorkerTools]:
    with opened_worker(WorkerPlan(name="w"), hard.environment) as opened:
        yield opened


def step_of(tools: WorkerTools) -> JobStep:
    return JobStep(tools.store, tools.operations.provider, tools.run)


def account_of(tools: WorkerTools, holder: str = "me") -> Account:
    provider = tools.operations.provider("valossa", None)
    shared = Shared(tools.store, lambda _: provider, holder, Pace())
    return Account(shared, provider, "", Selection())


def test_few_jobs_wait_in_the_engine_where_few_may_be_at_the_vendor(
    hard: Hardship, tools: WorkerTools
) -> None:
    hard.enlist(30)
    engine = Recorded()
    tools.run(Feeder(account_of(tools), engine)._feed())
    oldest = [record.job.id for record in reversed(tools.store.list())][:8]
    assert engine.started == [(one, "valossa/default/run") for one in oldest]


def test_what_was_started_a_moment_ago_is_not_started_again(
    hard: Hardship, tools: WorkerTools
) -> None:
    hard.enlist(2)
    engine = Recorded()
    feeder = Feeder(account_of(tools), engine)
    for _ in range(2):
        tools.run(feeder._feed())
    assert len(engine.started) == 2
    feeder._forget(10**12)  # much later
    tools.run(feeder._feed())
    assert len(engine.started) == 4


def test_a_job_goes_through_the_steps_and_the_queues(hard: Hardship, tools: WorkerTools) -> None:
    hard.enlist(1)
    (record,) = tools.store.list()
    step = step_of(tools)
    run, collect = queues_of(tools.operations.provider("valossa", None), None)
    submitted = step(record.job.id, run.name)
    assert submitted == Again(0.2, run)
    assert step(record.job.id, run.name) == Again(0.0, collect)  # it has ended at the vendor
    assert step(record.job.id, run.name) == Again(0.0, collect)  # and is not collected from here
    engine = Recorded()
    tools.run(Feeder(account_of(tools), engine)._feed())
    assert engine.started == [(record.job.id, collect.name)]
    assert engine.woken == [record.job.id]
    assert step(record.job.id, collect.name) == Done()
    assert step(record.job.id, run.name) == Done()
    assert len(hard.bought()) == 1


def test_a_job_that_is_no_more_fails_for_good(tools: WorkerTools) -> None:
    assert isinstance(step_of(tools)("nobody", "valossa/default/run"), Failed)


def test_a_wrong_key_is_tried_again_when_somebody_may_have_put_it_right(
    hard: Hardship, tools: WorkerTools
) -> None:
    hard.enlist(1)
    (record,) = tools.store.list()
    environment = hard.environment | {"VIDIOM_VALOSSA_API_KEY": "wrong"}
    with opened_worker(WorkerPlan(), environment) as others:
        then = step_of(others)(record.job.id, "valossa/default/run")
    assert isinstance(then, Again)
    assert then.after == 300.0
    assert tools.store.get(record.job.id).job.state is not JobState.FAILED


def test_a_defect_ends_the_run_and_not_the_worker(
    hard: Hardship, tools: WorkerTools, caplog: pytest.LogCaptureFixture
) -> None:
    hard.enlist(1)
    (record,) = tools.store.list()

    def broken(provider: str, account: str | None) -> Provider:
        raise ZeroDivisionError

    step = JobStep(tools.store, broken, tools.run)
    assert step(record.job.id, "valossa/default/run") == Failed("a defect: ZeroDivisionError")
    assert "ended in a defect" in caplog.text


@pytest.mark.parametrize(("durable", "started"), [(True, 0), (False, 2)])
def test_a_durable_engine_is_fed_by_one_process_at_a_time(
    durable: bool, started: int, hard: Hardship, tools: WorkerTools
) -> None:
    hard.enlist(2)
    moment = clock().now()
    until = moment + timedelta(minutes=1)
    assert tools.store.lease(["feed/valossa/"], "another", until=until, at=moment)
    engine, account = Recorded(durable=durable), account_of(tools)
    looks = iter([False, False, True])
    account.shared.stop = lambda: next(looks, True)
    tools.run(Feeder(account, engine).run())
    assert len(engine.started) == started


def test_threads_run_a_list_to_its_end(hard: Hardship) -> None:
    hard.enlist(5)

    def stop() -> bool:
        return hard.counts().unfinished == 0

    plan = WorkerPlan(engine="threads", stop=stop, pace=Pace(tick=0.02, idle=0.1))
    run_worker(plan, environment=hard.environment)
    assert hard.counts() == Counts({JobState.SUCCEEDED: 5})
    assert len(hard.bought()) == 5


def test_an_engine_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="embedded, threads, dbos, procrastinate"):
        run_worker(WorkerPlan(engine="celery"))
