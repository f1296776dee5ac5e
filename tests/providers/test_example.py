"""The example plugin: what every provider must hold to, and the main job through both clients."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import vidiom
import vidiom_example
from vidiom.flow.effects import Flow
from vidiom.plugins.registry import Registry
from vidiom.schema.jobs import JobState
from vidiom.schema.media import FileMedia
from vidiom.schema.orders import Order
from vidiom.testing import Driving, ProviderConformance, cassette, no_waiting, serve
from vidiom.testing.cassettes import RECORD
from vidiom.webhooks.delivery import Delivery
from vidiom_example import emulator
from vidiom_example.provider import ExampleProvider
from vidiom_example.settings import ExampleSettings

CASSETTE = Path(__file__).parents[2] / "cassettes" / "example" / "one-job.yaml"
KEY = "example-key-of-the-tests"


class TestExample(ProviderConformance):
    provider = ExampleProvider

    def deliveries(self) -> Sequence[Delivery]:
        body = b'{"id":"job-1","state":"done","progress":100}'
        return [Delivery((), body, datetime(2026, 1, 1, tzinfo=UTC))]


def facts(result: vidiom.Result) -> list[tuple[str, str, float, float, float | None]]:
    """What was found, in few words."""
    return [
        (one.kind, one.label, segment.start, segment.end, one.confidence)
        for one in result.detections
        for segment in one.segments
    ]


EXPECTED = [
    ("shot", "shot", 0.0, 4.0, None),
    ("label", "dog", 1.0, 3.5, 0.875),
    ("shot", "shot", 4.0, 9.0, None),
    ("custom", "coffee", 5.0, 5.0, None),
]


def environment(base_url: str) -> dict[str, str]:
    return {
        "VIDIOM_EXAMPLE_API_KEY": KEY,
        "VIDIOM_EXAMPLE_BASE_URL": base_url,
        "VIDIOM_HOME": os.environ["VIDIOM_HOME"],
    }


def test_the_installed_plugin_does_the_main_job_through_both_clients(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not looked into by the emulator")

    async def main(base_url: str) -> vidiom.Result:
        async with vidiom.AsyncClient(environment=environment(base_url)) as client:
            return await client.analyze("example", film, features={"shots", "labels"})

    with no_waiting() as skipped, serve(emulator.app(KEY)) as url:
        with vidiom.Client(environment=environment(url)) as client:
            one = client.analyze("example", film, features={"shots", "labels"})
        other = asyncio.run(main(url))
    assert facts(one) == facts(other) == EXPECTED
    assert one.notices[0].code == "unmapped"
    assert one.media.duration == 9.0
    assert one.provenance.vendor_versions == {"model": "3"}
    assert 2.0 in skipped.waits, "the vendor's own hint is followed"


def conversation(
    adapter: ExampleProvider, film: Path
) -> Flow[tuple[list[JobState], vidiom.Result]]:
    media = FileMedia(path=str(film), size=film.stat().st_size)
    order = Order(correlation="c0ffee", media=media, features=frozenset(adapter.features))
    uploaded = yield from adapter.upload(media, order)
    order = order.model_copy(update={"uploaded": uploaded})
    job = yield from adapter.submit(order)
    states: list[JobState] = []
    while not states or not states[-1].terminal:
        status = yield from adapter.check(job)
        states.append(status.state)
    raw = yield from adapter.fetch(job, order)
    yield from adapter.cancel(job)
    yield from adapter.delete(job)
    return states, adapter.normalize(raw)


def test_a_cassette_gives_the_same_without_the_vendor(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(range(256)) * 40)
    recording = bool(os.environ.get(RECORD))
    vendor = serve(emulator.app(KEY)) if recording else nullcontext("http://127.0.0.1:9")
    with vendor as url, cassette(CASSETTE, secrets=[KEY]):
        adapter = ExampleProvider(ExampleSettings.model_validate({"api_key": KEY, "base_url": url}))
        states, result = Driving("sync").run(conversation(adapter, film))
    assert states == ["queued", "running", "succeeded"]
    assert facts(result) == EXPECTED


def test_the_plugin_as_a_whole_is_small() -> None:
    folder = Path(vidiom_example.__file__).parent
    lines = {path.name: len(path.read_text().splitlines()) for path in folder.glob("*.py")}
    assert sum(lines.values()) - lines["emulator.py"] <= 330
    assert max(lines.values()) <= 110


def test_the_plugin_comes_in_by_its_entry_point() -> None:
    assert Registry().get("example") is ExampleProvider
