"""Procrastinate as the engine: each step is a row of its queue in PostgreSQL.

https://procrastinate.readthedocs.io/

It knows no limits of vendors and no number of jobs at once across processes: for these the job
store alone is responsible, which tells a submission too many to come back later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy.exc import DBAPIError

from vidiom.engines.port import Again, Failed, Run, Step, WorkQueue
from vidiom.engines.procrastinate_upkeep import Over, Upkeep
from vidiom.errors import ConfigurationError, MissingExtra, StoreError
from vidiom.jobs.databases import database_at, database_url

if TYPE_CHECKING:
    from procrastinate import App, JobContext, SyncPsycopgConnector
    from procrastinate.jobs import Job as Row
    from psycopg import Connection

__all__ = ["ProcrastinateEngine", "ProcrastinateSettings"]

_log = logging.getLogger("vidiom.engines")

_TASK: Final = "vidiom.step"
_RUN: Final = "vidiom/run"
_COLLECT: Final = "vidiom/collect"
_QUEUED: Final = "todo"
_DOING: Final = "doing"
_GOING: Final = (_QUEUED, _DOING)
_AGAIN: Final = 1
"""Seconds before a step is repeated whose next one could not be queued."""
_LOOK: Final = 0.2
"""Seconds between two looks at whether to stop."""
_RESTART: Final = 1.0
"""Seconds before a worker that lost its database is started again."""


@dataclass(frozen=True, kw_only=True)
class ProcrastinateSettings:
    """How Procrastinate is used."""

    name: str = "vidiom"
    """The worker's name, in its tables and logs."""
    slots: int = 8
    """Steps that run at the same time in this process, answers that are collected apart."""
    collecting: int = 4
    poll_seconds: float = 5.0
    """Between two looks for steps whose time has come; new ones are told of at once."""
    dead_after: float = 30.0
    """Seconds without a sign of life after which a worker's steps are given to others."""
    patience_seconds: float = 30.0
    """For how long steps that have begun may go on after the worker was told to stop."""


