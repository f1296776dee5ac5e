"""The provider through both clients, as its users meet it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image
from tests.providers.local.local_films import Film

import vidiom
from vidiom.errors import InvalidMedia, JobFailed, MissingExtra, NotFound
from vidiom.provider import capabilities
from vidiom.schema.features import Feature
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Order
from vidiom.schema.provenance import NoticeCode
from vidiom_local import desk
from vidiom_local.folder import WorkItem
from vidiom_local.provider import LocalProvider
from vidiom_local.settings import LocalSettings

QUICK = {"shots", "sections", "loudness"}


def test_a_film_is_analysed_through_the_client(plain_film: Film) -> None:
    with vidiom.Client() as client:
        job = client.submit("local", plain_film.path, features=QUICK)
        result = client.wait(job)
        assert [shot.start for shot in result.shots] == [0.0, 2.0]
        assert result.notices == ()
        assert client.check(job).state == "succeeded"
        assert client.result(job) == result  # read again from the archive
        client.delete(job)


def test_the_async_client_gives_the_same(plain_film: Film) -> None:
    async def analysed() -> vidiom.Result:
        async with vidiom.AsyncClient() as client:
            return await client.analyze("local", plain_film.path, features=QUICK)

    assert [shot.start for shot in asyncio.run(analysed()).shots] == [0.0, 2.0]


def test_several_images_are_one_batch_with_an_item_each(tmp_path: Path) -> None:
    good, bad, other = (tmp_path / name for name in ("red.png", "text.jpg", "blue.webp"))
    Image.new("RGB", (64, 48), (255, 0, 0)).save(good)
    bad.write_text("no picture")
    Image.new("RGB", (48, 64), (0, 0, 255)).save(other, lossless=True)
    with vidiom.Client() as client:
        batch = client.analyze_batch("local", [good, bad, other], features={"colors", "loudness"})
    assert [item.external_id for item in batch.items] == ["red.png", "text.jpg", "blue.webp"]
    assert batch["red.png"].result is not None
    assert [color.rgb for color in batch["red.png"].result.colors] == ["#ff0000"]
    assert batch["red.png"].result.colors[0].segments == ()
    assert batch["text.jpg"].error is not None
    assert batch["text.jpg"].error.code == "not_media"
    assert batch["blue.webp"].result is not None
    assert batch["blue.webp"].result.media.height == 64


def test_a_text_named_mp4_fails_with_what_to_do_next(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    with vidiom.Client() as client, pytest.raises(JobFailed, match="check that it is the right"):
        client.analyze("local", tmp_path / "text.mp4", features=QUICK)


def test_a_url_is_refused_before_anything_is_started() -> None:
    with (
        vidiom.Client() as client,
        pytest.raises(InvalidMedia, match="save the media to a file first"),
    ):
        client.submit("local", "https://example.com/film.mp4")
    order = Order(correlation="c", media=UrlMedia(url="https://example.com/film.mp4"))
    with pytest.raises(InvalidMedia, match="save it to a file first"):
        next(LocalProvider(LocalSettings()).submit(order))


def test_an_order_is_found_by_its_correlation_id_and_only_by_that(
    tmp_path: Path, plain_film: Film
) -> None:
    office = desk.Desk(home=tmp_path, max_running=1, speech_model=None, face_model=None)
    assert office.find("mine") is None
    request = desk.Request(
        correlation="mine",
        items=(WorkItem(str(plain_film.path), "plain.mp4"),),
        batch=False,
        features=("shots",),
        language=None,
    )
    assert office.submit(request) == str(tmp_path)
    assert office.find("mine") == str(tmp_path)
    assert office.find("other") is None
    office.delete(None, "mine")
    with pytest.raises(NotFound, match="no local job 'mine'"):
        office.status(None, "mine")


def test_without_the_small_extra_the_submission_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, plain_film: Film
) -> None:
    monkeypatch.setattr(desk, "installed", lambda module: module != "av")
    with vidiom.Client() as client, pytest.raises(MissingExtra, match=r"vidiom\[local\]"):
        client.submit("local", plain_film.path)


def test_everything_but_webhooks_is_offered_for_a_job() -> None:
    refused = {name for name, one in capabilities(LocalProvider).items() if not one.supported}
    assert refused & {"submit", "find", "check", "check_many", "fetch", "cancel", "delete"} == set()
    assert "read_delivery" in refused


def test_thumbnails_are_made_only_when_asked_for() -> None:
    assert Feature.THUMBNAILS in LocalProvider.features
    assert Feature.THUMBNAILS not in LocalProvider.default_features


def test_a_feature_that_a_still_cannot_have_is_a_notice(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), (9, 9, 9)).save(tmp_path / "still.png")
    with vidiom.Client() as client:
        result = client.analyze("local", tmp_path / "still.png", features={"colors", "shots"})
    (notice,) = result.notices
    assert (notice.code, notice.features) == (NoticeCode.NOT_AVAILABLE, (Feature.SHOTS,))
