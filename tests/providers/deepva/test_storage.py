"""The vendor's storage: form, waiting until ready, and both handles of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidiom.errors import InvalidMedia, MalformedAnswer, NotFound, RequestRejected
from vidiom.flow.body import FileSlice
from vidiom.flow.effects import Effect, Send, Sleep
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom.schema.orders import Order
from vidiom.testing.scripted import answer, play, saved
from vidiom_deepva.provider import DeepvaProvider
from vidiom_deepva.settings import DeepvaSettings

BASE = "https://api.deepva.com/api/v1"
Payload = Callable[[str], bytes]
Document = Callable[[str], Any]
Sent = Callable[..., tuple[Any, list[Send]]]
CLIP = FileMedia(path="/media/clip.mp4", size=48_211_931)


def text_of(request: Send) -> str:
    """The form without the file's content."""
    assert request.body is not None
    return "".join(one.decode() for one in request.body.pieces if isinstance(one, bytes))


def test_a_file_goes_out_as_a_form_in_constant_memory_and_is_waited_for(
    sent: Sent, provider: DeepvaProvider, order: Order, payload: Payload, document: Document
) -> None:
    uploaded, (post, ask, again) = sent(
        provider.upload(CLIP, order),
        answer(201, payload("storage.upload.response.json")),
        answer(200, payload("storage.upload.response.json")),
        answer(200, payload("storage.file.uploaded.json")),
    )
    assert uploaded.url == "storage://Qm7Zt2LxKd94RbVaYw1c"
    assert uploaded.data == {"storage_id": 204433}
    assert (post.method, post.url) == ("POST", f"{BASE}/storage/")
    assert post.body is not None
    assert [one for one in post.body.pieces if not isinstance(one, bytes)] == [
        FileSlice("/media/clip.mp4", 0, 48_211_931)
    ]
    folder, file = document("storage.upload.request.json")["parts"]
    text = text_of(post)
    assert f'name="{folder["name"]}"\r\n\r\n/vidiom\r\n' in text
    assert f'name="{file["name"]}"; filename="clip.mp4"' in text
    assert f"Content-Type: {file['content_type']}" in text
    assert (ask.method, ask.url, again.url) == ("GET", *[f"{BASE}/storage/204433/"] * 2)


def test_the_names_of_the_form_are_settings(sent: Sent, order: Order, payload: Payload) -> None:
    said = {"storage_folder": "/in", "storage_folder_part": "path", "storage_file_part": "upload"}
    provider = DeepvaProvider(DeepvaSettings.model_validate({"api_key": "k" * 20, **said}))
    media = BytesMedia(data=b"film", name="a.bin")
    ready = answer(200, payload("storage.file.uploaded.json"))
    _, (post,) = sent(provider.upload(media, order), ready)
    assert 'name="path"\r\n\r\n/in\r\n' in text_of(post)
    assert 'name="upload"; filename="a.bin"' in text_of(post)
    assert "Content-Type: application/octet-stream" in text_of(post)


def test_an_upload_that_failed_at_the_vendor_is_an_error_and_no_job(
    sent: Sent, provider: DeepvaProvider, order: Order, payload: Payload
) -> None:
    with pytest.raises(RequestRejected, match=r"could not store clip\.mp4"):
        sent(
            provider.upload(CLIP, order),
            answer(201, payload("storage.upload.response.json")),
            answer(200, payload("storage.file.upload_failed.json")),
        )


def test_an_upload_that_is_never_ready_is_given_up(
    provider: DeepvaProvider, order: Order, payload: Payload
) -> None:
    slept: list[float] = []

    def respond(effect: Effect) -> object:
        if isinstance(effect, Sleep):
            slept.append(effect.seconds)
        if isinstance(effect, Send):
            return saved(answer(200, payload("storage.upload.response.json")), effect)
        return None

    with pytest.raises(RequestRejected, match="UPLOAD_WAIT_SECONDS"):
        play(provider.upload(CLIP, order), respond)
    assert slept[:6] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
    assert sum(slept) >= 900


@pytest.mark.parametrize("body", [b"{}", b'{"uploaded": true}', b'{"id": null, "url": ""}'])
def test_an_answer_without_any_handle_is_malformed(
    sent: Sent, provider: DeepvaProvider, order: Order, body: bytes
) -> None:
    with pytest.raises(MalformedAnswer):
        sent(provider.upload(CLIP, order), answer(200, body))


def test_a_numeric_id_that_comes_as_a_text_is_kept_as_it_is(
    sent: Sent, provider: DeepvaProvider, order: Order
) -> None:
    body = b'{"id": "204433", "url": "storage://a", "uploaded": true}'
    uploaded, _ = sent(provider.upload(CLIP, order), answer(200, body))
    assert uploaded.data == {"storage_id": "204433"}


@pytest.mark.parametrize("media", [FileMedia(path="/a"), FileMedia(path="/a", size=0)])
def test_an_empty_file_is_refused_before_anything_is_sent(
    sent: Sent, provider: DeepvaProvider, order: Order, media: FileMedia
) -> None:
    with pytest.raises(InvalidMedia):
        sent(provider.upload(media, order))


def test_a_folder_is_listed_in_either_form(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    bare = payload("storage.list.json")
    for body in (bare, b'{"total": 3, "data": ' + bare + b"}"):
        found, (request,) = sent(provider.storage().list("/ingest/2024-05"), answer(200, body))
        assert request.url == f"{BASE}/storage"
        assert request.query == (("folder", "/ingest/2024-05"),)
        assert [(one.id, one.url, one.is_folder) for one in found] == [
            (204411, "storage://SzXVeq9FWjgiwMULexmp", False),
            (204412, "storage://OpXtM7vlQMNbOgogexmp", False),
            (204407, None, True),
        ]


def test_content_and_thumbnail_are_streamed_to_the_archive(
    sent: Sent, provider: DeepvaProvider
) -> None:
    storage = provider.storage()
    part, (request,) = sent(storage.content(204433), answer(200, b"film"))
    assert (part.name, bytes(part.content)) == ("storage/204433", b"film")
    assert (request.url, request.save_as) == (f"{BASE}/storage/204433/file/", "storage/204433")
    _, (request,) = sent(storage.thumbnail(204433), answer(200, b"picture"))
    assert request.url == f"{BASE}/storage/204433/thumbnail/"
    assert request.save_as is not None


def test_deleting_what_is_gone_is_fine_and_reading_it_is_not(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    gone = answer(404, payload("error.404.json"))
    sent(provider.storage().delete(1), gone)
    with pytest.raises(NotFound):
        sent(provider.storage().get(1), gone)


def test_a_path_that_looks_like_a_form_cannot_end_the_header(
    sent: Sent, provider: DeepvaProvider, order: Order, payload: Payload, tmp_path: Path
) -> None:
    media = FileMedia(path=str(tmp_path / "a"), size=3, name='a"\r\nX: y')
    ready = answer(200, payload("storage.file.uploaded.json"))
    _, (post,) = sent(provider.upload(media, order), ready)
    assert "\r\nX: y" not in text_of(post)
