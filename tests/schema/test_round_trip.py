"""Whatever a result says survives JSON, pickling and copying."""

from __future__ import annotations

import copy
import json
import math
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.schema.strategies import ALL_KINDS, batches, of_kind, results, signals, tracks

from vidiom.schema.boxes import Track
from vidiom.schema.detections import Detection
from vidiom.schema.jobs import JobRef
from vidiom.schema.provenance import Provenance
from vidiom.schema.result import BatchResult, Result
from vidiom.schema.signals import Signal

KINDS = [model.KIND for model in ALL_KINDS]
PROVENANCE = Provenance(provider="x", adapter_version="1")
few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
many = settings(few, max_examples=30)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@few
def test_a_detection_of_every_kind_survives_json(kind: str, data: st.DataObject) -> None:
    detection = data.draw(of_kind(kind))
    result = Result(detections=(detection,), provenance=PROVENANCE)
    again = Result.from_json(result.to_json())
    assert again == result
    assert type(again.detections[0]) is type(detection)
    assert again.detections[0].model_dump_json() == detection.model_dump_json()


@given(results())
@many
def test_a_result_survives_json(result: Result) -> None:
    assert Result.from_json(result.to_json()) == result
    assert Result.from_json(result.to_json(indent=1).encode()) == result


@given(results())
@many
def test_what_is_written_is_json_of_the_strict_sort(result: Result) -> None:
    json.loads(result.to_json(), parse_constant=pytest.fail)


@given(batches())
@many
def test_a_batch_survives_json(batch: BatchResult) -> None:
    assert BatchResult.from_json(batch.to_json()) == batch


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@few
def test_a_detection_of_every_kind_can_be_pickled_and_copied(
    kind: str, data: st.DataObject
) -> None:
    detection = data.draw(of_kind(kind))
    assert detection.duration >= 0  # a kept computation must not be in the way
    for again in (
        pickle.loads(pickle.dumps(detection)),  # noqa: S301 - our own bytes
        copy.copy(detection),
        copy.deepcopy(detection),
        detection.model_copy(),
        detection.model_copy(deep=True),
    ):
        assert again == detection
        assert hash(again) == hash(detection)
        assert again.duration == detection.duration


@given(results())
@many
def test_a_result_that_was_looked_at_can_be_pickled_and_copied(result: Result) -> None:
    seen = (result.at(1.0), result.faces, result.transcript.text, result.get("a"))
    for again in (
        pickle.loads(pickle.dumps(result)),  # noqa: S301 - our own bytes
        copy.copy(result),
        copy.deepcopy(result),
    ):
        assert again == result
        assert (again.at(1.0), again.faces, again.transcript.text, again.get("a")) == seen


@given(tracks)
def test_a_track_with_gaps_equals_itself_read_again(track: Track) -> None:
    again = Track.model_validate_json(track.model_dump_json())
    assert again == track
    assert copy.deepcopy(track) == track


@given(signals)
def test_a_signal_with_gaps_equals_itself_read_again(signal: Signal) -> None:
    again = Signal.model_validate_json(signal.model_dump_json())
    assert again == signal
    assert not again != signal  # noqa: SIM202 - the other operator is what is tested


def test_signals_that_differ_in_one_gap_are_different() -> None:
    one = Signal(id="a", name="n", values=[1.0, math.nan])
    assert one != Signal(id="a", name="n", values=[math.nan, 1.0])
    assert one != Signal(id="a", name="n", values=[1.0, 2.0])
    assert one != Signal(id="a", name="n", values=[1.0])
    assert one != Signal(id="b", name="n", values=[1.0, math.nan])
    assert one != "a"


def test_a_result_is_made_of_plain_dictionaries_too() -> None:
    plain = Result.model_validate(
        {
            "detections": [
                {"kind": "shot", "id": "s", "segments": [{"start": 0, "end": 1}]},
                {"kind": "face", "id": "f", "references": [{"role": "shot", "detection": "s"}]},
            ],
            "signals": [{"id": "g", "name": "n", "values": [1, None]}],
            "provenance": {"provider": "x", "adapter_version": "1"},
        }
    )
    assert plain.shots[0].segments[0].end == 1.0
    assert Result.from_json(plain.to_json()) == plain


def test_whole_seconds_given_as_integers_are_the_same_in_json() -> None:
    shot = {"kind": "shot", "id": "s", "segments": [{"start": 0, "end": 1}]}
    written = Result.model_validate({"detections": [shot], "provenance": PROVENANCE}).to_json()
    assert Result.from_json(written).shots[0].end == 1


def test_thumbnails_are_base64_that_everybody_reads() -> None:
    face = {"kind": "face", "id": "f", "thumbnail": b"\xfb\xff\xfe"}
    result = Result.model_validate({"detections": [face], "provenance": PROVENANCE})
    assert json.loads(result.to_json())["detections"][0]["thumbnail"] == "+//+"
    assert Result.from_json(result.to_json().replace("+//+", "-__-")) == result


def test_what_names_itself_can_be_a_key_and_what_has_columns_cannot() -> None:
    shot = {"kind": "shot", "id": "s", "attributes": {"n": [1]}}
    result = Result.model_validate({"detections": [shot], "provenance": PROVENANCE})
    assert set(result.detections) == {result.detections[0]}
    one = JobRef(provider="x", vendor_id="1", data={"host": "a"})
    assert {one: 1}[JobRef(provider="x", vendor_id="1", data={"host": "a"})] == 1
    assert one != JobRef(provider="x", vendor_id="1", data={"host": "b"})
    with pytest.raises(TypeError, match="unhashable"):
        hash(Signal(id="a", name="n", values=[]))


def test_the_base_of_all_kinds_is_no_kind() -> None:
    assert not hasattr(Detection, "KIND")
    assert len(set(KINDS)) == len(KINDS) == 21
