"""Whole jobs through both clients: videos, batches, and vendors that do things differently."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.providers.generic_emulator.vendors import Emulated, Sort, emulated, pictures

import vidiom
from vidiom.emulation.faults import Fault
from vidiom.errors import (
    JobFailed,
)
from vidiom.flow.effects import Progress
from vidiom.schema.jobs import JobState
from vidiom_generic.emulator import Behaviour
from vidiom_generic.settings import GenericSettings

BOTH = pytest.mark.parametrize("sort", ["sync", "async"])


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * 40)
    return path


def spans(detections: tuple[vidiom.AnyDetection, ...]) -> list[tuple[str, float, float]]:
    return [(one.label, s.start, s.end) for one in detections for s in one.segments]


# --- videos ---------------------------------------------------------------------------------------


@BOTH
def test_a_video_goes_all_the_way(sort: Sort, film: Path) -> None:
    with emulated() as vendor:
        result = vendor.call(sort, "analyze", "generic", film)
        assert spans(result.sections) == [
            ("arrival", 0.0, 6.0),
            ("conversation", 6.0, 12.0),
            ("conversation", 18.0, 24.0),
            ("altercation", 12.0, 18.0),
        ]
        assert [one.text for one in result.texts] == ["Café du Port", "PLATFORM 9\nMind the step"]
        assert len(result.shots) == 4
        assert result.notices == ()
        assert result.provenance.vendor_job_id.startswith("video_")
        assert vendor.counters == {"request_video": 1, "result": 2}


@BOTH
def test_a_video_in_memory_arrives_as_it_is(sort: Sort) -> None:
    with emulated() as vendor:
        result = vendor.call(sort, "analyze", "generic", b"a film in memory")
        assert len(result.shots) == 4


@BOTH
def test_progress_is_told_while_a_video_goes_out(sort: Sort, film: Path) -> None:
    told: list[Progress] = []
    with emulated() as vendor:
        vendor.call(sort, "analyze", "generic", film, on_progress=told.append)
    sent = [one for one in told if one.stage == "upload"]
    assert (sent[-1].done, sent[-1].total) == (10240, 10240)
    assert [one.stage for one in told if one.stage != "upload"][:2] == ["queued", "processing"]


def test_the_bound_on_processing_reaches_the_vendor_as_zero_too(film: Path) -> None:
    with emulated() as vendor, vendor.client() as client:
        for bound in (0, 120):
            client.submit("generic", film, options={"max_processing_time": bound})
        client.submit("generic", film)
        assert [job.bound for job in vendor.vendor.jobs.values()] == [0, 120, None]


# --- batches --------------------------------------------------------------------------------------


@BOTH
def test_a_batch_goes_all_the_way_in_several_jobs(sort: Sort, tmp_path: Path) -> None:
    with emulated(settings={"images_per_job": "2"}) as vendor:
        batch = vendor.call(sort, "analyze_batch", "generic", pictures(tmp_path, 5))
        assert [one.external_id for one in batch.items] == [f"{n}.png" for n in range(1, 6)]
        assert batch.errors == {}
        # the emulator's text counts within a job
        assert [one.texts[0].text for one in batch.results.values()] == [
            "Grand opening 1",
            "Grand opening 2",
            "Grand opening 1",
            "Grand opening 2",
            "Grand opening 1",
        ]
        assert vendor.counters["request_image"] == 3


@BOTH
def test_images_that_are_none_fail_by_name_and_the_rest_is_there(
    sort: Sort, tmp_path: Path
) -> None:
    with emulated() as vendor:
        paths = pictures(tmp_path, 4, broken=lambda number: number in (2, 4))
        job = vendor.call(sort, "submit_batch", "generic", paths)
        batch = vendor.call(sort, "wait_batch", job)
        assert list(batch.results) == ["1.png", "3.png"]
        assert {name: one.code for name, one in batch.errors.items()} == {
            "2.png": "unsupported_format",
            "4.png": "unsupported_format",
        }
        kept = vendor.call(sort, "get", job.id)
        assert kept.state is JobState.PARTIAL
        assert kept.error is not None
        assert kept.error.message.startswith("2 of 4 images failed")


def test_a_batch_of_which_every_image_failed_has_failed_and_still_says_why(tmp_path: Path) -> None:
    with emulated() as vendor, vendor.client() as client:
        job = client.submit_batch("generic", pictures(tmp_path, 2, broken=lambda _: True))
        with pytest.raises(JobFailed, match="2 of 2 images failed"):
            client.wait_batch(job)
        assert set(client.result_batch(job).errors) == {"1.png", "2.png"}


def test_a_later_job_that_is_refused_costs_its_images_only(tmp_path: Path) -> None:
    refused = Fault(kind="server_error", status=413, function="submit", after=1)
    with (
        emulated(None, refused, settings={"images_per_job": "1"}) as vendor,
        vendor.client() as client,
    ):
        batch = client.analyze_batch("generic", pictures(tmp_path, 3))
        assert list(batch.results) == ["1.png", "3.png"]
        assert batch.errors["2.png"].code == "TooLarge"
        assert vendor.counters["request_image"] == 2


def test_names_that_repeat_are_refused_before_anything_is_sent(tmp_path: Path) -> None:
    (path,) = pictures(tmp_path, 1)
    image = vidiom.BatchImage(external_id="a", media=vidiom.FileMedia(path=str(path)))
    with pytest.raises(ValueError, match="stands twice"):
        vidiom.ImageBatch(images=(image, image))


@pytest.mark.parametrize(
    ("fault", "good", "bad"),
    [
        ("failed_items", ["1.png", "2.png"], {"3.png"}),
        ("lost_items", ["1.png", "2.png"], {"3.png"}),
        ("without_ids", ["1.png", "2.png", "3.png"], set()),
    ],
)
def test_a_batch_that_is_answered_strangely_loses_nothing(
    fault: str, good: list[str], bad: set[str], tmp_path: Path
) -> None:
    with emulated(None, Fault(kind=fault)) as vendor, vendor.client() as client:
        batch = client.analyze_batch("generic", pictures(tmp_path, 3))
        assert list(batch.results) == good
        assert set(batch.errors) == bad


# --- vendors that do it differently ---------------------------------------------------------------

VARIANTS: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "version 0.1": ({"preset": "noxo-0.1"}, {}),
    "a bearer token": ({"key_name": "Authorization", "key_prefix": "Bearer"}, {}),
    "a key in the query": ({"key_in": "query", "key_name": "api_key"}, {}),
    "a key in a cookie": ({"key_in": "cookie", "key_name": "session"}, {}),
    "other paths": (
        {
            "video_path": "/v3/videos",
            "image_path": "/v3/images",
            "video_result_path": "/v3/videos/{job_id}/result",
            "image_result_path": "/v3/images/{job_id}",
            "latency_path": "/v3/speed?of={media_type}",
        },
        {},
    ),
    "always a form": ({"video_form": "always", "file_part": "clip"}, {}),
    "a type of its own": ({"video_content_type": "video/mp4"}, {}),
    "an absolute location": ({}, {"location": "absolute"}),
    "no location": ({}, {"location": "none"}),
    "no use of locations": ({"poll_address": "template"}, {}),
    "202 while it runs": ({}, {"pending": "202"}),
    "202 without a body": ({}, {"pending": "202-empty"}),
    "204 while it runs": ({}, {"pending": "204"}),
    "late to know its jobs": ({"not_found_grace_seconds": "60"}, {"unseen_polls": 2}),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_settings_fit_a_vendor_that_does_it_differently(
    name: str, film: Path, tmp_path: Path
) -> None:
    settings, behaviour = VARIANTS[name]
    own = {key: value for key, value in settings.items() if key != "not_found_grace_seconds"}
    vendors = Behaviour(seed=1, settings=GenericSettings.model_validate(own), **behaviour)  # type: ignore[arg-type]  # by name
    with emulated(vendors, settings=settings) as vendor, vendor.client() as client:
        assert len(client.analyze("generic", film).shots) == 4
        batch = client.analyze_batch("generic", pictures(tmp_path, 2))
        assert list(batch.results) == ["1.png", "2.png"]
        assert client.latency("generic", "image").milliseconds_per_unit == 120.0


@pytest.mark.parametrize("fault", ["foreign_location", "without_location", "without_job_id"])
def test_a_location_elsewhere_or_nowhere_is_made_up_for(fault: str, film: Path) -> None:
    with emulated(None, Fault(kind=fault)) as vendor, vendor.client() as client:
        assert len(client.analyze("generic", film).shots) == 4


# --- how long it takes ----------------------------------------------------------------------------


@BOTH
def test_both_clients_tell_the_latency(sort: Sort) -> None:
    with emulated(Behaviour(seed=1, milliseconds_per_unit=412.5)) as vendor:
        latency = vendor.call(sort, "latency", "generic", "video")
        assert (latency.unit, latency.milliseconds_per_unit) == ("second", 412.5)
        assert latency.seconds_for(60) == 24.75


def waited(vendor: Emulated, job: vidiom.Job) -> list[Progress]:
    told: list[Progress] = []
    with vendor.client() as client:
        if job.batch:
            client.wait_batch(job, on_progress=told.append)
        else:
            client.wait(job, on_progress=told.append)
    return told


def test_the_first_question_comes_when_the_vendors_speed_lets_expect_the_end(
    film: Path, tmp_path: Path
) -> None:
    behaviour = Behaviour(seed=1, milliseconds_per_unit=2000, stages=(("queued", 1),))
    with emulated(behaviour) as vendor, vendor.client() as client:
        batch = client.submit_batch("generic", pictures(tmp_path, 30))
        told = waited(vendor, batch)
        assert vendor.waits[0] == pytest.approx(60, abs=2)
        assert told[0].eta_seconds == pytest.approx(60, abs=2)
        vendor.waits.clear()
        job = client.submit("generic", film, options={"duration_seconds": 45.0})
        waited(vendor, job)
        assert vendor.waits[0] == pytest.approx(90, abs=2)


def test_an_unknown_length_gives_no_estimate_and_no_question_for_it(film: Path) -> None:
    with emulated() as vendor, vendor.client() as client:
        told = waited(vendor, client.submit("generic", film))
        assert {one.eta_seconds for one in told} == {None}
        assert "latency" not in vendor.asked


def test_a_hint_that_cannot_be_had_costs_no_job(tmp_path: Path) -> None:
    broken = Fault(kind="server_error", status=400, function="latency")
    with emulated(None, broken) as vendor, vendor.client() as client:
        batch = client.analyze_batch("generic", pictures(tmp_path, 2))
        assert len(batch.results) == 2


def test_an_estimate_of_years_is_no_reason_to_wait_for_years(film: Path) -> None:
    behaviour = Behaviour(seed=1, milliseconds_per_unit=1e12)
    with emulated(behaviour) as vendor, vendor.client() as client:
        job = client.submit("generic", film, options={"duration_seconds": 1e6})
        waited(vendor, job)
        assert max(vendor.waits) <= 600
