"""A plan of what is to happen: each entry to the next request that it is meant for, so often."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Entry", "Plan"]

T = TypeVar("T")


@dataclass(frozen=True)
class Entry(Generic[T]):
    """One thing to happen, how often, and after how many times that it does not."""

    what: T
    meant_for: Callable[[str], bool]
    """Whether it may happen to a request to this target."""
    times: int = 1
    after: int = 0


class Plan(Generic[T]):
    """Entries in the order in which they were asked for; threads may share it."""

    def __init__(self, entries: Iterable[Entry[T]] = ()) -> None:
        """With these to begin with."""
        self._coming = list(entries)
        self._lock = Lock()

    def add(self, *entries: Entry[T]) -> None:
        """These too."""
        with self._lock:
            self._coming += entries

    def clear(self) -> None:
        """None any more."""
        with self._lock:
            self._coming.clear()

    @property
    def coming(self) -> tuple[Entry[T], ...]:
        """What has not happened yet."""
        with self._lock:
            return tuple(self._coming)

    def next(self, target: str) -> T | None:
        """What happens to this request, which is used up by it."""
        with self._lock:
            for number, entry in enumerate(self._coming):
                if not entry.meant_for(target):
                    continue
                if entry.after:
                    self._coming[number] = replace(entry, after=entry.after - 1)
                    continue
                self._use(number, entry)
                return entry.what
        return None

    def _use(self, number: int, entry: Entry[T]) -> None:
        if entry.times > 1:
            self._coming[number] = replace(entry, times=entry.times - 1)
        else:
            del self._coming[number]
