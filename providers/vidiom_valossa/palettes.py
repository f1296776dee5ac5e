"""The dominant colours of each second as runs of seconds in which a colour keeps its share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from vidiom.provider.notes import Notes
from vidiom.schema.detections import Color
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment
from vidiom.schema.trusted import trusted
from vidiom_valossa import metadata
from vidiom_valossa.reading import BY_SECOND, CORE

__all__ = ["Palettes", "Shades", "end_of"]

Shades = tuple[metadata.Shade | str, ...]
"""The colours of one second."""

_COLOR: Final = trusted(Color)
_HEX: Final = re.compile(r"#?([0-9A-Fa-f]{6})")


class _Run(Struct, gc=False):
    """A colour that stays for some seconds."""

    owner: str
    rgb: str
    share: float | None
    first: int
    index: int
    after: int


class _Palette(Struct, gc=False):
    """The colours of the last second of a detection, and their runs."""

    second: int
    shades: Shades | None
    """``None`` when there is something to note of each second."""
    runs: tuple[_Run, ...]

    def close(self) -> None:
        """They have lasted until the last second that they were seen in."""
        for run in self.runs:
            run.after = self.second + 1


@dataclass
class Palettes:
    """The colours of each detection, second by second."""

    notes: Notes
    _runs: list[_Run] = field(default_factory=list)
    _last: dict[str, _Palette] = field(default_factory=dict)
    _same: dict[float, float] = field(default_factory=dict)
    """Shares have a few digits: each is held once."""

    def paint(self, owner: str, second: int, shades: Shades) -> None:
        """Add the colours of one second."""
        last = self._last.get(owner)
        if last is None or last.second < second - 1:
            before: tuple[_Run, ...] = ()
        elif last.shades == shades:
            last.second = second  # as most seconds are: colours hold for a shot
            return
        else:
            before = last.runs
        if last is not None:
            last.close()
        self._last[owner] = self._painted(owner, second, shades, before)

    def _painted(
        self, owner: str, second: int, shades: Shades, before: tuple[_Run, ...]
    ) -> _Palette:
        fine = True
        runs: list[_Run] = []
        for index, shade in enumerate(shades):
            value, share = (shade, None) if isinstance(shade, str) else (shade.v or "", shade.f)
            hexadecimal = _HEX.fullmatch(value)
            if hexadecimal is None:
                self._note("Colours that are no RGB in hex were left out.", second)
                fine = False
                continue
            if share is not None and not 0.0 <= share <= 1.0:
                self._note("Shares of colours beyond 0 to 1 were left out.", second)
                share, fine = None, False
            if share is not None:
                share = self._same.setdefault(share, share)
            rgb = f"#{hexadecimal[1].lower()}"
            for run in (*before, *runs):
                if run.rgb == rgb and run.share == share:
                    break
            else:
                run = _Run(owner, rgb, share, second, index, second + 1)
                self._runs.append(run)
            runs.append(run)
        return _Palette(second, shades if fine else None, tuple(runs))

    def _note(self, message: str, second: int) -> None:
        self.notes.repaired(message, Source(CORE, f"{BY_SECOND}/{second}"))

    def owners(self) -> set[str]:
        """The detections that have colours."""
        return {run.owner for run in self._runs}

    def dominant(self, duration: float | None) -> Iterator[Color]:
        """One detection for each run; there are none left afterwards.

        Args:
            duration: Seconds of the media: the last second is rarely a whole one.
        """
        for palette in self._last.values():
            palette.close()
        self._last.clear()
        segments: tuple[Segment, ...] = ()
        source = Source(CORE, BY_SECOND)
        at = ("", -1, -1)
        self._runs.reverse()
        while self._runs:  # each makes room for what becomes of it
            run = self._runs.pop()
            owner, first, after = run.owner, run.first, run.after
            if (owner, first, after) != at:  # the colours of a second mostly end together
                at = (owner, first, after)
                segments = (Segment(float(first), end_of(after, duration)),)
                source = Source(CORE, f"{BY_SECOND}/{first}", "visual.color", owner)
            yield _COLOR(
                id=f"core:{owner}:{first}:{run.index}",
                label=run.rgb,
                segments=segments,
                source=source,
                rgb=run.rgb,
                share=run.share,
            )


def end_of(second: float, duration: float | None) -> float:
    """The end of a second; that of the last one is the end of the media."""
    if duration is not None and second - 1 < duration < second:
        return duration
    return float(second)
