"""What is particular to PostgreSQL: how it is opened, and what its errors mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from vidiom.errors import MissingExtra, StoreError

__all__ = ["Postgres"]

# https://www.postgresql.org/docs/current/errcodes-appendix.html: whole codes, then their classes.
_CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "25P03": "this process was away for too long in the middle of a change; try again",
        "25006": "it is read-only; let VIDIOM_STORE name the primary server",
        "53100": "its disk is full; free some space there",
        "53300": "it has no connection left; raise max_connections, or use fewer workers",
        "55P03": "another process has been holding a lock for too long; try again, or end it",
        "40P01": "two writers waited for each other; try again",
        "3D000": "there is no such database; create it first",
        "42501": "this user may not do that there; grant it the rights on its own schema",
        "28": "it does not let this user in; check the user and the password of VIDIOM_STORE",
        "08": "the connection broke; is the server running?",
        "57": "it is shutting down or starting; try again",
        "58": "its disk reports errors; look into its log",
        "XX": "it reports damage; look into its log, and restore a backup if need be",
    }
)
_PASSING: Final = frozenset({"40", "53", "55", "57", "08"})
"""Classes of errors after which the same transaction may well succeed."""
_UNREACHABLE: Final = (
    "it cannot be reached, or lets nobody in; is the server running, and VIDIOM_STORE right?"
)
"""Before there is a connection no code is told."""


class _PsycopgConnection(Protocol):
    def execute(self, query: str) -> object: ...
    def commit(self) -> None: ...


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL database."""

    url: URL
    one_writer: bool = False

    @property
    def name(self) -> str:
        """Host and database, nothing else of the URL."""
        host = f"{self.url.host}" if self.url.host else "this machine"
        return f"{self.url.database or ''} at {host}".strip()

    def engine(self, *, patience: float) -> Engine:
        """An engine with connections of its own."""
        try:
            engine = create_engine(
                self.url,
                pool_timeout=patience,
                pool_pre_ping=True,  # a server that was restarted must not cost an error
                hide_parameters=True,  # they hold secrets and personal data, errors must not
            )
        except ModuleNotFoundError:
            raise MissingExtra(
                "keeping jobs in PostgreSQL needs a driver: pip install 'vidiom[postgres]'.",
                extra="postgres",
            ) from None

        def configure(connection: _PsycopgConnection, _entry: ConnectionPoolEntry) -> None:
            longest = max(1, round(patience * 1000))
            connection.execute(f"SET lock_timeout = {longest}")
            # A frozen process must not keep others out for ever.
            connection.execute(f"SET idle_in_transaction_session_timeout = {max(1000, longest)}")
            connection.commit()

        event.listen(engine, "connect", configure)
        return engine

    def fault(self, error: DBAPIError) -> StoreError:
        """What an error of the database means, by its code.

        The server's own words are left out: they may repeat values.
        """
        code = str(getattr(error.orig, "sqlstate", None) or "")
        cause = _CAUSES.get(code) or _CAUSES.get(code[:2])
        passing = code[:2] in _PASSING or code == "25P03"
        if not code:
            cause, passing = _UNREACHABLE, True
        if cause is None:
            cause = f"it answered {code}, see the list of PostgreSQL's error codes"
        return StoreError(f"the job store {self.name} cannot be used: {cause}.", passing=passing)

    def hold(self, connection: Connection, what: str) -> None:
        """Keep other writers from ``what`` until the transaction ends.

        Stores in other schemas of the database are not held up.
        """
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext(:what))"),
            {"what": what},
        )
