"""The doctor's report is true, harmless and fit to be shown around."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, ClassVar

import msgspec
import pytest
from tests.client.fake_vendor import Fake, FakeRegistry, Vendor

import vidiom
from vidiom.errors import AuthenticationFailed, MalformedAnswer
from vidiom.flow.effects import Flow, run_blocking
from vidiom.flow.http import http_library
from vidiom.provider.assumptions import Assumption, Verdict
from vidiom.schema.jobs import JobState, JobStatus
from vidiom.schema.raw import RawResult

CANARY = "canary-9f31"


def _shots(raw: RawResult) -> Verdict:
    document = msgspec.json.decode(raw["core"].content)
    return Verdict.CONFIRMED if isinstance(document, list) else Verdict.REFUTED


def _broken(_raw: RawResult) -> Verdict:
    raise MalformedAnswer("the shape is another.")


class Doubtful(Fake):
    vendor = Vendor(states=[JobStatus(state=JobState.SUCCEEDED)])
    wire_types: ClassVar[Mapping[str, Any]] = {"core": list[dict[str, float]]}
    assumptions = (
        Assumption("list", "core is a list", test=_shots),
        Assumption("shape", "boxes have a shape", setting="box_keys", test=_broken),
        Assumption("hosts", "hosts share jobs"),
    )
    refuses: ClassVar[bool] = False

    def probe(self) -> Flow[str]:
        yield from run_blocking(lambda: None)
        if self.refuses:
            raise AuthenticationFailed("no.", status=401, provider="fake", operation="probe")
        return "3 jobs are listed."


def diagnose(kind: type[Doubtful], date: str, **environment: str) -> vidiom.Client:
    library = http_library()
    transport = library.MockTransport(lambda _: library.Response(404, headers={"Date": date}))
    return vidiom.Client(
        store=vidiom.MemoryStore(),
        registry=FakeRegistry(kind),
        environment=environment,
        transport=transport,
    )


@pytest.fixture
def now() -> str:
    return format_datetime(datetime.now(UTC), usegmt=True)


def test_a_healthy_account_is_called_healthy(now: str) -> None:
    with diagnose(Doubtful, now, VIDIOM_FAKE_API_KEY=CANARY) as client:
        report = client.diagnose("fake")
    assert {check.name: check.outcome for check in report.checks} == {
        "configuration": "ok",
        "address": "ok",
        "clock": "ok",
        "key": "ok",
    }
    assert {one.verdict for one in report.assumptions} == {Verdict.NOT_SEEN}
    assert report.healthy
    assert CANARY not in report.model_dump_json()


def test_a_missing_key_a_wrong_clock_and_a_refusal_are_told_apart(
    now: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with diagnose(Doubtful, "Wed, 01 Jan 2020 00:00:00 GMT") as client:
        checks = {check.name: check for check in client.diagnose("fake").checks}
    assert checks["clock"].outcome == "failed"
    assert checks["key"].message == "not set; set VIDIOM_FAKE_API_KEY."
    monkeypatch.setattr(Doubtful, "refuses", True)
    with diagnose(Doubtful, now, VIDIOM_FAKE_API_KEY=CANARY) as client:
        report = client.diagnose("fake")
    assert [c.message for c in report.checks if c.name == "key"] == ["AuthenticationFailed: no."]
    assert not report.healthy


def test_a_real_answer_confirms_and_refutes_and_shows_keys_only(now: str) -> None:
    Doubtful.vendor.parts = {"core": b'[{"end": 4}]', "extra": b'{"Jane Doe": 1, "new_field": 2}'}
    with diagnose(Doubtful, now) as client:
        job = client.submit("fake", "https://media.example/a.mp4")
        client.wait(job)
        report = client.diagnose("fake", job=job)
    assert [(one.id, one.verdict) for one in report.assumptions] == [
        ("list", "confirmed"),
        ("shape", "refuted"),
        ("hosts", "not_seen"),
    ]
    assert report.unmapped_paths == ("extra/* (1)", "extra/new_field (1)")
    assert report.retention == pytest.approx(1 / 3)
    assert "Jane" not in report.model_dump_json()
