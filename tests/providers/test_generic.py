"""The generic adapter: what every provider must hold to, and recorded conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.providers.generic.pictures import png

from vidiom.provider.contract import MediaSort
from vidiom.schema.media import BatchImage, BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.raw import RawResult
from vidiom.testing import ProviderConformance
from vidiom.webhooks.delivery import Delivery
from vidiom_generic.provider import GenericProvider

DESCRIPTION = Path(__file__).parents[2] / "docs/reference/generic.openapi.json"
PAYLOADS = Path(__file__).parent / "generic" / "payloads"


def payload(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


class TestGeneric(ProviderConformance):
    provider = GenericProvider

    def media(
        self, sort: MediaSort, folder: Path
    ) -> UrlMedia | FileMedia | BytesMedia | ImageBatch:
        if sort != "batch":
            return super().media(sort, folder)
        path = folder / "poster.png"
        path.write_bytes(png(1))
        return ImageBatch(
            images=(
                BatchImage(external_id="poster", media=FileMedia(path=str(path), size=len(png(1)))),
                BatchImage(external_id="bytes", media=BytesMedia(data=png(2))),
            )
        )

    def samples(self) -> Sequence[RawResult]:
        return [
            RawResult.of("generic", {"video": payload("video.finished")}),
            RawResult.of("generic", {"video": payload("webhook.finished")}),
        ]

    def batch_samples(self) -> Sequence[RawResult]:
        names = ("images.finished", "images.finished.failed_item_variants")
        return [RawResult.of("generic", {"images/0": payload(name)}) for name in names]

    def openapi(self) -> bytes:
        return DESCRIPTION.read_bytes()

    def deliveries(self) -> Sequence[Delivery]:
        names = ("webhook.finished", "webhook.failed", "webhook.images.finished")
        return [Delivery((), payload(name), datetime(2026, 1, 1, tzinfo=UTC)) for name in names]
