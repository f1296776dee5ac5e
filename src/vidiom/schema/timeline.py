"""Which intervals contain a moment, without looking at all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from math import inf

from vidiom.schema.segments import Segment

__all__ = ["Timeline"]


class Timeline:
    """Intervals with an owner's number each, indexed for "what is on at t".

    The intervals are sorted by start; a tree over them holds the latest end of each half, so that
    a query only walks into halves that reach beyond the moment: ``O(log n)`` for each one found.
    """

    __slots__ = ("_latest", "_leaves", "_owners", "_segments", "_starts")

    def __init__(self, owned: Iterable[tuple[int, Segment]]) -> None:
        """Build the index of ``(owner, segment)`` pairs."""
        entries = sorted(owned, key=lambda entry: (entry[1].start, entry[0]))
        self._owners = [owner for owner, _ in entries]
        self._segments = [segment for _, segment in entries]
        self._starts = [segment.start for segment in self._segments]
        leaves = 1
        while leaves < len(entries):
            leaves *= 2
        latest = [-inf] * (2 * leaves)
        latest[leaves : leaves + len(entries)] = [segment.end for segment in self._segments]
        for node in range(leaves - 1, 0, -1):
            latest[node] = max(latest[2 * node], latest[2 * node + 1])
        self._leaves, self._latest = leaves, latest

    def owners_at(self, seconds: float) -> list[int]:
        """Numbers of the owners that have an interval containing this moment, each once, sorted."""
        return sorted({self._owners[i] for i in self._containing(seconds)})

    def _containing(self, seconds: float) -> Iterator[int]:
        started = bisect_right(self._starts, seconds)
        pending = [1]
        while pending:
            node = pending.pop()
            if self._latest[node] < seconds:
                continue
            if node >= self._leaves:
                index = node - self._leaves
                if index < started and self._segments[index].contains(seconds):
                    yield index
                continue
            left = 2 * node
            pending.append(left)
            if self._first_leaf(left + 1) < started:
                pending.append(left + 1)

    def _first_leaf(self, node: int) -> int:
        """Index of the first interval below a node of the tree."""
        while node < self._leaves:
            node *= 2
        return node - self._leaves
