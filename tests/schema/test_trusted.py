"""Models built without checks are the models that the checks would have made."""

from __future__ import annotations

import pickle

import pytest
from pydantic import ValidationError

from vidiom import Color, Label, Speech
from vidiom.schema.segments import Segment, Word
from vidiom.schema.trusted import trusted


def test_it_is_the_same_model() -> None:
    fields: dict[str, object] = {
        "text": "ahoy",
        "id": "1",
        "label": "ahoy",
        "segments": (Segment(1.0, 2.0),),
        "words": (Word("ahoy", 1.0, 2.0),),
    }
    built, checked = trusted(Speech)(**fields), Speech.model_validate(fields)
    assert built == checked
    assert hash(built) == hash(checked)
    assert repr(built) == repr(checked)
    assert built.model_dump_json() == checked.model_dump_json()
    assert pickle.loads(pickle.dumps(built)) == checked  # noqa: S301 - our own
    assert built.model_copy(deep=True) == checked
    assert built.duration == 1.0
    assert "kind" in built.model_fields_set


def test_what_may_be_changed_is_not_shared() -> None:
    build = trusted(Label)
    one, other = (build(id=name, label="boat") for name in "12")
    one.attributes["rank"] = 1
    assert other.attributes == {}
    kept: dict[str, object] = {"rank": 2}
    assert build(id="3", label="boat", attributes=kept).attributes is kept


def test_a_copy_leaves_the_others_as_they_are() -> None:
    build = trusted(Color)
    one = build(id="1", label="#1a2b3c", rgb="#1a2b3c")
    other = one.model_copy(update={"share": 0.5})
    assert (one.share, other.share) == (None, 0.5)
    assert build(id="2", label="#1a2b3c", rgb="#1a2b3c").share is None


def test_it_is_as_frozen_as_any() -> None:
    one = trusted(Color)(id="1", label="#1a2b3c", rgb="#1a2b3c")
    with pytest.raises(ValidationError, match="frozen"):
        one.share = 0.5  # type: ignore[misc]
