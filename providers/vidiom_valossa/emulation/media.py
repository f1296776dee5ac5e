"""The submitted media: where it is, whether it can be had, and what will have been found in it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from vidiom.errors import VidiomError
from vidiom_valossa.emulation.behaviour import Analysis
from vidiom_valossa.emulation.canned import canned
from vidiom_valossa.emulation.expression import expressed
from vidiom_valossa.emulation.findings import Findings

__all__ = ["Analyst", "Canned", "Failure", "Outcome", "is_loopback"]

_NOT_FETCHED: Final = "The video file could not be downloaded from the given URL."
_NOT_READ: Final = "The file is not a video that can be analysed."
_PAGES: Final = (".html", ".htm", ".txt", ".pdf", ".zip")


@dataclass(frozen=True)
class Failure:
    """Why there is no result."""

    of_transfer: bool
    details: str


class Outcome(Protocol):
    """What a job comes to."""

    @property
    def fetched(self) -> bool:
        """Whether the media has arrived, or will not."""

    @property
    def done(self) -> bool:
        """Whether it is known."""

    @property
    def failure(self) -> Failure | None:
        """Why there is no result, as far as it is known."""

    def findings(self) -> Findings:
        """What was found."""


@dataclass(frozen=True)
class Canned:
    """The scene, whatever the media is, unless its URL says that there is nothing to be had."""

    failure: Failure | None
    minutes: float
    fetched: bool = True
    done: bool = True

    @classmethod
    def of(cls, url: str, minutes: float, *, held: bool) -> Canned:
        """The outcome for a URL; ``held`` says whether it is an upload that is here.

        ``.invalid`` is a domain that never exists (RFC 2606), and a page is no video: media URLs
        are direct links to the file itself (https://docs.valossa.com/api-reference/new-job).
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not held and (host.endswith(".invalid") or parts.scheme == "valossaupload"):
            return cls(Failure(True, _NOT_FETCHED), minutes)  # noqa: FBT003
        if not held and parts.path.lower().endswith(_PAGES):
            return cls(Failure(False, _NOT_READ), minutes)  # noqa: FBT003
        return cls(None, minutes)

    def findings(self) -> Findings:
        """The story."""
        return canned(self.minutes)


class Analyst:
    """Looks at media, one after the other, in a thread of its own."""

    def __init__(self, analysis: Analysis) -> None:
        """Who looks in this way."""
        self._analysis = analysis
        self._threads = ThreadPoolExecutor(1, "valossa-analysis")

    def outcome(self, fetch: Callable[[], Path | None]) -> Outcome:
        """Begin with fetching the media, if it can be had; the outcome is known later."""
        analysed = _Analysed()
        analysed.future = self._threads.submit(self._look, fetch, analysed)
        return analysed

    def settle(self) -> None:
        """Wait until all that was begun is over."""
        self._threads.submit(int).result()

    def close(self) -> None:
        """Begin nothing more; what has begun may take long, and nobody waits for it."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _look(self, fetch: Callable[[], Path | None], analysed: _Analysed) -> Findings:
        try:
            path = fetch()
        finally:
            analysed.fetched = True
        if path is None:
            raise _Unavailable
        return expressed(self._analysis(path))


class _Unavailable(Exception):
    """The media cannot be had."""


class _Analysed:
    """What the analysis comes to."""

    def __init__(self) -> None:
        self.future: Future[Findings] = Future()
        self.fetched = False

    @property
    def done(self) -> bool:
        return self.future.done()

    @property
    def failure(self) -> Failure | None:
        if not self.future.done() or self.future.cancelled():
            return None
        match self.future.exception():
            case None:
                return None
            case _Unavailable():
                return Failure(of_transfer=True, details=_NOT_FETCHED)
            case VidiomError() as error:
                return Failure(of_transfer=False, details=f"{_NOT_READ} {error.message}")
            case error:
                return Failure(of_transfer=False, details=f"{_NOT_READ} ({type(error).__name__})")

    def findings(self) -> Findings:
        return self.future.result()


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
