"""The tables of DBOS: reached without running any workflow, by workers and by everybody else."""

from __future__ import annotations

import logging
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from vidiom.engines.dbos_workflow import VERSION, WAKE, WORKFLOW, queue_data
from vidiom.engines.port import WorkQueue
from vidiom.errors import StoreError
from vidiom.jobs.databases import database_at, database_url

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig, EnqueueOptions, WorkflowStatus

__all__ = ["ACTIVE", "DbosDatabase", "schema_beside", "sqlite_suffices"]

ACTIVE: Final = ("ENQUEUED", "DELAYED", "PENDING")
"""Statuses of workflows that have not ended."""
_APPLICATION: Final = "vidiom"
_PATIENCE: Final = 30.0


@dataclass
class DbosDatabase:
    """Workflows and queues in one database. May be used from several threads.

    Raises (any method):
        StoreError: The database is away.
    """

    location: str
    schema: str
    queue_poll_seconds: float
    wake_poll_seconds: float
    hosted: bool
    idle_seconds: float = 15.0
    _client: DBOSClient | None = field(default=None, init=False)
    _known: dict[str, WorkQueue] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    @property
    def url(self) -> URL:
        """Where it is."""
        return database_url(self.location)

    def config(self, executor: str) -> DBOSConfig:
        """How an instance of DBOS is made that works as this executor."""
        from dbos import DBOSPortableJSONSerializer  # noqa: PLC0415

        return {
            "name": _APPLICATION,
            "system_database_url": self.url.render_as_string(hide_password=False),
            "dbos_system_schema": self.schema,
            "executor_id": executor,
            "application_version": VERSION,
            # The default pickles: whoever may write to the database could run code in workers.
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",  # below it nags about SQLite and advertises a console
            "max_executor_threads": 32,
            # A worker that is frozen in a transaction must not hold up the others for longer.
            "sys_db_idle_transaction_timeout_sec": self.idle_seconds,
            "notification_listener_polling_interval_sec": self.wake_poll_seconds,
        }

    @contextmanager
    def connected(self) -> Iterator[DBOSClient]:
        """A client of it; the first time, its tables are made or brought up to date."""
        try:
            with self._lock:
                if self._client is None:
                    self._client = self._connect()
                client = self._client
            yield client
        except DBAPIError as error:
            raise self.fault(error) from error

    def fault(self, error: DBAPIError) -> StoreError:
        """What an error of it means."""
        return database_at(self.location).fault(error)

    def _connect(self) -> DBOSClient:
        from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer  # noqa: PLC0415

        logger = logging.getLogger("dbos")
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)
        engine = database_at(self.location).engine(patience=_PATIENCE)
        with engine.connect():
            pass  # a file has its write-ahead log now, which DBOS does not see to
        engine.dispose()
        url = self.url.render_as_string(hide_password=False)
        DBOS.migrate(url, schema=self.schema)
        return DBOSClient(
            system_database_url=url,
            dbos_system_schema=self.schema,
            serializer=DBOSPortableJSONSerializer(),
            application_name=None if self.hosted else _APPLICATION,
            retry_connection_errors=False,
            sys_db_idle_transaction_timeout_sec=self.idle_seconds,
        )

    def runs(self, job_id: str, status: list[str] | None = None) -> list[WorkflowStatus]:
        """The workflows of a job, in any of these statuses."""
        with self.connected() as client:
            return client.list_workflows(
                workflow_ids=run_ids(job_id), status=status, load_input=False, load_output=False
            )

    def enqueue(self, job_id: str, queue: WorkQueue, delay: float) -> None:
        """Begin a workflow for a job that has none."""
        with self.connected() as client:
            self.register(queue)
            options = self.options(job_id, queue)
            if delay > 0:
                options["delay_seconds"] = delay
            client.enqueue(options, job_id, queue_data(queue))

    def options(self, run_id: str, queue: WorkQueue) -> EnqueueOptions:
        """What a workflow is enqueued with."""
        from dbos import WorkflowSerializationFormat  # noqa: PLC0415

        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": queue.name,
            "workflow_id": run_id,
            "serialization_type": WorkflowSerializationFormat.PORTABLE,
        }
        if not self.hosted:
            options["app_version"] = VERSION
        return options

    def send(self, job_id: str, word: str) -> None:
        """Tell a job's workflows something; nothing happens where there is none."""
        from dbos import WorkflowSerializationFormat, error  # noqa: PLC0415

        with self.connected() as client:
            for run_id in run_ids(job_id):
                with suppress(error.DBOSNonExistentWorkflowError):
                    client.send(
                        run_id,
                        word,
                        WAKE,
                        serialization_type=WorkflowSerializationFormat.PORTABLE,
                    )

    def close(self) -> None:
        """Let go of connections."""
        with self._lock:
            if self._client is not None:
                self._client.destroy()
                self._client = None

    def register(self, queue: WorkQueue) -> None:
        """See to it that there is this queue, with these limits."""
        with self.connected() as client, self._lock:
            if self._known.get(queue.name) == queue:
                return
            client.register_queue(
                queue.name,
                global_concurrency=queue.jobs_at_once,
                limiter=None
                if queue.starts is None
                else {"limit": queue.starts, "period": queue.period_seconds},
                polling_interval_sec=self.queue_poll_seconds,
            )
            self._known[queue.name] = queue


def sqlite_suffices() -> bool:
    """Whether DBOS can keep its tables in the SQLite of this Python.

    From Python 3.12 on it has SQLite fill in moments by a function that came with SQLite 3.42.
    """
    return sys.version_info < (3, 12) or sqlite3.sqlite_version_info >= (3, 42)


def schema_beside(location: str) -> str:
    """The schema for the tables of DBOS beside a job store: each store has one of its own.

    Where the URL names a schema for the store (``options=-csearch_path=…``), its name is told.
    """
    options = str(database_url(location).query.get("options", ""))
    found = re.search(r"search_path=(\w+)", options)
    return f"{found[1]}_dbos" if found else "vidiom_dbos"


def run_ids(job_id: str) -> list[str]:
    """The ids of a job's workflows: one that runs it, one that collects its answer."""
    return [job_id, f"{job_id}/collect"]
