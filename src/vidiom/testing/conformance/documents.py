"""JSON documents made wrong on purpose, and looked into."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, TypeAlias

import msgspec

__all__ = ["GARBAGE", "Json", "resolves", "shortened", "with_unknown_members", "with_wrong_values"]

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"

GARBAGE: Final = (
    b"",
    b"<!doctype html><title>One moment please</title>",
    b"{",
    b'{"id": ',
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"0",
    b"\xff\xfe\x00",
    b'{"a": NaN}',
    b"[" * 100_000,
)
"""What vendors answer now and then in the place of their JSON."""

_WRONG: Final[tuple[Json, ...]] = (None, "a word", -1, 1e300, True, [], {})
_MOST_BYTES: Final = 100_000_000
_STRANGE: Final[Json] = {"new": [1, "two", None]}


def with_unknown_members(document: bytes, maps: Collection[str]) -> bytes:
    """The document with one member more in every object, but for those keyed by ids."""

    def more(value: Json, name: str) -> Json:
        if isinstance(value, list):
            return [more(one, name) for one in value]
        if not isinstance(value, dict):
            return value
        inner = {key: more(one, key) for key, one in value.items()}
        return inner if name in maps else inner | {"x-unknown": _STRANGE}

    return msgspec.json.encode(more(msgspec.json.decode(document), ""))


def with_wrong_values(
    document: bytes, maps: Collection[str] = (), done: set[str] | None = None
) -> Iterator[tuple[str, bytes]]:
    """The document with one value wrong, for each sort of place.

    Of one sort are the places in a list, and those in an object keyed by ids, which is named in
    ``maps``. Lists are shortened before: of items that are alike, the first and the last stay.
    The number is limited by the size of the document.

    Args:
        document: JSON; of anything else there is nothing.
        maps: Members whose objects are keyed by ids.
        done: Sorts of places that other documents of this sort had; those of this one are added.
    """
    try:
        whole: Json = msgspec.json.decode(document)
    except msgspec.DecodeError:
        return
    root = _shortened(whole)
    left = max(20, _MOST_BYTES // max(1, len(document)))
    for shape, holder, key in _places(root, maps, set() if done is None else done):
        for wrong in _WRONG:
            if left == 0:
                return
            left -= 1
            before = holder[key]  # type: ignore[index]  # a dict with its key or a list with its index
            holder[key] = wrong  # type: ignore[index]
            yield f"{shape} = {wrong!r}", msgspec.json.encode(root)
            holder[key] = before  # type: ignore[index]


def shortened(document: bytes) -> bytes:
    """JSON with shorter lists, for reading it many times; anything else as it is."""
    try:
        return msgspec.json.encode(_shortened(msgspec.json.decode(document)))
    except msgspec.DecodeError:
        return document


def _shortened(value: Json) -> Json:
    """Of each list the first item, the last, and those that have a place of a new sort."""
    if isinstance(value, dict):
        return {key: _shortened(one) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    kept: list[Json] = []
    seen: set[str] = set()
    for index, one in enumerate(value):
        sorts = set(_sorts(one))
        if index in (0, len(value) - 1) or not sorts <= seen:
            kept.append(_shortened(one))
        seen |= sorts
    return kept


def _sorts(value: Json, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _sorts(one, f"{path}/{key}")
    elif isinstance(value, list):
        for one in value:
            yield from _sorts(one, f"{path}/*")
    yield f"{path} {type(value).__name__}"


def _places(
    root: Json, maps: Collection[str], done: set[str]
) -> Iterator[tuple[str, dict[str, Json] | list[Json], str | int]]:
    stack: list[tuple[str, str, Json]] = [("", "", root)]
    while stack:
        path, name, value = stack.pop()
        if not isinstance(value, (dict, list)):
            continue
        alike = isinstance(value, list) or name in maps
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in members:
            shape = f"{path}/{'*' if alike else key}"
            if shape not in done:
                done.add(shape)
                yield shape, value, key
            stack.append((shape, "" if isinstance(value, list) else str(key), inner))


def resolves(pointer: str, document: Json) -> bool:
    """Whether a JSON pointer (RFC 6901) leads to a value of the document."""
    if pointer == "":
        return True
    if not pointer.startswith("/"):
        return False
    for step in pointer[1:].split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return False
    return True
