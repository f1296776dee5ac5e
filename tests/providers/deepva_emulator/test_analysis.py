"""The emulator that really looks at the media: what it may see, and what it says meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Route
from tests.providers.deepva_emulator.customer import Customer

import vidiom
from vidiom import Client, Result
from vidiom.emulation.analyst import local_analysis
from vidiom.errors import InvalidMedia
from vidiom.jobs.memory import MemoryStore
from vidiom.testing.emulators import serve
from vidiom_deepva.emulator import Behaviour

FOUND = Result.from_json(
    (Path(__file__).parents[1] / "valossa_emulator" / "local_result.json").read_text()
)
PATIENCE = 60.0


class Watcher:
    """An analysis that says what it is told to, as soon as it may."""

    def __init__(self, *, waits: bool = False) -> None:
        self.seen: list[bytes] = []
        self.may_end = Event()
        if not waits:
            self.may_end.set()

    def __call__(self, path: Path) -> Result:
        assert self.may_end.wait(PATIENCE)
        self.seen.append(path.read_bytes())
        if self.seen[-1] == b"no video":
            msg = "there is neither picture nor sound in it."
            raise InvalidMedia(msg)
        return FOUND


@pytest.fixture
def customers() -> Iterator[list[Customer]]:
    """Those who are to be closed."""
    opened: list[Customer] = []
    yield opened
    for customer in opened:
        customer.vendor.close()


def watched(
    customers: list[Customer], watcher: Watcher, *, files: bool = False, loopback: bool = False
) -> Customer:
    behaviour = Behaviour(analyze=watcher, allow_files=files, allow_loopback=loopback)
    customers.append(Customer(behaviour))
    return customers[-1]


def ended(customer: Customer, job: str) -> str:
    """The state of a job when the analysis is over."""
    customer.vendor.settle()
    return customer.follow(job)[-1]


def test_uploaded_bytes_are_what_is_analysed(customers: list[Customer]) -> None:
    watcher = Watcher()
    customer = watched(customers, watcher)
    asked = {"visual_understanding": {"enable_shot_detection": True}, "face_attributes": {}}
    job = customer.buy(asked, sources=[customer.upload(b"a video")["url"]])
    assert ended(customer, job) == "completed"
    assert watcher.seen == [b"a video"]
    rows = customer.rows(job)
    assert [row["module"] for row in rows] == ["visual_understanding"] * len(FOUND.shots)
    info = customer.job(job)["result"]["summary"][0]["info"]
    assert (info["fps"], info["duration"], info["resolution"]) == (25, 14.0, [640, 360])


def test_a_job_goes_on_until_the_analysis_is_over(customers: list[Customer]) -> None:
    watcher = Watcher(waits=True)
    customer = watched(customers, watcher)
    job = customer.buy(sources=[customer.upload(b"a video")["url"]])
    states = [customer.job(job)["state"] for _ in range(8)]
    assert states == ["waiting", *["processing"] * 7]
    watcher.may_end.set()
    assert ended(customer, job) == "completed"


def test_media_that_cannot_be_analysed_fails_with_the_reason(customers: list[Customer]) -> None:
    customer = watched(customers, Watcher())
    job = customer.buy(sources=[customer.upload(b"no video")["url"]])
    assert ended(customer, job) == "failed"
    (said,) = customer.job(job)["errors"]
    assert said.startswith("Source could not be processed: ")
    assert said.endswith("there is neither picture nor sound in it.")


def test_files_of_this_machine_are_seen_only_where_that_was_allowed(
    customers: list[Customer], tmp_path: Path
) -> None:
    clip = tmp_path / "a clip.mp4"
    clip.write_bytes(b"a video")
    watcher = Watcher()
    modules: dict[str, object] = {"face_recognition": {}}
    strict = watched(customers, watcher)
    refused = strict.post("jobs/", sources=[clip.as_uri()], modules=modules)
    assert refused.status_code == 400
    customer = watched(customers, watcher, files=True)
    assert ended(customer, customer.buy(sources=[clip.as_uri()])) == "completed"
    missing = (tmp_path / "none.mp4").as_uri()
    assert ended(customer, customer.buy(sources=[missing])) == "failed"
    assert watcher.seen == [b"a video"]


def test_servers_of_this_machine_are_asked_only_where_that_was_allowed(
    customers: list[Customer], tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"a video")
    app = Starlette(routes=[Route("/clip.mp4", lambda _: FileResponse(clip))])
    watcher = Watcher()
    with serve(app) as url:
        strict = watched(customers, watcher)
        assert ended(strict, strict.buy(sources=[f"{url}/clip.mp4"])) == "failed"
        customer = watched(customers, watcher, loopback=True)
        assert ended(customer, customer.buy(sources=[f"{url}/clip.mp4"])) == "completed"
        assert ended(customer, customer.buy(sources=[f"{url}/none.mp4"])) == "failed"
    assert ended(customer, customer.buy(sources=[f"{url}/clip.mp4"])) == "failed"
    assert watcher.seen == [b"a video"]


def test_other_machines_are_never_asked(customers: list[Customer]) -> None:
    customer = watched(customers, Watcher(), loopback=True)
    job = customer.buy(sources=["https://media.example.com/x.mp4"])
    assert ended(customer, job) == "failed"
    assert customer.job(job)["errors"] == ["Source could not be downloaded"]


def test_what_is_answered_is_what_the_local_provider_finds(
    customers: list[Customer], sample: Path, tmp_path: Path
) -> None:
    customers.append(Customer(Behaviour(analyze=local_analysis({"shots"}))))
    customer = customers[-1]
    asked = {"visual_understanding": {"enable_shot_detection": True}}
    job = customer.buy(asked, sources=[customer.upload(sample.read_bytes())["url"]])
    assert ended(customer, job) == "completed"
    pages = {
        "job": customer.get(f"jobs/{job}/").content,
        "detailed_results/0": customer.get(f"jobs/{job}/detailed-results/").content,
    }
    told = vidiom.normalize("deepva", pages)
    environment = {"VIDIOM_HOME": str(tmp_path), "VIDIOM_LOCAL_HOME": str(tmp_path)}
    with Client(store=MemoryStore(), environment=environment) as client:
        direct = client.analyze("local", sample, features={"shots"})
    shots = [
        [(one.segments, one.first_frame, one.last_frame) for one in r.shots] for r in (direct, told)
    ]
    assert len(shots[0]) == 4
    assert shots[0] == shots[1]
    assert told.media.duration == direct.media.duration


def test_the_local_provider_is_there_by_name_and_says_what_is_wrong_with_a_file(
    customers: list[Customer],
) -> None:
    customers.append(Customer(Behaviour(analyze="local")))
    customer = customers[-1]
    job = customer.buy(sources=[customer.upload(b"these bytes are no video")["url"]])
    assert ended(customer, job) == "failed"
    (said,) = customer.job(job)["errors"]
    assert len(said) > len("Source could not be processed: ")
