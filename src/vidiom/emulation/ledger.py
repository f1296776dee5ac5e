"""What was asked of an emulated vendor, what was done, and what is to go wrong."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Final

import msgspec

from vidiom.emulation.faults import Fault, Faults, Repertoire

__all__ = ["Asked", "Ledger"]

_REMEMBERED: Final = 10_000


class Asked(msgspec.Struct, frozen=True):
    """One request, without anything that may be secret."""

    method: str
    function: str
    status: int | None
    """``None`` when nothing was answered."""
    fault: str | None = None


class Ledger:
    """Kept by an emulator about itself."""

    def __init__(self, repertoire: Repertoire, faults: Iterable[Fault] = ()) -> None:
        """Nothing asked yet."""
        self.faults = Faults(repertoire, faults)
        self.requests: deque[Asked] = deque(maxlen=_REMEMBERED)
        self.counters: Counter[str] = Counter()
        """How often what was done."""
