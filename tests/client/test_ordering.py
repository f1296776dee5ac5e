"""From a caller's words to an order: what is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.client.fake_vendor import Either, Fake, Vendor

import vidiom
from vidiom.errors import (
    InvalidMedia,
    UnknownFeature,
    UsageError,
)

URL = "https://media.example/clip.mp4"


def test_features_that_the_provider_lacks_are_named_in_the_result(either: Either) -> None:
    result = either.analyze("fake", URL, features=["shots", "faces"])
    assert result.provenance.asked_features == ("shots",)
    assert result.provenance.ignored == ("faces",)
    assert [notice.features for notice in result.notices] == [("faces",)]


def test_a_provider_without_any_of_the_features_is_not_asked(
    either: Either, vendor: Vendor
) -> None:
    with pytest.raises(UnknownFeature, match="It offers: shots, text"):
        either.submit("fake", URL, features=["faces"])
    assert vendor.jobs == {}
    assert either.list() == ()


def test_a_feature_that_does_not_exist_is_refused_with_those_that_do(either: Either) -> None:
    with pytest.raises(UnknownFeature, match=r"no such feature: 'shoots'.*shots"):
        either.submit("fake", URL, features=["shoots"])


def test_an_option_that_the_vendor_does_not_have_is_refused_with_those_it_has(
    either: Either,
) -> None:
    with pytest.raises(UsageError, match="Options are: depth"):
        either.submit("fake", URL, options={"width": 3})


def test_media_that_cannot_be_is_refused_before_anything_is_sent(
    either: Either, vendor: Vendor, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    for media, words in [
        (tmp_path / "missing.mp4", "there is no file"),
        (empty, "zero bytes"),
        (tmp_path, "is not a file"),
        (b"", "empty"),
        ("", "media is"),
        (empty / "below.mp4", "cannot be read"),
    ]:
        with pytest.raises(InvalidMedia, match=words):
            either.submit("fake", media)
    assert vendor.jobs == {}
    assert either.list() == ()


def test_a_relative_path_is_kept_as_an_absolute_one(
    either: Either, store: vidiom.MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"film")
    monkeypatch.chdir(tmp_path)
    job = either.submit("fake", vidiom.FileMedia(path="clip.mp4"))
    media = store.get(job.id).order.media
    assert isinstance(media, vidiom.FileMedia)
    assert (media.path, media.size) == (str(tmp_path / "clip.mp4"), 4)


def test_bytes_are_kept_so_that_another_process_can_go_on(
    either: Either, store: vidiom.MemoryStore
) -> None:
    job = either.submit("fake", b"a film")
    media = store.get(job.id).order.media
    assert isinstance(media, vidiom.FileMedia)
    assert Path(media.path).read_bytes() == b"a film"
    assert media.size == 6


def test_a_signed_url_is_shown_without_its_signature(
    either: Either, store: vidiom.MemoryStore
) -> None:
    job = either.submit("fake", "https://user:pw@media.example/a.mp4?sig=CANARY")
    assert job.media == "https://media.example/a.mp4…"
    assert "CANARY" not in repr(store.get(job.id))
    assert "CANARY" not in job.model_dump_json()


def test_a_callback_goes_with_the_order_where_the_vendor_can_call(
    either: Either, store: vidiom.MemoryStore, kind: type[Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="sends no webhooks"):
        either.submit("fake", URL, callback="https://app.example/hooks/7f3a")
    monkeypatch.setattr(kind, "read_delivery", lambda _self, _delivery: None)
    with pytest.raises(UsageError, match="http or https"):
        either.submit("fake", URL, callback="ftp://app.example")
    assert either.list() == ()
    job = either.submit("fake", URL, callback="https://app.example/hooks/7f3a")
    callback = store.get(job.id).order.callback
    assert callback is not None
    assert callback.url == "https://app.example/hooks/7f3a"
