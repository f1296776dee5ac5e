"""Reading lists to their end: by offset, several pages at once, and without trusting the links.

The vendor's samples show ``next`` beyond the end and links to other hosts and resources; pages
may be smaller than asked for, and no order or snapshot is promised. So each page is asked for by
``offset``, which advances by what really came, and a total is believed no further than rows come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Final, Generic, TypeAlias, TypeVar

from msgspec import Raw

from vidiom.flow.effects import Flow, together
from vidiom.schema.raw import Bytes, RawPart
from vidiom_deepva.calls import Calls, opened, read

__all__ = ["Page", "Pages", "all_pages"]

P = TypeVar("P")
T = TypeVar("T")

_WAVE: Final = 16
"""Requests for each one in flight that are planned ahead: a total may be any number."""


@dataclass(frozen=True)
class Page(Generic[P]):
    """One page as it came."""

    count: int
    """Rows in it."""
    total: int | None
    """Rows that there are in all, if the vendor says so."""
    digest: bytes
    """Of its rows, to recognise a page that comes again."""
    content: P


Ask: TypeAlias = Callable[[int, int], Flow[Page[P]]]
"""Fetches the page at an offset, with a limit."""


@dataclass(frozen=True)
class Pages:
    """How an account's lists are read."""

    calls: Calls
    limit: int
    """Rows to ask for at once."""
    in_flight: int = 1

    def saved(self, path: str, prefix: str, *, operation: str) -> Flow[list[RawPart]]:
        """Every page of a list as a raw part ``prefix/offset``, as received."""

        def ask(offset: int, limit: int) -> Flow[Page[RawPart]]:
            query = _query(offset, limit)
            name = f"{prefix}/{offset}"
            part = yield from self.calls.save(path, name, query, operation=operation)
            page, _ = _page(part.content, part, operation)
            return page

        pages = yield from all_pages(ask, limit=self.limit, in_flight=self.in_flight)
        return [page.content for page in pages]

    def items(
        self, path: str, into: type[T], query: dict[str, str] | None = None, *, operation: str
    ) -> Flow[list[T]]:
        """Every item of a list."""
        ask = self._decoded(path, into, query or {}, operation)
        pages = yield from all_pages(ask, limit=self.limit, in_flight=self.in_flight)
        return list(chain.from_iterable(page.content for page in pages))

    def until(
        self,
        path: str,
        into: type[T],
        enough: Callable[[list[T]], bool],
        query: dict[str, str] | None = None,
        *,
        operation: str,
    ) -> Flow[list[T]]:
        """The items of a list, page after page, until the ones so far are enough."""
        ask = self._decoded(path, into, query or {}, operation)
        found: list[T] = []
        offset, last = 0, b""
        while True:
            page = yield from ask(offset, self.limit)
            found += page.content
            offset += page.count
            ended = not page.count or page.digest == last
            if ended or enough(found) or (page.total is not None and offset >= page.total):
                return found
            last = page.digest

    def _decoded(
        self, path: str, into: type[T], query: dict[str, str], operation: str
    ) -> Ask[list[T]]:
        def ask(offset: int, limit: int) -> Flow[Page[list[T]]]:
            asked = {**query, **_query(offset, limit)}
            content = yield from self.calls.content(path, asked, operation=operation)
            items: list[T] = []
            page, rows = _page(content, items, operation)
            items += [read(row, into, operation) for row in rows]
            return page

        return ask


def _query(offset: int, limit: int) -> dict[str, str]:
    return {"limit": str(limit), "offset": str(offset)}


def _page(content: Bytes, into: P, operation: str) -> tuple[Page[P], list[Raw]]:
    envelope = opened(content, operation)
    rows = envelope.data or []
    digest = hashlib.blake2b(digest_size=16)
    for row in rows:
        digest.update(memoryview(row))
    return Page(len(rows), envelope.total, digest.digest(), into), rows


def all_pages(ask: Ask[P], *, limit: int, in_flight: int) -> Flow[list[Page[P]]]:
    """Every page in the order of the offsets; those after the first are fetched at the same time.

    The first page tells how many rows the vendor gives at once, which may be fewer than asked for.
    """
    first = yield from ask(0, limit)
    pages = [first]
    if not first.count:
        return pages
    if first.total is None:  # also a bare array
        return [*pages, *(yield from _onwards(ask, first, limit, first.count))]
    step = first.count
    at = step
    seen = {first.digest}
    while at < first.total:
        planned = range(at, first.total, step)[: in_flight * _WAVE]
        stretches = yield from together(
            [_stretch(ask, one, min(one + step, first.total), step) for one in planned],
            limit=in_flight,
        )
        came = list(chain.from_iterable(stretches))
        pages += came
        at = planned[-1] + step
        if not stretches[-1][-1].count or seen.issuperset(page.digest for page in came):
            break  # fewer than the total said, or the same again and again: it lied
        seen.update(page.digest for page in came)
    rows = sum(page.count for page in pages)
    if rows > first.total or max(page.total or 0 for page in pages) > first.total:
        pages += yield from _onwards(ask, pages[-1], step, max(at, rows))
    return pages


def _stretch(ask: Ask[P], start: int, end: int, step: int) -> Flow[list[Page[P]]]:
    """The pages that cover a range of rows: one, or several where one comes short."""
    page = yield from ask(start, step)
    pages = [page]
    at = start + page.count
    while page.count and at < end:
        page = yield from ask(at, end - at)
        pages.append(page)
        at += page.count
    return pages


def _onwards(ask: Ask[P], last: Page[P], limit: int, offset: int) -> Flow[list[Page[P]]]:
    """Page after page until one is empty, or the same as the one before it."""
    pages: list[Page[P]] = []
    page = last
    while True:
        following = yield from ask(offset, limit)
        if not following.count or following.digest == page.digest:
            return pages
        pages.append(following)
        page, offset = following, offset + following.count
