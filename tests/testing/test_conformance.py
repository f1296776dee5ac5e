"""The conformance suite finds what it is there to find: one defect after the other."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from vidiom.errors import RequestRejected, VidiomError
from vidiom.flow.effects import Flow, sleep
from vidiom.provider import capabilities, decode, unsupported
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef, JobState, JobStatus, JobUpdate
from vidiom.schema.orders import Order
from vidiom.schema.provenance import Source
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.result import BatchResult, Result
from vidiom.testing import ProviderConformance
from vidiom.testing.conformance.documents import (
    resolves,
    shortened,
    with_unknown_members,
    with_wrong_values,
)
from vidiom.testing.conformance.flows import doing_io, forgotten_flows
from vidiom.testing.conformance.subject import CANARY
from vidiom.webhooks.delivery import Delivery
from vidiom_example import emulator
from vidiom_example.provider import ExampleProvider

Suite = type[ProviderConformance]
NUMBERS = itertools.count()


def suite_of(kind: type[ExampleProvider], **facts: object) -> Suite:
    """The suite as an author would write it, for this provider."""

    class Suite(ProviderConformance):
        provider = kind

        def deliveries(self) -> Sequence[Delivery]:
            body = b'{"id":"job-1","state":"done"}'
            return [Delivery((), body, datetime(2026, 1, 1, tzinfo=UTC))]

    for name, value in facts.items():
        setattr(Suite, name, value)
    return Suite


class ForgetsYieldFrom(ExampleProvider):
    def submit(self, order: Order) -> Flow[JobRef]:
        yield from ()
        return super().submit(order)  # type: ignore[return-value]  # the mistake that is meant


class TakesRefusalsLightly(ExampleProvider):
    def cancel(self, job: JobRef) -> Flow[None]:
        with suppress(VidiomError):
            yield from super().cancel(job)


class GoesByWords(ExampleProvider):
    def check(self, job: JobRef) -> Flow[JobStatus]:
        try:
            return (yield from super().check(job))
        except VidiomError as error:
            raise RequestRejected(
                str(error), status=400, provider=self.name, operation="check"
            ) from None


class NeverEnds(ExampleProvider):
    def check(self, job: JobRef) -> Flow[JobStatus]:
        while True:
            try:
                return (yield from super().check(job))
            except VidiomError:
                yield from sleep(1)


class Yields(ExampleProvider):
    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        try:
            return (yield from super().fetch(job, order))
        finally:
            yield from sleep(0)


class TrustsTheAnswer(ExampleProvider):
    def normalize(self, raw: RawResult) -> Result:
        raw["core"].content[0]  # an empty part has none
        return super().normalize(raw)


class ForgetsThatPartsMayBeMissing(ExampleProvider):
    def normalize(self, raw: RawResult) -> Result:
        raw["core"]
        return super().normalize(raw)


class IsNeverTheSame(ExampleProvider):
    def normalize(self, raw: RawResult) -> Result:
        result = super().normalize(raw)
        first = result.detections[0].model_copy(update={"label": f"no. {next(NUMBERS)}"})
        return result.model_copy(update={"detections": (first, *result.detections[1:])})


class PointsNowhere(ExampleProvider):
    def normalize(self, raw: RawResult) -> Result:
        result = super().normalize(raw)
        first = result.detections[0].model_copy(update={"source": Source("core", "/no/such")})
        return result.model_copy(update={"detections": (first, *result.detections[1:])})


class TakesNoNewMembers(ExampleProvider):
    def normalize(self, raw: RawResult) -> Result:
        class Closed(msgspec.Struct, forbid_unknown_fields=True):
            media: Any
            model: Any
            findings: Any

        result = super().normalize(raw)
        decode(raw["core"].content, Closed, provider=self.name, operation="normalize")
        return result


class ShowsTheKey(ExampleProvider):
    def __repr__(self) -> str:
        return f"Example({self.settings.required_key('example')})"


class StoresTheKey(ExampleProvider):
    def submit(self, order: Order) -> Flow[JobRef]:
        job = yield from super().submit(order)
        return job.model_copy(update={"data": {"key": self.settings.required_key("example")}})


class LogsTheKey(ExampleProvider):
    def submit(self, order: Order) -> Flow[JobRef]:
        logging.getLogger("careless").debug("with %s", self.settings.required_key("example"))
        return (yield from super().submit(order))


class ClaimsTooMuch(ExampleProvider):
    def check_many(self, jobs: Sequence[JobRef]) -> Flow[Mapping[str, JobStatus]]:
        yield from ()
        return {}


class HasNothingToAskFor(ExampleProvider):
    features: ClassVar[Mapping[Feature, str]] = {}


class TakesBatchesItCannotRead(ExampleProvider):
    def normalize_batch(self, raw: RawResult) -> BatchResult:
        return BatchResult(items=(), provenance=self.normalize(raw).provenance)


class RemembersBetweenOperations(ExampleProvider):
    asked = 0

    def submit(self, order: Order) -> Flow[JobRef]:
        type(self).asked += 1
        job = yield from super().submit(order)
        return job.model_copy(update={"vendor_id": f"{job.vendor_id}", "data": {"n": self.asked}})


class WorksWithoutAKey(ExampleProvider):
    def check(self, job: JobRef) -> Flow[JobStatus]:
        if self.settings.api_key is None:
            yield from ()
            return JobStatus(state=JobState.RUNNING)
        return (yield from super().check(job))


class ReadsAnything(ExampleProvider):
    def read_delivery(self, delivery: Delivery) -> JobUpdate:
        content = msgspec.json.decode(delivery.body)
        return JobUpdate(vendor_id=content["id"], status=None, event="x", verified=True)


DEFECTS: list[tuple[type[ExampleProvider], str]] = [
    (ForgetsYieldFrom, "test_every_sort_of_media_leads_to_a_result"),
    (TakesRefusalsLightly, "test_a_lost_answer_becomes_an_error_of_ours"),
    (NeverEnds, "test_a_lost_answer_becomes_an_error_of_ours"),
    (Yields, "test_a_flow_may_be_left_behind_at_every_step"),
    (TrustsTheAnswer, "test_damaged_parts_raise_only_errors_of_ours"),
    (ForgetsThatPartsMayBeMissing, "test_damaged_parts_raise_only_errors_of_ours"),
    (IsNeverTheSame, "test_the_same_bytes_give_the_same_result"),
    (IsNeverTheSame, "test_both_drivers_find_the_same"),
    (PointsNowhere, "test_every_detection_stands_in_the_raw_answer"),
    (ShowsTheKey, "test_nothing_shows_the_key_when_it_is_printed"),
    (StoresTheKey, "test_nothing_that_is_stored_holds_the_key"),
    (LogsTheKey, "test_no_log_line_holds_the_key"),
    (ClaimsTooMuch, "test_asking_for_many_jobs_says_the_same_as_asking_for_one"),
    (HasNothingToAskFor, "test_there_is_something_to_ask_for"),
    (TakesBatchesItCannotRead, "test_batches_are_read_where_they_are_taken"),
    (TakesBatchesItCannotRead, "test_what_is_offered_is_really_there"),
    (RemembersBetweenOperations, "test_the_same_outcomes_give_the_same_value"),
    (ReadsAnything, "test_an_unreadable_delivery_raises_only_errors_of_ours"),
]


@pytest.mark.parametrize(
    ("defective", "check"), DEFECTS, ids=[f"{one.__name__}-{name}" for one, name in DEFECTS]
)
def test_a_defect_is_found(defective: type[ExampleProvider], check: str) -> None:
    suite = suite_of(defective)()
    with pytest.raises(AssertionError):
        getattr(suite, check)()


def test_a_plugin_that_takes_unknown_members_for_an_error_is_found() -> None:
    with pytest.raises(VidiomError, match="unknown field"):
        suite_of(TakesNoNewMembers)().test_unknown_members_change_nothing()


def test_an_error_of_another_class_is_found() -> None:
    suite = suite_of(GoesByWords)()
    with pytest.raises(AssertionError, match="RequestRejected instead of NotFound"):
        suite.test_a_refusal_becomes_the_error_of_its_status(404)


def test_a_refusal_that_is_dealt_with_must_be_declared() -> None:
    undeclared = suite_of(TakesRefusalsLightly)()
    with pytest.raises(AssertionError, match="went on as if nothing were"):
        undeclared.test_a_refusal_becomes_the_error_of_its_status(409)
    declared = suite_of(TakesRefusalsLightly, handles={"cancel": {409}})()
    declared.test_a_refusal_becomes_the_error_of_its_status(409)


def test_an_operation_that_needs_no_key_where_one_is_needed_is_found() -> None:
    with pytest.raises(pytest.fail.Exception):
        suite_of(WorksWithoutAKey)().test_without_a_key_nothing_is_sent()


def test_webhooks_that_are_read_must_be_shown() -> None:
    silent = suite_of(ExampleProvider, deliveries=lambda _: [])()
    with pytest.raises(AssertionError):
        silent.test_what_webhooks_look_like_is_shown()


def test_a_plugin_without_an_emulator_is_given_a_vendor() -> None:
    class Bare(ExampleProvider):
        emulator = unsupported("there is none")

    suite = suite_of(Bare, vendor=lambda _, key: emulator.app(key))()
    suite.test_every_sort_of_media_leads_to_a_result()
    suite.test_what_is_offered_is_really_there()
    suite.test_what_is_not_offered_says_so_and_why()


def test_the_samples_of_the_author_are_read_too() -> None:
    broken = RawResult("example", {"core": RawPart("core", b"{}")})
    suite = suite_of(ExampleProvider, samples=lambda _: [broken])()
    with pytest.raises(VidiomError):
        suite.test_a_result_survives_its_json()


def test_a_standard_test_is_not_left_out_without_a_reason() -> None:
    def nothing(self: object) -> None:
        """Passes always."""

    name = "test_the_same_bytes_give_the_same_result"
    with pytest.raises(AssertionError, match=name):
        suite_of(
            ExampleProvider, **{name: nothing}
        )().test_no_standard_test_is_left_out_without_a_reason()
    with pytest.raises(AssertionError, match=name):
        suite_of(
            ExampleProvider, **{name: None}
        )().test_no_standard_test_is_left_out_without_a_reason()
    marked: Callable[..., None] = pytest.mark.xfail(reason="their clock runs backwards")(nothing)
    suite_of(
        ExampleProvider, **{name: marked}
    )().test_no_standard_test_is_left_out_without_a_reason()


SOURCE = """
import time
import os.path
from urllib.request import urlopen
from datetime import datetime
from msgspec import json

