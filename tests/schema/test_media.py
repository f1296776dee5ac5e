"""Media: what callers may pass, what it becomes, and what of it may be shown."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vidiom.errors import InvalidMedia
from vidiom.schema.media import (
    BatchImage,
    BytesMedia,
    FileMedia,
    ImageBatch,
    MediaFacts,
    UrlMedia,
    as_batch,
    as_media,
    redacted_url,
)

SECRET = "s3cr3t-4711"
# every character that a careless caller may leave unquoted in a password or a query
around = st.text("abc019/:?#@&=;.%[]\\ …", max_size=6)


@given(around, around, st.sampled_from(["https", "http", "s3", "valossaupload"]))
def test_user_information_never_survives(before: str, after: str, scheme: str) -> None:
    for user in (f"{before}:{SECRET}{after}", f"u:{before}{SECRET}{after}"):
        assert SECRET not in redacted_url(f"{scheme}://{user}@example.com/clip.mp4")
        assert SECRET not in redacted_url(f"{scheme}://{quote(user)}@example.com/clip.mp4?a=1")


@given(around.filter(lambda text: "?" not in text), around, st.sampled_from("?#"))
def test_query_and_fragment_never_survive(before: str, after: str, mark: str) -> None:
    url = f"https://example.com/{before}{mark}key={SECRET}{after}"
    assert SECRET not in redacted_url(url)


@given(st.text(max_size=30))
def test_any_text_can_be_redacted(text: str) -> None:
    redacted_url(text)
    redacted_url(f"https://{text}")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/a/clip.mp4", "https://example.com/a/clip.mp4"),
        ("https://example.com:8443/clip.mp4", "https://example.com:8443/clip.mp4"),
        ("https://example.com/clip.mp4?sig=1", "https://example.com/clip.mp4…"),
        ("https://example.com/clip.mp4#t=1", "https://example.com/clip.mp4…"),
        ("https://u:p@example.com/clip.mp4", "https://example.com/clip.mp4"),
        ("https://u@example.com/clip.mp4", "https://example.com/clip.mp4"),
        ("https://example.com/@user/clip.mp4", "https://example.com/@user/clip.mp4"),
        ("valossaupload://0a1b", "valossaupload://0a1b"),
        ("https://example.com/clip.mp4?mail=a@b.c", "https://example.com/clip.mp4…"),
        ("https://u:p/q@example.com/clip.mp4", "…"),
        ("https://[example.com/clip.mp4", "…"),
    ],
)
def test_known_redactions(url: str, shown: str) -> None:
    assert redacted_url(url) == shown


@pytest.mark.parametrize("show", [repr, str, lambda media: media.description], ids="rsd")
def test_media_never_shows_secrets_or_content(show: object) -> None:
    assert callable(show)
    url = UrlMedia(url=f"https://u:{SECRET}@example.com/a.mp4?key={SECRET}")
    content = BytesMedia(data=SECRET.encode(), name="a.mp4")
    batch = ImageBatch(
        images=(BatchImage(external_id="1", media=url), BatchImage(external_id="2", media=content))
    )
    for media in (url, content, batch):
        assert SECRET not in show(media)
    assert "a.mp4" in show(url)
    assert "a.mp4" in show(content)


def test_text_with_a_scheme_is_a_url_and_other_text_is_a_path() -> None:
    assert as_media("https://example.com/a.mp4") == UrlMedia(url="https://example.com/a.mp4")
    assert as_media("a.mp4") == FileMedia(path=str(Path("a.mp4").absolute()))
    assert as_media(Path("b") / "a.mp4") == FileMedia(path=str(Path("b/a.mp4").absolute()))


class PathOfBytes(os.PathLike[bytes]):
    def __fspath__(self) -> bytes:
        return b"/tmp/a.mp4"


def test_a_path_of_bytes_is_a_path() -> None:
    assert as_media(PathOfBytes()) == FileMedia(path="/tmp/a.mp4")  # type: ignore[arg-type]  # noqa: S108


@pytest.mark.parametrize("content", [b"abc", bytearray(b"abc"), memoryview(b"abc")], ids=repr)
def test_content_in_memory_is_media(content: bytes) -> None:
    assert as_media(content) == BytesMedia(data=b"abc")


def test_media_stays_what_it_is() -> None:
    for media in (UrlMedia(url="https://example.com"), FileMedia(path="/a"), BytesMedia(data=b"a")):
        assert as_media(media) is media


@pytest.mark.parametrize("value", ["", b"", bytearray(), None, 5, ["a.mp4"], {}], ids=repr)
def test_what_cannot_be_media_is_refused(value: object) -> None:
    with pytest.raises(InvalidMedia, match="media"):
        as_media(value)  # type: ignore[arg-type]


def test_the_images_of_a_batch_are_named_after_their_files_and_urls() -> None:
    batch = as_batch(["x/a.jpg", "https://example.com/b.jpg?k=1", b"1", "https://example.com"])
    assert [image.external_id for image in batch.images] == ["a.jpg", "b.jpg", "media-3", "image-4"]
    assert as_batch(batch) is batch


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a.jpg", "x/a.jpg", "b.jpg"], ["1-a.jpg", "2-a.jpg", "b.jpg"]),
        (["a.jpg", "x/a.jpg", "1-a.jpg"], ["1-1-a.jpg", "2-a.jpg", "1-a.jpg"]),
        (["a", "x/a", "2-a", "x/2-a"], ["1-a", "2-a", "3-2-a", "4-2-a"]),
    ],
)
def test_names_that_repeat_are_numbered(paths: list[str], names: list[str]) -> None:
    assert [image.external_id for image in as_batch(list(paths)).images] == names


@given(st.lists(st.text("12-a", min_size=1, max_size=5), min_size=1, max_size=12))
def test_every_image_has_a_name_of_its_own(paths: list[str]) -> None:
    batch = as_batch(list(paths))
    assert [
        Path(image.media.path).name for image in batch.images if image.media.type == "file"
    ] == [Path(path).name for path in paths]
    assert len({image.external_id for image in batch.images}) == len(paths)


@pytest.mark.parametrize("images", [[], (), "a.jpg", b"a.jpg"], ids=repr)
def test_what_is_no_batch_is_refused(images: list[str | bytes]) -> None:
    with pytest.raises(InvalidMedia, match="batch"):
        as_batch(images)


def test_an_external_id_stands_once_in_a_batch() -> None:
    image = BatchImage(external_id="1", media=FileMedia(path="/a"))
    with pytest.raises(ValidationError, match="stands twice"):
        ImageBatch(images=(image, image))
    with pytest.raises(ValidationError, match="at least 1"):
        ImageBatch(images=())


@pytest.mark.parametrize("rate", ["30000/1001", "25", "1/10"])
def test_a_frame_rate_is_kept_exactly(rate: str) -> None:
    facts = MediaFacts.model_validate({"frame_rate": rate})
    assert str(facts.frame_rate) == rate
    assert MediaFacts.model_validate_json(facts.model_dump_json()) == facts


def test_a_whole_frame_rate_may_be_given_as_an_integer() -> None:
    assert MediaFacts.model_validate({"frame_rate": 25}).frame_rate == 25


@pytest.mark.parametrize(
    "rate", [29.97, 25.0, True, 0, -25, "0", "25.0", " 25", "9" * 5000], ids=str
)
def test_a_frame_rate_that_is_not_exact_is_refused(rate: object) -> None:
    with pytest.raises(ValidationError, match="a frame rate is"):
        MediaFacts.model_validate({"frame_rate": rate})
