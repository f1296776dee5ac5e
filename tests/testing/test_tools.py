"""Emulators on loopback, scripted flows, the clock that skips, the lazy package."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import vidiom.testing
from vidiom.errors import TransportError, VidiomError
from vidiom.flow.clock import clock
from vidiom.flow.effects import Flow, Send, now, run_blocking, send, settled, sleep, together
from vidiom.flow.retry import RetryPolicy
from vidiom.testing import (
    Driving,
    Fault,
    FaultInjector,
    answer,
    no_waiting,
    play,
    recorded,
    serve,
)
from vidiom.testing.scripted import NOON, Step, in_turn

ONCE = RetryPolicy(attempts=1)


def hello() -> Starlette:
    return Starlette(routes=[Route("/hello", lambda _: PlainTextResponse("hello"))])


def ask(url: str, path: str = "/hello") -> Flow[tuple[int, bytes]]:
    got = yield from send(Send("GET", f"{url}{path}", timeout=10))
    return got.status, got.body


def test_an_emulator_answers_until_the_block_ends() -> None:
    before = threading.active_count()
    with serve(hello()) as url:
        assert Driving("sync").run(ask(url)) == (200, b"hello")
    with pytest.raises(TransportError):
        Driving("sync").run(ask(url))
    assert threading.active_count() == before


def test_two_emulators_run_side_by_side() -> None:
    with serve(hello()) as one, serve(hello()) as other:
        assert one != other
        both = Driving("async").run(together([ask(one), ask(other)]))
    assert both == [(200, b"hello")] * 2


def test_faults_are_used_in_turn_and_once() -> None:
    app = FaultInjector(hello())
    app.add(Fault(503), Fault.html(), Fault.rate_limited("7"), Fault(passes=True))
    with serve(app) as url:
        said = [Driving("sync").run(ask(url)) for _ in range(5)]
    assert [status for status, _ in said] == [503, 200, 429, 200, 200]
    assert said[1][1].startswith(b"<!doctype html>")
    assert said[3] == said[4] == (200, b"hello")
    assert app.requests == [("GET", "/hello")] * 5


def test_a_fault_may_lie_in_wait_for_one_path() -> None:
    app = FaultInjector(hello())
    app.add(Fault(500), path="/other")
    with serve(app) as url:
        assert Driving("sync").run(ask(url))[0] == 200
        assert Driving("sync").run(ask(url, "/other"))[0] == 500


def test_a_cut_body_is_a_lost_answer() -> None:
    app = FaultInjector(hello())
    app.add(Fault(200, body=b"half", cut=True))
    with serve(app) as url, pytest.raises(TransportError):
        Driving("async").run(ask(url), retry=ONCE)


def talk() -> Flow[list[object]]:
    moment = yield from now()
    first = yield from send(Send("GET", "https://a.example/1"))
    yield from sleep(5)
    both = yield from settled([send(Send("GET", f"https://a.example/{n}")) for n in (2, 3)])
    work = yield from run_blocking(lambda: 7)
    return [moment, first.status, both, work]


def test_a_flow_is_played_by_hand() -> None:
    lost = VidiomError("lost")
    value = play(talk(), in_turn(answer(200), lost, answer(201)))
    assert value == [NOON, 200, [lost, answer(201)], 7]


def test_a_flow_that_asks_more_than_was_scripted_is_found() -> None:
    with pytest.raises(AssertionError, match="one request more"):
        play(talk(), in_turn(answer(200)))


def test_what_is_no_flow_cannot_be_played() -> None:
    def plain() -> Flow[None]:
        return None  # type: ignore[return-value]  # the mistake that is meant

    def forgetful() -> Flow[None]:
        yield sleep(1)  # type: ignore[misc]  # the mistake that is meant

    with pytest.raises(TypeError, match="is a `yield` missing"):
        play(plain(), in_turn())
    with pytest.raises(TypeError, match="which is no effect"):
        play(forgetful(), in_turn())


def test_a_recorded_flow_goes_on_as_before_and_is_written_down() -> None:
    steps: list[Step] = []
    answers = in_turn(answer(200), answer(404), answer(201))
    value = play(recorded(talk(), steps), answers)
    assert value == [NOON, 200, [answer(404), answer(201)], 7]
    names = [type(step.effect).__name__ for step in steps]
    assert names == ["Now", "Send", "Sleep", "Send", "Send", "RunBlocking"]
    assert steps[3].outcome == answer(404)


@pytest.mark.parametrize("sort", ["sync", "async"])
def test_nobody_waits_and_the_clock_goes_on(sort: str) -> None:
    driving = Driving("sync" if sort == "sync" else "async")

    def flow() -> Flow[float]:
        before = yield from now()
        yield from sleep(86_400)
        after = yield from now()
        return (after - before).total_seconds()

    begun = time.monotonic()
    with no_waiting() as skipped:
        assert driving.run(flow()) == pytest.approx(86_400, abs=5)
        assert clock().monotonic() > begun + 86_400
    assert time.monotonic() - begun < 60
    assert skipped.waits == [86_400]
    assert clock().monotonic() == pytest.approx(time.monotonic(), abs=5)


def test_every_public_tool_can_be_had() -> None:
    assert all(hasattr(vidiom.testing, name) for name in vidiom.testing.__all__)
    assert dir(vidiom.testing) == sorted(vidiom.testing.__all__)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = vidiom.testing.nothing_of_the_kind


def test_importing_the_package_loads_no_test_library() -> None:
    code = (
        "import sys, vidiom.testing; print(sorted({'pytest', 'vcr', 'uvicorn', 'yaml', "
        "'httpx', 'httpx2', 'pydantic'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"


PLUGIN_TEST = """
from vidiom.flow.effects import Send, send, sleep
from vidiom.testing import Driving, Fault, FaultInjector

async def nothing(scope, receive, send):
    pass

def test_fixtures(start_vendor, skipping_clock, open_cassette):
    app = FaultInjector(nothing)
    app.add(Fault(418))
    url = start_vendor(app)
    assert Driving("sync").run(send(Send("GET", url))).status == 418
    Driving("sync").run(sleep(3600))
    assert skipping_clock.waits == [3600]

def test_missing_cassette(open_cassette):
    with open_cassette("vendor/none"):
        pass
"""


def test_the_fixtures_of_the_pytest_plugin(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("a-plugin")
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(PLUGIN_TEST)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "vidiom.testing.pytest_plugin", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
    )
    assert "1 failed, 1 passed" in run.stdout, run.stdout
    assert "there is no cassette none.yaml" in run.stdout
