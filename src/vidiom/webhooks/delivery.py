"""A webhook request as it was received."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Delivery"]


@dataclass(frozen=True)
class Delivery:
    """Header pairs, raw body and arrival time. The content is not in ``repr``."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime
    callback_id: str | None = None
    """The opaque id in the path of the callback URL."""

    def header(self, name: str) -> Iterator[str]:
        """Each value of a header, whatever the case of its name."""
        wanted = name.lower()
        return (value for key, value in self.headers if key.lower() == wanted)
