"""Which database a job store is kept in: one file, or a server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from vidiom.errors import ConfigurationError, StoreError
from vidiom.jobs.postgres import Postgres
from vidiom.jobs.sqlite import Sqlite

__all__ = ["Database", "database_at", "database_url"]


class Database(Protocol):
    """What is particular to one sort of database."""

    @property
    def name(self) -> str:
        """How messages call it; never with a password."""

    @property
    def one_writer(self) -> bool:
        """Whether only one transaction can write at a time, so that writers had better queue."""

    def engine(self, *, patience: float) -> Engine:
        """An engine with connections of its own.

        Raises:
            StoreError: It cannot be opened or created.
            MissingExtra: Its driver is not installed.
        """

    def fault(self, error: DBAPIError) -> StoreError:
        """What an error of the database means, by its code."""

    def hold(self, connection: Connection, what: str) -> None:
        """Keep other writers from ``what`` until the transaction ends."""


def database_url(location: str | os.PathLike[str]) -> URL:
    """The URL of a database that is given as such or as a path.

    Raises:
        ConfigurationError: It is not a database that jobs can be kept in.
    """
    if not isinstance(location, str) or "://" not in location:
        return URL.create("sqlite", database=str(Path(location).absolute()))
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):  # they repeat the URL, which may hold a password
        msg = (
            "the job store's URL cannot be read; write it like sqlite:////folder/jobs.sqlite3 or "
            "postgresql://user@host/database."
        )
        raise ConfigurationError(msg) from None
    if url.get_backend_name() == "postgres":  # an old spelling that many hosts still hand out
        url = url.set(drivername="postgresql")
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        msg = (
            f"jobs cannot be kept in {url.get_backend_name()!r}; use a URL with sqlite:/// or "
            "postgresql://."
        )
        raise ConfigurationError(msg)
    if url.database in (None, "", ":memory:"):
        msg = "every thread would see another database in memory; use MemoryStore instead."
        raise ConfigurationError(msg)
    return url


def database_at(location: str | os.PathLike[str]) -> Database:
    """The database at a path or URL.

    Raises:
        ConfigurationError: It is not a database that jobs can be kept in.
    """
    url = database_url(location)
    return Sqlite(url) if url.get_backend_name() == "sqlite" else Postgres(url)
