"""What holds for every test: no network, no settings from outside, a home of its own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

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
        if name.startswith("VIDIOM_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VIDIOM_HOME", str(tmp_path / "vidiom-home"))


@pytest.fixture(scope="session")
def sample() -> Path:
    """The bundled clip: 14 seconds, four shots, two captions, a face, speech and silence."""
    return Path(str(files("vidiom") / "media" / "sample.mp4"))
