"""The tables that the benchmarks print, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "Bar",
    "Row",
    "Table",
    "at_least",
    "at_most",
    "duration",
    "per_second",
    "size",
    "times",
]


@dataclass(frozen=True)
class Bar:
    """What is aimed at, and whether this run reached it."""

    text: str
    met: bool


@dataclass(frozen=True)
class Row:
    """One line of a table; the first cell says what was measured."""

    cells: tuple[str, ...]
    bar: Bar | None = None


@dataclass(frozen=True)
class Table:
    """What one benchmark found."""

    title: str
    note: str
    """What was done, and what the baseline is."""
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def barred(self) -> tuple[Row, ...]:
        """The rows that have a bar."""
        return tuple(row for row in self.rows if row.bar is not None)

    def markdown(self) -> str:
        """The table as text, every column as wide as its widest cell."""
        head = [*self.columns, "bar", "met"] if self.barred else [*self.columns]
        body = [self._cells(row) for row in self.rows]
        widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        lines = [_line(cells, widths) for cells in (head, rule, *body)]
        return "\n".join([f"### {self.title}", "", self.note, "", *lines])

    def _cells(self, row: Row) -> list[str]:
        if not self.barred:
            return [*row.cells]
        bar = ("", "") if row.bar is None else (row.bar.text, "yes" if row.bar.met else "**no**")
        return [*row.cells, *bar]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(padded)} |"


def at_most(value: float, limit: float, text: str) -> Bar:
    """A bar that the value must not exceed."""
    return Bar(f"at most {text}", value <= limit)


def at_least(value: float, limit: float, text: str) -> Bar:
    """A bar that the value must reach."""
    return Bar(f"at least {text}", value >= limit)


def duration(seconds: float) -> str:
    """A time in the unit that reads best."""
    for unit, length in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(seconds) >= length:
            return f"{_short(seconds / length)} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def size(count: float) -> str:
    """Bytes in the unit that reads best."""
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= length:
            return f"{_short(count / length)} {unit}"
    return f"{count:.0f} B"


def per_second(count: float) -> str:
    """A rate."""
    return f"{count:,.0f}/s" if count >= 10 else f"{count:.2g}/s"


def times(ratio: float) -> str:
    """A ratio."""
    if 0 < ratio < 0.02:
        return f"1/{1 / ratio:,.0f} ×"  # noqa: RUF001
    return f"{ratio:.2f} ×" if ratio < 100 else f"{ratio:,.0f} ×"  # noqa: RUF001


def _short(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
