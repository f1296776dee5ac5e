"""A vendor's answers as typed values, and with our errors only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from vidiom.errors import InvalidMedia, MalformedAnswer, UnreadableDelivery
from vidiom.schema.media import Media, UrlMedia
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult

__all__ = [
    "decode",
    "error_text",
    "read_part",
    "readable",
    "readable_delivery",
    "remote_url",
    "submitted_url",
]

T = TypeVar("T")


def decode(data: bytes | memoryview, into: type[T], *, provider: str, operation: str) -> T:
    """JSON bytes as a typed value; unknown members are skipped.

    Raises:
        MalformedAnswer: The bytes are no such JSON; the message says where, never the content.
    """
    if into is type(None):
        return None
    with readable(provider, operation):
        return msgspec.json.decode(data, type=into)


def read_part(raw: RawResult, name: str, into: type[T], *, operation: str) -> T:
    """A part of a raw answer as a typed value.

    Raises:
        MalformedAnswer: The part is missing, or no such JSON.
    """
    part = raw.get(name)
    if part is None:
        there = ", ".join(raw) or "none"
        raise MalformedAnswer(
            f"the raw answer has no part {name!r} (parts: {there}).",
            provider=raw.provider,
            operation=operation,
        )
    return decode(part.content, into, provider=raw.provider, operation=operation)


@contextmanager
def readable(provider: str, operation: str) -> Iterator[None]:
    """A block that reads a vendor's answer: a value that cannot be right is a malformed answer.

    Decoding errors and what the neutral models refuse (an interval that ends before it starts,
    a confidence of 7) are all ``ValueError``.

    Raises:
        MalformedAnswer: In their place.
    """
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer(
            f"the answer cannot be read: {_fault(error)}.", provider=provider, operation=operation
        ) from None


@contextmanager
def readable_delivery(provider: str) -> Iterator[None]:
    """:func:`readable` for a block that reads a webhook delivery.

    Raises:
        UnreadableDelivery: It is not what the vendor documents.
    """
    try:
        with readable(provider, "read_delivery"):
            yield
    except MalformedAnswer as error:
        message = error.message.replace("the answer", "the delivery", 1)
        raise UnreadableDelivery(message, provider=provider, operation="read_delivery") from None


def _fault(error: ValueError | RecursionError) -> str:
    """What is wrong and where, without the values: they may be personal."""
    if isinstance(error, msgspec.DecodeError):
        what, at, place = str(error).partition(" - at ")
        if what.startswith("Invalid"):  # … enum value 'x', … value 'x'
            what = what.partition("'")[0].rstrip()
        return f"{what}{at}{place}"
    return "it is too deeply nested" if isinstance(error, RecursionError) else _refused(error)


def _refused(error: ValueError) -> str:
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    faults = getattr(error, "errors", None)
    if faults is None:
        return "a value is out of its range"
    first = faults(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{first['msg']} ({place})"


def error_text(into: type[T], words: Callable[[T], str]) -> Callable[[bytes], str | None]:
    """A reader of error bodies for :class:`JsonApi`: the vendor's own words, if there are any."""

    def message(body: bytes) -> str | None:
        try:
            return words(msgspec.json.decode(body, type=into))
        except (ValueError, RecursionError):
            return None

    return message


def submitted_url(order: Order, *, provider: str) -> str:
    """The URL to name to the vendor: the upload's reference, else the media's own.

    Raises:
        InvalidMedia: The media is on this machine and was not uploaded.
    """
    if order.uploaded is not None:
        return order.uploaded.url
    return remote_url(order.media, provider=provider)


def remote_url(media: Media, *, provider: str) -> str:
    """The URL of media that the vendor can fetch.

    Raises:
        InvalidMedia: The media is on this machine.
    """
    if isinstance(media, UrlMedia):
        return media.url
    raise InvalidMedia(
        f"{media.description} is not at the vendor yet; upload it first.",
        provider=provider,
        operation="submit",
    )
