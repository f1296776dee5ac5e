"""URLs that are fetched here on their way to the vendor: once, of one job or of many."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.client.fake_vendor import Either, FakeRegistry, Vendor

import vidiom
from vidiom.client.pruning import PruningRequest
from vidiom.errors import InvalidMedia, TransportError, VidiomError
from vidiom.flow.effects import Flow, run_blocking
from vidiom.jobs.home import open_store
from vidiom.jobs.steps.media_fetching import Fetching
from vidiom.schema.jobs import JobState
from vidiom.schema.media import FileMedia
from vidiom.schema.orders import Order

URLS = [f"https://media.example/{name}.mp4?token=canary" for name in ("one", "two", "three")]


class Web:
    """What is at each URL, and how often it was asked for."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.faults: dict[str, list[VidiomError]] = {}

    def content(self, url: str) -> bytes:
        self.asked[url] += 1
        if self.faults.get(url):
            raise self.faults[url].pop(0)
        return url.encode()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    there = Web()

    def file(self: Fetching, url: str) -> Flow[FileMedia]:
        content = yield from run_blocking(lambda: there.content(url))
        path = self.archive.put_file(content)
        return FileMedia(path=str(path), size=len(content), name=Path(url).name.partition("?")[0])

    monkeypatch.setattr(Fetching, "file", file)
    return there


def test_a_url_is_fetched_and_uploaded_and_the_job_goes_on(
    either: Either, vendor: Vendor, web: Web
) -> None:
    job = either.submit("fake", URLS[0], fetch=True)
    assert vendor.uploads == ["one.mp4"]
    assert isinstance(vendor.jobs[job.vendor_id].media, FileMedia)
    assert either.wait(job).shots
    assert dict(web.asked) == {URLS[0]: 1}
    assert "canary" not in job.model_dump_json()


def test_without_being_asked_nothing_is_fetched(either: Either, vendor: Vendor, web: Web) -> None:
    either.submit("fake", URLS[0])
    assert (vendor.uploads, dict(web.asked)) == ([], {})


def test_each_item_of_a_list_is_fetched_once_however_often_the_list_is_submitted(
    either: Either, vendor: Vendor, web: Web
) -> None:
    web.faults[URLS[1]] = [InvalidMedia("it is empty (zero bytes).")]
    web.faults[URLS[2]] = [TransportError("the server is away.", sent=False)]
    for added in (3, 0):
        done = either.submit_many("fake", URLS, campaign="films", fetch=True)
        assert (done.added, done.tally.states) == (
            added,
            {JobState.FAILED: 1, JobState.SUCCEEDED: 2},
        )
    assert sorted(vendor.uploads) == ["one.mp4", "three.mp4"]
    assert dict(web.asked) == {URLS[0]: 1, URLS[1]: 1, URLS[2]: 2}
    failed = [job for job in either.list() if job.state is JobState.FAILED]
    assert [str(job.error.message) for job in failed] == ["it is empty (zero bytes)."]


def test_what_can_never_be_fetched_is_told_before_anything_is_sent(
    either: Either, vendor: Vendor, web: Web
) -> None:
    items = [URLS[0], "http://media.example/plain.mp4"]
    done = either.submit_many("fake", items, campaign="films", fetch=True)
    assert [line.partition(":")[0] for line in done.refused] == ["2"]
    assert "only https URLs are" in done.refused[0]
    assert len(vendor.jobs) == 1


def test_a_batch_is_fetched_image_by_image(either: Either, vendor: Vendor, web: Web) -> None:
    either.submit_batch("fake", [url.replace("mp4", "png") for url in URLS], fetch=True)
    assert sorted(web.asked.values()) == [1, 1, 1]
    assert len(vendor.uploads) == 3


def test_a_crash_after_the_fetching_does_not_fetch_again(
    either: Either, vendor: Vendor, web: Web, store: vidiom.MemoryStore
) -> None:
    def crash(_order: Order) -> None:
        raise KeyboardInterrupt

    vendor.during_upload = crash
    with pytest.raises(KeyboardInterrupt):
        either.submit("fake", URLS[0], fetch=True)
    (job,) = either.list()
    assert job.state is JobState.UPLOADING
    vendor.during_upload = lambda _order: None
    either.resume(provider="fake")
    assert either.wait(job.id).shots
    assert dict(web.asked) == {URLS[0]: 1}


def test_what_was_fetched_goes_with_the_job(
    web: Web, registry: FakeRegistry, tmp_path: Path
) -> None:
    home = {"VIDIOM_HOME": str(tmp_path)}
    with (
        closing(open_store(home)) as store,
        vidiom.Client(store=store, registry=registry, environment=home) as client,
    ):
        job = client.submit("fake", URLS[0], fetch=True)
        media = store.get(job.id).order.media
        assert isinstance(media, FileMedia)
        assert Path(media.path).read_bytes() == URLS[0].encode()
        client.wait(job)
        client.prune(PruningRequest(older_than=timedelta(0)))
        assert not Path(media.path).exists()
        assert dict(web.asked) == {URLS[0]: 1}


def test_a_provider_that_takes_no_files_is_given_none(
    either: Either, web: Web, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind, "media", frozenset({"url"}))
    with pytest.raises(InvalidMedia, match="takes no media of the sort 'file'"):
        either.submit("fake", URLS[0], fetch=True)
    assert dict(web.asked) == {}
