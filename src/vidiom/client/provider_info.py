"""What an application may know of an installed provider."""

from __future__ import annotations

from collections.abc import Mapping

from vidiom.plugins.registry import InstalledPlugin
from vidiom.provider.capabilities import capabilities
from vidiom.provider.contract import Standing
from vidiom.schema.features import Feature
from vidiom.schema.model import Model

__all__ = ["ProviderInfo", "describe"]


class ProviderInfo(Model):
    """One installed provider; all facts are derived from its code."""

    name: str
    title: str | None = None
    version: str | None = None
    distribution: str | None = None
    """The package that it came with."""
    standing: Standing | None = None
    """How far the adapter is tried; see the documentation of providers."""
    features: Mapping[Feature, str] = {}
    """What may be asked for, and how it is expressed to the vendor."""
    media: tuple[str, ...] = ()
    """How media may be handed over: ``url``, ``file``, ``bytes``, ``batch``."""
    unsupported: Mapping[str, str] = {}
    """Operations that are not offered, each with the reason."""
    fault: str | None = None
    """Why the plugin cannot be used; ``None`` when it can."""


def describe(plugin: InstalledPlugin) -> ProviderInfo:
    """The facts of an installed plugin."""
    kind = plugin.provider
    if kind is None:
        return ProviderInfo(name=plugin.name, distribution=plugin.distribution, fault=plugin.fault)
    return ProviderInfo(
        name=kind.name,
        title=kind.title,
        version=kind.version,
        distribution=plugin.distribution,
        standing=kind.standing,
        features=dict(kind.features),
        media=tuple(sorted(kind.media)),
        unsupported={
            one.operation: one.reason
            for one in capabilities(kind).values()
            if one.reason is not None
        },
    )
