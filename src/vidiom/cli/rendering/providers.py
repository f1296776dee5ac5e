"""Installed providers as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vidiom.cli.streams import shown
from vidiom.client.provider_info import ProviderInfo

__all__ = ["providers_page"]


def providers_page(found: Sequence[ProviderInfo]) -> RenderableType:
    """A block for each provider; broken ones come with the reason."""
    if not found:
        return Text("No provider is installed.")
    blocks: list[RenderableType] = []
    for number, info in enumerate(found):
        if number:
            blocks.append("")
        blocks += _block(info)
    return Group(*blocks)


def _block(info: ProviderInfo) -> Iterator[RenderableType]:
    heading = Text(shown(info.name), "bold")
    if info.fault is not None:
        heading.append("  broken", "red")
    else:
        version = "" if info.version is None else f" {info.version}"
        heading.append("  " + shown(f"{info.title or info.name}{version}"), "not bold")
    yield heading
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="dim", no_wrap=True, min_width=6)
    table.add_column(overflow="fold")
    for name, words in _facts(info):
        table.add_row(name, Text(shown(words)))
    yield Padding(table, (0, 0, 0, 2))


def _facts(info: ProviderInfo) -> Iterator[tuple[str, str]]:
    if info.fault is not None:
        yield "why", info.fault
    if info.standing is not None:
        yield "tried", info.standing
    if info.media:
        yield "takes", ", ".join(info.media)
    if info.features:
        yield "finds", ", ".join(feature.value for feature in info.features)
    for number, (operation, reason) in enumerate(info.unsupported.items()):
        yield "" if number else "cannot", f"{operation}: {reason}"
    if info.distribution is not None:
        yield "from", f"the package {info.distribution}"
