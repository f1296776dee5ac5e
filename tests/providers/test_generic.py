"""The generic adapter: what every provider must hold to, and recorded conversations."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.providers.generic.pictures import png

from vidiom.errors import AuthenticationFailed, NotFound
from vidiom.flow.effects import Flow
from vidiom.provider.contract import MediaSort
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import BatchImage, BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.schema.orders import Callback, Order
from vidiom.schema.raw import RawResult
from vidiom.testing import Driving, ProviderConformance, cassette, serve
from vidiom.testing.cassettes import RECORD, secrets_in
from vidiom.webhooks.delivery import Delivery
from vidiom_generic.emulator import Behaviour, create_app
from vidiom_generic.provider import GenericProvider
from vidiom_generic.settings import GenericSettings

DESCRIPTION = Path(__file__).parents[2] / "docs/reference/generic.openapi.json"
CASSETTES = Path(__file__).parents[2] / "cassettes" / "generic"
KEY = "generic-key-of-the-tests"
WRONG = "another key, and a wrong one"
SECRET = "webhook-secret-of-the-recorded-job-0123"
PAYLOADS = Path(__file__).parent / "generic" / "payloads"


def payload(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


class TestGeneric(ProviderConformance):
    provider = GenericProvider

    def media(
        self, sort: MediaSort, folder: Path
    ) -> UrlMedia | FileMedia | BytesMedia | ImageBatch:
        if sort != "batch":
            return super().media(sort, folder)
        path = folder / "poster.png"
        path.write_bytes(png(1))
        return ImageBatch(
            images=(
                BatchImage(external_id="poster", media=FileMedia(path=str(path), size=len(png(1)))),
                BatchImage(external_id="bytes", media=BytesMedia(data=png(2))),
            )
        )

    def samples(self) -> Sequence[RawResult]:
        return [
            RawResult.of("generic", {"video": payload("video.finished")}),
            RawResult.of("generic", {"video": payload("webhook.finished")}),
        ]

    def batch_samples(self) -> Sequence[RawResult]:
        names = ("images.finished", "images.finished.failed_item_variants")
        return [RawResult.of("generic", {"images/0": payload(name)}) for name in names]

    def openapi(self) -> bytes:
        return DESCRIPTION.read_bytes()

    def deliveries(self) -> Sequence[Delivery]:
        names = ("webhook.finished", "webhook.failed", "webhook.images.finished")
        return [Delivery((), payload(name), datetime(2026, 1, 1, tzinfo=UTC)) for name in names]


# --- Recorded conversations -----------------------------------------------------------------------


@contextmanager
def recorded(name: str) -> Iterator[str]:
    """The address to talk to: the emulator's while a cassette is made, else nobody's."""
    recording = bool(os.environ.get(RECORD))
    vendor = (
        serve(create_app(KEY, Behaviour(seed=1)))
        if recording
        else nullcontext("http://127.0.0.1:9")
    )
    with vendor as url, cassette(CASSETTES / f"{name}.yaml", secrets=[KEY, SECRET]):
        yield url


def provider_at(url: str, key: str = KEY, **settings: object) -> GenericProvider:
    values = {"api_key": key, "base_url": url, "poll_address": "template", **settings}
    return GenericProvider(GenericSettings.model_validate(values))


def followed(
    adapter: GenericProvider, job: JobRef, order: Order
) -> Flow[tuple[list[str], RawResult]]:
    states: list[str] = []
    while True:
        status = yield from adapter.check(job)
        states.append(status.state.value)
        if status.state.terminal:
            return states, (yield from adapter.fetch(job, order))


def ordered(adapter: GenericProvider, order: Order) -> Flow[tuple[list[str], RawResult]]:
    job = yield from adapter.submit(order)
    return (yield from followed(adapter, job, order))


def test_the_recorded_video_with_a_webhook_has_its_findings(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(range(256)) * 40)
    order = Order(
        correlation="c0ffee",
        media=FileMedia(path=str(film), size=film.stat().st_size),
        options={"max_processing_time": 0},
        callback=Callback(url="https://hooks.example/c0ffee", secret=SecretStr(SECRET)),
    )
    with recorded("video-job") as url:
        adapter = provider_at(url)
        states, raw = Driving("sync").run(ordered(adapter, order))
    assert states == ["queued", "running", "succeeded"]
    result = adapter.normalize(raw)
    assert Counter(one.kind for one in result.detections) == {
        "shot": 4,
        "section": 3,
        "person": 4,
        "text": 2,
        "custom": 1,
    }
    assert [one.critical for one in result.sections] == [False, False, True]


def test_the_recorded_batch_of_two_jobs_has_an_item_for_each_image(tmp_path: Path) -> None:
    images: list[BatchImage] = []
    for number, content in enumerate((png(1), b"no picture", png(3)), 1):
        path = tmp_path / f"{number}.png"
        path.write_bytes(content)
        media = FileMedia(path=str(path), size=len(content))
        images.append(BatchImage(external_id=f"image-{number}", media=media))
    order = Order(correlation="c0ffee", media=ImageBatch(images=tuple(images)))
    with recorded("batch-job") as url:
        adapter = provider_at(url, images_per_job=2)
        states, raw = Driving("sync").run(ordered(adapter, order))
    assert states == ["queued", "running", "queued", "running", "partial"]
    batch = adapter.normalize_batch(raw)
    assert list(batch.results) == ["image-1", "image-3"]
    assert batch.errors["image-2"].code == "unsupported_format"


def test_the_recorded_refusals_become_errors_by_their_status() -> None:
    job = JobRef(provider="generic", vendor_id="video_of_nobody")
    with recorded("refusals") as url:
        drive = Driving("sync")
        with pytest.raises(AuthenticationFailed):
            drive.run(provider_at(url, WRONG).probe())
        with pytest.raises(NotFound):
            drive.run(provider_at(url).check(job))
        assert drive.run(provider_at(url).latency("image")).milliseconds_per_unit == 120.0


@pytest.mark.parametrize("path", sorted(CASSETTES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_cassette_holds_a_secret_and_none_is_large(path: Path) -> None:
    assert secrets_in(path, [KEY, WRONG, SECRET]) == []
    assert path.stat().st_size < 100_000


def test_every_cassette_is_in_the_table_that_says_how_it_was_made() -> None:
    told = (CASSETTES.parent / "README.md").read_text()
    cassettes = {path.name for path in CASSETTES.glob("*.yaml")}
    assert cassettes == {"video-job.yaml", "batch-job.yaml", "refusals.yaml"}
    assert {name for name in cassettes if f"`generic/{name}`" not in told} == set()
