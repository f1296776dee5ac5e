"""What every provider must hold to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from tests.providers.local.local_films import RATE, Recipe, scene, tone, write_film

from vidiom.provider.contract import MediaSort
from vidiom.schema.features import Feature
from vidiom.schema.media import BatchImage, BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.orders import Order
from vidiom.testing import ProviderConformance
from vidiom_local.provider import LocalProvider


class TestLocal(ProviderConformance):
    provider = LocalProvider
    needs_key = False
    maps = ("versions", "parameters", "variants")
    pause = 0.05

    def media(
        self, sort: MediaSort, folder: Path
    ) -> UrlMedia | FileMedia | BytesMedia | ImageBatch:
        if sort == "batch":
            images = []
            for name in ("red", "blue"):
                path = folder / f"{name}.png"
                Image.new("RGB", (64, 48), name).save(path)
                media = FileMedia(path=str(path), size=path.stat().st_size)
                images.append(BatchImage(external_id=name, media=media))
            return ImageBatch(images=tuple(images))
        path = folder / "clip.mp4"
        draw = scene(1, 160, 90)
        frames = (np.asarray(draw(n / RATE)) for n in range(25))
        write_film(path, frames, Recipe(codec="mpeg4", sound=tone))
        return FileMedia(path=str(path), size=path.stat().st_size)

    def order(self, media: UrlMedia | FileMedia | BytesMedia | ImageBatch) -> Order:
        features = frozenset({Feature.SHOTS, Feature.COLORS, Feature.LOUDNESS})
        return Order(correlation="replaced", media=media, features=features)
