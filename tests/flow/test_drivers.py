"""What the drivers do with each effect: the same in both."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from vidiom.errors import MalformedAnswer, VidiomError
from vidiom.flow import drivers
from vidiom.flow.effects import (
    Flow,
    Progress,
    Send,
    now,
    report,
    run_blocking,
    send,
    settled,
    sleep,
    together,
)
from vidiom.flow.exchange import RunSettings
from vidiom.flow.http import http_library
from vidiom.testing import CannedVendor, Driving, answer
from vidiom.testing.waiting import SkippingClock

URL = "https://api.example/thing"


def value(of: object) -> Flow[object]:
    yield from ()
    return of


def failing(message: str) -> Flow[object]:
    yield from sleep(0)
    raise VidiomError(message)


def test_a_flow_without_effects_has_its_value(drive: Driving) -> None:
    assert drive.run(value("x")) == "x"


def test_an_answer_is_given_as_it_came_whatever_its_status(drive: Driving) -> None:
    vendor = CannedVendor([answer(418, b"short", [("X-Kind", "stout")])])
    got = drive.run(send(Send("GET", URL)), vendor)
    assert (got.status, got.body, got.headers["x-kind"]) == (418, b"short", "stout")
    assert not got.ok


def test_the_request_carries_method_query_and_headers(drive: Driving) -> None:
    vendor = CannedVendor([answer()])
    request = Send("DELETE", URL, query=(("a", "1 2"), ("a", "ü")), headers=(("X-Key", "k"),))
    drive.run(send(request), vendor)
    asked = vendor.asked[0]
    assert (asked.method, asked.headers["x-key"]) == ("DELETE", "k")
    assert asked.headers["user-agent"].startswith("vidiom/")
    assert asked.url in (f"{URL}?a=1+2&a=%C3%BC", f"{URL}?a=1%202&a=%C3%BC")


def test_a_redirect_is_an_answer_and_not_followed(drive: Driving) -> None:
    vendor = CannedVendor([answer(302, b"", [("Location", "https://elsewhere.example/")])])
    assert drive.run(send(Send("GET", URL)), vendor).status == 302
    assert len(vendor.asked) == 1


def test_cookies_are_not_kept_from_one_account_to_the_next(drive: Driving) -> None:
    vendor = CannedVendor([answer(headers=[("Set-Cookie", "session=of-account-a")])])

    def twice() -> Flow[None]:
        yield from send(Send("GET", URL))
        yield from send(Send("GET", URL))

    drive.run(twice(), vendor)
    assert [asked.headers.get("cookie") for asked in vendor.asked] == [None, None]


def test_the_time_is_in_utc(drive: Driving) -> None:
    moment = drive.run(now())
    assert moment.tzinfo is UTC
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60


def test_sleeping_ends_at_the_deadline(drive: Driving, skipping: SkippingClock) -> None:
    settings = RunSettings(deadline=skipping.monotonic() + 10)
    drive.run(sleep(3600), settings=settings)
    drive.run(sleep(3600), settings=settings)
    assert skipping.skipped == pytest.approx(10, abs=2)


def test_news_of_progress_reach_the_caller(drive: Driving) -> None:
    seen: list[Progress] = []
    drive.run(report(Progress("running", 0.5)), settings=RunSettings(on_progress=seen.append))
    assert seen == [Progress("running", 0.5)]


def test_blocking_work_gives_its_value(drive: Driving) -> None:
    assert drive.run(run_blocking(lambda: 6 * 7)) == 42


def test_blocking_work_runs_beside_the_event_loop() -> None:
    ran_in = Driving("async").run(run_blocking(threading.current_thread))
    assert ran_in is not threading.main_thread()


def test_an_error_of_an_effect_is_raised_inside_the_flow(drive: Driving) -> None:
    def missing() -> int:
        raise FileNotFoundError("gone")

    def careful() -> Flow[str]:
        try:
            yield from run_blocking(missing)
        except FileNotFoundError:
            return "dealt with"
        return "never"

    assert drive.run(careful()) == "dealt with"


def test_work_that_runs_out_of_things_does_not_end_the_flow(drive: Driving) -> None:
    def flow() -> Flow[str]:
        yield from run_blocking(lambda: next(iter([])))
        return "never"

    with pytest.raises(RuntimeError):
        drive.run(flow())


def test_a_yield_in_the_place_of_yield_from_is_told(drive: Driving) -> None:
    def forgetful() -> Flow[None]:
        yield send(Send("GET", URL))  # type: ignore[misc]  # the mistake that is meant

    with pytest.raises(TypeError, match=r"generator.*yield from"):
        drive.run(forgetful())


def test_what_runs_together_comes_back_in_order(drive: Driving) -> None:
    assert drive.run(together([value(n) for n in range(20)], limit=3)) == list(range(20))
    assert drive.run(together([], limit=3)) == []
    assert drive.run(together([value(1)], limit=0)) == [1]


def test_no_more_run_at_once_than_the_limit_says(drive: Driving) -> None:
    at_once: list[int] = []
    now_running = 0
    lock = threading.Lock()
    full = threading.Barrier(3, timeout=10)

    def work() -> None:
        nonlocal now_running
        with lock:
            now_running += 1
            at_once.append(now_running)
        full.wait()  # three are there at the same time, or this breaks
        with lock:
            now_running -= 1

    drive.run(together([run_blocking(work) for _ in range(9)], limit=3))
    assert max(at_once) == 3


def test_a_failed_flow_leaves_its_error_in_its_place(drive: Driving) -> None:
    values = drive.run(settled([value(1), failing("no"), value(3)]))
    assert values[0] == 1
    assert isinstance(values[1], VidiomError)
    assert values[2] == 3


def test_the_first_error_ends_those_that_wait(drive: Driving) -> None:
    begun: list[str] = []
    ended: list[str] = []

    def patient() -> Flow[object]:
        begun.append("patient")
        try:
            yield from sleep(3600)
        finally:
            ended.append("closed")
        return "never"

    def impatient() -> Flow[object]:
        while len(begun) < 2:
            yield from sleep(0.001)
        raise VidiomError("first")

    with pytest.raises(VidiomError, match="first"):
        drive.run(together([patient(), impatient(), patient()], limit=3))
    assert ended == ["closed", "closed"]


def test_the_first_error_ends_what_the_others_have_started(drive: Driving) -> None:
    begun: list[str] = []
    ended: list[str] = []

    def patient() -> Flow[object]:
        begun.append("patient")
        try:
            yield from sleep(3600)
        finally:
            ended.append("closed")
        return "never"

    def outer() -> Flow[object]:
        return (yield from together([patient(), patient()]))

    def impatient() -> Flow[object]:
        while len(begun) < 2:
            yield from sleep(0.001)
        raise VidiomError("first")

    with pytest.raises(VidiomError, match="first"):
        drive.run(together([outer(), impatient()]))
    assert ended == ["closed", "closed"]


def test_a_flow_of_flows_is_closed_when_the_caller_interrupts() -> None:
    ended: list[str] = []

    def interrupted() -> int:
        raise KeyboardInterrupt

    def flow() -> Flow[None]:
        try:
            yield from run_blocking(interrupted)
        except Exception:  # noqa: BLE001 - what is no error must pass
            ended.append("taken for an error")
        finally:
            ended.append("closed")

    with pytest.raises(KeyboardInterrupt):
        Driving("sync").run(flow())
    assert ended == ["closed"]


def test_an_interruption_while_others_wait_returns_at_once() -> None:
    def patient() -> Flow[None]:
        yield from sleep(3600)

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Driving("sync").run(together([patient(), patient(), run_blocking(interrupted)]))


def test_a_cancelled_task_closes_its_flow() -> None:
    import asyncio

    closed: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield from together([sleep(3600), sleep(3600)])
        except Exception:  # noqa: BLE001 - a cancellation is no error of the flow's
            closed.append("taken for an error")
        finally:
            closed.append("closed")

    async def main() -> None:
        async with http_library().AsyncClient() as http:
            task = asyncio.create_task(drivers.AsyncDriver(http).run(flow()))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert closed == ["closed"]


def test_progress_from_several_threads_is_told_one_at_a_time(drive: Driving) -> None:
    inside = threading.Lock()
    clashes: list[bool] = []

    def tell(_: Progress) -> None:
        free = inside.acquire(blocking=False)
        clashes.append(not free)
        if free:
            threading.Event().wait(0.001)
            inside.release()

    flows = [report(Progress("x")) for _ in range(24)]
    drive.run(together(flows, limit=8), settings=RunSettings(on_progress=tell))
    assert clashes == [False] * 24


def test_an_answer_over_the_limit_is_not_held_in_memory(
    drive: Driving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drivers, "MAX_BODY", 1000)
    with pytest.raises(MalformedAnswer, match="over"):
        drive.run(send(Send("GET", f"{URL}?key=secret")), CannedVendor([answer(200, b"x" * 1001)]))
    assert drive.run(send(Send("GET", URL)), CannedVendor([answer(200, b"x" * 1000)])).ok
