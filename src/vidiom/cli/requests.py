"""What of the command line goes into an order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from vidiom.errors import UsageError

if TYPE_CHECKING:
    from vidiom.client.ordering import OrderOptions
    from vidiom.schema.model import JsonValue

__all__ = ["Request", "option_of"]

_IMAGES: Final = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".jxl"}
    | {".png", ".tif", ".tiff", ".webp"}
)


@dataclass(frozen=True)
class Request:
    """One request for analysis, as typed."""

    provider: str
    media: Sequence[str]
    features: Sequence[str] = ()
    language: str | None = None
    options: Sequence[str] = ()
    fetch: bool = False

    def __post_init__(self) -> None:
        """Several images are one batch; several of anything else are several jobs."""
        others = [one for one in self.media if not _is_image(one)]
        if len(self.media) > 1 and others:
            raise UsageError(
                "several MEDIA must all be images, which are one batch; this is none by its name: "
                f"{_name(others[0])}. Analyse videos and sounds one by one."
            )

    @property
    def batch(self) -> bool:
        """Whether it is a batch of images."""
        return len(self.media) > 1

    def order_options(self) -> OrderOptions:
        """What the client is told besides the provider and the media."""
        words = [word.strip() for one in self.features for word in one.split(",")]
        return {
            "features": [word for word in words if word],
            "language": self.language,
            "options": dict(option_of(one) for one in self.options),
            "fetch": self.fetch,
        }


def _path(media: str) -> str:
    try:
        return urlsplit(media).path if "://" in media else media
    except ValueError:
        return media


def _is_image(media: str) -> bool:
    return PurePosixPath(_path(media)).suffix.lower() in _IMAGES


def _name(media: str) -> str:
    """Its name without what may be secret in a URL."""
    return PurePosixPath(_path(media)).name


def option_of(text: str) -> tuple[str, JsonValue]:
    """An option of a provider as it is typed: ``KEY=VALUE``."""
    key, equals, value = text.partition("=")
    if not (equals and key.strip()):
        raise UsageError("an --option is written KEY=VALUE, such as --option interval=0.5.")
    return key.strip(), _value(value)


def _value(text: str) -> JsonValue:
    """Text as it stands, for the option's own type to read; only JSON has lists and objects."""
    if text == "null":
        return None
    if not text.startswith(("[", "{", '"')):
        return text
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
