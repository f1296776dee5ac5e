"""Analysing with vidiom's own local provider, and fetching what is to be analysed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from vidiom_valossa.emulation.behaviour import Analysis

if TYPE_CHECKING:
    from vidiom.schema.result import Result

__all__ = ["fetched", "local_analysis"]


def local_analysis(features: Collection[str] | None = None) -> Analysis:
    """The local provider, with a job store of its own that is gone when it has looked.

    Args:
        features: What to look for; left out, all that the local provider can find.
    """

    def look(path: Path) -> Result:
        from vidiom import Client
        from vidiom.jobs.memory import MemoryStore

        with TemporaryDirectory(prefix="valossa-analysis-") as home:
            environment = {"VIDIOM_HOME": home, "VIDIOM_LOCAL_HOME": home}
            with Client(store=MemoryStore(), environment=environment) as client:
                if features is None:
                    return client.analyze("local", path)
                return client.analyze("local", path, features=features)

    return look


def fetched(url: str, path: Path) -> Path | None:
    """Download a file to this path; ``None`` when it cannot be had."""
    from vidiom.flow.http import http_library, new_client

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
