"""URLs that are fetched here: only when asked, only https, only from the public network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from vidiom.errors import InvalidMedia, TransportError
from vidiom.flow.effects import Answer, Send
from vidiom.flow.exchange import RunSettings
from vidiom.flow.http import request_options
from vidiom.flow.retry import RetryPolicy
from vidiom.jobs.memory import MemoryStore
from vidiom.jobs.steps.media_fetching import Fetching
from vidiom.jobs.store import Archive
from vidiom.schema.media import BatchImage, BytesMedia, FileMedia, ImageBatch, UrlMedia
from vidiom.testing import CannedVendor, Driving, MemorySink, answer
from vidiom.testing.scripted import Asked

PUBLIC, OTHER = "93.184.216.34", "8.8.8.8"
FILM = b"a film " * 1000


def names(**hosts: list[str]) -> Callable[[str, int], list[str]]:
    """A resolver that knows these hosts (``_`` for a dot)."""
    known = {name.replace("_", "."): addresses for name, addresses in hosts.items()}

    def resolve(host: str, _port: int) -> list[str]:
        if host not in known:
            raise OSError
        return known[host]

    return resolve


@dataclass(frozen=True)
class Fetch:
    """Fetches into an archive that is gone after the test."""

    archive: Archive

    def __call__(
        self,
        url: str,
        vendor: Callable[[Asked], Answer],
        resolve: Callable[[str, int], list[str]] | None = None,
        *,
        most: int = 10**9,
        driver: Driving | None = None,
    ) -> FileMedia:
        fetching = Fetching(self.archive, most, resolve or names(media_example=[PUBLIC]))
        run = RunSettings(sink=self.archive)
        once = RetryPolicy(attempts=1)
        return (driver or Driving("sync")).run(fetching.file(url), vendor, run, once)


@pytest.fixture
def fetched() -> Iterator[Fetch]:
    store = MemoryStore()
    yield Fetch(store.archive)
    store.close()


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Driving:
    return Driving(request.param)


def test_a_url_becomes_a_file_with_its_name_and_content(fetched: Fetch, driver: Driving) -> None:
    vendor = CannedVendor([answer(200, FILM)])
    file = fetched("https://media.example/a/film%201.mp4?sig=s", vendor, driver=driver)
    assert (file.name, file.size) == ("film 1.mp4", len(FILM))
    assert Path(file.path).read_bytes() == FILM


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(fetched: Fetch) -> None:
    vendor = CannedVendor([answer(200, FILM)])
    fetched("https://media.example:8443/film.mp4?sig=s", vendor)
    (asked,) = vendor.asked
    assert asked.url == f"https://{PUBLIC}:8443/film.mp4?sig=s"
    assert asked.headers["host"] == "media.example:8443"
    request = Send("GET", "https://media.example/x", connect_to="2606::1")
    options = request_options(request)
    assert options["url"] == "https://[2606::1]/x"
    assert options["extensions"] == {"sni_hostname": "media.example"}


def test_a_resolver_that_changes_its_answer_gains_nothing(fetched: Fetch) -> None:
    """The name is looked up once for each request, and never again by the HTTP library."""
    answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    vendor = CannedVendor([answer(200, FILM)])
    fetched("https://media.example/film.mp4", vendor, lambda _host, _port: answers.pop(0))
    assert [one.url for one in vendor.asked] == [f"https://{PUBLIC}/film.mp4"]
    assert len(answers) == 2


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        [PUBLIC, "10.0.0.7"],
    ],
)
def test_what_is_not_on_the_public_network_is_not_fetched(
    fetched: Fetch, addresses: list[str]
) -> None:
    vendor = CannedVendor([answer(200, FILM)])
    with pytest.raises(InvalidMedia, match="not on the public network"):
        fetched("https://media.example/film.mp4", vendor, names(media_example=addresses))
    assert vendor.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://media.example/film.mp4",
        "ftp://media.example/film.mp4",
        "file:///etc/passwd",
        "https://user:pass1@media.example/film.mp4",
        "https:///film.mp4",
        "https://[/film.mp4",
        "https://media.example:port/film.mp4",
    ],
)
def test_other_sorts_of_urls_are_not_fetched_and_hide_what_is_secret(
    fetched: Fetch, url: str
) -> None:
    vendor = CannedVendor([answer(200, FILM)])
    with pytest.raises(InvalidMedia) as raised:
        fetched(url, vendor)
    assert vendor.asked == []
    assert "pass1" not in str(raised.value)


def test_a_redirect_is_followed_by_the_same_rules(fetched: Fetch) -> None:
    there = answer(302, b"", [("Location", "https://cdn.example/film.mp4")])
    vendor = CannedVendor([there, answer(200, FILM)])
    hosts = names(media_example=[PUBLIC], cdn_example=[OTHER])
    file = fetched("https://media.example/film.mp4", vendor, hosts)
    assert file.size == len(FILM)
    assert [one.url for one in vendor.asked] == [
        f"https://{PUBLIC}/film.mp4",
        f"https://{OTHER}/film.mp4",
    ]


@pytest.mark.parametrize(
    "location", ["https://inside.example/x", "http://media.example/x", "//127.0.0.1/x", "https://["]
)
def test_a_redirect_to_where_it_may_not_go_is_not_followed(fetched: Fetch, location: str) -> None:
    vendor = CannedVendor([answer(302, b"", [("Location", location)])])

    def resolve(host: str, _port: int) -> list[str]:
        return [PUBLIC] if host == "media.example" else ["127.0.0.1"]

    with pytest.raises(InvalidMedia):
        fetched("https://media.example/film.mp4", vendor, resolve)
    assert len(vendor.asked) == 1


def test_redirects_end_somewhere(fetched: Fetch) -> None:
    vendor = CannedVendor([answer(302, b"", [("Location", "/again")])])
    with pytest.raises(InvalidMedia, match="again and again"):
        fetched("https://media.example/film.mp4", vendor)
    assert len(vendor.asked) == 5


def test_what_is_larger_than_the_limit_is_refused_while_it_arrives(
    fetched: Fetch, driver: Driving
) -> None:
    vendor = CannedVendor([answer(200, FILM)])
    with pytest.raises(InvalidMedia, match="over 6999 bytes"):
        fetched("https://media.example/film.mp4", vendor, most=len(FILM) - 1, driver=driver)
    assert fetched("https://media.example/film.mp4", vendor, most=len(FILM)).size == len(FILM)


def test_nothing_is_kept_of_what_was_too_large(fetched: Fetch) -> None:
    sink = MemorySink()
    fetching = Fetching(fetched.archive, 10, names(media_example=[PUBLIC]))
    with pytest.raises(InvalidMedia):
        Driving("sync").run(
            fetching.file("https://media.example/film.mp4"),
            CannedVendor([answer(200, FILM)]),
            RunSettings(sink=sink),
        )
    assert (sink.finished, sink.aborted) == ({}, ["media"])


@pytest.mark.parametrize(("status", "says"), [(404, "404"), (403, "403"), (200, "empty")])
def test_a_server_that_gives_nothing_is_told_of(fetched: Fetch, status: int, says: str) -> None:
    with pytest.raises(InvalidMedia, match=says):
        fetched("https://media.example/film.mp4", CannedVendor([answer(status, b"")]))


def test_a_host_that_is_not_known_is_no_fault_of_the_media(fetched: Fetch) -> None:
    vendor = CannedVendor([answer(200, FILM)])
    with pytest.raises(TransportError, match="not known"):
        fetched("https://nowhere.example/film.mp4", vendor)
    assert vendor.asked == []


def test_every_url_of_a_batch_is_fetched_and_files_stay_as_they_are(fetched: Fetch) -> None:
    archive = fetched.archive
    fetching = Fetching(archive, 10**9, names(media_example=[PUBLIC]))
    media = [
        UrlMedia(url="https://media.example/1.png"),
        BytesMedia(data=b"two"),
        UrlMedia(url="https://media.example/3.png"),
    ]
    batch = ImageBatch(
        images=tuple(
            BatchImage(external_id=str(number), media=one) for number, one in enumerate(media)
        )
    )

    def vendor(asked: Asked) -> Answer:
        return answer(200, asked.url.encode())

    found = Driving("sync").run(fetching.media(batch), vendor, RunSettings(sink=archive))
    assert isinstance(found, ImageBatch)
    assert [one.external_id for one in found.images] == ["0", "1", "2"]
    first, second, third = (one.media for one in found.images)
    assert isinstance(first, FileMedia)
    assert isinstance(third, FileMedia)
    assert second == media[1]
    assert Path(first.path).read_bytes().endswith(b"/1.png")
    assert Path(third.path).read_bytes().endswith(b"/3.png")
