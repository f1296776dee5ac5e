"""A result as a page: facts, timeline, findings, transcript, colours, notices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vidiom.cli.rendering.findings import findings, palette, summaries, transcript
from vidiom.cli.rendering.glyphs import Glyphs, glyphs_for
from vidiom.cli.rendering.timeline import timeline
from vidiom.cli.rendering.wording import KINDS, facts, name_of, shortened
from vidiom.cli.streams import shown
from vidiom.schema.result import BatchResult, Result

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

    from vidiom.schema.provenance import Notice

__all__ = ["BatchPage", "DemoPage", "ResultPage", "demo_page", "result_page"]

_WIDEST = 120
_ITEM_NAMES = 4


def result_page(result: Result | BatchResult, *, media: str | None = None) -> RenderableType:
    """The page of a result or of a batch."""
    if isinstance(result, BatchResult):
        return BatchPage(result)
    return ResultPage(result, media)


def demo_page(result: Result, written: Path) -> RenderableType:
    """The page of the demo: the result, where it was written, and what to try next."""
    return DemoPage(ResultPage(result, "sample.mp4"), written)


@dataclass(frozen=True)
class _Sheet:
    """What a page is drawn on."""

    width: int
    glyphs: Glyphs
    colour: bool

    @classmethod
    def of(cls, console: Console, options: ConsoleOptions) -> _Sheet:
        colour = console.color_system is not None and not console.no_color
        return cls(min(options.max_width, _WIDEST), glyphs_for(options.encoding), colour)


@dataclass(frozen=True)
class ResultPage:
    """One result."""

    result: Result
    media: str | None

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """The sections that have something to say, with an empty line between them."""
        sheet = _Sheet.of(console, options)
        result = self.result
        yield from _title(result, self.media, sheet)
        lines = timeline(result, width=sheet.width, glyphs=sheet.glyphs, colour=sheet.colour)
        if lines:
            yield ""
            yield from lines
            yield from _scales(result)
        table = findings(result, width=sheet.width, glyphs=sheet.glyphs)
        yield from _section("Found", table)
        yield from _section("Summary", *summaries(result))
        yield from _section("Said", transcript(result, sheet.glyphs))
        colours = palette(result, width=sheet.width - 2, glyphs=sheet.glyphs, colour=sheet.colour)
        yield from _section("Dominant colors", colours)
        yield from _section("Please note", notices(result.notices, sheet.glyphs))


@dataclass(frozen=True)
class BatchPage:
    """A batch of images: one row for each."""

    batch: BatchResult

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """A table, and the notices."""
        sheet = _Sheet.of(console, options)
        batch = self.batch
        done = len(batch.results)
        yield Text(f"{done} of {len(batch.items)} images analysed by {_by(batch)}", "bold")
        yield ""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        table.add_column("image", style="bold", overflow="fold")
        table.add_column("found", overflow="fold")
        for item in batch.items:
            table.add_row(Text(shown(item.external_id)), _in_image(item.result, item.error))
        yield table
        yield from _section("Please note", notices(batch.notices, sheet.glyphs))


@dataclass(frozen=True)
class DemoPage:
    """The result of the demo."""

    page: ResultPage
    written: Path

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """The page, then where things are and where to go on."""
        yield ""
        yield self.page
        yield ""
        yield Text.assemble(("The whole result: ", "bold"), str(self.written), overflow="fold")
        yield Text(_CREDITS, "dim")
        yield ""
        yield Text("Next", "bold")
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(style="green", no_wrap=options.max_width >= _ROOMY)
        table.add_column(style="dim", overflow="fold")
        for command, meaning in _NEXT:
            table.add_row(command, meaning)
        yield Padding(table, (0, 0, 0, 2))


_ROOMY = 60
_CREDITS = (
    "Clip: NASA portrait (public domain), coffee by Rachel Michetti (CC0), Big Buck Bunny (c) 2008 "
    "Blender Foundation (CC BY 3.0), city (CC0); speech: LibriVox (public domain)."
)
_NEXT = (
    ("vidiom analyze VIDEO", "the same for a video, sound or image of yours"),
    ("vidiom analyze VIDEO --json", "the result for programs"),
    ("vidiom providers", "who else can be asked, and for what"),
)


def _title(result: Result, media: str | None, sheet: _Sheet) -> Iterator[RenderableType]:
    name = shown(media or result.media.title or "")
    title = Text(name, "bold")
    title.append(
        f"  analysed by {_by(result)}" if name else f"Analysed by {_by(result)}", "not bold dim"
    )
    yield title
    known = facts(result.media)
    if known:
        yield Text(sheet.glyphs.dot.join(known))


def _by(result: Result | BatchResult) -> str:
    origin = result.provenance
    account = f"/{shown(origin.account)}" if origin.account else ""
    return f"{shown(origin.provider)}{account} {shown(origin.adapter_version)}"


def _section(title: str, *contents: RenderableType | None) -> Iterator[RenderableType]:
    known = [content for content in contents if content is not None]
    if known:
        yield ""
        yield Text(title, "bold")
        yield from (Padding(content, (0, 0, 0, 2)) for content in known)


def _scales(result: Result) -> Iterator[RenderableType]:
    """What the lowest and the highest point of each curve are."""
    for signal in result.signals:
        known = [value for value in signal.values if not isnan(value)]
        if signal.timed and signal.subject is None and known:
            unit = f" {shown(signal.unit)}" if signal.unit else ""
            ends = f"{min(known):.1f} to {max(known):.1f}{unit}"
            yield Text(f"{shown(signal.name)}: {ends}", "dim")


def notices(found: tuple[Notice, ...], glyphs: Glyphs) -> Table | None:
    """What a reader must know, each once."""
    messages = dict.fromkeys(shown(notice.message) for notice in found)
    if not messages:
        return None
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
    table.add_column(style="yellow", no_wrap=True)
    table.add_column(overflow="fold")
    for message in messages:
        table.add_row(glyphs.bullet, Text(message))
    return table


def _in_image(result: Result | None, error: object) -> Text:
    if result is None:
        reason = getattr(error, "message", "no result")
        return Text(shown(str(reason)), "red")
    parts = []
    for kind, plural in KINDS.items():
        members = result.of(kind)
        if members and kind != "color":
            names = dict.fromkeys(name_of(one) for one in members)
            words = ", ".join([*names][:_ITEM_NAMES]) + (
                ", ..." if len(names) > _ITEM_NAMES else ""
            )
            parts.append(f"{len(members)} {plural}: {shortened(words, 120)}")
    return Text("\n".join(parts) or "nothing")
