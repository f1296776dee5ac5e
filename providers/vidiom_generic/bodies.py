"""The bodies of submissions: a video as it is or in a form, images as JSON; all of it streamed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from vidiom.errors import InvalidMedia, UsageError
from vidiom.flow.body import Base64Slice, Body, FilePart, FileSlice, Piece, multipart_body
from vidiom.schema.media import BatchImage, BytesMedia, FileMedia, Media
from vidiom.schema.orders import Callback, Order
from vidiom_generic.settings import GenericSettings

__all__ = ["image_body", "in_jobs", "video_body"]

_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {"dotted": "{key}.{member}", "bracketed": "{key}[{member}]"}
)
"""How a form's fields are named, where the webhook is no JSON part."""


def video_body(order: Order, settings: GenericSettings) -> Body:
    """The body of a video's submission.

    Raises:
        InvalidMedia: The media is not on this machine.
        UsageError: There is no place to say where to call.
    """
    media = _local(order.media)
    webhook = _webhook(order.callback, settings)
    as_form = {"never": False, "with-webhook": bool(webhook), "always": True}[settings.video_form]
    content = _content(media)
    if not as_form:
        if webhook:
            raise _no_webhook("video_form")
        return Body((content,), settings.video_content_type)
    fields: dict[str, str] = {}
    parts: list[FilePart] = []
    if webhook and settings.webhooks == "json-part":
        said = msgspec.json.encode(webhook)
        parts.append(FilePart(settings.webhook_key, None, said, "application/json"))
    elif webhook:
        name = _FIELDS[settings.webhooks]
        fields = {
            name.format(key=settings.webhook_key, member=member): value
            for member, value in webhook.items()
        }
    parts.append(
        FilePart(settings.file_part, _file_name(media), content, settings.video_content_type)
    )
    return multipart_body(fields, parts, boundary=f"vidiom-{order.correlation}")


def image_body(
    images: Sequence[BatchImage], callback: Callback | None, settings: GenericSettings
) -> Body:
    """The body of a batch's submission; images are read and encoded while they are sent.

    Raises:
        InvalidMedia: An image is not on this machine.
        UsageError: There is no place to say where to call.
    """
    webhook = _webhook(callback, settings)
    pieces: list[Piece] = [b'{"images":[']
    for number, image in enumerate(images):
        name = msgspec.json.encode(image.external_id)
        pieces.append((b"," if number else b"") + b'{"external_id":' + name + b',"data_base64":"')
        pieces.append(_encoded(_local(image.media)))
        pieces.append(b'"}')
    end = b"]"
    if webhook:
        said = msgspec.json.encode(webhook)
        end += b"," + msgspec.json.encode(settings.webhook_key) + b":" + said
    pieces.append(end + b"}")
    return Body(tuple(_joined(pieces)), "application/json")


def in_jobs(images: Sequence[BatchImage], *, most: int, most_bytes: int) -> list[list[BatchImage]]:
    """The images in their order, in as many runs as it takes; each is within both limits.

    An image that is larger than the limit is alone: whether it is too large is the vendor's to say.
    """
    runs: list[list[BatchImage]] = []
    held = 0
    for image in images:
        size = _size(_local(image.media))
        if not runs or len(runs[-1]) >= most or held + size > most_bytes:
            runs.append([])
            held = 0
        runs[-1].append(image)
        held += size
    return runs


def _webhook(callback: Callback | None, settings: GenericSettings) -> dict[str, str]:
    """Where to call and what to sign with; empty where nobody is to be called."""
    if callback is None:
        return {}
    if settings.webhooks == "none":
        raise _no_webhook("webhooks")
    said = {"url": callback.url}
    if callback.secret is not None:
        said["secret"] = callback.secret.get_secret_value()
    return said


def _no_webhook(setting: str) -> UsageError:
    return UsageError(
        f"a callback cannot be said to this vendor (setting {setting!r}); leave it out and wait "
        "for the job.",
        provider="generic",
        operation="submit",
    )


def _local(media: Media) -> FileMedia | BytesMedia:
    if isinstance(media, (FileMedia, BytesMedia)):
        return media
    raise InvalidMedia(
        f"this vendor fetches no URLs, and {media.description} is one; submit it with fetch=True, "
        "or save it to a file first.",
        provider="generic",
        operation="submit",
    )


def _size(media: FileMedia | BytesMedia) -> int:
    size = len(media.data) if isinstance(media, BytesMedia) else media.size
    if not size:
        raise InvalidMedia(
            f"{media.description} is empty, or its size is not known.",
            provider="generic",
            operation="submit",
        )
    return size


def _content(media: FileMedia | BytesMedia) -> Piece:
    size = _size(media)
    return media.data if isinstance(media, BytesMedia) else FileSlice(media.path, 0, size)


def _encoded(media: FileMedia | BytesMedia) -> Piece:
    size = _size(media)
    if isinstance(media, BytesMedia):
        return b64encode(media.data)
    return Base64Slice(media.path, 0, size)


def _file_name(media: FileMedia | BytesMedia) -> str:
    return media.name if isinstance(media, BytesMedia) else media.file_name


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbouring byte runs made one, so that there are two pieces for each image."""
    held = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            held += piece
            continue
        if held:
            yield held
            held = b""
        yield piece
    if held:
        yield held
