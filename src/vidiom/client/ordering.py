"""From a caller's words to an order: media that exists, features that can be asked for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

from pydantic import ValidationError

from vidiom.client.callbacks import callback_for
from vidiom.errors import InvalidMedia, UnknownFeature, UsageError
from vidiom.jobs.steps.media_fetching import MOST_BYTES, refuse_unfetchable
from vidiom.jobs.store import Archive
from vidiom.provider.contract import Provider
from vidiom.schema.documents import validation_message
from vidiom.schema.features import Feature, parse_features
from vidiom.schema.media import (
    BatchImage,
    BytesMedia,
    FileMedia,
    ImageBatch,
    UrlMedia,
)
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.orders import Order

__all__ = ["OrderOptions", "existing_file", "make_order"]


class OrderOptions(TypedDict, total=False):
    """What may be said about an order besides the provider and the media."""

    features: Iterable[str]
    """What to look for (:class:`vidiom.Feature`); left out, the provider's default."""
    language: str | None
    """Language of the speech, BCP 47, such as ``en-US``."""
    title: str | None
    """A title for people, passed on where the vendor takes one."""
    options: Mapping[str, JsonValue]
    """Options of this vendor, see its page in the documentation."""
    fetch: bool
    """Fetch a URL here and pass the content on, for vendors that take none: https only, and only
    from the public network."""
    fetch_limit: int
    """Most bytes of one URL that are fetched; left out, 8 GiB."""
    callback: str | None
    """URL that the vendor is to call when the job has ended; ``{id}`` in its path becomes the job's
    own id. Never put a secret into it. Left out, it is built from ``VIDIOM_CALLBACK_URL`` where
    that is set; empty, there is none."""


@dataclass(frozen=True)
class MadeOrder:
    """An order, and what of the request could not be passed on."""

    order: Order
    ignored: tuple[str, ...] = ()


def make_order(
    provider: Provider,
    media: UrlMedia | FileMedia | BytesMedia | ImageBatch,
    options: OrderOptions,
    archive: Archive,
    *,
    callback_base: str | None = None,
) -> MadeOrder:
    """The order for a request; looks at files, so it may block.

    Raises:
        InvalidMedia: The file is missing or empty, or the provider takes no media of this sort.
        UnknownFeature: A feature does not exist, or this provider has none of those asked for.
        UsageError: A vendor option is unknown or wrong.
    """
    features, ignored = _features(provider, options.get("features", ()))
    correlation = uuid4().hex
    fetched = options.get("fetch", False)
    return MadeOrder(
        Order(
            correlation=correlation,
            media=_checked(provider, media, archive, fetched=fetched),
            fetch_bytes=options.get("fetch_limit", MOST_BYTES) if fetched else None,
            features=features,
            language=options.get("language"),
            title=options.get("title"),
            options=_options(provider, options.get("options", {})),
            callback=callback_for(
                provider, options.get("callback"), base=callback_base, job_id=correlation
            ),
        ),
        ignored,
    )


def _features(
    provider: Provider, asked: Iterable[str]
) -> tuple[frozenset[Feature], tuple[str, ...]]:
    wanted = parse_features(asked)
    if not wanted:
        return provider.default_features, ()
    offered = wanted & provider.features.keys()
    if not offered:
        names = ", ".join(sorted(feature.value for feature in provider.features))
        missing = ", ".join(sorted(feature.value for feature in wanted))
        raise UnknownFeature(
            f"cannot be asked for {missing}. It offers: {names}.", provider=provider.name
        )
    return offered, tuple(sorted(feature.value for feature in wanted - offered))


def _options(provider: Provider, options: Mapping[str, JsonValue]) -> JsonObject:
    try:
        checked = provider.options_type.model_validate(dict(options))
    except ValidationError as error:
        known = ", ".join(sorted(provider.options_type.model_fields)) or "none"
        message = validation_message(f"set of {provider.name} options", error)
        raise UsageError(f"{message}\nOptions are: {known}.", provider=provider.name) from None
    return checked.model_dump(mode="json", exclude_unset=True)


def _checked(
    provider: Provider,
    media: UrlMedia | FileMedia | BytesMedia | ImageBatch,
    archive: Archive,
    *,
    fetched: bool,
) -> UrlMedia | FileMedia | BytesMedia | ImageBatch:
    if not isinstance(media, ImageBatch):
        return _single(provider, media, archive, fetched=fetched)
    if "batch" not in provider.media:
        raise InvalidMedia(
            "takes no batches of images; submit them one by one.", provider=provider.name
        )
    return ImageBatch(
        images=tuple(
            BatchImage(
                external_id=image.external_id,
                media=_single(provider, image.media, archive, fetched=fetched),
            )
            for image in media.images
        )
    )


def _single(
    provider: Provider,
    media: UrlMedia | FileMedia | BytesMedia,
    archive: Archive,
    *,
    fetched: bool,
) -> UrlMedia | FileMedia | BytesMedia:
    if fetched and isinstance(media, UrlMedia):
        refuse_unfetchable(media.url)
        if "file" not in provider.media:
            raise InvalidMedia(_refused_sort(provider, "file"), provider=provider.name)
        return media
    if isinstance(media, BytesMedia) and "file" in provider.media:
        # Kept in the archive, so that another process can go on with the job.
        media = FileMedia(path=str(archive.put_file(media.data)), name=media.name)
    if media.type not in provider.media:
        raise InvalidMedia(_refused_sort(provider, media.type), provider=provider.name)
    return existing_file(media) if isinstance(media, FileMedia) else media


def _refused_sort(provider: Provider, sort: str) -> str:
    if sort == "url":
        return (
            "takes no URLs. Have it fetched here and passed on (fetch=True, or --fetch), or save "
            "the media to a file first and pass its path."
        )
    taken = ", ".join(sorted(provider.media))
    return f"takes no media of the sort {sort!r}; it takes: {taken}."


def existing_file(media: FileMedia) -> FileMedia:
    """The file with its size, once it is known to be there, readable and not empty."""
    try:
        media.path.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8: neither JSON nor the store can hold them
        shown = media.path.encode(errors="backslashreplace").decode()
        msg = f"the name of {shown} is not in UTF-8; rename the file first."
        raise InvalidMedia(msg) from None
    try:
        facts = Path(media.path).stat()
        readable = os.access(media.path, os.R_OK)
    except FileNotFoundError:
        msg = f"there is no file {media.path}; check the path."
        raise InvalidMedia(msg) from None
    except OSError as error:
        msg = f"{media.path} cannot be read: {error.strerror}."
        raise InvalidMedia(msg) from None
    if not stat.S_ISREG(facts.st_mode):
        msg = f"{media.path} is not a file; pass the path of a video, sound or image."
        raise InvalidMedia(msg)
    if not readable:
        msg = f"{media.path} cannot be read: check its permissions."
        raise InvalidMedia(msg)
    if facts.st_size == 0:
        msg = f"{media.path} is empty (zero bytes); was it copied completely?"
        raise InvalidMedia(msg)
    # Another process, in another folder, may go on with the job.
    return media.model_copy(
        update={"size": facts.st_size, "path": str(Path(media.path).absolute())}
    )
