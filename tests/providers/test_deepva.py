"""DeepVA: what every provider must hold to, and recorded conversations with the emulator."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image

from vidiom.errors import AuthenticationFailed, NotFound, ServerError
from vidiom.flow.effects import Flow
from vidiom.flow.retry import RetryPolicy
from vidiom.provider.contract import MediaSort
from vidiom.schema.detection import Score
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.media import BatchImage, BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.orders import Callback, Order
from vidiom.schema.raw import RawPart, RawResult
from vidiom.testing import Driving, ProviderConformance, cassette, serve
from vidiom.testing.cassettes import RECORD, secrets_in
from vidiom.webhooks.delivery import Delivery
from vidiom_deepva.emulator import Behaviour, Fault, create_app
from vidiom_deepva.galleries import DeepvaGalleries
from vidiom_deepva.provider import DeepvaProvider
from vidiom_deepva.settings import DeepvaSettings

PAYLOADS = Path(__file__).parent / "deepva/payloads"
CASSETTES = Path(__file__).parents[2] / "cassettes" / "deepva"
KEY = "deepva-key-of-the-tests"
WRONG = "another key, and a wrong one"


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


class TestDeepva(ProviderConformance):
    provider = DeepvaProvider
    maps = ("modules", "meta", "data")
    # an installation without a face index has datasets all the same
    handles: ClassVar[Mapping[str, Collection[int]]] = {"list_galleries": {404, 410}}

    def media(
        self, sort: MediaSort, folder: Path
    ) -> UrlMedia | FileMedia | BytesMedia | ImageBatch:
        media = super().media(sort, folder)
        if not isinstance(media, ImageBatch):
            return media
        local = BatchImage(external_id="local", media=BytesMedia(data=b"picture", name="a.jpg"))
        return ImageBatch(images=(*media.images, local))

    def samples(self) -> Sequence[RawResult]:
        job = payload("job.completed.json")
        found = [
            RawResult.of("deepva", {"job": job, "detailed_results/0": path.read_bytes()})
            for path in sorted(PAYLOADS.glob("detailed_results.*.json"))
        ]
        brief = [
            RawResult.of("deepva", {"job": job, "summarized_results/0": path.read_bytes()})
            for path in sorted(PAYLOADS.glob("summarized_results.*.json"))
        ]
        return [*found, *brief]

    def deliveries(self) -> Sequence[Delivery]:
        return [
            Delivery((), path.read_bytes(), datetime(2026, 1, 1, tzinfo=UTC))
            for path in sorted(PAYLOADS.glob("webhook.*.json"))
            if "signature" not in path.name
        ]


# --- Recorded conversations -----------------------------------------------------------------------


@contextmanager
def recorded(name: str, behaviour: Behaviour | None = None) -> Iterator[str]:
    """The address to talk to: the emulator's while a cassette is made, else nobody's."""
    recording = bool(os.environ.get(RECORD))
    app = create_app(KEY, behaviour or Behaviour(seed=1))
    vendor = serve(app) if recording else nullcontext("http://127.0.0.1:9")
    with vendor as url, cassette(CASSETTES / f"{name}.yaml", secrets=[KEY]):
        yield url


def provider_at(url: str, key: str = KEY, **settings: object) -> DeepvaProvider:
    values: dict[str, object] = {
        "api_key": key,
        "base_url": f"{url}/api/v1",
        "pages_in_flight": 1,  # one after the other, so that each answer belongs to its question
        "upload_poll_seconds": 0.01,
    }
    return DeepvaProvider(DeepvaSettings.model_validate(values | settings))


def followed(adapter: DeepvaProvider, job: JobRef) -> Flow[list[JobState]]:
    states: list[JobState] = []
    while not states or not states[-1].terminal:
        status = yield from adapter.check(job)
        states.append(status.state)
    return states


def whole_job(
    adapter: DeepvaProvider, film: Path
) -> Flow[tuple[list[JobState], RawResult, RawPart]]:
    media = FileMedia(path=str(film), size=film.stat().st_size)
    order = Order(
        correlation="c0ffee",
        media=media,
        features=frozenset({Feature.FACES, Feature.LABELS, Feature.SPEECH, Feature.TEXT}),
        options={
            "object_scene_recognition": {"enable_captioning": True},
            "advanced_diversity_analysis": {},
        },
    )
    uploaded = yield from adapter.upload(media, order)
    job = yield from adapter.submit(order.model_copy(update={"uploaded": uploaded}))
    states = yield from followed(adapter, job)
    raw = yield from adapter.fetch(job, order)
    listed = yield from adapter.artifacts(job)
    again = yield from adapter.artifact(job, str(listed[0].id))
    yield from adapter.delete(job)
    return states, raw, again


def test_the_recorded_job_of_a_file_has_every_page_and_its_values(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(range(256)) * 40)
    with recorded("file-job", Behaviour(seed=1, largest_page=7)) as url:
        adapter = provider_at(url)
        states, raw, again = Driving("sync").run(whole_job(adapter, film))
    assert states == ["queued", "running", "running", "succeeded"]
    words = next(part for name, part in raw.items() if name.startswith("artifact/"))
    assert [name for name in raw if not name.startswith("artifact/")] == [
        "job",
        *("detailed_results/0", "detailed_results/7", "detailed_results/14"),
        *("summarized_results/0", "summarized_results/7"),
        "artifacts/0",
    ]
    assert again == words
    result = adapter.normalize(raw)
    assert (result.media.duration, result.media.frame_rate) == (60.0, Fraction(25))
    face, label = result.faces[0], result.labels[0]
    assert [one.name for one in face.identities] == ["Mara Lindqvist"]
    assert (face.confidence, face.score) == (0.87, Score(0.61, "euclidean_distance"))
    assert face.track is not None
    assert list(face.track.times[:4]) == [1.92, 2.2, 2.44, 2.72]
    assert (face.track.x[0], face.track.y[0]) == (0.214, 0.093)
    assert (face.track.width[0], face.track.height[0]) == (0.118, 0.251)
    assert (label.label, label.confidence) == ("Person", 0.982)
    assert [(one.start, one.end, one.speaker, one.text) for one in result.speech] == [
        (5.0, 7.92, "Mara Lindqvist", "The harbour reopened this morning."),
        (8.2, 11.6, "Mara Lindqvist", "Mara Lindqvist expects normal traffic by Friday."),
        (12.0, 16.8, "Unknown #1", "The pilot boat leaves Kiel at noon."),
    ]
    # the words of the first line stand in the SRT only
    assert [(one.text, one.start, one.end) for one in result.speech[0].words][:2] == [
        ("The", 5.0, 5.32),
        ("harbour", 5.32, 6.0),
    ]
    assert [(one.text, one.start, one.confidence) for one in result.texts] == [
        ("Mara Lindqvist", 2.2, 0.99),
        ("Harbour Master", 2.2, 0.96),
        ("BREAKING", 10.0, 0.97),
        ("Harbour reopens", 10.24, 0.93),
        ("GRÜSSE AUS KIEL", 48.0, 0.58),
    ]
    assert Counter(one.kind for one in result.detections) == {
        "custom": 7,
        "label": 6,
        "face": 5,
        "text": 5,
        "speech": 3,
        "person": 2,
        "caption": 1,
    }
    assert [(one.code, one.count) for one in result.notices] == [("assumed", 6), ("assumed", 10)]


def tagged_job(adapter: DeepvaProvider) -> Flow[tuple[JobRef, JobRef | None, JobRef | None]]:
    order = Order(
        correlation="harbour-1",
        media=UrlMedia(url="https://media.example/harbour.mp4"),
        language="en-US",
        callback=Callback(url="https://hooks.example/deepva"),
        options={"ttl": 86400, "text_recognition": {"mode": "quality", "threshold": 0.8}},
    )
    job = yield from adapter.submit(order)
    # the vendor's filter finds this one, too, and its lists begin with the newest
    yield from adapter.submit(order.model_copy(update={"correlation": "harbour-10"}))
    known = yield from adapter.find(order)
    yield from adapter.delete(job)
    gone = yield from adapter.find(order)
    return job, known, gone


def test_the_recorded_job_of_a_url_is_found_by_its_tag_until_it_is_deleted() -> None:
    with recorded("url-job", Behaviour(seed=1, tag_filter="part")) as url:
        job, known, gone = Driving("sync").run(tagged_job(provider_at(url, page_limit=1)))
    assert known is not None
    assert known.vendor_id == job.vendor_id
    assert gone is None


def picture() -> BytesMedia:
    content = BytesIO()
    Image.new("RGB", (64, 64), "red").save(content, "jpeg")
    return BytesMedia(data=content.getvalue(), name="ada.jpg")


def taught(galleries: DeepvaGalleries) -> Flow[tuple[object, ...]]:
    gallery = yield from galleries.create_gallery("Cast")
    ada = yield from galleries.create_identity(gallery.id, "Ada", {"notes": "the first"})
    image = yield from galleries.add_image(ada.id, picture())
    images = yield from galleries.list_images(ada.id)
    yield from galleries.update_identity(ada.id, "Ada Lovelace", {})
    listed = yield from galleries.list_identities(gallery.id)
    yield from galleries.delete_image(image.id)
    yield from galleries.delete_identity(ada.id)
    left = yield from galleries.list_identities(gallery.id)
    yield from galleries.rename_gallery(gallery.id, "Crew")
    named = {one.name for one in (yield from galleries.list_galleries())}
    yield from galleries.delete_gallery(gallery.id)
    after = {one.name for one in (yield from galleries.list_galleries())}
    said = [(one.name, one.attributes.get("notes")) for one in listed]
    return images == (image,), said, left, named - after


def test_the_recorded_gallery_was_filled_changed_emptied_and_deleted() -> None:
    with recorded("galleries") as url:
        found = Driving("sync").run(taught(provider_at(url).galleries()))
    assert found == (True, [("Ada Lovelace", "the first")], (), {"Crew"})


def test_the_recorded_refusals_become_errors_by_their_status() -> None:
    job = JobRef(provider="deepva", vendor_id="5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11")
    once = RetryPolicy(attempts=1)
    html = Fault(kind="html", function="list_jobs", times=10)
    with recorded("refusals", Behaviour(seed=1, faults=(html,))) as url:
        drive = Driving("sync")
        with pytest.raises(AuthenticationFailed, match="Invalid API key"):
            drive.run(provider_at(url, WRONG).check(job))
        with pytest.raises(NotFound):
            drive.run(provider_at(url).check(job))
        with pytest.raises(ServerError) as caught:
            drive.run(provider_at(url).probe(), retry=once)
    assert caught.value.status == 502
    assert "<" not in str(caught.value)


@pytest.mark.parametrize("path", sorted(CASSETTES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_cassette_holds_the_key_and_none_is_large(path: Path) -> None:
    assert secrets_in(path, [KEY, WRONG]) == []
    assert path.stat().st_size < 300_000


def test_every_cassette_is_in_the_table_that_says_how_it_was_made() -> None:
    told = (CASSETTES.parent / "README.md").read_text()
    cassettes = {path.name for path in CASSETTES.glob("*.yaml")}
    assert cassettes == {"file-job.yaml", "galleries.yaml", "refusals.yaml", "url-job.yaml"}
    assert {name for name in cassettes if f"`deepva/{name}`" not in told} == set()
