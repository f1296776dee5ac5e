"""The audit tells the truth about what an adapter reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
import pytest
from tests.client.fake_vendor import Fake

from vidiom.errors import MalformedAnswer
from vidiom.provider import ProviderSettings
from vidiom.provider.audit import Fate, audit
from vidiom.schema.raw import RawResult


class Spot(msgspec.Struct):
    at: float
    who: str | None = None


class Answer(msgspec.Struct, rename={"found": "detections"}):
    version: str
    found: dict[str, Spot]
    spots: list[Spot] | None = None
    extra: Any = None


class Audited(Fake):
    wire_types: ClassVar[Mapping[str, Any]] = {"core": Answer, "pages/*": list[Spot], "srt": bytes}
    redundant_paths: ClassVar[Mapping[str, str]] = {"core/by_second/*": "a copy, grouped"}


def fates(parts: Mapping[str, bytes]) -> dict[str, tuple[str, int]]:
    report = audit(Audited(ProviderSettings()), RawResult.of("fake", parts))
    return {f"{one.part}:{one.path}": (one.fate.value, one.count) for one in report.paths}


def test_each_path_has_the_fate_that_the_wire_types_give_it() -> None:
    assert fates(
        {
            "core": b'{"version": "1", "detections": {"7": {"at": 1, "colour": "red"}, "8": '
            b'{"at": 2}}, "spots": [{"at": 3, "who": null}], "extra": {"any": [1, 2]},'
            b' "by_second": [{"d": 1}, {"d": 2}], "news": true}'
        }
    ) == {
        "core:version": ("mapped", 1),
        "core:detections/*/at": ("mapped", 2),
        "core:detections/*/colour": ("unmapped", 1),
        "core:spots/*/at": ("mapped", 1),
        "core:spots/*/who": ("mapped", 1),
        "core:extra/any/*": ("mapped", 2),
        "core:by_second/*/d": ("redundant", 2),
        "core:news": ("unmapped", 1),
    }


def test_pages_are_found_by_their_pattern_and_texts_are_kept_whole() -> None:
    assert fates({"pages/3": b'[{"at": 1, "x": 2}]', "srt": b"not json"}) == {
        "pages/3:*/at": ("mapped", 1),
        "pages/3:*/x": ("unmapped", 1),
        "srt:": ("mapped", 1),
    }


def test_a_part_that_nobody_declared_is_unmapped_and_large_maps_are_folded() -> None:
    many = {str(n): n for n in range(50)}
    assert fates({"news": msgspec.json.encode({"by_id": many})}) == {
        "news:by_id/*": ("unmapped", 50)
    }


def test_retention_is_the_share_of_values_that_are_read_or_known() -> None:
    raw = RawResult.of("fake", {"core": b'{"version": "1", "by_second": [1, 2], "news": 1}'})
    report = audit(Audited(ProviderSettings()), raw)
    assert report.retention == pytest.approx(0.75)
    assert [report.count(fate) for fate in Fate] == [1, 2, 1]


def test_a_part_that_is_not_json_is_named() -> None:
    with pytest.raises(MalformedAnswer, match="the part 'core' is not JSON"):
        fates({"core": b"<html>"})
