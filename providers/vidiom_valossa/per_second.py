"""What stands in ``by_second`` and nowhere else: expressions, valence, arousal, colours."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from vidiom.provider.salvage import Salvage
from vidiom.schema.columns import Column
from vidiom.schema.detection import Reference
from vidiom.schema.detections import Emotion
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment
from vidiom.schema.signals import Signal
from vidiom.schema.trusted import trusted
from vidiom_valossa import metadata
from vidiom_valossa.palettes import Palettes, end_of
from vidiom_valossa.reading import BY_SECOND, CORE
from vidiom_valossa.rows import rows

__all__ = ["PerSecond", "per_second"]

# https://docs.valossa.com/metadata/sentiment-emotion
_SAYS_MORE: Final = re.compile(rb'"a"[ \t\r\n]*:')
_EMOTION: Final = trusted(Emotion)
_SIGNAL: Final = trusted(Signal)


@dataclass(slots=True)
class _Curve:
    times: Column = field(default_factory=lambda: array("d"))
    values: Column = field(default_factory=lambda: array("d"))

    def add(self, second: int, value: float) -> None:
        self.times.append(second)
        self.values.append(value)


_Curves = defaultdict[str, defaultdict[str, _Curve]]
"""By vendor id and what is measured."""


def _curves() -> _Curves:
    return defaultdict(lambda: defaultdict(_Curve))


def _each(curves: _Curves) -> Iterator[tuple[str, str, _Curve]]:
    return ((owner, name, one) for owner, named in curves.items() for name, one in named.items())


@dataclass
class PerSecond:
    """What was gathered second by second."""

    salvage: Salvage
    duration: float | None
    """Seconds of the media: the last second is rarely a whole one."""
    curves: _Curves = field(default_factory=_curves)
    expressions: _Curves = field(default_factory=_curves)

    def __post_init__(self) -> None:
        self.palettes = Palettes(self.salvage.notes)

    def take(self, second: int, row: list[metadata.SecondItem]) -> None:
        """Add what is said of one second."""
        for item in row:
            detail = item.a
            if detail is None or item.d is None:
                continue
            owner = item.d if isinstance(item.d, str) else str(item.d)
            said = detail.sen if detail.sen is not None else detail
            valence = said.val if said.val is not None else said.valence
            if valence is not None:
                self.curves[owner]["valence"].add(second, valence)
            arousal = said.aro if said.aro is not None else said.arousal
            if arousal is not None:
                self.curves[owner]["arousal"].add(second, arousal)
            if detail.sen is not None and detail.sen.emo is not None:
                self._express(owner, second, detail.sen.emo)
            if detail.rgb is not None:
                self.palettes.paint(owner, second, detail.rgb)

    def _express(self, owner: str, second: int, shown: tuple[metadata.Expression, ...]) -> None:
        curves = self.expressions[owner]
        for expression in shown:
            name, sure = expression.e, expression.c
            if name is not None and sure is not None and 0.0 <= sure <= 1.0:
                curves[name].add(second, sure)
            elif name is None or sure is None:
                self._note("Expressions without name or confidence were left out.", str(second))
            else:
                self._note(
                    "Expressions with a confidence beyond 0 to 1 were left out.", str(second)
                )

    def _note(self, message: str, step: str) -> None:
        self.salvage.notes.repaired(message, Source(CORE, f"{BY_SECOND}/{step}"))

    # --- in neutral words ------------------------------------------------------------------

    def emotions(self, known: Container[str]) -> Iterator[Emotion]:
        """When each expression shows in each face: runs of seconds, as sure as at their best."""
        for owner, name, curve in _each(self.expressions):
            if f"core:{owner}" not in known:
                continue
            segments = tuple(self._runs(curve))
            yield _EMOTION(
                id=f"core:{owner}:{name}",
                label=name,
                confidence=max(curve.values),
                segments=segments,
                references=(Reference("subject", f"core:{owner}"),),
                source=Source(CORE, f"{BY_SECOND}/{int(curve.times[0])}", None, owner),
                modality="visual",
            )

    def _runs(self, curve: _Curve) -> Iterator[Segment]:
        first = last = curve.times[0]
        best = curve.values[0]
        for second, value in zip(curve.times, curve.values, strict=True):
            if second > last + 1:
                yield Segment(first, end_of(last + 1, self.duration), best)
                first, best = second, value
            last, best = second, max(best, value)
        yield Segment(first, end_of(last + 1, self.duration), best)

    def signals(self, known: Container[str]) -> Iterator[Signal]:
        """One curve for each thing that is measured of each detection."""
        for owner, name, curve in _each(self.curves):
            low = -1.0 if name == "valence" else 0.0
            yield from self._signal(owner, name, curve, low, known)
        for owner, name, curve in _each(self.expressions):
            yield from self._signal(owner, name, curve, 0.0, known)

    def _signal(
        self, owner: str, name: str, curve: _Curve, low: float, known: Container[str]
    ) -> Iterator[Signal]:
        if f"core:{owner}" not in known:
            self._note("Curves of detections that the answer does not have were left out.", "")
            return
        yield _SIGNAL(
            id=f"signal:{owner}:{name}",
            name=name,
            values=curve.values,
            times=curve.times,
            minimum=low,
            maximum=1.0,
            subject=f"core:{owner}",
            source=Source(CORE, BY_SECOND, None, owner),
        )


def per_second(content: msgspec.Raw, salvage: Salvage, duration: float | None) -> PerSecond:
    """Read ``by_second``, if there is anything in it that is not a copy."""
    gathered = PerSecond(salvage, duration)
    if _SAYS_MORE.search(memoryview(content)) is None:
        return gathered
    for first, stretch in rows(content, metadata.SecondItem, salvage, BY_SECOND):
        for second, row in enumerate(stretch, first):
            gathered.take(second, row)
    return gathered
