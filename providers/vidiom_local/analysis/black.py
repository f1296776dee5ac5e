"""Black: spans in which nearly the whole picture is dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidiom_local.wire import Span

if TYPE_CHECKING:
    from vidiom_local.analysis.picture import Picture

__all__ = ["BlackDetector"]

DARK = 26
"""Pixels no brighter than this, of 255, are dark: a tenth, as broadcast checks use."""

SHARE = 0.98
SHORTEST_SECONDS = 0.2


class BlackDetector:
    name = "black"

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._start: float | None = None
        self._end = 0.0

    def feed(self, picture: Picture) -> None:
        dark = picture.small.max(axis=2) <= DARK
        if float(dark.mean()) >= SHARE:
            if self._start is None:
                self._start = picture.time
            self._end = picture.end
        else:
            self._spans = self.finish()
            self._start = None

    def finish(self) -> list[Span]:
        if self._start is None or self._end - self._start < SHORTEST_SECONDS:
            return list(self._spans)
        return [*self._spans, Span(self._start, self._end)]
