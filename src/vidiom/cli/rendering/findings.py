"""The table of what was found and when; the transcript; the colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from vidiom.cli.rendering.glyphs import Glyphs
from vidiom.cli.rendering.timeline import length_of
from vidiom.cli.rendering.wording import (
    KINDS,
    moment,
    name_of,
    share_words,
    shortened,
    span,
)
from vidiom.cli.streams import shown
from vidiom.schema.detections import AnyDetection, Color, Shot, Speech
from vidiom.schema.result import Result

__all__ = ["findings", "palette", "summaries", "transcript"]

#: Kinds that have a place of their own on the page.
_ELSEWHERE: Final = frozenset({"color", "speech", "summary"})
_ROWS_PER_KIND: Final = 8
_LINES: Final = 12
_COLORS: Final = 6
_GAP: Final = "   "
_NARROW: Final = 60


def findings(result: Result, *, width: int, glyphs: Glyphs) -> Table | None:
    """One row for each detection, by kind; long lists are cut and say so."""
    shown_kinds = [kind for kind in KINDS if kind not in _ELSEWHERE and result.of(kind)]
    if not shown_kinds:
        return None
    narrow = width < _NARROW
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    table.add_column("what", style="bold", no_wrap=True)
    table.add_column("when", no_wrap=True)
    table.add_column("found", overflow="fold", ratio=None)
    if not narrow:
        table.add_column("sure", justify="right", no_wrap=True, style="dim")
    for kind in shown_kinds:
        for row in _rows(kind, result.of(kind), narrow=narrow, glyphs=glyphs):
            table.add_row(*row)
    return table


def _rows(
    kind: str, detections: Sequence[AnyDetection], *, narrow: bool, glyphs: Glyphs
) -> Iterator[list[str | Text]]:
    for number, one in enumerate(detections[:_ROWS_PER_KIND]):
        when = span(one, glyphs)
        if narrow and one.segments:
            when = moment(one.segments[0].start)
        row: list[str | Text] = ["" if number else KINDS[kind], when, Text(_found(one, number))]
        yield row if narrow else [*row, share_words(one.confidence)]
    left = len(detections) - _ROWS_PER_KIND
    if left > 0:
        yield ["", "", Text(f"{glyphs.more} and {left} more", "dim")]


def _found(detection: AnyDetection, number: int) -> str:
    if not isinstance(detection, Shot):
        return name_of(detection)
    begins = detection.transition
    return f"{number + 1}" if begins in (None, "start") else f"{number + 1}, after a {begins}"


def transcript(result: Result, glyphs: Glyphs) -> Table | None:
    """What is said, line by line."""
    spoken = [one for one in result.transcript.speech if one.text.strip()]
    if not spoken:
        return None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for one in spoken[:_LINES]:
        table.add_row(*_line(one))
    if len(spoken) > _LINES:
        table.add_row("", Text(f"{glyphs.more} and {len(spoken) - _LINES} more", "dim"))
    return table


def _line(speech: Speech) -> tuple[str, Text]:
    at = "" if speech.start is None else moment(speech.start)
    who = f"{shown(speech.speaker)}: " if speech.speaker else ""
    return at, Text.assemble((who, "bold"), shortened(shown(speech.text), 400))


def summaries(result: Result) -> list[Text]:
    """Texts about the whole."""
    return [Text(shown(one.text)) for one in result.summaries]


def palette(result: Result, *, width: int, glyphs: Glyphs, colour: bool) -> Text | None:
    """The dominant colours of the whole, each as a block where there is colour."""
    shares = _shares(result.colors, length_of(result))
    if not shares:
        return None
    ranked = sorted(shares.items(), key=lambda item: -item[1])[:_COLORS]
    known = all(one.share is not None for one in result.colors)
    entries = [
        _swatch(rgb, share if known else None, glyphs, colour=colour) for rgb, share in ranked
    ]
    in_a_row = max(1, (width + len(_GAP)) // (max(map(len, entries)) + len(_GAP)))
    rows = [entries[i : i + in_a_row] for i in range(0, len(entries), in_a_row)]
    return Text("\n").join(Text(_GAP).join(row) for row in rows)


def _swatch(rgb: str, share: float | None, glyphs: Glyphs, *, colour: bool) -> Text:
    block = (f"{glyphs.full * 2} ", rgb) if colour else ""
    return Text.assemble(block, rgb if share is None else f"{rgb} {share_words(share):>5}")


def _shares(colors: Sequence[Color], length: float | None) -> dict[str, float]:
    """The share of the whole picture over the whole time; 1 stands for an unknown share."""
    shares: dict[str, float] = {}
    for one in colors:
        share = 1.0 if one.share is None else one.share
        time = one.duration / length if one.segments and length else 1.0
        shares[one.rgb] = min(1.0, shares.get(one.rgb, 0.0) + share * time)
    return shares