class ProcrastinateEngine:
    """Steps in Procrastinate's queue. One row waits for each job, and no two steps of one overlap.

    A row whose worker has died is given to another one by the workers themselves.
    """

    name: Final = "procrastinate"
    durable: Final = True

    def __init__(
        self, step: Step, location: str, settings: ProcrastinateSettings | None = None
    ) -> None:
        """Prepare the engine; nothing is opened yet.

        Args:
            step: What advances a job.
            location: URL of the database, usually the job store's.
            settings: How Procrastinate is used.

        Raises:
            ConfigurationError: It is no PostgreSQL.
            MissingExtra: Procrastinate is not installed.
        """
        try:
            import procrastinate  # noqa: F401, PLC0415 - imported when it is used
        except ModuleNotFoundError:
            raise MissingExtra(
                "running jobs on Procrastinate needs it: pip install 'vidiom[procrastinate]'.",
                extra="procrastinate",
            ) from None
        url = database_url(location)
        if url.get_backend_name() != "postgresql":
            raise ConfigurationError(
                "Procrastinate works on PostgreSQL only; let VIDIOM_STORE be a postgresql:// URL, "
                "or use another engine."
            )
        self._step, self._settings = step, settings or ProcrastinateSettings()
        self._database = database_at(location)
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._app: App | None = None
        self._over: Over = set()
        self._lock = Lock()

    # --- the five verbs ----------------------------------------------------------------------

    def start(self, job_id: str, queue: WorkQueue, *, delay: float = 0.0) -> None:
        """See to it that steps of the job are run."""
        with self._opened() as app:
            if not any(row.status in _GOING for row in self._rows(app, job_id)):
                self._defer(app, job_id, queue.name, delay)

    def wake(self, job_id: str) -> None:
        """Run the next step now."""
        with self._opened() as app:
            while rows := [row for row in self._rows(app, job_id) if row.status in _GOING]:
                if self._brought_forward(app, job_id, rows):
                    return

    def _brought_forward(self, app: App, job_id: str, rows: list[Row]) -> bool:
        """Whether a row that is due at once has taken the waiting one's place, in one go.

        It has not if a step ended meanwhile and left another row: that one waits, and has the
        job's only place in the queue.
        """
        from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415

        connector = cast("SyncPsycopgConnector", app.connector.get_sync_connector())
        queue = str(rows[-1].task_kwargs["queue"])
        with suppress(AlreadyEnqueued), connector.pool.connection() as connection:
            for row in rows:
                if row.status == _QUEUED and row.id is not None:
                    app.job_manager.cancel_job_by_id(row.id, delete_job=True, connection=connection)
            self._place(app, job_id, queue, connection=connection)
            return True
        return False

    def cancel(self, job_id: str) -> None:
        """Begin no further step of the job."""
        with self._opened() as app:
            # Again, as long as a step that is just ending has left another row meanwhile.
            while left := [row for row in self._rows(app, job_id) if _to_cancel(row)]:
                for row in left:
                    if row.id is not None:
                        app.job_manager.cancel_job_by_id(row.id, abort=row.status == _DOING)

    def state(self, job_id: str) -> Run:
        """What is known of the job."""
        with self._opened() as app:
            words = {row.status for row in self._rows(app, job_id)}
        if _DOING in words:
            return Run.STEPPING
        if _QUEUED in words:
            return Run.WAITING
        return Run.ENDED if words else Run.UNKNOWN

    def work(self, stop: Event) -> None:
        """Run steps until ``stop`` is set."""
        with self._opened():
            pass  # the tables are there
        asyncio.run(self._supervised(stop))

    def close(self) -> None:
        """Let go of connections."""
        with self._lock:
            if self._app is not None:
                self._app.close()
                self._app = None

    # --- while at work -----------------------------------------------------------------------

    async def _supervised(self, stop: Event) -> None:
        """Procrastinate's worker exits when it loses its database; then another one begins."""
        from procrastinate import PsycopgConnector  # noqa: PLC0415
        from procrastinate.exceptions import ConnectorException  # noqa: PLC0415

        threads = ThreadPoolExecutor(
            self._settings.slots + self._settings.collecting + 2, "vidiom-step"
        )
        asyncio.get_running_loop().set_default_executor(threads)
        while not stop.is_set():
            connector = PsycopgConnector(conninfo=self._conninfo)
            try:
                async with self._application(connector).open_async() as app:
                    await self._worked(app, stop)
            except (ConnectorException, OSError) as error:
                _log.warning(
                    "the queue in %s cannot be reached (%s); trying again",
                    self._database.name,
                    type(error.__cause__ or error).__name__,
                )
                await asyncio.sleep(_RESTART)

    async def _worked(self, app: App, stop: Event) -> None:
        own = self._settings

        def worker(queue: str, concurrency: int) -> asyncio.Task[None]:
            return asyncio.create_task(
                app.run_worker_async(
                    queues=[queue],
                    name=own.name,
                    concurrency=concurrency,
                    fetch_job_polling_interval=own.poll_seconds,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=own.patience_seconds,
                    update_heartbeat_interval=own.dead_after / 3,
                    stalled_worker_timeout=own.dead_after,
                )
            )

        workers = [worker(_RUN, own.slots), worker(_COLLECT, own.collecting)]
        upkeep = asyncio.create_task(Upkeep(app, _TASK, own.dead_after, self._over).run())
        tasks = [*workers, upkeep]
        try:
            while not stop.is_set() and not any(task.done() for task in tasks):
                await asyncio.wait(tasks, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()  # a worker finishes what it has begun
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    def _stepped(self, context: JobContext, job_id: str, queue: str) -> None:
        """One step, and a row for the next one."""
        row = context.job
        try:
            then = self._step(job_id, queue)
            if isinstance(then, Failed):
                _log.error("job %s: %s", job_id, then.reason)
            if isinstance(then, Again):
                self._goes_on(row, job_id, then)
        finally:
            self._over.add((row.id, row.attempts))

    def _goes_on(self, row: Row, job_id: str, then: Again) -> None:
        with self._opened() as app:
            self._defer(app, job_id, then.queue.name, then.after)
            if any(now.abort_requested for now in app.job_manager.list_jobs(id=row.id)):
                for other in self._rows(app, job_id):  # canceled during the step
                    if other.status == _QUEUED and other.id is not None:
                        app.job_manager.cancel_job_by_id(other.id)

    # --- rows --------------------------------------------------------------------------------

    def _rows(self, app: App, job_id: str) -> list[Row]:
        return app.job_manager.list_jobs(task=_TASK, queueing_lock=job_id)

    def _defer(self, app: App, job_id: str, queue: str, delay: float) -> None:
        from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415

        with suppress(AlreadyEnqueued):
            self._place(app, job_id, queue, delay)

    def _place(
        self,
        app: App,
        job_id: str,
        queue: str,
        delay: float = 0.0,
        connection: Connection | None = None,
    ) -> None:
        app.configure_task(
            _TASK,
            queue=_COLLECT if queue.endswith("/collect") else _RUN,
            lock=job_id,
            queueing_lock=job_id,
            schedule_in={"seconds": delay} if delay > 0 else None,
            connection=connection,
        ).defer(job_id=job_id, queue=queue)

    @contextmanager
    def _opened(self) -> Iterator[App]:
        from procrastinate.exceptions import ConnectorException  # noqa: PLC0415
        from psycopg import Error  # noqa: PLC0415

        try:
            with self._lock:
                if self._app is None:
                    self._app = self._open()
                app = self._app
            yield app
        except DBAPIError as error:
            raise self._database.fault(error) from error
        except (ConnectorException, Error) as error:
            raise StoreError(
                f"the queue in {self._database.name} cannot be used; is the server running?",
                passing=True,
            ) from error

    def _open(self) -> App:
        from procrastinate import SyncPsycopgConnector  # noqa: PLC0415

        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        engine = self._database.engine(patience=30.0)
        try:
            with engine.begin() as connection:  # of several processes one makes the tables
                self._database.hold(connection, "procrastinate")
                app = self._application(SyncPsycopgConnector(conninfo=self._conninfo))
                app.open()
                if not app.check_connection():
                    app.schema_manager.apply_schema()
        finally:
            engine.dispose()
        return app

    def _application(self, connector: Any) -> App:  # noqa: ANN401 - of either world
        from procrastinate import App, RetryStrategy  # noqa: PLC0415

        app = App(connector=connector)
        # A step raises nothing: what fails is the row for the next one, and a step may be repeated.
        again = RetryStrategy(wait=_AGAIN, retry_exceptions=[StoreError])
        app.task(name=_TASK, pass_context=True, retry=again)(self._stepped)
        return app


def _to_cancel(row: Row) -> bool:
    return row.status == _QUEUED or (row.status == _DOING and not row.abort_requested)
