"""Reading stored vendor answers without a client: no network, no account, no store."""

from __future__ import annotations

from collections.abc import Mapping

from vidiom.plugins.registry import Registry
from vidiom.provider.audit import AuditReport
from vidiom.provider.audit import audit as audited
from vidiom.provider.contract import Provider
from vidiom.provider.reading import read_batch, read_result
from vidiom.schema.raw import Bytes, RawResult
from vidiom.schema.result import BatchResult, Result

__all__ = ["audit", "normalize", "normalize_batch", "offline_provider"]


def normalize(
    provider: str, parts: Mapping[str, Bytes] | RawResult, *, registry: Registry | None = None
) -> Result:
    """A stored answer in neutral words, by the rules of the installed adapter.

    Args:
        provider: Name of an installed provider. Its settings need not be configured.
        parts: Content by part name (``{"core": raw_bytes}``), or an answer from ``client.raw``.
        registry: Plugins to use instead of those that are installed.

    Raises:
        UnknownProvider: No such provider is installed.
        MalformedAnswer: The content is not an answer of this vendor.
    """
    return read_result(offline_provider(provider, registry), _answer(provider, parts))


def normalize_batch(
    provider: str, parts: Mapping[str, Bytes] | RawResult, *, registry: Registry | None = None
) -> BatchResult:
    """:func:`normalize` for the answer to a batch of images."""
    return read_batch(offline_provider(provider, registry), _answer(provider, parts))


def audit(
    provider: str, parts: Mapping[str, Bytes] | RawResult, *, registry: Registry | None = None
) -> AuditReport:
    """The fate of every path of a stored answer: mapped, redundant or unmapped.

    Raises:
        UnknownProvider: No such provider is installed.
        MalformedAnswer: A part that should be JSON is none.
    """
    return audited(offline_provider(provider, registry), _answer(provider, parts))


def offline_provider(name: str, registry: Registry | None = None) -> Provider:
    """A provider with default settings, for what needs no account."""
    kind = (registry or Registry()).get(name)
    return kind(kind.settings_type())


def _answer(provider: str, parts: Mapping[str, Bytes] | RawResult) -> RawResult:
    return parts if isinstance(parts, RawResult) else RawResult.of(provider, parts)
