"""The edit: shots and the transitions between them, from hard cuts and gradual transitions."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from vidiom_local.analysis.cuts import NEIGHBOURS, Cut, CutDetector
from vidiom_local.analysis.difference import look
from vidiom_local.analysis.gradual import LONGEST_SECONDS, Gradual, GradualDetector
from vidiom_local.wire import Shot, Transition

if TYPE_CHECKING:
    from vidiom_local.analysis.picture import Picture

__all__ = ["EditDetector"]

PLAIN_CUT = 0.45
"""A step this strong is a cut even where a mixture was seen; a weaker one is part of that."""


class EditDetector:
    """Finds shots. Memory: two seconds of small pictures, and one entry per transition."""

    name = "shots"

    def __init__(self, rate: float) -> None:
        self._cuts = CutDetector()
        self._gradual = GradualDetector(rate)
        self._rate = rate
        self._found_cuts: list[Cut] = []
        self._found_gradual: list[Gradual] = []
        self._frame_count = 0
        self._end = 0.0

    def feed(self, picture: Picture) -> None:
        seen = look(picture)
        self._frame_count = picture.index + 1
        self._end = picture.end
        cut = self._cuts.feed(seen)
        if cut is not None:
            self._found_cuts.append(cut)
            if cut.strength >= PLAIN_CUT:
                self._gradual.cut(cut.index)
        gradual = self._gradual.feed(seen)
        if gradual is not None:
            self._found_gradual.append(gradual)

    def settled(self) -> float:
        """Before this time no further boundary will be found."""
        return self._end - 2 * LONGEST_SECONDS - NEIGHBOURS / self._rate

    def finish(self) -> tuple[list[Shot], list[Transition]]:
        """Everything known so far. Can be asked at any time; asking changes nothing."""
        if self._frame_count == 0:
            return [], []
        cuts = [*self._found_cuts, *self._cuts.finish()]
        gradual = [*self._found_gradual, *self._gradual.finish()]
        transitions, marks = _edit(cuts, gradual)
        marks = [(0, 0.0), *marks, (self._frame_count, self._end)]
        shots = [
            Shot(start=start, end=end, first_frame=first, end_frame=last)
            for (first, start), (last, end) in pairwise(marks)
            if last > first and end > start
        ]
        return shots, transitions


def _edit(
    cuts: list[Cut], gradual: list[Gradual]
) -> tuple[list[Transition], list[tuple[int, float]]]:
    """Transitions in order, and the (frame, time) where each shot begins."""
    gradual = [
        g for g in gradual if not any(_contains(g, c) for c in cuts if c.strength >= PLAIN_CUT)
    ]
    cuts = [c for c in cuts if c.strength >= PLAIN_CUT or not any(_contains(g, c) for g in gradual)]
    transitions: list[Transition] = []
    marks: list[tuple[int, float]] = []
    fade_out: Gradual | None = None
    events: list[Cut | Gradual] = [*cuts, *gradual]
    for event in sorted(events, key=_place):
        if isinstance(event, Cut):
            transitions.append(Transition("cut", event.time, event.time, event.strength))
            marks.append((event.index, event.time))
            fade_out = None
        elif event.kind == "fade_in" and fade_out is not None:
            transitions.pop()
            transitions.append(Transition("fade", fade_out.start, event.end, event.strength))
            marks.append(_middle(fade_out.last_index, event.first_index, fade_out.end, event.start))
            fade_out = None
        else:
            transitions.append(Transition(event.kind, event.start, event.end, event.strength))
            fade_out = event if event.kind == "fade_out" else None
            if event.kind == "dissolve":
                marks.append(_middle(event.first_index, event.last_index, event.start, event.end))
    return transitions, marks


def _contains(gradual: Gradual, cut: Cut) -> bool:
    return gradual.first_index - 1 <= cut.index <= gradual.last_index + 1


def _place(event: Cut | Gradual) -> int:
    return event.index if isinstance(event, Cut) else event.first_index


def _middle(first: int, last: int, start: float, end: float) -> tuple[int, float]:
    index = (first + last + 1) // 2
    share = 0.0 if last == first else (index - first) / (last - first)
    return index, round(start + share * (end - start), 6)
