"""Valossa: what every provider must hold to, and recorded conversations with the emulator."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

import vidiom
from vidiom.errors import AuthenticationFailed, NotFound, ServerError
from vidiom.flow.effects import Flow
from vidiom.flow.retry import RetryPolicy
from vidiom.schema.detections import Speech
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.media import BytesMedia, FileMedia, UrlMedia
from vidiom.schema.orders import Callback, Order
from vidiom.schema.raw import RawResult
from vidiom.testing import Driving, ProviderConformance, cassette, serve
from vidiom.testing.cassettes import RECORD, secrets_in
from vidiom.webhooks.delivery import Delivery
from vidiom_valossa import parts
from vidiom_valossa.emulator import Behaviour, Fault, canned_answer, create_app
from vidiom_valossa.provider import ValossaProvider
from vidiom_valossa.settings import ValossaSettings
from vidiom_valossa.training import ValossaGalleries

CASSETTES = Path(__file__).parents[2] / "cassettes" / "valossa"
KEY = "valossa-key-of-the-tests"


def picture() -> BytesMedia:
    content = BytesIO()
    Image.new("RGB", (64, 64), "red").save(content, "jpeg")
    return BytesMedia(data=content.getvalue(), name="ada.jpg")


class TestValossa(ProviderConformance):
    provider = ValossaProvider
    maps = ("detections", "by_detection_type", "by_detection_property")

    def gallery_image(self) -> BytesMedia:
        return picture()

    def deliveries(self) -> Sequence[Delivery]:
        body = b'{"job_id": "5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11", "status": "finished"}'
        return [Delivery((), body, datetime(2026, 1, 1, tzinfo=UTC))]


# --- What the documentation says ------------------------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs/reference/valossa.md"


def documented_types() -> Iterator[tuple[str, str]]:
    """Type and kind of each row of the table that names a type."""
    _, _, table = PAGE.read_text().partition("| the vendor's type |")
    table, _, _ = table.partition("\n\n")
    for row in table.splitlines():
        types, _, rest = row.strip("|").partition("|")
        for name in re.findall(r"`([a-z_]+\.[^`]+)`", types):
            yield name, re.findall(r"`(\w+)`", rest)[0]


@pytest.mark.parametrize(("name", "kind"), list(documented_types()))
def test_a_type_becomes_the_kind_that_its_page_says(name: str, kind: str) -> None:
    found = {"t": name.replace("*", "some_word"), "label": "x", "occs": [{"ss": 0, "se": 1}]}
    shades = {"rgb": [{"v": "00ff00", "f": 0.5}]} if kind == "color" else None
    groups = {"by_second": [[{"d": "1", "a": shades}]]} if shades else {}
    core = {"detections": {"1": found}, "detection_groupings": groups}
    result = vidiom.normalize("valossa", {"core": json.dumps(core).encode()})
    assert [one.kind for one in result.detections] == [kind]


def test_the_page_has_every_type_that_the_emulator_tells() -> None:
    core = json.loads(b"".join(canned_answer("core")))
    told = {found["t"] for found in core["detections"].values()}
    named = {name for name, _ in documented_types()}
    strangers = {one for one in told - named if not one.startswith("external.keyword.")}
    assert len(named) > 30
    assert strangers == set()


# --- Recorded conversations -----------------------------------------------------------------------


@contextmanager
def recorded(name: str, behaviour: Behaviour | None = None) -> Iterator[str]:
    """The address to talk to: the emulator's while a cassette is made, else nobody's."""
    recording = bool(os.environ.get(RECORD))
    app = create_app(KEY, behaviour or Behaviour(seed=1))
    vendor = serve(app) if recording else nullcontext("http://127.0.0.1:9")
    with vendor as url, cassette(CASSETTES / f"{name}.yaml", secrets=[KEY]):
        yield url


def provider_at(url: str, key: str = KEY) -> ValossaProvider:
    return ValossaProvider(
        ValossaSettings.model_validate(
            # one after the other, so that each answer belongs to its question
            {"api_key": key, "base_url": url, "uploads_in_flight": 1, "parts_in_flight": 1}
        )
    )


def followed(adapter: ValossaProvider, job: JobRef) -> Flow[list[JobState]]:
    states: list[JobState] = []
    while not states or not states[-1].terminal:
        status = yield from adapter.check(job)
        states.append(status.state)
    return states


def whole_job(adapter: ValossaProvider, film: Path) -> Flow[tuple[list[JobState], RawResult]]:
    media = FileMedia(path=str(film), size=film.stat().st_size)
    order = Order(correlation="c0ffee", media=media)
    uploaded = yield from adapter.upload(media, order)
    job = yield from adapter.submit(order.model_copy(update={"uploaded": uploaded}))
    states = yield from followed(adapter, job)
    raw = yield from adapter.fetch(job, order)
    yield from adapter.delete(job)
    return states, raw


def test_the_recorded_job_of_a_file_has_every_part_and_its_values(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(range(256)) * 40)
    with recorded("file-job", Behaviour(seed=1, chunk_size=4096)) as url:
        adapter = provider_at(url)
        states, raw = Driving("sync").run(whole_job(adapter, film))
    assert states == ["queued", "running", "running", "succeeded"]
    assert set(raw) == {"core", *parts.optional_parts(frozenset())}
    result = adapter.normalize(raw)
    assert result.media.duration == 60.04
    assert result.media.frame_rate == Fraction(25)
    shot, face = result.shots[0], result.faces[0]
    line = next(one for one in result.detections if isinstance(one, Speech))
    assert (shot.start, shot.end, shot.first_frame, shot.last_frame) == (0.0, 5.2, 0, 129)
    assert [(one.name, one.confidence) for one in face.identities] == [
        ("Mira Salonen", 0.934),
        ("Ida Lindqvist", 0.561),
    ]
    assert [(one.start, one.end) for one in face.segments] == [
        (5.36, 11.48),
        (20.04, 27.28),
        (36.08, 44.6),
    ]
    assert face.track is not None
    assert (line.text, line.speaker, line.sentiment) == (
        "Welcome to the old harbour, my name is Mira.",
        "1",
        0.412,
    )
    assert [(one.text, one.region) for one in result.texts] == [
        ("MIRA SALONEN Harbour guide", "lower_third"),
        ("NORDLYS COFFEE est. 1998", "full_frame"),
        ("DAMN GOOD COFFEE", "middle_third"),
        ("Harbour Stories", "upper_third"),
    ]
    assert Counter(one.kind for one in result.detections) == {
        "color": 24,
        "emotion": 9,
        "shot": 8,
        "caption": 7,
        "speech": 7,
        "topic": 6,
        "label": 6,
        "keyword": 4,
        "entity": 4,
        "face": 4,
        "text": 4,
        "moderation": 4,
        "sound": 3,
        "summary": 1,
        "custom": 1,
        "person": 1,
        "logo": 1,
    }
    assert [one.code for one in result.notices] == ["unmapped"]


def canceled_job(adapter: ValossaProvider) -> Flow[tuple[JobRef, JobRef | None, JobState]]:
    order = Order(
        correlation="harbour-1",
        media=UrlMedia(url="https://media.example/harbour.mp4"),
        title="Harbour",
        language="en-US",
        callback=Callback(url="https://hooks.example/valossa"),
        options={"face_min_relative_height": 0.1},
    )
    job = yield from adapter.submit(order)
    known = yield from adapter.find(order)
    yield from adapter.cancel(job)
    status = yield from adapter.check(job)
    return job, known, status.state


def test_the_recorded_job_of_a_url_is_found_in_the_listing_and_canceled() -> None:
    with recorded("url-job") as url:
        job, known, state = Driving("sync").run(canceled_job(provider_at(url)))
    assert known == job
    assert state == "canceled"


def taught(galleries: ValossaGalleries) -> Flow[tuple[object, ...]]:
    gallery = yield from galleries.create_gallery("Cast")
    ada = yield from galleries.create_identity(gallery.id, "Ada", {"gender": "female"})
    image = yield from galleries.add_image(ada.id, picture())
    images = yield from galleries.list_images(ada.id)
    yield from galleries.update_identity(ada.id, "Ada Lovelace", {})
    listed = yield from galleries.list_identities(gallery.id)
    yield from galleries.delete_image(image.id)
    yield from galleries.delete_identity(ada.id)
    left = yield from galleries.list_identities(gallery.id)
    yield from galleries.rename_gallery(gallery.id, "Crew")
    shown = yield from galleries.list_galleries()
    named = {one.name for one in shown}
    return images == (image,), [(one.name, one.attributes) for one in listed], left, named


def test_the_recorded_gallery_was_filled_changed_and_emptied() -> None:
    with recorded("galleries") as url:
        same_image, listed, left, named = Driving("sync").run(taught(provider_at(url).galleries()))
    assert same_image
    assert listed == [("Ada Lovelace", {"gender": "female"})]
    assert left == ()
    assert isinstance(named, set)
    assert "Crew" in named
    assert "Cast" not in named


def test_the_recorded_refusals_become_errors_by_their_status() -> None:
    job = JobRef(provider="valossa", vendor_id="5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11")
    once = RetryPolicy(attempts=1)
    html = Fault(kind="html", function="list_jobs", times=10)
    with recorded("refusals", Behaviour(seed=1, faults=(html,))) as url:
        drive = Driving("sync")
        with pytest.raises(AuthenticationFailed):
            drive.run(provider_at(url, "another key, and a wrong one").check(job))
        with pytest.raises(NotFound):
            drive.run(provider_at(url).check(job))
        with pytest.raises(ServerError):
            drive.run(provider_at(url).probe(), retry=once)


@pytest.mark.parametrize("path", sorted(CASSETTES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_cassette_holds_the_key_and_none_is_large(path: Path) -> None:
    assert secrets_in(path, [KEY, "another key, and a wrong one"]) == []
    assert path.stat().st_size < 300_000


def test_every_cassette_is_in_the_table_that_says_how_it_was_made() -> None:
    told = (CASSETTES.parent / "README.md").read_text()
    cassettes = {path.name for path in CASSETTES.glob("*.yaml")}
    assert cassettes
    assert {name for name in cassettes if f"`valossa/{name}`" not in told} == set()
