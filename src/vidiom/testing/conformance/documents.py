"""JSON documents made wrong on purpose, and looked into."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, TypeAlias

import msgspec

__all__ = ["GARBAGE", "Json", "resolves", "with_unknown_members", "with_wrong_values"]

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


def with_wrong_values(document: bytes) -> Iterator[tuple[str, bytes]]:
    """The document with one value wrong, for each place; places in lists of one sort count once.

    The number is limited by the size of the document.
    """
    try:
        root: Json = msgspec.json.decode(document)
    except msgspec.DecodeError:
        return
    left = max(20, _MOST_BYTES // max(1, len(document)))
    for shape, holder, key in _places(root):
        for wrong in _WRONG:
            if left == 0:
                return
            left -= 1
            before = holder[key]  # type: ignore[index]  # a dict with its key or a list with its index
            holder[key] = wrong  # type: ignore[index]
            yield f"{shape} = {wrong!r}", msgspec.json.encode(root)
            holder[key] = before  # type: ignore[index]


def _places(root: Json) -> Iterator[tuple[str, dict[str, Json] | list[Json], str | int]]:
    seen: set[str] = set()
    stack: list[tuple[str, Json]] = [("", root)]
    while stack:
        path, value = stack.pop()
        if not isinstance(value, (dict, list)):
            continue
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in members:
            shape = f"{path}/{key if isinstance(value, dict) else '*'}"
            if shape not in seen:
                seen.add(shape)
                yield shape, value, key
            stack.append((shape, inner))


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
