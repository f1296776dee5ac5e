"""Threads of this process as the engine: nothing to install, and the job store remembers."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Event, Thread
from typing import Final

from vidiom.engines.port import Again, Failed, Run, Step, WorkQueue
from vidiom.flow.clock import clock

__all__ = ["ThreadEngine"]

_log = logging.getLogger("vidiom.engines")

_LOOK: Final = 0.2
"""Seconds between two looks at whether to stop."""
_REMEMBERED: Final = 10_000
"""Jobs whose end is remembered, for those who ask."""


@dataclass(slots=True)
class _Task:
    """A job that is under way here."""

    queue: WorkQueue
    state: Run = Run.WAITING
    begun: bool = False
    """Whether it holds a place in its queue."""
    ticket: int = 0
    """The one entry of the timetable or of a queue that counts; what was entered before is void."""
    woken: bool = False
    canceled: bool = False


@dataclass
class ThreadEngine:
    """Runs steps in threads. Jobs that wait cost a few hundred bytes each, and no thread."""

    step: Step
    slots: int = 8
    """Steps that run at the same time."""
    name: str = field(default="threads", init=False)
    durable: bool = field(default=False, init=False)
    _tasks: dict[str, _Task] = field(default_factory=dict, init=False)
    _timetable: list[tuple[float, int, str]] = field(default_factory=list, init=False)
    _ready: defaultdict[str, deque[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(deque), init=False
    )
    _begun: Counter[str] = field(default_factory=Counter, init=False)
    _starts: defaultdict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(deque), init=False
    )
    _ended: dict[str, None] = field(default_factory=dict, init=False)
    _change: Condition = field(default_factory=Condition, init=False)
    _tickets: Iterator[int] = field(default_factory=lambda: count(1), init=False)

    def start(self, job_id: str, queue: WorkQueue, *, delay: float = 0.0) -> None:
        """See to it that steps of the job are run."""
        with self._change:
            task = self._tasks.get(job_id)
            if task is not None and not task.canceled:
                return
            if task is None:
                self._ended.pop(job_id, None)
                self._tasks[job_id] = task = _Task(queue)
                self._enter(job_id, task, delay)
            task.canceled = False

    def wake(self, job_id: str) -> None:
        """Run the next step now."""
        with self._change:
            task = self._tasks.get(job_id)
            if task is None:
                return
            task.woken = True
            if task.state is Run.WAITING:
                self._enter(job_id, task, 0.0)

    def cancel(self, job_id: str) -> None:
        """Begin no further step of the job."""
        with self._change:
            task = self._tasks.get(job_id)
            if task is None:
                return
            task.canceled = True
            if task.state is Run.WAITING:
                self._end(job_id, task)

    def state(self, job_id: str) -> Run:
        """What is known of the job."""
        with self._change:
            task = self._tasks.get(job_id)
            if task is not None:
                return task.state
            return Run.ENDED if job_id in self._ended else Run.UNKNOWN

    def work(self, stop: Event) -> None:
        """Run steps until ``stop`` is set."""
        threads = [
            Thread(target=self._run, args=(stop,), name=f"vidiom-step-{number}", daemon=True)
            for number in range(self.slots)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def close(self) -> None:
        """Forget everything."""
        with self._change:
            self._tasks.clear()
            self._timetable.clear()
            self._ready.clear()

    # --- with the lock held ------------------------------------------------------------------

    def _enter(self, job_id: str, task: _Task, delay: float) -> None:
        task.state, task.ticket = Run.WAITING, next(self._tickets)
        heappush(self._timetable, (clock().monotonic() + delay, task.ticket, job_id))
        self._change.notify()

    def _end(self, job_id: str, task: _Task) -> None:
        self._leave(task)
        self._tasks.pop(job_id, None)
        self._ended[job_id] = None
        while len(self._ended) > _REMEMBERED:
            del self._ended[next(iter(self._ended))]
        self._change.notify_all()  # its place in the queue is free

    def _leave(self, task: _Task) -> None:
        if task.begun:
            self._begun[task.queue.name] -= 1
            task.begun = False

    def _take(self) -> tuple[str, _Task] | float:
        """The next job whose turn it is, else seconds until it may be somebody's."""
        now = clock().monotonic()
        while self._timetable and self._timetable[0][0] <= now:
            _, ticket, job_id = heappop(self._timetable)
            task = self._tasks.get(job_id)
            if task is not None and task.ticket == ticket:
                self._ready[task.queue.name].append((ticket, job_id))
        wait = self._timetable[0][0] - now if self._timetable else _LOOK
        for line in self._ready.values():
            for _ in range(len(line)):
                ticket, job_id = line.popleft()
                task = self._tasks.get(job_id)
                if task is None or task.ticket != ticket:
                    continue
                blocked = 0.0 if task.begun else self._blocked(task.queue, now)
                if not blocked:
                    return job_id, task
                line.append((ticket, job_id))  # those behind it may be under way already
                wait = min(wait, blocked)
        return wait

    def _blocked(self, queue: WorkQueue, now: float) -> float:
        """Seconds until it is worth asking whether another job may begin; 0 when it may now."""
        if queue.jobs_at_once is not None and self._begun[queue.name] >= queue.jobs_at_once:
            return _LOOK
        if queue.starts is None:
            return 0.0
        starts = self._starts[queue.name]
        while starts and starts[0] <= now - queue.period_seconds:
            starts.popleft()
        return 0.0 if len(starts) < queue.starts else starts[0] + queue.period_seconds - now

    # --- in the threads ----------------------------------------------------------------------

    def _run(self, stop: Event) -> None:
        while not stop.is_set():
            with self._change:
                taken = self._take()
                if isinstance(taken, float):
                    self._change.wait(min(max(taken, 0.001), _LOOK))
                    continue
                job_id, task = taken
                if not task.begun:
                    task.begun = True
                    self._begun[task.queue.name] += 1
                    self._starts[task.queue.name].append(clock().monotonic())
                task.state, task.woken = Run.STEPPING, False
            self._stepped(job_id, task)

    def _stepped(self, job_id: str, task: _Task) -> None:
        then = self.step(job_id, task.queue.name)
        if isinstance(then, Failed):
            _log.error("job %s: %s", job_id, then.reason)
        with self._change:
            if not isinstance(then, Again) or task.canceled:
                self._end(job_id, task)
                return
            if then.queue.name != task.queue.name:
                self._leave(task)
                self._change.notify_all()
            task.queue = then.queue
            self._enter(job_id, task, 0.0 if task.woken else then.after)
