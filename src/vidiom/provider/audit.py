"""The fate of every path of a raw answer: mapped, redundant, or unmapped, with counts."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import msgspec

from vidiom.errors import MalformedAnswer
from vidiom.provider.contract import Provider
from vidiom.schema.raw import RawPart, RawResult

__all__ = ["AuditReport", "Fate", "PathFate", "audit"]


class Fate(StrEnum):
    """What becomes of a value of the raw answer."""

    MAPPED = "mapped"
    """The adapter reads it into the result."""
    REDUNDANT = "redundant"
    """The adapter's list says that it repeats something that is read, or says nothing."""
    UNMAPPED = "unmapped"
    """It stands in the raw answer only."""


@dataclass(frozen=True, slots=True)
class PathFate:
    """One path with what becomes of the values below it."""

    part: str
    path: str
    """Keys joined by ``/``; ``*`` stands for every index of a list and every key of a map."""
    fate: Fate
    count: int
    """How many values (leaves) there are."""
    reason: str | None = None
    """Why a path is redundant."""


@dataclass(frozen=True)
class AuditReport:
    """All paths of an answer."""

    provider: str
    paths: tuple[PathFate, ...]

    def count(self, fate: Fate) -> int:
        """Values of this fate."""
        return sum(path.count for path in self.paths if path.fate is fate)

    @property
    def retention(self) -> float:
        """Share of the values that are mapped or redundant; 1 for an empty answer."""
        total = sum(path.count for path in self.paths)
        return 1.0 if not total else 1.0 - self.count(Fate.UNMAPPED) / total


def audit(provider: Provider, raw: RawResult) -> AuditReport:
    """Walk an answer and tell the fate of each of its paths.

    What is mapped follows from the wire types that the adapter decodes with: a member that no
    wire type declares cannot have been read.

    Raises:
        MalformedAnswer: A part that should be JSON is none.
    """
    found: list[PathFate] = []
    for part in raw.values():
        wire = _declared(provider.wire_types, part.name)
        if wire is bytes:
            found.append(PathFate(part.name, "", Fate.MAPPED, 1))
            continue
        counts: dict[tuple[str, Fate], int] = {}
        for path, fate in _leaves(_document(part), wire, ""):
            key = (path, fate)
            counts[key] = counts.get(key, 0) + 1
        found += _named(provider, part.name, counts)
    return AuditReport(provider.name, tuple(found))


def _declared(wire_types: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401
    for pattern, wire in wire_types.items():
        if fnmatchcase(name, pattern):
            return _readable(wire)
    return None


def _document(part: RawPart) -> object:
    try:
        return msgspec.json.decode(part.content)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MalformedAnswer(f"the part {part.name!r} is not JSON: {error}.") from None


def _named(
    provider: Provider, part: str, counts: Mapping[tuple[str, Fate], int]
) -> Iterator[PathFate]:
    for (path, fate), count in counts.items():
        if fate is Fate.MAPPED:
            yield PathFate(part, path, fate, count)
            continue
        reason = _redundant(provider.redundant_paths, f"{part}/{path}")
        yield PathFate(part, path, Fate.REDUNDANT if reason else fate, count, reason)


def _redundant(patterns: Mapping[str, str], path: str) -> str | None:
    return next((why for pattern, why in patterns.items() if fnmatchcase(path, pattern)), None)


#: Below this many different keys, an object that no type describes is shown key by key.
_MAP_FROM: Final = 40


def _leaves(value: object, wire: Any, path: str) -> Iterator[tuple[str, Fate]]:  # noqa: ANN401
    """Each leaf below a value, with what the wire type makes of it."""
    match value:
        case dict() if value:
            for key, below in value.items():
                step, inner = _member(wire, str(key), many=len(value) >= _MAP_FROM)
                yield from _leaves(below, inner, f"{path}/{step}" if path else step)
        case list() if value:
            inner = _item(wire)
            for below in value:
                yield from _leaves(below, inner, f"{path}/*" if path else "*")
        case _:
            yield path, Fate.UNMAPPED if wire is None else Fate.MAPPED


def _member(wire: Any, key: str, *, many: bool) -> tuple[str, Any]:  # noqa: ANN401
    """The step for a member of an object, and the type that it is read with."""
    if wire is _EVERYTHING:
        return ("*" if many else key), wire
    for one in _alternatives(wire):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            fields = _fields(one)
            if key in fields:
                return key, fields[key]
        elif get_origin(one) in (dict, Mapping):
            return "*", _readable(get_args(one)[1])
    return ("*" if many else key), None


def _item(wire: Any) -> Any:  # noqa: ANN401
    if wire is _EVERYTHING:
        return wire
    for one in _alternatives(wire):
        if get_origin(one) in (list, tuple):
            return _readable(get_args(one)[0])
        if one is array:
            return _EVERYTHING
    return None


_EVERYTHING: Final = object()
"""In place of a type: all below it is taken over as it is."""


def _readable(wire: Any) -> Any:  # noqa: ANN401
    return _EVERYTHING if wire in (Any, object, msgspec.Raw) else wire


def _alternatives(wire: Any) -> tuple[Any, ...]:  # noqa: ANN401
    if get_origin(wire) in (Union, UnionType):
        return tuple(one for one in get_args(wire) if one is not NoneType)
    return (wire,) if wire is not None else ()


@cache
def _fields(struct: type[msgspec.Struct]) -> Mapping[str, Any]:
    return {field.encode_name: _readable(field.type) for field in msgspec.structs.fields(struct)}
