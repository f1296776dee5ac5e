"""The emulator that really looks at the media: what it may see, and what it says meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Route
from tests.providers.valossa_emulator.customer import Customer

from vidiom import Client, Result
from vidiom.emulation.analyst import local_analysis
from vidiom.errors import InvalidMedia
from vidiom.jobs.memory import MemoryStore
from vidiom.schema.raw import RawResult
from vidiom.testing.emulators import serve
from vidiom_valossa import normalize
from vidiom_valossa.emulator import Behaviour

FOUND = Result.from_json((Path(__file__).parent / "local_result.json").read_text())
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


def watched(customers: list[Customer], watcher: Watcher, **more: bool) -> Customer:
    behaviour = Behaviour(analyze=watcher, allow_files=more.get("files", False))
    if more.get("loopback"):
        behaviour = Behaviour(analyze=watcher, allow_loopback=True)
    customers.append(Customer(behaviour))
    return customers[-1]


def ended(customer: Customer, job: str) -> str:
    """The state of a job when the analysis is over."""
    customer.vendor.settle()
    return customer.follow(job)[-1]


def test_uploaded_bytes_are_what_is_analysed(customers: list[Customer]) -> None:
    watcher = Watcher()
    customer = watched(customers, watcher)
    job = customer.buy_media(customer.upload(b"a video"))
    assert ended(customer, job) == "finished"
    assert watcher.seen == [b"a video"]
    core = customer.get("job_results", job_id=job).json()
    assert len(core["segmentations"]["detected_shots"]) == len(FOUND.shots)
    assert customer.get("job_results", job_id=job, type="frames_objects").status_code == 404


def test_a_job_goes_on_until_the_analysis_is_over(customers: list[Customer]) -> None:
    watcher = Watcher(waits=True)
    customer = watched(customers, watcher)
    job = customer.buy_media(customer.upload(b"a video"))
    states = [customer.get("job_status", job_id=job).json()["status"] for _ in range(8)]
    assert states == ["queued", "preparing_analysis", *["processing"] * 6]
    watcher.may_end.set()
    assert ended(customer, job) == "finished"


def test_media_that_cannot_be_analysed_ends_in_an_error_that_says_why(
    customers: list[Customer],
) -> None:
    customer = watched(customers, Watcher())
    job = customer.buy_media(customer.upload(b"no video"))
    assert ended(customer, job) == "error"
    details = customer.get("job_status", job_id=job).json()["details"]
    assert details.endswith("there is neither picture nor sound in it.")


def test_files_of_this_machine_are_seen_only_where_that_was_allowed(
    customers: list[Customer], tmp_path: Path
) -> None:
    clip = tmp_path / "a clip.mp4"
    clip.write_bytes(b"a video")
    watcher = Watcher()
    body = {"media": {"video": {"url": clip.as_uri()}}}
    assert watched(customers, watcher).post("new_job", body).status_code == 400
    customer = watched(customers, watcher, files=True)
    assert ended(customer, customer.buy_media(clip.as_uri())) == "finished"
    assert ended(customer, customer.buy_media((tmp_path / "none.mp4").as_uri())) == "error"
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
        assert ended(strict, strict.buy_media(f"{url}/clip.mp4")) == "error"
        customer = watched(customers, watcher, loopback=True)
        assert ended(customer, customer.buy_media(f"{url}/clip.mp4")) == "finished"
        assert ended(customer, customer.buy_media(f"{url}/none.mp4")) == "error"
    assert ended(customer, customer.buy_media(f"{url}/clip.mp4")) == "error"
    assert watcher.seen == [b"a video"]


@pytest.mark.parametrize("url", ["https://media.example.com/x.mp4", "s3://bucket/x.mp4"])
def test_other_machines_are_never_asked(customers: list[Customer], url: str) -> None:
    customer = watched(customers, Watcher(), loopback=True)
    job = customer.buy_media(url)
    assert ended(customer, job) == "error"
    assert customer.get("job_status", job_id=job).json()["media_transfer_status"] == "error"


def test_what_is_answered_is_what_the_local_provider_finds(
    customers: list[Customer], sample: Path, tmp_path: Path
) -> None:
    features = {"shots", "colors"}
    customers.append(Customer(Behaviour(analyze=local_analysis(features))))
    customer = customers[-1]
    job = customer.buy_media(customer.upload(sample.read_bytes()))
    assert ended(customer, job) == "finished"
    core = customer.get("job_results", job_id=job).content
    told = normalize.result(RawResult.of("valossa", {"core": core}), adapter_version="test")
    environment = {"VIDIOM_HOME": str(tmp_path), "VIDIOM_LOCAL_HOME": str(tmp_path)}
    with Client(store=MemoryStore(), environment=environment) as client:
        direct = client.analyze("local", sample, features=features)
    shots = [
        [(one.segments, one.first_frame, one.last_frame) for one in r.shots] for r in (direct, told)
    ]
    assert shots[0]
    assert shots[0] == shots[1]
    shades = [{(one.rgb, one.share) for one in r.colors} for r in (direct, told)]
    assert shades[0] == shades[1]
    assert told.media.duration == direct.media.duration


def test_the_local_provider_is_there_by_name_and_says_what_is_wrong_with_a_file(
    customers: list[Customer],
) -> None:
    customers.append(Customer(Behaviour(analyze="local")))
    customer = customers[-1]
    job = customer.buy_media(customer.upload(b"these bytes are no video"))
    assert ended(customer, job) == "error"
    status = customer.get("job_status", job_id=job).json()
    assert status["media_transfer_status"] == "finished"
    assert len(status["details"]) > len("The file is not a video that can be analysed. ")
