"""What every engine does, whatever drives it."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest
from tests.engines.conftest import LIMITING
from tests.engines.scripted_steps import COLLECT, LATER, RUN, SOON, AtWork, Script

from vidiom.engines.port import Again, Done, Engine, Failed, Run


def test_a_job_is_advanced_until_it_is_done(engine: Engine, script: Script) -> None:
    script.scripts = {"one": [SOON, Again(0.05, RUN)]}
    engine.start("one", RUN)
    assert engine.state("one") is Run.WAITING
    with AtWork(engine):
        script.until(lambda: engine.state("one") is Run.ENDED)
    assert script.calls == [("one", "acme/run")] * 3
    assert engine.state("another") is Run.UNKNOWN


def test_a_job_started_twice_is_done_once(engine: Engine, script: Script) -> None:
    script.scripts = {"one": [LATER]}
    engine.start("one", RUN)
    engine.start("one", RUN)
    with AtWork(engine):
        script.until(lambda: script.count("one") == 1 and script.at_once == 0)
        engine.start("one", RUN)  # while it waits
        engine.start("two", RUN)
        script.until(lambda: engine.state("two") is Run.ENDED)
    assert script.count("one") == 1


def test_a_job_that_has_ended_may_be_started_again(engine: Engine, script: Script) -> None:
    with AtWork(engine):
        for times in (1, 2):
            engine.start("one", RUN)
            script.until(lambda: script.count("one") == times)  # noqa: B023
            script.until(lambda: engine.state("one") is Run.ENDED)


def test_what_failed_for_good_ends_and_the_others_go_on(engine: Engine, script: Script) -> None:
    script.scripts = {"one": [Failed("it is a defect")], "two": [SOON]}
    with AtWork(engine):
        engine.start("one", RUN)
        engine.start("two", RUN)
        script.until(lambda: engine.state("one") is engine.state("two") is Run.ENDED)
    assert (script.count("one"), script.count("two")) == (1, 2)


def test_a_waiting_job_is_woken_and_others_are_not(engine: Engine, script: Script) -> None:
    script.scripts = {"one": [LATER, LATER], "two": [LATER]}
    with AtWork(engine):
        engine.start("one", RUN)
        engine.start("two", RUN)
        script.until(lambda: len(script.calls) == 2 and script.at_once == 0)
        engine.wake("one")
        script.until(lambda: script.count("one") == 2)
    assert script.count("two") == 1


def test_waking_during_a_step_is_not_lost(engine: Engine, script: Script) -> None:
    script.scripts = {"one": [LATER]}
    script.hold = Event()
    with AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: script.at_once == 1)
        engine.wake("one")
        script.hold.set()
        script.until(lambda: script.count("one") == 2)


def test_waking_what_is_not_there_does_nothing(engine: Engine, script: Script) -> None:
    with AtWork(engine):
        engine.wake("nobody")
        engine.cancel("nobody")
        engine.start("one", RUN)
        script.until(lambda: engine.state("one") is Run.ENDED)
        engine.wake("one")
        engine.cancel("one")
    assert script.count("one") == 1
    assert script.count("nobody") == 0


def test_a_job_canceled_before_it_begins_never_begins(engine: Engine, script: Script) -> None:
    engine.start("one", RUN)
    engine.cancel("one")
    with AtWork(engine):
        engine.start("two", RUN)
        script.until(lambda: engine.state("two") is Run.ENDED)
    assert script.count("one") == 0
    assert engine.state("one") is Run.ENDED


def test_a_job_canceled_while_it_waits_takes_no_further_step(
    engine: Engine, script: Script
) -> None:
    script.scripts = {"one": [LATER, LATER]}
    with AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: script.count("one") == 1 and script.at_once == 0)
        engine.cancel("one")
        script.until(lambda: engine.state("one") is Run.ENDED)
        engine.wake("one")
        engine.start("two", RUN)
        script.until(lambda: engine.state("two") is Run.ENDED)
    assert script.count("one") == 1


def test_a_job_canceled_in_a_step_finishes_it_and_takes_no_other(
    engine: Engine, script: Script
) -> None:
    script.scripts = {"one": [SOON]}
    script.hold = Event()
    with AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: script.at_once == 1)
        engine.cancel("one")
        script.hold.set()
        script.until(lambda: engine.state("one") is Run.ENDED)
    assert script.count("one") == 1


def test_a_delayed_job_begins_when_its_time_has_come(engine: Engine, script: Script) -> None:
    with AtWork(engine):
        engine.start("late", RUN, delay=3600)
        engine.start("soon", RUN, delay=0.2)
        script.until(lambda: engine.state("soon") is Run.ENDED)
    assert script.count("late") == 0


def test_a_job_moves_on_to_another_queue(engine: Engine, script: Script) -> None:
    script.scripts = {"one": [SOON, Again(0.0, COLLECT), Again(0.05, COLLECT), Done()]}
    with AtWork(engine):
        engine.start("one", RUN)
        script.until(lambda: script.count("one") == 4)
        script.until(lambda: engine.state("one") is Run.ENDED)
    assert [queue for _, queue in script.calls] == ["acme/run"] * 2 + ["acme/collect"] * 2


@pytest.mark.parametrize("engine", LIMITING, indirect=True)
def test_no_more_jobs_are_under_way_than_the_queue_allows(engine: Engine, script: Script) -> None:
    """A job keeps its place while it waits, and gives it up when it moves on to be collected."""
    few = replace(RUN, jobs_at_once=2)
    ids = [f"job-{number}" for number in range(4)]
    script.scripts = {one: [LATER, Again(3600, COLLECT)] for one in ids}
    with AtWork(engine):
        for one in ids:
            engine.start(one, few)
        script.until(lambda: len(script.calls) == 2 and script.at_once == 0)
        engine.start("else", COLLECT)
        script.until(lambda: engine.state("else") is Run.ENDED)
        assert {one for one, _ in script.calls if one != "else"} == set(ids[:2])
        engine.wake(ids[0])
        script.until(lambda: script.count(ids[2]) == 1)
        assert script.count(ids[3]) == 0


@pytest.mark.parametrize("engine", LIMITING, indirect=True)
def test_no_more_jobs_begin_in_a_period_than_the_queue_allows(
    engine: Engine, script: Script
) -> None:
    slow = replace(RUN, starts=2, period_seconds=1.5)
    with AtWork(engine):
        for number in range(3):
            engine.start(f"job-{number}", slow)
        script.until(lambda: len(script.calls) == 3)
    first, _, third = script.times
    assert third - first > 0.7  # steps are seen some time after their jobs have begun


def test_work_ends_when_it_is_told_to_and_what_has_begun_is_finished(
    engine: Engine, script: Script
) -> None:
    script.scripts = {"one": [LATER]}
    script.hold = Event()
    with AtWork(engine) as work:
        engine.start("one", RUN)
        script.until(lambda: script.at_once == 1)
        work.stop.set()
        script.hold.set()
        work.end()
        assert script.at_once == 0
    assert script.count("one") == 1
