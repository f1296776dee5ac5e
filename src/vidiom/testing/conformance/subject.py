"""What a plugin's author tells the conformance suite about the provider."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final

from vidiom.provider.capabilities import supports
from vidiom.provider.contract import MediaSort, Provider
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom.provider.settings import ProviderSettings
from vidiom.schema.media import (
    BatchImage,
    BytesMedia,
    FileMedia,
    ImageBatch,
    UrlMedia,
)
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.webhooks.delivery import Delivery

__all__ = ["CANARY", "Subject"]

CANARY: Final = "canary-4b1d-never-to-be-seen"
"""The API key of the suite's accounts. It must turn up nowhere but in requests."""

_CONTENT: Final = bytes(range(256)) * 16


class Subject:
    """The provider under test.

    Only ``provider`` must be given, and ``vendor`` where the provider has no emulator of its own.
    """

    provider: ClassVar[type[Provider]]
    handles: ClassVar[Mapping[str, Collection[int]]] = {}
    """Statuses that an operation deals with itself, such as ``{"cancel": {409}}`` where a job
    that has ended need not be stopped; all others must become errors."""
    maps: ClassVar[Collection[str]] = ()
    """Members of the vendor's JSON whose objects are keyed by ids, and not by field names."""
    needs_key: ClassVar[bool] = True
    """Whether the vendor can only be asked with an API key."""
    pause: ClassVar[float] = 0.0
    """Real seconds between two questions for the state, where a job takes time."""

    def vendor(self, api_key: str) -> AsgiApp | None:
        """A vendor without any jobs, for the customer of this key; the provider's own emulator.

        ``None`` for a provider that works without one.
        """
        if not supports(self.provider, "emulator"):
            return None
        adapter = self.provider(self.provider.settings_type())
        return adapter.emulator(EmulatorOptions(api_key=api_key, seed=1))

    def settings(self, base_url: str, api_key: str | None) -> ProviderSettings:
        """Settings for an account at this vendor."""
        values: dict[str, object] = {"api_key": api_key}
        if "base_url" in self.provider.settings_type.model_fields:
            values["base_url"] = base_url
        return self.provider.settings_type.model_validate(values)

    def media(
        self, sort: MediaSort, folder: Path
    ) -> UrlMedia | FileMedia | BytesMedia | ImageBatch:
        """Something to analyse of this sort; files are made in the folder."""
        match sort:
            case "url":
                return UrlMedia(url="https://media.example/clip.mp4")
            case "bytes":
                return BytesMedia(data=_CONTENT, name="clip.mp4")
            case "file":
                path = folder / "clip.mp4"
                path.write_bytes(_CONTENT)
                return FileMedia(path=str(path), size=len(_CONTENT))
            case "batch":
                addresses = [f"https://media.example/{n}.jpg" for n in (1, 2)]
                images = [
                    BatchImage(external_id=f"image-{n}", media=UrlMedia(url=url))
                    for n, url in enumerate(addresses, 1)
                ]
                return ImageBatch(images=tuple(images))

    def order(self, media: UrlMedia | FileMedia | BytesMedia | ImageBatch) -> Order:
        """An order for it; the suite gives each its own ``correlation``."""
        features = self.provider.default_features or frozenset(self.provider.features)
        return Order(correlation="replaced", media=media, features=features)

    def gallery_image(self) -> FileMedia | BytesMedia:
        """An image that the vendor would take for an identity."""
        return BytesMedia(data=b"\xff\xd8\xff\xe0" + _CONTENT, name="ada.jpg")

    def samples(self) -> Sequence[RawResult]:
        """Raw answers to read besides those that the vendor gives in the conversation."""
        return ()

    def batch_samples(self) -> Sequence[RawResult]:
        """The same for batches of images."""
        return ()

    def openapi(self) -> bytes | None:
        """The vendor's description of its API, where the adapter proposes settings from it."""
        return None

    def deliveries(self) -> Sequence[Delivery]:
        """Webhooks as the vendor sends them, if it does."""
        return ()
