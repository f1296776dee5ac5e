"""The picture of a result: one lane for each kind over one axis of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Final, Literal

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from vidiom.cli.rendering.glyphs import Glyphs
from vidiom.cli.rendering.wording import KINDS, moment
from vidiom.cli.streams import shown
from vidiom.schema.detections import AnyDetection, Color
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment
from vidiom.schema.signals import Signal

__all__ = ["length_of", "timeline"]

#: Kinds whose labels say more than the kind: each label is a lane of its own.
_BY_LABEL: Final = frozenset({"section", "sound"})
#: Kinds that cover the time without gaps: neighbours are told apart instead.
_ABUTTING: Final = frozenset({"shot", "scene"})
_STYLES: Final = {
    "shot": "blue",
    "scene": "blue",
    "section": "red",
    "text": "yellow",
    "face": "magenta",
    "person": "magenta",
    "speech": "green",
    "sound": "cyan",
    "moderation": "bright_red",
}
_LANES_PER_KIND: Final = 5
_SIGNALS: Final = 4
_NAME_WIDTH: Final = 11
_STEPS: Final = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 14400, 21600, 43200, 86400),
)
_LEFT, _RIGHT = 1, 2


@dataclass(frozen=True)
class _Axis:
    seconds: float
    columns: int
    glyphs: Glyphs

    def column(self, seconds: float, *, parts: int = 1) -> int:
        """The column (or part of one) that begins nearest to a moment."""
        return max(
            0, min(self.columns * parts, round(seconds / self.seconds * self.columns * parts))
        )

    def reach(self, segment: Segment, *, parts: int = 1) -> range:
        """The columns of a segment; at least one, so that nothing is too short to be seen."""
        first = min(self.column(segment.start, parts=parts), self.columns * parts - 1)
        return range(first, max(first + 1, self.column(segment.end, parts=parts)))


def length_of(result: Result) -> float | None:
    """Seconds that the picture spans; ``None`` when nothing in the result has a time."""
    if result.media.type == "image":
        return None
    ends = (detection.end for detection in result.detections)
    last = max((end for end in ends if end is not None), default=0.0)
    return max(last, result.media.duration or 0.0) or None


def timeline(result: Result, *, width: int, glyphs: Glyphs, colour: bool) -> list[Text]:
    """The lines of the picture, each at most ``width`` columns wide; none when there is no time."""
    seconds = length_of(result)
    if seconds is None:
        return []
    lanes = [*_lanes(result)]
    signals = [one for one in result.signals if one.timed and one.subject is None][:_SIGNALS]
    names = [shown(name) for name, _, _ in lanes] + [shown(one.name) for one in signals]
    name_width = min(_NAME_WIDTH, max(map(cell_len, names), default=0))
    axis = _Axis(seconds, width - name_width - 1, glyphs)
    pictures = [(name, _bars(kind, found, axis)) for name, kind, found in lanes]
    pictures += [(one.name, _curve(one, axis)) for one in signals]
    if colour and result.colors:
        pictures.append(("colors", _palette(result.colors, axis)))
    if not pictures:
        return []
    rows = [("", _ruler(axis)), *pictures]
    return [_row(name, picture, name_width) for name, picture in rows]


def _row(name: str, picture: Text, name_width: int) -> Text:
    title = shown(name)
    if cell_len(title) > name_width:
        title = f"{set_cell_size(title, name_width - 2)}.."
    return Text.assemble((set_cell_size(title, name_width + 1), "bold"), picture, no_wrap=True)


def _lanes(result: Result) -> Iterator[tuple[str, str, Sequence[AnyDetection]]]:
    """Name, kind and members of each lane."""
    for kind, plural in KINDS.items():
        timed = [one for one in result.of(kind) if one.segments]
        if not timed or kind == "color":
            continue
        if kind in _BY_LABEL:
            yield from ((name, kind, found) for name, found in _by_label(timed, f"other {plural}"))
        else:
            yield plural, kind, timed


def _by_label(
    detections: Iterable[AnyDetection], others: str
) -> list[tuple[str, list[AnyDetection]]]:
    """The detections by label; what is on for the longest time has a lane of its own."""
    groups: dict[str, list[AnyDetection]] = {}
    for one in detections:
        groups.setdefault(one.label, []).append(one)
    ranked = sorted(groups.items(), key=lambda group: -sum(one.duration for one in group[1]))
    rest = [one for _, group in ranked[_LANES_PER_KIND:] for one in group]
    return [*ranked[:_LANES_PER_KIND], *([(others, rest)] if rest else [])]


def _bars(kind: str, detections: Sequence[AnyDetection], axis: _Axis) -> Text:
    style = _STYLES.get(kind, "bright_blue")
    if kind in _ABUTTING:
        return Text(_alternating(detections, axis), style)
    halves = bytearray(axis.columns * 2)
    for one in detections:
        for segment in one.segments:
            reach = axis.reach(segment, parts=2)
            halves[reach.start : reach.stop] = b"\1" * len(reach)
    glyphs = axis.glyphs
    drawn = (" ", glyphs.left, glyphs.right, glyphs.full)
    pairs = zip(halves[::2], halves[1::2], strict=True)
    return Text("".join(drawn[left * _LEFT + right * _RIGHT] for left, right in pairs), style)


def _alternating(detections: Sequence[AnyDetection], axis: _Axis) -> str:
    row = [" "] * axis.columns
    for number, one in enumerate(detections):
        glyph = axis.glyphs.other if number % 2 else axis.glyphs.full
        for segment in one.segments:
            for column in axis.reach(segment):
                row[column] = glyph
    return "".join(row)


def _curve(signal: Signal, axis: _Axis) -> Text:
    """The greatest value in each column, scaled to what occurs; a gap where nothing is known."""
    peaks: list[float | None] = [None] * axis.columns
    for index, value in enumerate(signal.values):
        at = signal.time_of(index)
        if at is None or isnan(value) or not 0 <= at <= axis.seconds:
            continue
        column = min(int(at / axis.seconds * axis.columns), axis.columns - 1)
        peak = peaks[column]
        peaks[column] = value if peak is None else max(peak, value)
    known = [peak for peak in peaks if peak is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    scale = (len(axis.glyphs.levels) - 1) / (high - low) if high > low else 0.0
    levels = axis.glyphs.levels
    drawn = (" " if peak is None else levels[round((peak - low) * scale)] for peak in _held(peaks))
    return Text("".join(drawn), "cyan")


def _held(peaks: Sequence[float | None]) -> Iterator[float | None]:
    """Columns between two samples show the earlier one, where samples are few."""
    known = sum(peak is not None for peak in peaks)
    sparse = known * 2 < len(peaks)
    last: float | None = None
    for peak in peaks:
        last = peak if peak is not None or not sparse else last
        yield peak if not sparse else last


def _palette(colors: Sequence[Color], axis: _Axis) -> Text:
    """The colour with the greatest share in each column."""
    best: list[tuple[float, str] | None] = [None] * axis.columns
    for one in colors:
        weight = (one.share or 0.0, one.rgb)
        for segment in one.segments or (Segment(0.0, axis.seconds),):
            for column in axis.reach(segment):
                best[column] = max(best[column] or weight, weight)
    cells = [(" ", "") if one is None else (axis.glyphs.full, one[1]) for one in best]
    return Text.assemble(*cells)


def _ruler(axis: _Axis) -> Text:
    """Moments along the axis, as many as fit."""
    digits: Literal[0, 1] = 0
    for step in _STEPS:
        digits = 0 if step >= 1 else 1
        room = axis.column(step)
        if room >= len(moment(axis.seconds, digits=digits)) + 3 or step >= axis.seconds:
            break
    else:
        step = axis.seconds
    row = [" "] * axis.columns
    for number in range(int(axis.seconds / step) + 1):
        at, words = axis.column(number * step), moment(number * step, digits=digits)
        if at + len(words) <= axis.columns:
            row[at : at + len(words)] = words
    return Text("".join(row), "dim")
