"""The vendor's answer exactly as received, in named parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import TypeAlias

from vidiom.schema.features import Feature
from vidiom.schema.provenance import RawPartInfo

__all__ = ["Bytes", "RawContext", "RawPart", "RawResult"]

Bytes: TypeAlias = "bytes | memoryview"
"""Content as received; a ``memoryview`` when it is mapped from the archive instead of loaded."""


@dataclass(frozen=True)
class RawPart:
    """One part of an answer: its bytes as received, never decoded and written again."""

    name: str
    content: Bytes = field(repr=False)
    media_type: str | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        """Digest of the content in hex; the part's name in the archive."""
        return hashlib.sha256(self.content).hexdigest()

    def info(self) -> RawPartInfo:
        """Its facts, for the provenance of a result."""
        return RawPartInfo(
            name=self.name, sha256=self.sha256, size=self.size, media_type=self.media_type
        )


@dataclass(frozen=True)
class RawContext:
    """What is known of an answer besides its bytes; everything may be unknown."""

    job_id: str | None = None
    vendor_job_id: str | None = None
    account: str | None = None
    asked_features: tuple[Feature, ...] = ()
    ignored: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    fetched_at: datetime | None = None
    failed_parts: Mapping[str, str] = field(default_factory=dict)
    """Parts that were asked for and could not be had, each with the reason."""
    not_available: Mapping[str, str] = field(default_factory=dict)
    """Parts that were asked for and that the vendor does not have, each with the reason: not made
    for this job, not in the plan. Nothing failed, and asking again would change nothing."""


@dataclass(frozen=True)
class RawResult(Mapping[str, RawPart]):
    """A vendor's answer: a mapping from part names to parts."""

    provider: str
    parts: Mapping[str, RawPart] = field(repr=False)
    context: RawContext = field(default_factory=RawContext)

    def __post_init__(self) -> None:
        """The parts are read-only."""
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))

    def __reduce__(self) -> tuple[object, ...]:
        """The read-only view of the parts can be neither pickled nor copied; what is in it can."""
        return type(self), (self.provider, dict(self.parts), self.context)

    @classmethod
    def of(
        cls, provider: str, contents: Mapping[str, Bytes], context: RawContext | None = None
    ) -> RawResult:
        """An answer of these contents by part name."""
        parts = {name: RawPart(name, content) for name, content in contents.items()}
        return cls(provider, parts, context or RawContext())

    def __getitem__(self, name: str) -> RawPart:
        """The part of this name."""
        return self.parts[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the parts, in the order of their arrival."""
        return iter(self.parts)

    def __len__(self) -> int:
        """How many parts there are."""
        return len(self.parts)

    def under(self, prefix: str) -> tuple[RawPart, ...]:
        """The parts named ``prefix/…``, those with numbers in the order of the numbers."""
        found = [part for name, part in self.parts.items() if name.startswith(f"{prefix}/")]
        return tuple(sorted(found, key=lambda part: _natural(part.name)))


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(p), "") if p.isdecimal() else (-1, p) for p in name.split("/"))
