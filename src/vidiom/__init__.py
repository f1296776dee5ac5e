"""vidiom: one idiom for every video AI.

The package is lazy: importing it loads neither the HTTP library nor pydantic; a name is loaded
when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from vidiom.client.async_client import AsyncClient
    from vidiom.client.campaigns import ListedMedia
    from vidiom.client.client import Client
    from vidiom.client.provider_info import ProviderInfo
    from vidiom.errors import VidiomError, WebhookError
    from vidiom.jobs.memory import MemoryStore
    from vidiom.offline import audit, normalize, normalize_batch, verify
    from vidiom.plugins.hookspecs import hookimpl
    from vidiom.schema.boxes import Box, Track
    from vidiom.schema.detections import (
        AnyDetection,
        Caption,
        Color,
        Custom,
        Detection,
        Emotion,
        Entity,
        Face,
        Keyword,
        Label,
        Landmark,
        Logo,
        Moderation,
        Object,
        Person,
        Scene,
        Section,
        Shot,
        Sound,
        Speech,
        Summary,
        Text,
        Topic,
    )
    from vidiom.schema.features import Feature
    from vidiom.schema.galleries import Gallery, Identity, IdentityImage
    from vidiom.schema.jobs import Job, JobRef, JobState, JobUpdate
    from vidiom.schema.latency import Latency
    from vidiom.schema.media import (
        BatchImage,
        BytesMedia,
        FileMedia,
        ImageBatch,
        MediaFacts,
        UrlMedia,
    )
    from vidiom.schema.provenance import Notice, Provenance, Source
    from vidiom.schema.raw import RawPart, RawResult
    from vidiom.schema.received import DeliveryOutcome, Received
    from vidiom.schema.result import BatchResult, Result
    from vidiom.schema.segments import Segment, Word
    from vidiom.schema.signals import Signal
    from vidiom.webhooks.delivery import Delivery

_DETECTIONS = (
    "AnyDetection Caption Color Custom Detection Emotion Entity Face Keyword Label Landmark Logo "
    "Moderation Object Person Scene Section Shot Sound Speech Summary Text Topic"
)

_MODULES = {
    "vidiom.client.async_client": "AsyncClient",
    "vidiom.client.campaigns": "ListedMedia",
    "vidiom.client.client": "Client",
    "vidiom.client.provider_info": "ProviderInfo",
    "vidiom.errors": "VidiomError WebhookError",
    "vidiom.jobs.memory": "MemoryStore",
    "vidiom.offline": "audit normalize normalize_batch verify",
    "vidiom.plugins.hookspecs": "hookimpl",
    "vidiom.schema.boxes": "Box Track",
    "vidiom.schema.detections": _DETECTIONS,
    "vidiom.schema.features": "Feature",
    "vidiom.schema.galleries": "Gallery Identity IdentityImage",
    "vidiom.schema.jobs": "Job JobRef JobState JobUpdate",
    "vidiom.schema.latency": "Latency",
    "vidiom.schema.media": "BatchImage BytesMedia FileMedia ImageBatch MediaFacts UrlMedia",
    "vidiom.schema.provenance": "Notice Provenance Source",
    "vidiom.schema.raw": "RawPart RawResult",
    "vidiom.schema.received": "DeliveryOutcome Received",
    "vidiom.schema.result": "BatchResult Result",
    "vidiom.schema.segments": "Segment Word",
    "vidiom.schema.signals": "Signal",
    "vidiom.webhooks.delivery": "Delivery",
}

_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = [
    "AnyDetection",
    "AsyncClient",
    "BatchImage",
    "BatchResult",
    "Box",
    "BytesMedia",
    "Caption",
    "Client",
    "Color",
    "Custom",
    "Delivery",
    "DeliveryOutcome",
    "Detection",
    "Emotion",
    "Entity",
    "Face",
    "Feature",
    "FileMedia",
    "Gallery",
    "Identity",
    "IdentityImage",
    "ImageBatch",
    "Job",
    "JobRef",
    "JobState",
    "JobUpdate",
    "Keyword",
    "Label",
    "Landmark",
    "Latency",
    "ListedMedia",
    "Logo",
    "MediaFacts",
    "MemoryStore",
    "Moderation",
    "Notice",
    "Object",
    "Person",
    "Provenance",
    "ProviderInfo",
    "RawPart",
    "RawResult",
    "Received",
    "Result",
    "Scene",
    "Section",
    "Segment",
    "Shot",
    "Signal",
    "Sound",
    "Source",
    "Speech",
    "Summary",
    "Text",
    "Topic",
    "Track",
    "UrlMedia",
    "VidiomError",
    "WebhookError",
    "Word",
    "__version__",
    "audit",
    "hookimpl",
    "normalize",
    "normalize_batch",
    "verify",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name not in _HOME:
        msg = f"module 'vidiom' has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All public names."""
    return sorted(__all__)
