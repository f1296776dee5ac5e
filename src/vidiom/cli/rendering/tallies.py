"""Many jobs as a page: counts by state, for all and for each account that is not done."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group
from rich.table import Table
from rich.text import Text

from vidiom.cli.rendering.jobs import STYLES
from vidiom.cli.streams import shown
from vidiom.client.campaigns import Tally

__all__ = ["tallies_page"]


def tallies_page(total: Tally, unfinished: Mapping[str, Tally]) -> Group:
    """A line for each account that has something left to do, and one for everything."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("account", no_wrap=True, style="bold")
    table.add_column("jobs", justify="right")
    table.add_column("states", overflow="fold")
    for name, tally in unfinished.items():
        table.add_row(shown(name), str(sum(tally.states.values())), _states(tally))
    table.add_row("all", str(sum(total.states.values())), _states(total))
    if unfinished:
        last = Text("`vidiom resume` brings what is left to its end.", "dim")
    else:
        last = Text("Nothing is left to do.", "dim")
    return Group(table, "", last)


def _states(tally: Tally) -> Text:
    words = Text(", ").join(
        Text(f"{count} {state.value.replace('_', ' ')}", STYLES.get(state, "cyan"))
        for state, count in tally.states.items()
    )
    if tally.uncollected:
        words.append(f", {tally.uncollected} to collect", "yellow")
    return words
