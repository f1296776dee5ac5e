"""Fetching media from a URL here, for vendors that do not; only when the caller asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit

from vidiom.errors import InvalidMedia, MalformedAnswer, StoreError, TransportError
from vidiom.flow.effects import Answer, Flow, Send, run_blocking, send, together
from vidiom.flow.resolving import Resolve, is_public, resolved
from vidiom.jobs.store import Archive
from vidiom.schema.media import (
    BatchImage,
    BytesMedia,
    FileMedia,
    ImageBatch,
    UrlMedia,
    redacted_url,
)
from vidiom.schema.raw import RawPart

__all__ = ["MOST_BYTES", "Fetching", "refuse_unfetchable", "urls_of"]

MOST_BYTES: Final = 8 * 1024**3
"""The largest media that is fetched."""

_MOST_HOPS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_IN_FLIGHT: Final = 4
_HTTPS: Final = 443


@dataclass(frozen=True)
class Fetching:
    """Brings media from public https addresses into the archive.

    A URL may come from a stranger, and this machine may reach what the stranger must not: so each
    address is looked up once, refused unless all that was found is public, and then connected to
    by the very address that was looked at. Redirects are followed by the same rules. Nothing of
    ours (keys, cookies) is sent along.
    """

    archive: Archive
    most_bytes: int = MOST_BYTES
    resolve: Resolve = resolved

    def media(
        self, media: UrlMedia | FileMedia | BytesMedia | ImageBatch
    ) -> Flow[FileMedia | BytesMedia | ImageBatch]:
        """The media with every URL in it replaced by a file.

        Raises:
            InvalidMedia: It may not be fetched, is too large, or the server refuses it.
            TransportError: The server gave no usable answer.
        """
        if isinstance(media, ImageBatch):
            images = yield from together(
                [self._image(image) for image in media.images], limit=_IN_FLIGHT
            )
            return ImageBatch(images=tuple(images))
        if isinstance(media, UrlMedia):
            return (yield from self.file(media.url))
        return media

    def _image(self, image: BatchImage) -> Flow[BatchImage]:
        if not isinstance(image.media, UrlMedia):
            return image
        file = yield from self.file(image.media.url)
        return image.model_copy(update={"media": file})

    def file(self, url: str) -> Flow[FileMedia]:
        """The content of a URL as a file of the archive."""
        name = _name(url)
        for _ in range(_MOST_HOPS):
            try:
                answer = yield from self._answer(url)
            except MalformedAnswer as error:  # longer than it may be
                raise InvalidMedia(error.message) from None
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                break
            url = _next(url, answer.headers["location"].strip())
        else:
            raise InvalidMedia(f"{redacted_url(url)} is redirected again and again.")
        if not answer.ok or answer.part is None:
            raise InvalidMedia(
                f"{redacted_url(url)} cannot be fetched: the server answered {answer.status}."
            )
        part = answer.part
        if part.size == 0:
            raise InvalidMedia(f"{redacted_url(url)} is empty (zero bytes).")
        path = yield from run_blocking(lambda: self._kept(part))
        return FileMedia(path=str(path), size=part.size, name=name)

    def _kept(self, part: RawPart) -> Path:
        """The file of what was streamed into the archive, or is brought there now."""
        try:
            return self.archive.path(part.sha256)
        except StoreError:
            return self.archive.path(self.archive.put(part.content))

    def _answer(self, url: str) -> Flow[Answer]:
        parts = _checked(url)
        host, port = parts.hostname or "", parts.port or _HTTPS
        address = yield from run_blocking(lambda: self._address(url, host, port))
        plain = parts._replace(query="", fragment="").geturl()
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return (
            yield from send(
                Send(
                    "GET",
                    plain,
                    query=query,
                    # what is counted is what arrives, and nothing unpacks to more
                    headers=(("Accept-Encoding", "identity"),),
                    repeatable=True,
                    save_as="media",
                    most_bytes=self.most_bytes,
                    connect_to=address,
                )
            )
        )

    def _address(self, url: str, host: str, port: int) -> str:
        try:
            found: Sequence[str] = self.resolve(host, port)
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise TransportError(f"the host of {redacted_url(url)} is not known.", sent=False)
        # All of them: a name with a public and a private address is on its way to the private one.
        if not all(is_public(one) for one in found):
            raise InvalidMedia(
                f"{redacted_url(url)} is not on the public network, so it is not fetched; save it "
                "to a file and pass its path."
            )
        return found[0]


def urls_of(media: UrlMedia | FileMedia | BytesMedia | ImageBatch) -> list[str]:
    """The URLs in a job's media."""
    images = [one.media for one in media.images] if isinstance(media, ImageBatch) else [media]
    return [one.url for one in images if isinstance(one, UrlMedia)]


def refuse_unfetchable(url: str) -> None:
    """Refuse a URL that is never fetched, whatever its server says.

    Raises:
        InvalidMedia: It is not https, or has a password in it.
    """
    _checked(url)


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme != "https" or not parts.hostname:
        raise InvalidMedia(
            f"{redacted_url(url)} is not fetched: only https URLs are; save the media to a file "
            "and pass its path."
        )
    if parts.username is not None:
        raise InvalidMedia("a URL with a user name or password is not fetched.")
    return parts


def _next(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:  # a bracket without its partner
        raise InvalidMedia(f"{redacted_url(url)} is redirected to what is no address.") from None


def _name(url: str) -> str:
    try:
        return PurePosixPath(unquote(urlsplit(url).path)).name or "media"
    except ValueError:
        return "media"
