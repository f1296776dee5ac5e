"""What is submitted: a video as a body or in a form, images as JSON; read and checked."""

from __future__ import annotations

import binascii
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec

from vidiom.emulation.multipart import Form, read_form
from vidiom.emulation.refusal import Refusal
from vidiom_generic.emulation.behaviour import Behaviour
from vidiom_generic.thumbnails import picture

__all__ = ["Image", "Incoming", "Video", "Webhook", "read_bound", "read_images", "read_video"]

_FORM: Final = "multipart/form-data"
_JSON: Final = "application/json"


class Incoming(Protocol):
    """A request as the web framework has it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers."""

    def stream(self) -> AsyncIterator[bytes]:
        """Its body."""


class Webhook(msgspec.Struct, frozen=True):
    """Where to call; the secret is for signing."""

    url: str
    secret: str | None = None


@dataclass(frozen=True)
class Image:
    """One image of a batch, or why it is none."""

    external_id: str
    content: bytes = field(repr=False)
    failure: tuple[str, str] | None = None
    """Code and message."""


class _Item(msgspec.Struct):
    external_id: str
    data_base64: str


class _Batch(msgspec.Struct):
    images: list[_Item]


def read_bound(headers: Mapping[str, str], name: str) -> int | None:
    """``Max-Processing-Time``.

    Raises:
        Refusal: It is no whole number from 0.
    """
    text = headers.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise Refusal(400, f"{name} is a whole number of seconds, 0 or more.")
    return int(text)


async def read_video(request: Incoming, behaviour: Behaviour, folder: Path) -> Video:
    """A submitted video, on disk.

    Raises:
        Refusal: It is too large, empty, or of a type that is not taken.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    settings = behaviour.settings
    if kind == _FORM and settings.video_form != "never":
        whole = request.headers.get("content-type", "")
        with await read_form(whole, _limited(request, behaviour), folder) as form:
            webhook = _webhook(form, behaviour)
            path = form.file(settings.file_part)
            kept = path.rename(path.with_suffix(".media"))
            return Video(_not_empty(kept), webhook)
    if kind not in (settings.video_content_type, "application/octet-stream"):
        raise Refusal(415, f"Send the video as {settings.video_content_type}.")
    with NamedTemporaryFile(dir=folder, suffix=".media", delete=False) as file:
        async for chunk in _limited(request, behaviour):
            file.write(chunk)
    return Video(_not_empty(Path(file.name)), None)


@dataclass(frozen=True)
class Video:
    """A video on disk, and where to call."""

    path: Path
    webhook: Webhook | None


def _not_empty(path: Path) -> Path:
    if not path.stat().st_size:
        path.unlink()
        raise Refusal(400, "The body is empty.")
    return path


async def _limited(request: Incoming, behaviour: Behaviour) -> AsyncIterator[bytes]:
    held = 0
    async for chunk in request.stream():
        held += len(chunk)
        if held > behaviour.most_video_bytes:
            raise Refusal(413, "The upload exceeds the size limit.")
        yield chunk


def _webhook(form: Form, behaviour: Behaviour) -> Webhook | None:
    settings = behaviour.settings
    key = settings.webhook_key
    match settings.webhooks:
        case "json-part":
            text = form.fields.get(key)
            return None if text is None else _said(text.encode())
        case "dotted":
            url, secret = form.fields.get(f"{key}.url"), form.fields.get(f"{key}.secret")
        case "bracketed":
            url, secret = form.fields.get(f"{key}[url]"), form.fields.get(f"{key}[secret]")
        case _:
            url, secret = None, None
    return None if url is None else _checked(Webhook(url, secret))


def _said(content: bytes | msgspec.Raw) -> Webhook:
    try:
        return _checked(msgspec.json.decode(content, type=Webhook))
    except msgspec.DecodeError:
        raise Refusal(
            400, "The webhook is an object with a url, and a secret if you like."
        ) from None


def _checked(webhook: Webhook) -> Webhook:
    try:
        parts = urlsplit(webhook.url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise Refusal(400, "The webhook's url is an http or https URL.")
    return webhook


async def read_images(
    request: Incoming, behaviour: Behaviour
) -> tuple[list[Image], Webhook | None]:
    """A submitted batch.

    Raises:
        Refusal: It is too large, of another type, or not what a batch must be.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        raise Refusal(415, "Send images as application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > behaviour.most_batch_bytes:
            raise Refusal(413, "The upload exceeds the size limit.")
    try:
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        batch = msgspec.json.decode(body, type=_Batch)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Refusal(400, "The request body is not valid.") from None
    if not batch.images:
        raise Refusal(400, "The request body is not valid.", "images: at least one")
    names = [item.external_id for item in batch.images]
    if len(set(names)) < len(names) or "" in names:
        raise Refusal(400, "The request body is not valid.", "external_id: unique and not empty")
    called = members.get(behaviour.settings.webhook_key)
    wanted = called is not None and behaviour.settings.webhooks != "none"
    webhook = _said(called) if wanted and called is not None else None
    return [_image(item, behaviour) for item in batch.images], webhook


def _image(item: _Item, behaviour: Behaviour) -> Image:
    try:
        content = binascii.a2b_base64(item.data_base64, strict_mode=True)
    except ValueError:
        raise Refusal(400, "The request body is not valid.", "data_base64: not base64") from None
    if len(content) > behaviour.most_image_bytes:
        return Image(item.external_id, b"", ("too_large", "Item exceeds the size limit."))
    if picture(item.data_base64) is None:
        message = "Item could not be decoded as an image."
        return Image(item.external_id, b"", ("unsupported_format", message))
    return Image(item.external_id, content)
