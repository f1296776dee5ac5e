"""Adapters, orders and payloads for flows that are played by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.providers.generic.pictures import png

from vidiom.flow.body import Base64Slice, Body, FileSlice
from vidiom.schema.features import Feature
from vidiom.schema.media import BatchImage, BytesMedia, FileMedia, ImageBatch
from vidiom.schema.model import JsonValue
from vidiom.schema.orders import Callback, Order
from vidiom_generic.provider import GenericProvider
from vidiom_generic.settings import GenericSettings

__all__ = [
    "BASE",
    "KEY",
    "adapter",
    "batch_order",
    "content",
    "payload",
    "video_order",
]

KEY = "generic-key-of-the-tests"
BASE = "https://api.vendor.example/v1"
PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> bytes:
    """One of the vendor's answers."""
    return (PAYLOADS / f"{name}.json").read_bytes()


def adapter(**settings: object) -> GenericProvider:
    """The adapter with a key, an address, and these settings."""
    values = {"api_key": KEY, "base_url": BASE, **settings}
    return GenericProvider(GenericSettings.model_validate(values))


def video_order(
    media: FileMedia | BytesMedia | None = None,
    *,
    callback: Callback | None = None,
    options: Mapping[str, JsonValue] | None = None,
) -> Order:
    """An order for a short video."""
    return Order(
        correlation="c0ffee",
        media=media or BytesMedia(data=b"a film", name="film.mp4"),
        features=frozenset({Feature.SHOTS}),
        callback=callback,
        options=dict(options or {}),
    )


def batch_order(
    count: int,
    *,
    callback: Callback | None = None,
    options: Mapping[str, JsonValue] | None = None,
) -> Order:
    """An order for this many pictures, named by their numbers from 1."""
    images = [
        BatchImage(external_id=str(number), media=BytesMedia(data=png(number)))
        for number in range(1, count + 1)
    ]
    return Order(
        correlation="c0ffee",
        media=ImageBatch(images=tuple(images)),
        callback=callback,
        options=dict(options or {}),
    )


def content(body: Body | None) -> bytes:
    """What a body of bytes holds."""
    assert body is not None
    pieces = []
    for piece in body.pieces:
        assert not isinstance(piece, (FileSlice, Base64Slice))
        pieces.append(piece)
    return b"".join(pieces)
