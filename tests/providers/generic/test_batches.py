"""The answer to a batch: one item for each image, whatever the vendor leaves out or repeats."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.providers.generic.playing import adapter, batch_order, payload

import vidiom
from vidiom.errors import MalformedAnswer, TransportError
from vidiom.schema.jobs import JobRef
from vidiom.testing import answer, play
from vidiom.testing.scripted import NOON, in_turn

GOOD = {"tags": [{"tag": "street", "probability": 0.58}]}


def answered(*items: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps({"job_id": "b1", "status": "finished", "items": list(items)}).encode()


def item(name: object, result: object = GOOD) -> dict[str, object]:
    return {"external_id": name, "result": result}


def read(asked: list[str], *items: Any) -> vidiom.BatchResult:  # noqa: ANN401 - JSON
    manifest = {"jobs": [{"external_ids": asked, "part": "images/0"}]}
    parts = {"batch": json.dumps(manifest).encode(), "images/0": answered(*items)}
    return vidiom.normalize_batch("generic", parts)


def names(batch: vidiom.BatchResult) -> list[str]:
    return [one.external_id for one in batch.items]


def codes(batch: vidiom.BatchResult) -> list[str]:
    return [one.code for one in batch.notices]


def test_an_image_has_tags_persons_and_writing_without_times() -> None:
    batch = vidiom.normalize_batch("generic", {"images/0": payload("images.finished")})
    poster = batch["poster-001"].result
    assert poster is not None
    assert poster.media.type == "image"
    assert [(one.label, one.confidence, one.attributes) for one in poster.labels] == [
        ("billboard", 0.97, {"is_critical": False}),
        ("weapon", 0.64, {"is_critical": True}),
        ("street", 0.58, {}),
    ]
    (person,) = poster.persons
    assert person.age == vidiom.schema.detections.AgeRange(7, 7)
    assert person.gender is None, "unidentified is not known"
    assert person.embedding is not None
    assert list(person.embedding.values) == [0.11, -0.04, 0.083, -0.217]
    assert [(one.text, one.language, one.segments) for one in poster.texts] == [
        ("Grand opening", "en", ())
    ]
    assert batch.errors.keys() == {"poster-003"}
    assert batch["poster-003"].error == vidiom.schema.result.ItemFailure(
        code="unsupported_format", message="Item could not be decoded as an image."
    )


def test_a_time_on_an_image_is_ignored() -> None:
    line = {"full_text": "42", "time_segment": {"start_seconds": 0, "end_seconds": 1}}
    batch = read(["a"], item("a", {"ocr_results": [line]}))
    assert [one.segments for one in batch.results["a"].texts] == [()]


@pytest.mark.parametrize("name", ["v1", "v2", "v3", "v4", "v5", "v6", "v7"])
def test_every_spelling_of_a_failed_item_is_a_failure_that_names_its_image(name: str) -> None:
    content = payload("images.finished.failed_item_variants")
    batch = vidiom.normalize_batch("generic", {"images/0": content})
    failure = batch[name].error
    assert batch[name].result is None
    assert failure is not None
    assert failure.message


def test_items_come_in_the_order_of_the_batch_and_not_of_the_answer() -> None:
    batch = read(["a", "b", "c"], item("c"), item("a"), item("b"))
    assert names(batch) == ["a", "b", "c"]
    assert batch.items[0].result is not None
    (label,) = batch.items[0].result.labels
    assert label.source is not None
    assert label.source.pointer == "/items/1/result/tags/0"


def test_an_image_that_the_answer_leaves_out_is_a_failure() -> None:
    batch = read(["a", "b"], item("a"))
    assert names(batch) == ["a", "b"]
    assert batch["b"].error is not None
    assert batch["b"].error.code == "missing"


def test_an_item_that_was_not_asked_for_is_kept_with_a_notice() -> None:
    batch = read(["a"], item("a"), item("stranger"))
    assert names(batch) == ["a", "stranger"]
    assert codes(batch) == ["assumed"]


def test_items_without_ids_are_matched_by_place_where_the_counts_agree() -> None:
    batch = read(["a", "b"], {"result": GOOD}, {"error": "no picture"})
    assert (names(batch), list(batch.errors)) == (["a", "b"], ["b"])
    assert codes(batch) == ["assumed"]


def test_items_without_ids_are_never_guessed_where_the_counts_differ() -> None:
    batch = read(["a", "b", "c"], {"result": GOOD}, item("b"))
    assert list(batch.results) == ["b", "item 0"]
    assert set(batch.errors) == {"a", "c"}


def test_an_id_that_the_answer_repeats_costs_no_item() -> None:
    batch = read(["a", "b"], item("a"), item("a", {"tags": []}))
    assert names(batch) == ["a", "a (2)", "b"]
    assert batch["b"].error is not None
    assert "repaired" in codes(batch)


def test_a_number_as_an_id_is_the_text_of_it() -> None:
    assert names(read(["7"], item(7))) == ["7"]


@pytest.mark.parametrize("rubbish", [None, 7, "x", [], {}])
def test_an_item_that_is_none_is_a_failure(rubbish: object) -> None:
    batch = read(["a", "b"], item("a"), rubbish)
    assert list(batch.results) == ["a"]
    assert list(batch.errors) == ["b"]


def test_a_damaged_value_in_one_image_is_told_of_in_that_image() -> None:
    batch = read(["a", "b"], item("a", {"tags": [7, {"tag": "x"}]}), item("b"))
    assert [one.label for one in batch.results["a"].labels] == ["x"]
    assert [one.code for one in batch.results["a"].notices] == ["repaired"]
    assert batch.results["b"].notices == ()


def test_new_findings_of_an_image_are_told_of() -> None:
    batch = read(["a"], item("a", {"tags": [], "logos": [1]}))
    assert [one.code for one in batch.results["a"].notices] == ["unmapped"]


@pytest.mark.parametrize(
    "content", [b'{"status": "finished"}', b'{"result": {}}', b"{", payload("images.failed")]
)
def test_an_answer_without_items_is_malformed_where_nobody_knows_the_images(content: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        vidiom.normalize_batch("generic", {"images/0": content})


# --- joined ---------------------------------------------------------------------------------------


def job(*parts: dict[str, object]) -> JobRef:
    data = {"kind": "image", "submitted_at": NOON.isoformat(), "jobs": list(parts)}
    return JobRef.model_validate({"provider": "generic", "vendor_id": "b1", "data": data})


def test_several_jobs_are_joined_and_every_image_has_its_item() -> None:
    provider = adapter()
    handle = job(
        {"job_id": "b1", "images": 2},
        {"images": 1, "code": "TooLarge", "message": "the vendor answered 413."},
        {"job_id": "b3", "images": 2},
        {"job_id": "b4", "images": 1},
    )
    raw = play(
        provider.fetch(handle, batch_order(6)),
        in_turn(
            answer(200, answered(item("2"), item("1"))),
            TransportError("the connection broke."),
            answer(200, answered(item("6"))),
        ),
    )
    assert list(raw) == ["batch", "images/0", "images/3"]
    batch = provider.normalize_batch(raw)
    assert names(batch) == ["1", "2", "3", "4", "5", "6"]
    assert list(batch.results) == ["1", "2", "6"]
    assert {name: one.code for name, one in batch.errors.items()} == {
        "3": "TooLarge",
        "4": "TransportError",
        "5": "TransportError",
    }
    assert batch.results["6"].labels[0].source is not None
    assert batch.results["6"].labels[0].source.part == "images/3"


def test_a_job_of_several_that_failed_fails_its_images_with_its_reason() -> None:
    provider = adapter()
    handle = job({"job_id": "b1", "images": 1}, {"job_id": "b2", "images": 1})
    raw = play(
        provider.fetch(handle, batch_order(2)),
        in_turn(answer(200, answered(item("1"))), answer(200, payload("images.failed"))),
    )
    batch = provider.normalize_batch(raw)
    assert batch["2"].error is not None
    assert batch["2"].error.code == "JobFailed"
    assert batch["2"].error.message == "The batch could not be processed."


def test_when_no_answer_can_be_had_the_first_error_is_told() -> None:
    handle = job({"job_id": "b1", "images": 1}, {"job_id": "b2", "images": 1})
    lost = TransportError("the connection broke.")
    with pytest.raises(TransportError):
        play(adapter().fetch(handle, batch_order(2)), in_turn(lost, lost))


def test_a_batch_of_which_every_image_failed_still_tells_why() -> None:
    failed = answered({"external_id": "1", "error": "too dark"})
    raw = play(
        adapter().fetch(job({"job_id": "b1", "images": 1}), batch_order(1)),
        in_turn(answer(200, failed)),
    )
    assert adapter().normalize_batch(raw).errors["1"].message == "too dark"
