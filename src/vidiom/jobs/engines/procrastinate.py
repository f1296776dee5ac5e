"""Procrastinate as an engine: each step is a job of its own in PostgreSQL, which defers the next.

https://procrastinate.readthedocs.io. It has no limits of a vendor and no global concurrency; the
job store has.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Thread
from typing import TYPE_CHECKING, Final

from sqlalchemy import make_url

from vidiom.errors import MissingExtra, UsageError
from vidiom.jobs.engines.engine import COLLECT, RUN, Due, EngineState, Queue, StepRunner
from vidiom.jobs.engines.feeding import Feeder
from vidiom.jobs.sql import SqlStore

if TYPE_CHECKING:
    from procrastinate import App

__all__ = ["ProcrastinateEngine"]

_log = logging.getLogger("vidiom.jobs")

_QUEUES: Final = {RUN: "vidiom-run", COLLECT: "vidiom-collect"}
_UNDER_WAY: Final = frozenset({"todo", "doing"})
_TRIES: Final = 5
_KEPT_HOURS: Final = 24
"""Hours after which finished steps are forgotten; the job store keeps the history."""
_LONGEST_WAIT: Final = 600.0


@dataclass
class ProcrastinateEngine:
    """Runs steps as Procrastinate jobs, in the store's own PostgreSQL database."""

    store: SqlStore
    name: str | None = None
    at_once: int = 16
    feeder: Feeder = field(init=False)
    polling: float = 0.5
    lease: float = 20.0
    """Seconds without a sign of life after which a worker counts as dead."""

    def __post_init__(self) -> None:
        """With Procrastinate and a server at hand.

        Raises:
            MissingExtra: It is not installed.
            UsageError: The store is no PostgreSQL.
        """
        if make_url(self.store.url).get_backend_name() != "postgresql":
            raise UsageError("this engine needs PostgreSQL; set VIDIOM_STORE to postgresql://….")
        try:
            import procrastinate  # noqa: F401, PLC0415 - an extra
        except ModuleNotFoundError:
            raise MissingExtra(
                "this engine needs Procrastinate: pip install 'vidiom[procrastinate]'.",
                extra="procrastinate",
            ) from None
        self.feeder = Feeder(self.store, self)
        self.store.once("procrastinate", "procrastinate_jobs", self._create_tables)

    @property
    def _conninfo(self) -> str:
        url = make_url(self.store.url).set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    def _create_tables(self) -> None:
        self._app.schema_manager.apply_schema()

    @cached_property
    def _app(self) -> App:
        from procrastinate import App, SyncPsycopgConnector  # noqa: PLC0415

        app = App(connector=SyncPsycopgConnector(conninfo=self._conninfo, min_size=1, max_size=4))
        app.open()
        return app

    def start(self, job_id: str, queue: Queue = RUN, delay: float = 0.0) -> None:
        """Defer a step, unless one is deferred or at work."""
        if not self._under_way(job_id, queue):
            _defer(self._app, job_id, queue, delay)

    def _under_way(self, job_id: str, queue: Queue) -> list[int]:
        found = self._app.job_manager.list_jobs(lock=f"{queue}/{job_id}")
        return [job.id for job in found if job.status in _UNDER_WAY and job.id is not None]

    def wake(self, job_id: str, message: str = "") -> None:
        """Defer the step anew, for now."""
        del message
        for _ in range(_TRIES):
            under_way = self._under_way(job_id, RUN)
            for number in under_way:
                self._app.job_manager.cancel_job_by_id(number)  # does nothing to one that runs
            # Not when the step that runs has deferred the next meanwhile: look again.
            if not under_way or _defer(self._app, job_id, RUN, 0.0):
                return

    def cancel(self, job_id: str) -> None:
        """Run no more steps; one that runs comes to its end."""
        queues: tuple[Queue, ...] = (RUN, COLLECT)
        for queue in queues:
            for number in self._under_way(job_id, queue):
                self._app.job_manager.cancel_job_by_id(number)

    def state(self, job_id: str) -> EngineState:
        """What is deferred for the job."""
        found = list(self._app.job_manager.list_jobs(lock=f"{RUN}/{job_id}"))
        if not found:
            return EngineState.UNKNOWN
        statuses = {job.status for job in found}
        if "doing" in statuses:
            return EngineState.ACTIVE
        return EngineState.WAITING if "todo" in statuses else EngineState.DONE

    def work(self, runner: StepRunner, *, stop: Callable[[], bool]) -> None:
        """Run steps in this process until it is told to stop."""
        feeding = Thread(
            target=self.feeder.until,
            args=(stop, lambda: time.sleep(self.polling)),
            name="vidiom-feeder",
        )
        feeding.start()
        try:
            while not stop():
                try:
                    asyncio.run(self._worked(runner, stop))
                except Exception as error:  # noqa: BLE001 - it ends when the server goes away
                    _log.warning("the worker ended (%s) and is started again", type(error).__name__)
                    time.sleep(self.polling)
        finally:
            feeding.join()

    async def _worked(self, runner: StepRunner, stop: Callable[[], bool]) -> None:
        from procrastinate import App, PsycopgConnector  # noqa: PLC0415

        app = App(connector=PsycopgConnector(conninfo=self._conninfo, min_size=1, max_size=8))
        _register(app, runner)
        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=list(_QUEUES.values()),
                    concurrency=self.at_once,
                    name=self.name or f"vidiom-{os.getpid()}",
                    fetch_job_polling_interval=self.polling,
                    install_signal_handlers=False,
                    update_heartbeat_interval=self.lease / 4,
                    stalled_worker_timeout=self.lease,
                )
            )
            looked = 0.0
            while not stop() and not worker.done():
                await asyncio.wait([worker], timeout=self.polling)
                if time.monotonic() - looked > self.lease / 4:
                    looked = time.monotonic()
                    await self._revived(app)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def _revived(self, app: App) -> None:
        """Hand on what workers left that are not there any more; nothing else does."""
        stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.lease)
        for job in stalled:
            await app.job_manager.retry_job(job)
        await app.job_manager.delete_old_jobs(nb_hours=_KEPT_HOURS)

    def close(self) -> None:
        """Let go of connections."""
        app = self.__dict__.pop("_app", None)
        if app is not None:
            app.close()


