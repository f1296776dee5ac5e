"""Running the receiver as a server of its own: `vidiom serve`."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vidiom.client.async_client import AsyncClient
from vidiom.client.configuration import Configuration
from vidiom.errors import MissingExtra
from vidiom.receiver.asgi import Receiver

if TYPE_CHECKING:
    import uvicorn

__all__ = ["Serving", "receiver_of_environment"]

_GRACE = 30
"""Seconds that requests may take to end when the server is stopped."""


@dataclass(frozen=True)
class Serving:
    """A server for one receiver."""

    host: str = "127.0.0.1"
    port: int = 8080
    collect: bool = True

    def server(self) -> uvicorn.Server:
        """The server, not running yet.

        Raises:
            MissingExtra: What it is made with is not installed.
            ConfigurationError: VIDIOM_CALLBACK_URL is no such URL.
        """
        try:
            import uvicorn  # noqa: PLC0415 - of an extra
        except ModuleNotFoundError:
            raise MissingExtra(
                "the receiver needs the extra 'receiver': pip install 'vidiom[receiver]'.",
                extra="receiver",
            ) from None
        return uvicorn.Server(
            uvicorn.Config(
                receiver_of_environment(collect=self.collect),
                host=self.host,
                port=self.port,
                log_level="warning",
                access_log=False,  # it would show whole paths; the receiver writes one of its own
                proxy_headers=False,  # nobody may say on whose behalf he calls
                server_header=False,
                timeout_graceful_shutdown=_GRACE,
            )
        )

    def run(self) -> None:
        """Serve until the process is told to stop."""
        server = self.server()
        log = logging.getLogger("vidiom.receiver")
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        try:
            server.run()
        finally:
            log.removeHandler(handler)


def receiver_of_environment(*, collect: bool = True) -> Receiver:
    """A receiver with a client of its own, below the path of VIDIOM_CALLBACK_URL."""
    base = Configuration.load(os.environ).callback_url
    prefix = urlsplit(base).path if base is not None else ""
    return Receiver(AsyncClient(), prefix=prefix.rstrip("/"), collect=collect, owns_client=True)
