"""The submitted media: where it is, and how it is had, from this machine only."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["fetched", "is_loopback", "local_file"]


def is_loopback(url: str) -> bool:
    """Whether a URL leads to a web server on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme in {"http", "https"} and (
            host == "localhost" or ipaddress.ip_address(host).is_loopback
        )
    except ValueError:
        return False


def local_file(url: str) -> Path | None:
    """The file of a ``file://`` URL, if there is one."""
    path = Path(unquote(urlsplit(url).path))
    return path if path.is_file() else None


def fetched(url: str, path: Path) -> Path | None:
    """Download a file to this path; ``None`` when it cannot be had."""
    from vidiom.flow.http import http_library, new_client  # noqa: PLC0415 - only when fetched

    library = http_library()
    try:
        # a transport of its own: a proxy of the environment is another machine
        transport = library.HTTPTransport()
        with new_client(transport) as client, client.stream("GET", url) as answer:
            if not answer.is_success:
                return None
            with path.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
    except library.HTTPError:
        return None
    return path