def _options(job_id: str, queue: Queue, delay: float) -> dict[str, object]:
    options: dict[str, object] = {
        "name": f"vidiom_{queue}",
        "queue": _QUEUES[queue],
        "lock": f"{queue}/{job_id}",
        "queueing_lock": f"{queue}/{job_id}",
        "allow_unknown": True,
    }
    if delay > 0:
        options["schedule_in"] = {"seconds": min(delay, _LONGEST_WAIT)}
    return options


def _defer(app: App, job_id: str, queue: Queue, delay: float) -> bool:
    """Defer a step; whether none was deferred already."""
    from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415

    options = _options(job_id, queue, delay)
    try:
        app.configure_task(**options).defer(job_id=job_id)  # type: ignore[arg-type]  # as built
    except AlreadyEnqueued:
        return False
    return True


def _register(app: App, runner: StepRunner) -> None:
    """A task for each queue, which runs a step and defers the next."""
    from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415

    async def go_on(job_id: str, due: Due | None) -> None:
        if due is None:
            return
        options = _options(job_id, due.queue, due.after)
        try:
            task = app.configure_task(**options)  # type: ignore[arg-type]  # as built above
            await task.defer_async(job_id=job_id)
        except AlreadyEnqueued:
            return

    @app.task(name="vidiom_run", pass_context=False, retry=10)
    async def run(job_id: str) -> None:
        await go_on(job_id, await asyncio.to_thread(runner.run, job_id))

    @app.task(name="vidiom_collect", pass_context=False, retry=10)
    async def collect(job_id: str) -> None:
        due = await asyncio.to_thread(runner.collect, job_id)
        await go_on(job_id, None if due is None else Due(due.after, COLLECT))
