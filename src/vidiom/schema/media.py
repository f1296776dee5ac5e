"""What is to be analysed, and what is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from os import PathLike, fsdecode, fspath
from pathlib import Path
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, field_validator

from vidiom.errors import InvalidMedia
from vidiom.schema.model import Base64, FrameRate, Model

__all__ = [
    "BatchImage",
    "BytesMedia",
    "FileMedia",
    "ImageBatch",
    "Media",
    "MediaFacts",
    "MediaInput",
    "SingleMedia",
    "UrlMedia",
    "as_batch",
    "as_media",
    "redacted_url",
]


def redacted_url(url: str) -> str:
    """The URL without user information, query and fragment: these may hold secrets.

    Nothing at all is shown where they cannot be told from the rest for certain: a ``/`` in a
    password, say, leaves one half of it in place of the port and the other one in the path.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "…"
    before = url.partition("://")[2].rpartition("@")[0].lower()
    if (":" in before or "%3a" in before) and any(mark in before for mark in "/?#"):
        return "…"
    host = parts.netloc.rpartition("@")[2]
    mark = "…" if parts.query or parts.fragment else ""
    return urlunsplit((parts.scheme, host, parts.path, "", "")) + mark


class UrlMedia(Model):
    """Media that the vendor fetches from a URL: http(s), or a scheme that the vendor knows."""

    type: Literal["url"] = "url"
    url: Annotated[str, Field(min_length=1, repr=False)]

    @property
    def description(self) -> str:
        """What may be shown and logged: the URL without what may be secret in it."""
        return redacted_url(self.url)

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """Signed URLs carry secrets in the query."""
        yield "url", self.description


class FileMedia(Model):
    """A file on this machine."""

    type: Literal["file"] = "file"
    path: str
    """Absolute path."""
    size: int | None = None
    """Bytes, as found when the order was made."""
    name: str | None = None
    """File name to show and send, if not the path's own."""

    @property
    def description(self) -> str:
        """What may be shown and logged."""
        return self.name or Path(self.path).name

    @property
    def file_name(self) -> str:
        """The name to send along with the content."""
        return self.name or Path(self.path).name


class BytesMedia(Model):
    """Media held in memory."""

    type: Literal["bytes"] = "bytes"
    data: Annotated[Base64, Field(repr=False)]
    name: str = "media"

    @property
    def description(self) -> str:
        """What may be shown and logged."""
        return f"{self.name} ({len(self.data)} bytes)"


SingleMedia: TypeAlias = Annotated[UrlMedia | FileMedia | BytesMedia, Field(discriminator="type")]
"""One video, audio file or image."""


class BatchImage(Model):
    """One image of a batch."""

    external_id: Annotated[str, Field(min_length=1)]
    """The caller's name for it; the answer's item is found by it."""
    media: SingleMedia


class ImageBatch(Model):
    """Several images analysed as one job; the answer is a ``BatchResult``."""

    type: Literal["batch"] = "batch"
    images: Annotated[tuple[BatchImage, ...], Field(min_length=1)]

    @field_validator("images")
    @classmethod
    def _unique(cls, images: tuple[BatchImage, ...]) -> tuple[BatchImage, ...]:
        seen: set[str] = set()
        for image in images:
            if image.external_id in seen:
                msg = f"external id {image.external_id!r} stands twice in the batch"
                raise ValueError(msg)
            seen.add(image.external_id)
        return images

    @property
    def description(self) -> str:
        """What may be shown and logged."""
        return f"{len(self.images)} image(s)"


Media: TypeAlias = Annotated[
    UrlMedia | FileMedia | BytesMedia | ImageBatch, Field(discriminator="type")
]
"""What is to be analysed."""

MediaInput: TypeAlias = "str | PathLike[str] | bytes | UrlMedia | FileMedia | BytesMedia"
"""What callers may pass: a URL or path as text, a path, bytes, or media."""


def as_media(value: MediaInput) -> UrlMedia | FileMedia | BytesMedia:
    """The media that a caller's value stands for: text with ``://`` is a URL, other text a path.

    Raises:
        InvalidMedia: The value is empty or of a type that cannot be media.
    """
    if isinstance(value, (UrlMedia, FileMedia, BytesMedia)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        if len(value) == 0:
            msg = "the media is empty (zero bytes); pass the content of a video, sound or image."
            raise InvalidMedia(msg)
        return BytesMedia(data=bytes(value))
    if not isinstance(value, (str, PathLike)) or not fspath(value):
        msg = "media is a URL, a path, bytes, or one of vidiom's media types."
        raise InvalidMedia(msg)
    if isinstance(value, str) and "://" in value:
        return UrlMedia(url=value)
    return FileMedia(path=str(Path(fsdecode(value)).absolute()))


def as_batch(images: ImageBatch | Sequence[MediaInput]) -> ImageBatch:
    """A batch of the images; each is named after its file or URL, numbered where names repeat.

    Raises:
        InvalidMedia: There is no image, or one of the values cannot be media.
    """
    if isinstance(images, ImageBatch):
        return images
    if isinstance(images, (str, bytes)):
        msg = "a batch is a list of images; a single one is analysed on its own."
        raise InvalidMedia(msg)
    if not images:
        msg = "a batch holds at least one image."
        raise InvalidMedia(msg)
    media = [as_media(image) for image in images]
    names = _unique_names([_short_name(one, number) for number, one in enumerate(media, 1)])
    return ImageBatch(
        images=tuple(
            BatchImage(external_id=name, media=one) for name, one in zip(names, media, strict=True)
        )
    )


def _unique_names(names: list[str]) -> list[str]:
    """The names, each one that repeats with its number in front (as often as it takes)."""
    counts = Counter(names)
    taken = {name for name, count in counts.items() if count == 1}
    unique: list[str] = []
    for number, name in enumerate(names, 1):
        chosen = name if counts[name] == 1 else f"{number}-{name}"
        while counts[name] > 1 and chosen in taken:
            chosen = f"{number}-{chosen}"
        taken.add(chosen)
        unique.append(chosen)
    return unique


def _short_name(media: UrlMedia | FileMedia | BytesMedia, number: int) -> str:
    if isinstance(media, BytesMedia):
        return f"{media.name}-{number}"
    if isinstance(media, FileMedia):
        return media.file_name
    try:
        return Path(urlsplit(media.url).path).name or f"image-{number}"
    except ValueError:  # no URL at all, which is for the vendor to say
        return f"image-{number}"


class MediaFacts(Model):
    """What the provider says of the media. Every fact may be unknown."""

    type: Literal["video", "audio", "image"] | None = None
    title: str | None = None
    duration: Annotated[float, Field(ge=0)] | None = None
    """Length in seconds."""
    frame_rate: FrameRate | None = None
    """Frames per second, exact; the average where the rate varies."""
    variable_frame_rate: bool | None = None
    frame_count: int | None = None
    width: int | None = None
    """Width as displayed, in pixels: rotation and pixel aspect ratio are applied."""
    height: int | None = None
    """Height as displayed, in pixels."""
    rotation: int | None = None
    """Degrees clockwise that a player turns the stored picture: 0, 90, 180 or 270."""
    container: str | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    audio_channels: int | None = None
    audio_sample_rate: int | None = None
    """Hertz."""
    size: int | None = None
    """Bytes."""
    sha256: str | None = None
    """Digest of the file, in hex."""
    start_timecode: str | None = None
    """SMPTE timecode of the first frame, where the file carries one."""
