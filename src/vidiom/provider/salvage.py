"""Reading JSON of which a part is not what the vendor documents: the good part is kept."""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Final, TypeAlias, TypeVar, Union, cast, get_args, get_origin

import msgspec

from vidiom.errors import MalformedAnswer
from vidiom.provider.notes import Notes
from vidiom.schema.columns import Column
from vidiom.schema.provenance import Source
from vidiom.schema.raw import Bytes, RawPart

__all__ = ["Salvage", "read_column", "read_document"]

T = TypeVar("T")

_Content: TypeAlias = "Bytes | msgspec.Raw"
_LOST: Final = object()
"""In place of a value of which nothing can be kept."""


def read_document(part: RawPart, into: type[T], notes: Notes, *, provider: str) -> T:
    """A part decoded; where a value does not fit, only this value is left out.

    Raises:
        MalformedAnswer: It is no JSON object, however leniently it is read.
    """
    document = Salvage(part.name, notes).read(part.content, into)
    if document is None:
        raise MalformedAnswer(
            f"the part {part.name!r} is no JSON object; was it cut short?",
            provider=provider,
            operation="normalize",
        )
    return document


@dataclass(frozen=True)
class Salvage:
    """Decodes into wire types, strictly first; only what fails is taken apart."""

    part: str
    notes: Notes

    def read(self, content: _Content, into: type[T], pointer: str = "") -> T | None:
        """The value, less what does not fit; ``None`` when nothing is left of it."""
        value = self._kept(content, into, pointer)
        # what is kept was decoded into `into` or put together from its declared members
        return None if value is _LOST else cast("T | None", value)

    def _kept(self, content: _Content, into: Any, pointer: str) -> object:  # noqa: ANN401 - a type expression
        try:
            value: object = msgspec.json.decode(content, type=into, dec_hook=read_column)
        except msgspec.ValidationError:
            return self._repaired(content, into, pointer)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            cleaned = self._cleaned(content, pointer)
            return _LOST if cleaned is None else self._kept(cleaned, into, pointer)
        return value

    def _cleaned(self, content: _Content, pointer: str) -> bytes | None:
        """JSON in which ``NaN`` and its like, which Python writes, are ``null``."""
        try:
            cleaned = msgspec.json.encode(json.loads(bytes(memoryview(content))))
            msgspec.json.decode(cleaned, type=msgspec.Raw)
        except (ValueError, RecursionError, OverflowError):
            return None
        self.notes.repaired(
            "The answer is not strict JSON (NaN, Infinity); such values were left out.",
            Source(self.part, pointer),
        )
        return cleaned

    def _repaired(self, content: _Content, into: Any, pointer: str) -> object:  # noqa: ANN401
        if bytes(memoryview(content)[:4]) == b"null":
            return _LOST  # as if it were absent
        for one in _alternatives(into):
            kept = self._rebuilt(content, one, pointer)
            if kept is not _LOST:
                return kept
        self.notes.repaired(
            "Values are not of the type that the vendor documents and were left out.",
            Source(self.part, pointer),
        )
        return _LOST

    def _rebuilt(self, content: _Content, into: Any, pointer: str) -> object:  # noqa: ANN401
        origin = get_origin(into)
        if origin in (list, tuple):
            items = self._split(content, list[msgspec.Raw], pointer)
            kept = [] if items is None else self._list(items, get_args(into)[0], pointer)
            return _LOST if items is None else origin(kept)
        if origin is dict:
            members = self._split(content, dict[str, msgspec.Raw], pointer)
            return _LOST if members is None else self._map(members, get_args(into)[1], pointer)
        if isinstance(into, type) and issubclass(into, msgspec.Struct):
            members = self._split(content, dict[str, msgspec.Raw], pointer)
            return _LOST if members is None else self._object(members, into, pointer)
        return self._scalar(content, into, pointer)

    def _split(self, content: _Content, into: type[T], pointer: str) -> T | None:
        try:
            return msgspec.json.decode(content, type=into, dec_hook=read_column)
        except msgspec.ValidationError:
            return None
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            cleaned = self._cleaned(content, pointer)
            return None if cleaned is None else self._split(cleaned, into, pointer)

    def _object(
        self, members: dict[str, msgspec.Raw], into: type[msgspec.Struct], pointer: str
    ) -> object:
        fields = {one.encode_name: one for one in msgspec.structs.fields(into)}
        kept = {
            fields[name].name: self._kept(raw, fields[name].type, f"{pointer}/{_step(name)}")
            for name, raw in members.items()
            if name in fields
        }
        try:
            return into(**{name: value for name, value in kept.items() if value is not _LOST})
        except TypeError:  # it cannot do without a member that is not there
            return _LOST

    def _map(self, members: dict[str, msgspec.Raw], inner: Any, pointer: str) -> object:  # noqa: ANN401
        kept = {
            name: self._kept(raw, inner, f"{pointer}/{_step(name)}")
            for name, raw in members.items()
        }
        return {name: value for name, value in kept.items() if value is not _LOST}

    def _list(self, items: list[msgspec.Raw], inner: Any, pointer: str) -> list[object]:  # noqa: ANN401
        kept = [self._kept(raw, inner, f"{pointer}/{index}") for index, raw in enumerate(items)]
        if get_origin(inner) is list:
            # a row that cannot be read keeps its place: its index is a frame or a second
            return [[] if value is _LOST else value for value in kept]
        if NoneType in get_args(inner):
            # so does any item, where the type has room for nothing in its place
            return [None if value is _LOST else value for value in kept]
        return [value for value in kept if value is not _LOST]

    def _scalar(self, content: _Content, into: Any, pointer: str) -> object:  # noqa: ANN401
        value = _converted(content, into)
        if value is not _LOST:
            self.notes.repaired(
                "Values are of another type than the vendor documents and were converted.",
                Source(self.part, pointer),
            )
        return value


def _alternatives(into: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type expression
    if get_origin(into) in (Union, UnionType):
        return tuple(one for one in get_args(into) if one is not NoneType)
    return (into,)


def _converted(content: _Content, into: Any) -> object:  # noqa: ANN401 - a type expression
    """A number written as text, or a text that came as a number."""
    try:
        if into is str:
            return str(msgspec.json.decode(content, type=int | float))
        if into is int:
            number = msgspec.json.decode(content, type=float, strict=False)
            return int(number) if number.is_integer() else _LOST
        value: object = msgspec.json.decode(content, type=into, strict=False, dec_hook=read_column)
    except (msgspec.DecodeError, ValueError, OverflowError):
        return _LOST
    return _LOST if isinstance(value, float) and not isfinite(value) else value


def read_column(_kind: type, values: object) -> Column:
    """A list of numbers as a column: a member of the type ``Column`` is held without a list."""
    if not isinstance(values, list):
        msg = "a column is a list of numbers"
        raise TypeError(msg)
    return array("d", values)


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
