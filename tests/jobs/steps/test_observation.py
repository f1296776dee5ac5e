"""What steps tell those who watch, and what they never tell."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.jobs.steps.conftest import Desk

from vidiom.errors import RequestRejected
from vidiom.jobs.steps import observation

SPANS = InMemorySpanExporter()
METRICS = InMemoryMetricReader()


@pytest.fixture(scope="module", autouse=True)
def _sdk() -> None:
    """An application's own set-up, which a process can make only once."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(SPANS))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider([METRICS]))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    observation._instruments.cache_clear()
    SPANS.clear()
    yield
    observation._instruments.cache_clear()


def counted() -> dict[tuple[str, str], float]:
    data = METRICS.get_metrics_data()
    assert data is not None
    found: dict[tuple[str, str], float] = {}
    for metric in data.resource_metrics[0].scope_metrics[0].metrics:
        if metric.name == "vidiom.steps":
            for point in metric.data.data_points:
                facts = dict(point.attributes or {})
                key = (str(facts["step"]), str(facts.get("state") or facts.get("error")))
                found[key] = found.get(key, 0) + point.value  # type: ignore[union-attr]
    return found


def test_each_step_is_a_span_a_count_and_a_record_with_fields(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.added("one")
    before = counted() if METRICS.get_metrics_data() is not None else {}
    with caplog.at_level(logging.INFO, logger="vidiom.jobs"):
        for _ in range(3):
            desk.run(desk.steps().advance("one"))
    names = [span.name for span in SPANS.get_finished_spans()]
    assert names == ["vidiom.submit", "vidiom.check", "vidiom.collect"]
    assert dict(SPANS.get_finished_spans()[0].attributes or {}) == {
        "vidiom.job": "one",
        "vidiom.step": "submit",
        "vidiom.provider": "fake",
        "vidiom.state": "queued",
    }
    after = counted()
    key = ("submit", "queued")
    assert after[key] - before.get(key, 0) == 1
    fields = [(record.vidiom_job, record.vidiom_step) for record in caplog.records]  # type: ignore[attr-defined]
    assert fields == [("one", "submit"), ("one", "check"), ("one", "collect")]
    assert "media.example" not in caplog.text


def test_a_step_that_fails_says_with_what(desk: Desk) -> None:
    desk.added("one")
    desk.vendor.before_submit = RequestRejected("canary words.", status=422, provider="fake")
    with pytest.raises(RequestRejected):
        desk.submit("one")
    (span,) = SPANS.get_finished_spans()
    assert (span.attributes or {})["vidiom.error"] == "RequestRejected"
    assert "canary" not in str(span.to_json())


def test_without_the_extra_steps_run_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    desk.added("one")
    assert desk.submit("one").record.ref is not None
    assert SPANS.get_finished_spans() == ()
