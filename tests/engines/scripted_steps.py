"""Steps that follow a script, and tell of every call: engines are tested with these."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from typing import Self

from vidiom.engines.port import Again, Done, Engine, Next, WorkQueue

RUN = WorkQueue(name="acme/run")
COLLECT = WorkQueue(name="acme/collect")
SOON = Again(0.0, RUN)
LATER = Again(3600.0, RUN)


@dataclass
class Script:
    """What comes after each step of a job; a job without a script is done after one."""

    scripts: dict[str, Sequence[Next]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    at_once: int = 0
    busiest: int = 0
    hold: Event | None = None
    """Steps that have begun wait for it."""
    times: list[float] = field(default_factory=list)
    _change: Condition = field(default_factory=Condition)

    def step(self, job_id: str, queue: str) -> Next:
        with self._change:
            self.calls.append((job_id, queue))
            self.times.append(time.monotonic())
            number = self.count(job_id) - 1
            self.at_once += 1
            self.busiest = max(self.busiest, self.at_once)
            self._change.notify_all()
        if self.hold is not None:
            assert self.hold.wait(30)
        with self._change:
            self.at_once -= 1
            self._change.notify_all()
        script = self.scripts.get(job_id, [])
        return script[number] if number < len(script) else Done()

    def count(self, job_id: str) -> int:
        return sum(one == job_id for one, _ in self.calls)

    def steps(self) -> dict[str, int]:
        return dict(Counter(job_id for job_id, _ in self.calls))

    def until(self, fact: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait for a fact; it is looked at whenever a step begins or ends, and now and then."""
        deadline = time.monotonic() + seconds
        with self._change:
            while not fact():
                assert time.monotonic() < deadline, f"{self.calls} is all that came"
                self._change.wait(0.05)


class AtWork:
    """An engine that works in a thread for a while."""

    def __init__(self, engine: Engine) -> None:
        self.stop = Event()
        self.error: BaseException | None = None
        self._engine = engine
        self._thread = Thread(target=self._work)

    def _work(self) -> None:
        try:
            self._engine.work(self.stop)
        except BaseException as error:  # noqa: BLE001 - told at the end
            self.error = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        if self.error is not None:
            raise self.error

    def end(self) -> None:
        self.stop.set()
        self._thread.join(40)
        assert not self._thread.is_alive()
