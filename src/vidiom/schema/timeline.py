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
    Instants are looked up apart: they last no time, so no end could tell whether to walk on.
    """

    __slots__ = ("_instants", "_latest", "_leaves", "_owners", "_starts")

    def __init__(self, owned: Iterable[tuple[int, Segment]]) -> None:
        """Build the index of ``(owner, segment)`` pairs."""
        self._instants: dict[float, list[int]] = {}
        lasting: list[tuple[float, int, float]] = []
        for owner, segment in owned:
            if segment.start == segment.end:
                self._instants.setdefault(segment.start, []).append(owner)
            else:
                lasting.append((segment.start, owner, segment.end))
        lasting.sort()
        self._starts = [start for start, _, _ in lasting]
        self._owners = [owner for _, owner, _ in lasting]
        self._leaves = 1 << max(0, len(lasting) - 1).bit_length()
        self._latest = [-inf] * (2 * self._leaves)
        self._latest[self._leaves : self._leaves + len(lasting)] = [end for _, _, end in lasting]
        for node in range(self._leaves - 1, 0, -1):
            self._latest[node] = max(self._latest[2 * node], self._latest[2 * node + 1])

    def owners_at(self, seconds: float) -> list[int]:
        """Numbers of the owners that have an interval containing this moment, each once, sorted."""
        found = {self._owners[index] for index in self._lasting_at(seconds)}
        return sorted(found.union(self._instants.get(seconds, ())))

    def _lasting_at(self, seconds: float) -> Iterator[int]:
        started = bisect_right(self._starts, seconds)
        pending = [1]
        while pending:
            node = pending.pop()
            if not self._reaches_beyond(node, seconds) or self._first_leaf(node) >= started:
                continue
            if node >= self._leaves:
                yield node - self._leaves
            else:
                pending += (2 * node, 2 * node + 1)

    def _reaches_beyond(self, node: int, seconds: float) -> bool:
        """Whether an interval below a node of the tree ends after this moment."""
        return self._latest[node] > seconds

    def _first_leaf(self, node: int) -> int:
        """Index of the first interval below a node of the tree."""
        height = self._leaves.bit_length() - node.bit_length()
        return (node << height) - self._leaves