def read(path):
    with open(path) as file:
        return file.read(), datetime.now(), path.read_text()
"""


def test_io_in_the_source_is_found(tmp_path: Path) -> None:
    path = tmp_path / "provider.py"
    path.write_text(SOURCE)
    found = [fault.partition(" ")[2] for fault in doing_io(path)]
    assert sorted(found) == [
        "asks for the time",
        "calls .read_text()",
        "calls open()",
        "imports os.path",
        "imports time",
        "imports urllib.request",
    ]


def test_a_flow_whose_value_is_dropped_is_found(tmp_path: Path) -> None:
    path = tmp_path / "provider.py"
    path.write_text(
        "def parts(self) -> Flow[None]:\n"
        "    self._api.get('x')\n"
        "    yield from self._api.get('x')\n"
        "    sleep(1)\n"
        "    self.parts()\n"
        "    self.found.append(1)\n"
    )
    lines = [fault.partition(":")[2].partition(" ")[0] for fault in forgotten_flows(path)]
    assert lines == ["2", "4", "5"]


def test_pointers_are_resolved() -> None:
    document: Any = {"a": [{"b/c": 1, "~": 2}], "": 3}
    for pointer in ("", "/a", "/a/0", "/a/0/b~1c", "/a/0/~0", "/"):
        assert resolves(pointer, document)
    for pointer in ("a", "/b", "/a/1", "/a/x", "/a/0/b", "/a/0/b~1c/d"):
        assert not resolves(pointer, document)


def test_unknown_members_are_put_everywhere_but_into_maps() -> None:
    document = b'{"list":[{"a":1}],"by_id":{"7":{"b":2}}}'
    more = msgspec.json.decode(with_unknown_members(document, {"by_id"}))
    assert "x-unknown" in more
    assert "x-unknown" in more["list"][0]
    assert set(more["by_id"]) == {"7"}
    assert "x-unknown" in more["by_id"]["7"]


def test_wrong_values_are_put_in_every_place_once() -> None:
    shapes = {what.partition(" ")[0] for what, _ in with_wrong_values(b'{"a":[{"b":1},{"b":2}]}')}
    assert shapes == {"/a", "/a/*", "/a/*/b"}
    assert list(with_wrong_values(b"<html>")) == []


def test_wrong_values_are_put_once_where_objects_are_keyed_by_ids() -> None:
    document = b'{"by_id":{"7":{"a":1},"8":{"a":2,"b":3}}}'
    shapes = {what.partition(" ")[0] for what, _ in with_wrong_values(document, {"by_id"})}
    assert shapes == {"/by_id", "/by_id/*", "/by_id/*/a", "/by_id/*/b"}


def test_sorts_of_places_that_another_document_had_are_left_out() -> None:
    done: set[str] = set()
    assert list(with_wrong_values(b'{"a":1}', done=done))
    shapes = {what.partition(" ")[0] for what, _ in with_wrong_values(b'{"a":1,"b":2}', done=done)}
    assert shapes == {"/b"}


def test_a_shortened_list_keeps_its_ends_and_what_is_of_a_new_sort() -> None:
    assert shortened(b'[[1],[2],[3],["a"],[4],[5]]') == b'[[1],["a"],[5]]'
    assert shortened(b"<html>") == b"<html>"


def test_the_example_offers_what_it_should() -> None:
    assert not capabilities(ExampleProvider)["galleries"].supported
    assert CANARY
