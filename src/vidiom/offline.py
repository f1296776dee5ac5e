"""Reading answers and deliveries without a client: no network, no account, no store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from vidiom.plugins.registry import Registry
from vidiom.provider.audit import AuditReport
from vidiom.provider.audit import audit as audited
from vidiom.provider.contract import Provider
from vidiom.provider.reading import read_batch, read_result
from vidiom.provider.updates import proven, read_update
from vidiom.schema.jobs import JobUpdate
from vidiom.schema.raw import Bytes, RawResult
from vidiom.schema.result import BatchResult, Result
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.headers import HeadersInput
from vidiom.webhooks.messages import Secret
from vidiom.webhooks.scheme import SignatureScheme, Unsigned

__all__ = ["audit", "normalize", "normalize_batch", "offline_provider", "verify"]


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


def verify(  # noqa: PLR0913 - each is a fact of its own
    provider: str,
    *,
    headers: HeadersInput,
    body: bytes | bytearray | memoryview,
    secrets: Iterable[Secret] = (),
    received_at: datetime | None = None,
    scheme: SignatureScheme | Unsigned | None = None,
    allow_unsigned: bool = False,
    ignore_age: bool = False,
    registry: Registry | None = None,
) -> JobUpdate:
    """What a webhook says, once its signature was found right; nothing is stored or sent.

    A delivery of a vendor that signs nothing comes back with ``verified=False``: a hint to ask the
    vendor, no more. :meth:`Client.receive` does all that follows.

    Args:
        provider: Name of an installed provider. Its settings need not be configured.
        headers: A mapping, pairs, ASGI headers or a WSGI environ.
        body: The raw bytes as received.
        secrets: Those that it may be signed with; several while they rotate.
        received_at: When it arrived, for one that was kept; left out: now.
        scheme: How the vendor signs, where it is not what the adapter takes for granted.
        allow_unsigned: Let a delivery without a signature pass as unverified.
        ignore_age: For a delivery that is old because it was kept.
        registry: Plugins to use instead of those that are installed.

    Raises:
        WebhookError: It is refused, whatever bytes came; the class says why.
        UsageError: The body is not bytes, or the provider is unknown or receives no webhooks.
    """
    adapter = offline_provider(provider, registry)
    delivery = Delivery.of(headers, body, received_at=received_at)
    receipt = proven(
        adapter,
        delivery,
        secrets,
        scheme=scheme,
        allow_unsigned=allow_unsigned,
        ignore_age=ignore_age,
    )
    return read_update(adapter, delivery, receipt)


def offline_provider(name: str, registry: Registry | None = None) -> Provider:
    """A provider with default settings, for what needs no account."""
    kind = registry.get(name) if registry is not None else _installed_kind(name)
    return kind(kind.settings_type())


def _installed_kind(name: str) -> type[Provider]:
    if name not in _installed().names():
        _installed.cache_clear()  # it may have been installed meanwhile, as in a notebook
    return _installed().get(name)


@cache
def _installed() -> Registry:
    """One for all calls: looking through what is installed takes longer than a short answer."""
    return Registry()


def _answer(provider: str, parts: Mapping[str, Bytes] | RawResult) -> RawResult:
    return parts if isinstance(parts, RawResult) else RawResult.of(provider, parts)
