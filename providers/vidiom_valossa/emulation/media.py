"""The submitted media: whether it can be had, and what will have been found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from vidiom.emulation.analyst import Failure
from vidiom_valossa.emulation.canned import canned
from vidiom_valossa.emulation.findings import Findings

__all__ = ["Canned", "details"]

_NOT_FETCHED: Final = "The video file could not be downloaded from the given URL."
_NOT_READ: Final = "The file is not a video that can be analysed."
_PAGES: Final = (".html", ".htm", ".txt", ".pdf", ".zip")


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
            return cls(Failure(of_transfer=True), minutes)
        if not held and parts.path.lower().endswith(_PAGES):
            return cls(Failure(of_transfer=False), minutes)
        return cls(None, minutes)

    def findings(self) -> Findings:
        """The story."""
        return canned(self.minutes)


def details(failure: Failure) -> str:
    """What the status of a job says of why it failed."""
    if failure.of_transfer:
        return _NOT_FETCHED
    return f"{_NOT_READ} {failure.reason}".rstrip()
