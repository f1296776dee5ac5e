"""What stands in ``by_second`` and nowhere else: expressions, valence, arousal, colours."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec import Struct

from vidiom.provider.salvage import Salvage
from vidiom.schema.columns import Column
from vidiom.schema.detection import Reference
from vidiom.schema.detections import Color, Emotion
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment
from vidiom.schema.signals import Signal
from vidiom.schema.trusted import Trusted
from vidiom_valossa import metadata
from vidiom_valossa.reading import CORE
from vidiom_valossa.rows import rows

__all__ = ["PerSecond", "per_second"]

# https://docs.valossa.com/metadata/sentiment-emotion
POINTER: Final = "/detection_groupings/by_second"
_SAYS_MORE: Final = re.compile(rb'"a"[ \t\r\n]*:')
_COLOR: Final = Trusted(Color)
_EMOTION: Final = Trusted(Emotion)
_SIGNAL: Final = Trusted(Signal)
_HEX: Final = re.compile(r"#?([0-9A-Fa-f]{6})")


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


class _Run(Struct, gc=False):
    """A colour that stays for some seconds."""

    first: int
    index: int
    after: int


_Shade = tuple[str, str, float | None]
"""Detection, colour in hex, share."""
_Shades = tuple[metadata.Shade | str, ...]
"""The colours of one second."""


class _Palette(Struct, gc=False):
    """The colours of the last second of a detection, and their runs."""

    second: int
    shades: _Shades
    runs: tuple[_Run, ...]

    def close(self) -> None:
        """They have lasted until the last second that they were seen in."""
        for run in self.runs:
            run.after = self.second + 1


@dataclass
class PerSecond:
    """What was gathered second by second."""

    salvage: Salvage
    duration: float | None
    """Seconds of the media: the last second is rarely a whole one."""
    curves: _Curves = field(default_factory=_curves)
    expressions: _Curves = field(default_factory=_curves)
    colors: list[tuple[_Shade, _Run]] = field(default_factory=list)
    _open: dict[_Shade, _Run] = field(default_factory=dict)
    _palettes: dict[str, _Palette] = field(default_factory=dict)

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
                self._paint(owner, second, detail.rgb)

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

    def _paint(self, owner: str, second: int, shades: _Shades) -> None:
        last = self._palettes.get(owner)
        if last is not None and last.second >= second - 1 and last.shades == shades:
            last.second = second  # as most seconds are: colours hold for a shot
            return
        if last is not None:
            last.close()
        runs = self._painted(owner, second, shades)
        if len(runs) == len(shades):  # what was noted is noted of each second
            self._palettes[owner] = _Palette(second, shades, runs)
        else:
            self._palettes.pop(owner, None)

    def _painted(self, owner: str, second: int, shades: _Shades) -> tuple[_Run, ...]:
        """The runs of the colours with nothing to note."""
        runs: list[_Run] = []
        for index, shade in enumerate(shades):
            value, share = (shade, None) if isinstance(shade, str) else (shade.v or "", shade.f)
            fine = True
            hexadecimal = _HEX.fullmatch(value)
            if hexadecimal is None:
                self._note("Colours that are no RGB in hex were left out.", str(second))
                continue
            if share is not None and not 0.0 <= share <= 1.0:
                self._note("Shares of colours beyond 0 to 1 were left out.", str(second))
                share, fine = None, False
            key = (owner, hexadecimal[1].lower(), share)
            run = self._open.get(key)
            if run is not None and run.after >= second:
                run.after = second + 1
            else:
                self._open[key] = run = _Run(second, index, second + 1)
                self.colors.append((key, run))
            if fine:
                runs.append(run)
        return tuple(runs)

    def close(self) -> None:
        """Nothing more is to come."""
        for palette in self._palettes.values():
            palette.close()
        self._palettes.clear()
        self._open.clear()

    def _note(self, message: str, step: str) -> None:
        self.salvage.notes.repaired(message, Source(CORE, f"{POINTER}/{step}"))

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
                source=Source(CORE, f"{POINTER}/{int(curve.times[0])}", None, owner),
                modality="visual",
            )

    def _runs(self, curve: _Curve) -> Iterator[Segment]:
        first = last = curve.times[0]
        best = curve.values[0]
        for second, value in zip(curve.times, curve.values, strict=True):
            if second > last + 1:
                yield Segment(first, self._end(last + 1), best)
                first, best = second, value
            last, best = second, max(best, value)
        yield Segment(first, self._end(last + 1), best)

    def _end(self, second: float) -> float:
        """The end of a second; that of the last one is the end of the media."""
        if self.duration is not None and second - 1 < self.duration < second:
            return self.duration
        return float(second)

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
            source=Source(CORE, POINTER, None, owner),
        )

    def dominant(self) -> Iterator[Color]:
        """One detection for each run of seconds in which a colour keeps its share."""
        source = Source(CORE, POINTER)
        segments: tuple[Segment, ...] = ()
        at = (-1, -1)
        self.colors.reverse()
        while self.colors:  # each makes room for what becomes of it
            (owner, value, share), run = self.colors.pop()
            if (run.first, run.after) != at:  # the colours of a second mostly end together
                at = (run.first, run.after)
                segments = (Segment(float(run.first), self._end(run.after)),)
                source = Source(CORE, f"{POINTER}/{run.first}", "visual.color", owner)
            rgb = f"#{value}"
            yield _COLOR(
                id=f"core:{owner}:{run.first}:{run.index}",
                label=rgb,
                segments=segments,
                source=source,
                rgb=rgb,
                share=share,
            )


def per_second(content: msgspec.Raw, salvage: Salvage, duration: float | None) -> PerSecond:
    """Read ``by_second``, if there is anything in it that is not a copy."""
    gathered = PerSecond(salvage, duration)
    if _SAYS_MORE.search(memoryview(content)) is None:
        return gathered
    for first, stretch in rows(content, metadata.SecondItem, salvage, POINTER):
        for second, row in enumerate(stretch, first):
            gathered.take(second, row)
    gathered.close()
    return gathered
