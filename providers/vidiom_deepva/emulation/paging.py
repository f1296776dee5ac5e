"""Lists: their envelope, the vendor's oddities in it, and what may be wrong with a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from vidiom.emulation.refusal import Json, Refusal

__all__ = ["Page", "Window", "spoiled"]

_LIMIT: Final = 10  # https://docs.deepva.com/endpoints
_ELSEWHERE: Final = "http://api.deepva.example"


@dataclass(frozen=True)
class Window:
    """Which rows are asked for."""

    limit: int
    offset: int

    @classmethod
    def of(cls, query: Mapping[str, str], largest: int | None) -> Window:
        """The window of a query; of larger pages than there are, the largest is given.

        Raises:
            Refusal: It is no window.
        """
        limit, offset = query.get("limit", str(_LIMIT)), query.get("offset", "0")
        if not limit.isdecimal() or not offset.isdecimal() or not int(limit):
            raise Refusal(400, "Invalid limit or offset")
        return cls(min(int(limit), largest or int(limit)), int(offset))


@dataclass(frozen=True)
class Page:
    """One page of a list (https://docs.deepva.com/pagination)."""

    rows: list[Json]
    window: Window
    total: int
    address: str
    """Of the list, without a query."""
    bare: bool = False

    @classmethod
    def cut(cls, rows: Sequence[Json], window: Window, address: str, *, bare: bool) -> Page:
        """The rows of the window."""
        end = window.offset + window.limit
        return cls([*rows[window.offset : end]], window, len(rows), address, bare)

    def written(self) -> Json | list[Json]:
        """As the documentation's samples are: with a next page beyond the end, and without TLS."""
        if self.bare:
            return self.rows
        limit, offset = self.window.limit, self.window.offset
        return {
            "total": self.total,
            "offset": offset,
            "limit": limit,
            "next": self._link(limit, offset + limit),
            "prev": self._link(limit, max(0, offset - limit)),
            "data": self.rows,
        }

    def _link(self, limit: int, offset: int) -> str:
        address = self.address.replace("https://", "http://", 1)
        return f"{address}?{urlencode({'limit': limit, 'offset': offset})}"


def spoiled(rows: Sequence[Json], page: Page, kind: str | None) -> Json | list[Json]:
    """The page as it is written when this is wrong with it.

    Args:
        rows: All rows of the list.
        page: The right page.
        kind: One of ``PAGE_FAULTS``; ``None`` for nothing.
    """
    told = page.written()
    if kind is None:
        return told
    if isinstance(told, list) or kind == "bare_list":
        return page.rows
    return _SPOILED[kind](rows, page, told) if kind in _SPOILED else told


def _lying_next(rows: Sequence[Json], page: Page, told: Json) -> Json:
    """No next page where there is one; where there is none, one on another machine."""
    more = page.window.offset + len(page.rows) < len(rows)
    link = None if more else f"{_ELSEWHERE}/jobs/?offset={10 * len(rows)}"
    return {**told, "next": link, "prev": link}


def _shrinking_total(_rows: Sequence[Json], page: Page, told: Json) -> Json:
    """Fewer than there are, although never fewer than were seen."""
    seen = page.window.offset + len(page.rows)
    return {**told, "total": max(seen, page.total - page.total // 3)}


def _duplicate_rows(rows: Sequence[Json], page: Page, told: Json) -> Json:
    """The page begins with the last row of the one before it, and has no more rows for that."""
    start = max(0, page.window.offset - 1)
    return {**told, "data": [*rows[start : start + page.window.limit]]}


def _short_page(_rows: Sequence[Json], page: Page, told: Json) -> Json:
    """A third of what was asked, and the limit that would have been."""
    return {**told, "data": page.rows[: max(1, len(page.rows) // 3)]}


def _string_times(_rows: Sequence[Json], page: Page, told: Json) -> Json:
    """As an older page of the documentation types them."""
    times = ("time_start", "time_end")
    data = [{**row, **{name: str(row[name]) for name in times if name in row}} for row in page.rows]
    return {**told, "data": data}


def _missing_keys(_rows: Sequence[Json], page: Page, told: Json) -> Json:
    """Rows without all that the documentation has no promise for."""
    kept = ("frame_start", "time_start", "time_end", "module", "meta", "type", "id")
    data = [{name: row[name] for name in kept if name in row} for row in page.rows]
    return {name: value for name, value in {**told, "data": data}.items() if name != "prev"}


def _damaged_row(_rows: Sequence[Json], page: Page, told: Json) -> Json:
    """The first row of the page has times and a meta that cannot be."""
    if not page.rows:
        return told
    damaged = {**page.rows[0], "time_start": "soon", "time_end": -1, "meta": "?", "detections": {}}
    return {**told, "data": [damaged, *page.rows[1:]]}


_SPOILED: Final[Mapping[str, Callable[[Sequence[Json], Page, Json], Json]]] = {
    "lying_next": _lying_next,
    "shrinking_total": _shrinking_total,
    "duplicate_rows": _duplicate_rows,
    "short_page": _short_page,
    "string_times": _string_times,
    "missing_keys": _missing_keys,
    "damaged_row": _damaged_row,
}
