"""The submitted media: what sort it is, whether it can be had, and what will be found in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from vidiom.emulation.analyst import Failure
from vidiom_deepva.emulation.canned import Size, canned
from vidiom_deepva.emulation.rows import Story

__all__ = ["Canned", "reason", "sort_of"]

_NOT_FETCHED: Final = "Source could not be downloaded"
_NOT_READ: Final = "Source could not be processed"
_IMAGES: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
_SOUNDS: Final = frozenset({".mp3", ".wav", ".flac", ".aac", ".m4a", ".ogg", ".opus"})
_PAGES: Final = frozenset({".html", ".htm", ".txt", ".zip"})


def reason(failure: Failure) -> str:
    """What ``errors`` says of why there is no result."""
    if failure.of_transfer:
        return _NOT_FETCHED
    return f"{_NOT_READ}: {failure.reason}" if failure.reason else _NOT_READ


def sort_of(name: str) -> str:
    """``media_type`` of a file by its name."""
    suffix = PurePosixPath(name).suffix.lower()
    return "image" if suffix in _IMAGES else "audio" if suffix in _SOUNDS else "video"


@dataclass(frozen=True)
class Canned:
    """The story, whatever the media is, unless its URL says that there is nothing to be had."""

    failure: Failure | None
    media_type: str
    size: Size
    fetched: bool = True
    done: bool = True

    @classmethod
    def of(cls, url: str, size: Size, *, held: str | None) -> Canned:
        """The outcome for a URL.

        Args:
            url: The source, as submitted.
            size: How much there is to tell.
            held: The name of the file, if it is one in the storage.
        """
        parts = urlsplit(url)
        if held is not None:
            return cls(None, sort_of(held), size)
        # `.invalid` is a domain that never exists (RFC 2606)
        if parts.scheme == "storage" or (parts.hostname or "").endswith(".invalid"):
            return cls(Failure(of_transfer=True), "video", size)
        if PurePosixPath(parts.path).suffix.lower() in _PAGES:
            return cls(Failure(of_transfer=False), "video", size)
        return cls(None, sort_of(parts.path), size)

    def findings(self) -> Story:
        """The story."""
        return canned(self.media_type, self.size)
