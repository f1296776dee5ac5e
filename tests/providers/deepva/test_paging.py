"""Lists to their end, whatever the vendor says of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidiom.errors import MalformedAnswer
from vidiom.flow.effects import Answer, Effect, Send
from vidiom.schema.raw import RawPart
from vidiom.testing.scripted import answer, play, saved
from vidiom_deepva.calls import Calls
from vidiom_deepva.paging import Pages

Lie = Callable[["Listing", int, int], dict[str, Any] | list[Any]]


@dataclass
class Listing:
    """A vendor's list of numbers: how it pages, and what it says of itself."""

    size: int
    largest: int = 500
    lie: Lie | None = None
    asked: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, effect: Effect) -> Answer:
        assert isinstance(effect, Send)
        # whatever links say, the configured address is asked
        assert effect.url == "https://vendor.example/api/v1/jobs/j/detailed-results/"
        query = dict(effect.query)
        offset, limit = int(query["offset"]), int(query["limit"])
        self.asked.append((offset, limit))
        assert len(self.asked) < 5000, "asks on and on"
        page = self.honest(offset, limit) if self.lie is None else self.lie(self, offset, limit)
        return saved(answer(200, json.dumps(page).encode()), effect)

    def rows(self, offset: int, limit: int) -> list[int]:
        return list(range(self.size))[offset : offset + min(limit, self.largest)]

    def honest(self, offset: int, limit: int) -> dict[str, Any]:
        link = "http://elsewhere.example/api/v2/datasets/?offset=9999"
        return {
            "total": self.size,
            "offset": offset,
            "limit": limit,
            "next": link,
            "prev": link,
            "data": self.rows(offset, limit),
        }


def read(listing: Listing, *, limit: int = 500) -> list[int]:
    pages = Pages(Calls("https://vendor.example/api/v1", "a key"), limit, 4)
    path = "jobs/j/detailed-results/"
    parts: list[RawPart] = play(pages.saved(path, "detailed_results", operation="fetch"), listing)
    rows: list[int] = []
    for part in parts:
        page = json.loads(bytes(part.content))
        rows += page["data"] if isinstance(page, dict) else page
    assert len({part.name for part in parts}) == len(parts)
    return rows


@given(size=st.integers(0, 300), largest=st.integers(1, 60), limit=st.integers(1, 90))
def test_every_row_is_read_once_whatever_the_vendors_page_size(
    size: int, largest: int, limit: int
) -> None:
    assert read(Listing(size, largest), limit=limit) == list(range(size))


def test_a_limit_is_always_asked_for_and_what_the_vendor_gives_is_believed() -> None:
    listing = Listing(2000, largest=300)
    assert len(read(listing)) == 2000
    assert listing.asked[0] == (0, 500)
    assert listing.asked[1:] == [(at, 300) for at in range(300, 2000, 300)]


def test_eighteen_hundred_rows_in_tiny_pages() -> None:
    listing = Listing(1840, largest=2)
    assert read(listing) == list(range(1840))
    assert len(listing.asked) == 920


def test_a_page_that_comes_short_is_filled_up() -> None:
    def short(listing: Listing, offset: int, limit: int) -> dict[str, Any]:
        page = listing.honest(offset, limit)
        page["data"] = page["data"][:7] if offset in (20, 27) else page["data"]
        return page

    listing = Listing(60, largest=20, lie=short)
    assert read(listing) == list(range(60))
    assert listing.asked == [(0, 500), (20, 20), (27, 13), (34, 6), (40, 20)]


def test_a_total_that_shrinks_ends_where_the_rows_do() -> None:
    def shrinking(listing: Listing, offset: int, limit: int) -> dict[str, Any]:
        return {**listing.honest(offset, limit), "total": 5000 if offset == 0 else listing.size}

    listing = Listing(1200, largest=100, lie=shrinking)
    assert read(listing) == list(range(1200))
    assert len(listing.asked) <= 65 + 1


def test_a_total_that_grows_is_followed() -> None:
    def growing(listing: Listing, offset: int, limit: int) -> dict[str, Any]:
        return {**listing.honest(offset, limit), "total": 30 if offset == 0 else listing.size}

    assert read(Listing(75, largest=10, lie=growing)) == list(range(75))


@pytest.mark.parametrize("total", [10**30, 10**12, 5000])
def test_an_absurd_total_is_not_believed(total: int) -> None:
    def absurd(listing: Listing, offset: int, limit: int) -> dict[str, Any]:
        return {**listing.honest(offset, limit), "total": total}

    listing = Listing(40, largest=10, lie=absurd)
    assert read(listing) == list(range(40))
    assert len(listing.asked) < 70


@pytest.mark.parametrize("total", [None, "many", -1, 0, 1.5])
def test_without_a_usable_total_pages_are_read_until_one_is_empty(total: object) -> None:
    def silent(listing: Listing, offset: int, limit: int) -> dict[str, Any]:
        return {**listing.honest(offset, limit), "total": total}

    assert read(Listing(45, largest=10, lie=silent)) == list(range(45))


def test_a_bare_array_is_read_like_a_page() -> None:
    def bare(listing: Listing, offset: int, limit: int) -> list[int]:
        return listing.rows(offset, limit)

    assert read(Listing(45, largest=10, lie=bare)) == list(range(45))


def test_a_vendor_that_does_not_know_offsets_is_asked_no_more_than_needed() -> None:
    def everything(listing: Listing, _offset: int, _limit: int) -> dict[str, Any]:
        return {"total": None, "data": list(range(listing.size))}

    listing = Listing(30, lie=everything)
    assert read(listing) == list(range(30))
    assert len(listing.asked) == 2


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"null", b'"x"', b'{"data": 3}', b""])
def test_what_is_no_list_is_malformed(body: bytes) -> None:
    pages = Pages(Calls("https://vendor.example/api/v1", "a key"), 500, 4)

    def respond(effect: Effect) -> Answer:
        assert isinstance(effect, Send)
        return saved(answer(200, body), effect)

    with pytest.raises(MalformedAnswer):
        play(pages.saved("jobs/", "jobs", operation="fetch"), respond)
