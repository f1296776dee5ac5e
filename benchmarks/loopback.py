"""The smallest HTTP server that answers at all: ``python -m benchmarks.loopback``.

It runs in a process of its own, so that what a client costs is all that is measured in the other.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.processes import ROOT

__all__ = ["BODY", "served"]

BODY = b'{"id":"3f0e8a52","state":"running","progress":0.42,"message":null,"warnings":[]}'

_ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
    b"date: Sat, 21 Nov 2026 10:00:00 GMT\r\nserver: benchmark\r\n\r\n%b" % (len(BODY), BODY)
)


class _Connection(asyncio.Protocol):
    """Takes requests with a ``Content-Length``, one after the other, and forgets their bodies."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are written to."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that has come in whole."""
        if self._left:
            self._left -= len(data)
            if self._left == 0:
                self._answer()
            return
        self._head += data
        head, end, body = self._head.partition(b"\r\n\r\n")
        if end:
            self._head = b""
            self._left = _content_length(head) - len(body)
            if self._left == 0:
                self._answer()

    def _answer(self) -> None:
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.write(_ANSWER)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


@contextmanager
def served() -> Iterator[str]:
    """The address of a server that runs meanwhile."""
    command = [sys.executable, "-m", "benchmarks.loopback"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout is not None else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
