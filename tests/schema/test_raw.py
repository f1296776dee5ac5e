"""Raw answers: bytes as received, in named parts."""

from __future__ import annotations

import copy
import hashlib
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidiom.schema.features import Feature
from vidiom.schema.raw import RawContext, RawPart, RawResult

CONTEXT = RawContext(
    job_id="j",
    asked_features=(Feature.SHOTS,),
    fetched_at=datetime(2025, 3, 1, tzinfo=UTC),
    failed_parts={"speech": "HTTP 500"},
    not_available={"captions": "not in the plan"},
)


@given(st.binary(max_size=40))
def test_a_part_keeps_its_bytes_and_knows_their_digest(content: bytes) -> None:
    part = RawPart("core", content, "application/json")
    assert part.content == content
    assert part.size == len(content)
    assert part.sha256 == hashlib.sha256(content).hexdigest()
    assert part.info().model_dump() == {
        "name": "core",
        "sha256": part.sha256,
        "size": len(content),
        "media_type": "application/json",
    }


def test_mapped_bytes_are_the_same_part() -> None:
    assert RawPart("a", memoryview(b"abc")) == RawPart("a", b"abc")
    assert RawPart("a", memoryview(b"abc")).sha256 == RawPart("a", b"abc").sha256


def test_an_answer_is_a_mapping_of_its_parts_in_the_order_of_their_arrival() -> None:
    raw = RawResult.of("x", {"core": b"1", "faces": b"2"}, CONTEXT)
    assert list(raw) == ["core", "faces"]
    assert len(raw) == 2
    assert raw["faces"].content == b"2"
    assert raw.get("speech") is None
    assert raw.context.failed_parts == {"speech": "HTTP 500"}
    assert raw.context.not_available == {"captions": "not in the plan"}


def test_an_answer_shows_none_of_its_content() -> None:
    raw = RawResult.of("x", {"core": b"canary-4711"})
    assert "canary" not in repr(raw)
    assert "canary" not in repr(raw["core"])


def test_the_parts_of_an_answer_cannot_be_changed() -> None:
    parts = {"core": RawPart("core", b"1")}
    raw = RawResult("x", parts)
    parts["more"] = RawPart("more", b"2")
    assert list(raw) == ["core"]
    with pytest.raises(TypeError):
        raw.parts["core"] = RawPart("core", b"2")  # type: ignore[index]


def test_numbered_parts_come_in_the_order_of_their_numbers() -> None:
    names = ["d/10", "d/2", "d/1", "core", "dd/0", "d/x", "d/²", "d/2/1"]
    raw = RawResult.of("x", dict.fromkeys(names, b""))
    found = [part.name for part in raw.under("d")]
    assert found == ["d/x", "d/²", "d/1", "d/2", "d/2/1", "d/10"]
    assert raw.under("core") == ()


def test_an_answer_can_be_pickled_and_copied() -> None:
    raw = RawResult.of("x", {"core": b"1"}, CONTEXT)
    for again in (
        pickle.loads(pickle.dumps(raw)),  # noqa: S301 - our own bytes
        copy.copy(raw),
        copy.deepcopy(raw),
    ):
        assert again == raw
        assert again.context == CONTEXT
