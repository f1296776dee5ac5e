"""Face galleries through both clients, against the emulated Training API."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from PIL import Image
from tests.client.fake_vendor import Either

import vidiom
from vidiom.errors import AuthenticationFailed, InvalidMedia, UnsupportedOperation, UsageError
from vidiom.testing.emulators import serve
from vidiom_valossa.emulator import Behaviour, create_app

KEY = "canary-key-4711"

AnyGalleries: TypeAlias = Any
"""The galleries of either client; the async ones are awaited by the fixture."""


class EitherGalleries(Either):
    """The galleries of either client, called the same way."""

    def __init__(self, either: Either) -> None:
        self.client = either.client.galleries("valossa")  # type: ignore[assignment]
        self._loop = either._loop


def picture(kind: str = "png", size: tuple[int, int] = (32, 16)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, "red").save(content, kind)
    return content.getvalue()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(create_app(KEY, Behaviour(seed=3))) as url:
        yield url


@pytest.fixture(params=[vidiom.Client, vidiom.AsyncClient])
def galleries(request: pytest.FixtureRequest, address: str) -> Iterator[Any]:
    environment = {"VIDIOM_VALOSSA_API_KEY": KEY, "VIDIOM_VALOSSA_BASE_URL": address}
    either = Either(request.param(store=vidiom.MemoryStore(), environment=environment))
    yield EitherGalleries(either)
    either.end()


def test_a_gallery_is_made_filled_renamed_and_emptied(galleries: AnyGalleries) -> None:
    cast = galleries.create("Harbour cast")
    galleries.rename(cast.id, "Harbour cast and crew")
    assert (cast.id, "Harbour cast and crew") in [(g.id, g.name) for g in galleries.list()]
    mira = galleries.create_identity(
        "Mira Salonen", gallery_id=cast.id, attributes={"gender": "female"}
    )
    first = galleries.add_image(mira.id, picture())
    second = galleries.add_image(mira.id, picture("jpeg"))
    assert [one.id for one in galleries.list_images(mira.id)] == [first.id, second.id]
    galleries.delete_image(first.id)
    assert [one.id for one in galleries.list_images(mira.id)] == [second.id]
    galleries.update_identity(mira.id, name="Mira Salonen-Aho", attributes={"gender": None})
    (listed,) = galleries.list_identities(cast.id)
    assert (listed.id, listed.name, listed.attributes) == (mira.id, "Mira Salonen-Aho", {})
    galleries.delete_identity(mira.id)
    assert galleries.list_identities(cast.id) == ()


def test_an_identity_without_a_gallery_is_in_the_default_one(galleries: AnyGalleries) -> None:
    nameless = galleries.create_identity()
    assert nameless.id in [one.id for one in galleries.list_identities()]
    assert [gallery.name for gallery in galleries.list() if gallery.default] == [None]


def test_what_the_vendor_lacks_or_refuses_is_said_before_anything_is_sent(
    galleries: AnyGalleries, tmp_path: Path
) -> None:
    with pytest.raises(UnsupportedOperation, match="no function that removes a gallery"):
        galleries.delete("any")
    with pytest.raises(UsageError, match="1 to 1024 characters"):
        galleries.create("x" * 1025)
    with pytest.raises(UsageError, match="'male' or 'female'"):
        galleries.create_identity("A", attributes={"gender": "f"})
    large = tmp_path / "large.png"
    large.write_bytes(picture() + b"\0" * (8 * 1024 * 1024))
    for image, words in [
        (picture("gif"), "is no JPG or PNG"),
        (picture(size=(4097, 2)), "4097 x 2 pixels"),
        (picture("jpeg", (2, 4097)), "2 x 4097 pixels"),
        (large, r"large\.png has \d+ bytes"),
        (tmp_path / "missing.png", "there is no file"),
        ("https://images.example/a.png", "not a URL"),
        (picture("jpeg")[:12], "is no JPG or PNG"),
    ]:
        with pytest.raises(InvalidMedia, match=words):
            galleries.add_image("any", image)


def test_a_wrong_key_is_refused_and_not_repeated(address: str) -> None:
    wrong = "canary-wrong-0815"
    environment = {"VIDIOM_VALOSSA_API_KEY": wrong, "VIDIOM_VALOSSA_BASE_URL": address}
    with (
        vidiom.Client(store=vidiom.MemoryStore(), environment=environment) as client,
        pytest.raises(AuthenticationFailed) as caught,
    ):
        client.galleries("valossa").list()
    assert wrong not in str(caught.value)
