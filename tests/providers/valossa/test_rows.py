"""What is decoded a stretch at a time is what it would be, decoded at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage
from vidiom_valossa import rows
from vidiom_valossa.rows import members


@pytest.fixture(scope="module", autouse=True)
def _short_stretches() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_STRETCH", 10)
        yield


def read(content: bytes) -> tuple[dict[str, Any], int]:
    """All members, and in how many stretches they came."""
    found: dict[str, Any] = {}
    stretches = list(members(msgspec.Raw(content), dict))
    for stretch in stretches:
        found |= msgspec.json.decode(stretch) if isinstance(stretch, msgspec.Raw) else stretch
    return found, len(stretches)


WORDS = st.sampled_from(['},"1":{', "\\", '"', "}", ' , "2" : {', "é", ""])
ITEMS = st.recursive(
    st.dictionaries(WORDS, WORDS | st.integers(), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from(["1", "22", "a"]), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.from_regex(r"[0-9]{1,3}|[a-z]", fullmatch=True), ITEMS, max_size=8),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " : ")]),
)
def test_they_are_the_same_however_they_are_written(
    document: dict[str, Any], separators: tuple[str, str]
) -> None:
    text = json.dumps(document, separators=separators, ensure_ascii=False)
    assert read(text.encode())[0] == document


def test_they_come_in_stretches() -> None:
    document = {str(number): {"t": "x"} for number in range(10)}
    assert read(json.dumps(document).encode()) == (document, 10)


def test_what_only_looks_like_an_end_makes_one_of_all_that_follows() -> None:
    nested = {"a": {"x": 1}, "7": {"y": 2}}
    document = {"1": {"t": "x"}, "2": nested, "3": {"t": "z"}}
    assert read(json.dumps(document).encode()) == (document, 2)


def test_what_does_not_fit_is_handed_out_as_it_is() -> None:
    content = b'{"1":{"t":"xxxxxx"},"2":{"t":5},"3":{"t":"z"}}'
    stretches = members(msgspec.Raw(content), dict[str, str])
    kept = [one if isinstance(one, dict) else bytes(one) for one in stretches]
    assert kept == [{"1": {"t": "xxxxxx"}}, b'{"2":{"t":5}}', {"3": {"t": "z"}}]


class Item(msgspec.Struct):
    d: str | None = None
    c: float | None = None


TRICKY: list[object] = ["1", "],[", "] , [1,2", '\\"],[{"', "é"]
VALUES = st.sampled_from([*TRICKY, 5, 0.5, None, True, [[1], [2]], {}])


@given(
    st.lists(st.lists(st.fixed_dictionaries({"d": VALUES, "c": VALUES}), max_size=3), max_size=8),
    st.sampled_from([(",", ":"), (" ,\n", " : ")]),
)
def test_rows_with_wrong_values_are_the_same_and_said_once(
    document: list[list[dict[str, Any]]], separators: tuple[str, str]
) -> None:
    text = json.dumps(document, separators=separators, ensure_ascii=False).encode()
    together, apart = Salvage("core", Notes()), Salvage("core", Notes())
    expected = together.read(text, list[list[Item]], "/x")
    found: list[list[Item]] = []
    for first, stretch in rows.rows(msgspec.Raw(text), Item, apart, "/x"):
        assert first == len(found)
        found += stretch
    assert found == expected
    assert list(apart.notes.notices()) == list(together.notes.notices())
