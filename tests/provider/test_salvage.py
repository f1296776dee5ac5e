"""Reading answers of which a part is damaged: what is good is kept, what is not is counted."""

from __future__ import annotations

from array import array

import msgspec
import pytest

from vidiom.errors import MalformedAnswer
from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage, read_document
from vidiom.schema.columns import Column
from vidiom.schema.raw import RawPart


class Face(msgspec.Struct, gc=False):
    name: str | None = None
    vector: Column | None = None


class Named(msgspec.Struct, gc=False):
    name: str


class Answer(msgspec.Struct, gc=False):
    faces: list[Face] = []


def read(content: bytes, notes: Notes) -> Answer | None:
    return Salvage("core", notes).read(content, Answer)


def test_a_list_of_numbers_is_read_as_a_column_of_doubles() -> None:
    notes = Notes()
    answer = read(b'{"faces": [{"vector": [0.1, -2, 3e-1]}]}', notes)
    assert answer == Answer([Face(vector=array("d", [0.1, -2.0, 0.3]))])
    assert list(notes.notices()) == []


@pytest.mark.parametrize("vector", [b'"0.1"', b"7", b'[0.1, "a"]', b"[[0.1]]", b"[null]", b"{}"])
def test_a_column_with_a_wrong_value_is_left_out_as_a_whole_and_said_to_be(vector: bytes) -> None:
    notes = Notes()
    answer = read(b'{"faces": [{"name": "Ada", "vector": ' + vector + b"}]}", notes)
    assert answer == Answer([Face(name="Ada")])
    assert [one.source.pointer for one in notes.notices() if one.source] == ["/faces/0/vector"]


def test_an_item_that_cannot_be_read_does_not_take_its_neighbours_along() -> None:
    notes = Notes()
    answer = read(b'{"faces": [{"name": "Ada"}, 7, {"name": 8}]}', notes)
    assert answer == Answer([Face(name="Ada"), Face(name="8")])
    assert sum(one.count or 0 for one in notes.notices()) == 2


def test_an_item_without_a_member_that_it_must_have_is_left_out() -> None:
    notes = Notes()
    content = b'[{"name": "Ada"}, {"name": null}, {}]'
    assert Salvage("core", notes).read(content, list[Named]) == [Named("Ada")]
    assert [one.code for one in notes.notices()] == ["repaired"]


def test_what_cannot_be_read_keeps_its_place_where_nothing_may_stand_there() -> None:
    notes = Notes()
    read = Salvage("core", notes).read(b'[{"name": "Ada"}, 7, {"name": "Bo"}]', list[Named | None])
    assert read == [Named("Ada"), None, Named("Bo")]
    assert [one.source.pointer for one in notes.notices() if one.source] == ["/1"]


def test_the_error_for_a_document_that_is_none_names_part_and_provider() -> None:
    part = RawPart("core", b'{"faces": [')
    with pytest.raises(MalformedAnswer, match="'core' is no JSON object") as raised:
        read_document(part, Answer, Notes(), provider="someone")
    assert raised.value.provider == "someone"
