"""Uploading in chunks, played by hand: each request as the vendor documents it."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.parser import BytesParser
from typing import Any

import pytest

from vidiom.errors import (
    InvalidMedia,
    MalformedAnswer,
)
from vidiom.flow.body import FileSlice
from vidiom.flow.effects import Report, Send
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom.schema.orders import Order
from vidiom.testing.scripted import Step, answer, in_turn, play, recorded
from vidiom_valossa.provider import ValossaProvider

CANARY = "EXAMPLEKEY0000000000"
JOB = JobRef(provider="valossa", vendor_id="5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11")
BASE = "https://api-eu.valossa.com/core/1.0"
Payload = Callable[[str], bytes]
Document = Callable[[str], Any]
Sent = Callable[..., tuple[Any, list[Send]]]


def form_of(request: Send) -> dict[str, object]:
    """The fields of a multipart body; a file is its slice, or its bytes."""
    assert request.body is not None
    assert request.query == ()
    pieces = [p if isinstance(p, bytes) else b"\0" for p in request.body.pieces]
    slices = [p for p in request.body.pieces if not isinstance(p, bytes)]
    head = f"Content-Type: {request.body.content_type}\r\n\r\n".encode()
    message = BytesParser().parsebytes(head + b"".join(pieces))
    fields: dict[str, object] = {}
    for part in message.get_payload():
        assert not isinstance(part, str)
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            fields[name] = str(part.get_payload())
        else:
            fields[name] = slices[0] if content == b"\0" and slices else content
    return fields


def test_a_file_is_uploaded_in_chunks_of_the_vendors_size(
    sent: Sent, provider: ValossaProvider, order: Order, payload: Payload, document: Document
) -> None:
    media = FileMedia(path="/media/harbour.mp4", size=12_740_839)
    uploaded, requests = sent(
        provider.upload(media, order),
        answer(200, payload("upload_initialize.response.json")),
        *[answer(200, payload("upload_send_chunk.response.json"))] * 4,
        answer(200, payload("upload_finalize.response.json")),
    )
    assert uploaded.url == "valossaupload://a4c2e6f8-1b3d-4a5c-8e7f-9d0b2c4e6a81"
    begin, *chunks, end = requests
    assert begin.url == f"{BASE}/initialize_file_upload"
    assert form_of(begin) == document("upload_initialize.form.json")
    assert {one.url for one in chunks} == {f"{BASE}/send_file_chunk"}
    first = document("upload_send_chunk.form.json")
    assert form_of(chunks[0]) == {**first, "file_data": FileSlice(media.path, 0, 4_194_304)}
    assert [form_of(one)["chunk_index"] for one in chunks] == ["0", "1", "2", "3"]
    assert form_of(chunks[3])["file_data"] == FileSlice(media.path, 12_582_912, 157_927)
    assert end.url == f"{BASE}/finalize_file_upload"
    assert form_of(end) == document("upload_finalize.form.json")
    assert [one.repeatable for one in requests] == [True] * 5 + [False]


def test_the_progress_of_an_upload_counts_the_whole_file(
    provider: ValossaProvider, order: Order
) -> None:
    steps: list[Step] = []
    media = BytesMedia(data=b"0123456789")
    flow = recorded(provider.upload(media, order), steps)
    begun = {"upload_id": "u", "file_chunk_size_bytes": 4}
    play(
        flow,
        in_turn(
            answer(200, json.dumps(begun).encode()),
            *[answer(200, b"")] * 3,
            answer(200, b'{"uploaded_file_url": "valossaupload://u"}'),
        ),
    )
    told = [step.effect.progress for step in steps if isinstance(step.effect, Report)]
    assert [(one.done, one.total) for one in told] == [(4, 10), (8, 10), (10, 10)]
    chunks = [form_of(step.effect) for step in steps if isinstance(step.effect, Send)][1:-1]
    assert [one["file_data"] for one in chunks] == [b"0123", b"4567", b"89"]


@pytest.mark.parametrize(
    "begun", [{}, {"upload_id": "u"}, {"upload_id": "u", "file_chunk_size_bytes": 0}]
)
def test_an_upload_that_was_not_begun_properly_is_not_gone_on_with(
    sent: Sent, provider: ValossaProvider, order: Order, begun: dict[str, object]
) -> None:
    with pytest.raises(MalformedAnswer):
        sent(
            provider.upload(BytesMedia(data=b"0123"), order),
            answer(200, json.dumps(begun).encode()),
        )


def test_an_empty_file_is_refused_before_anything_is_sent(
    sent: Sent, provider: ValossaProvider, order: Order
) -> None:
    with pytest.raises(InvalidMedia):
        sent(provider.upload(FileMedia(path="/media/harbour.mp4", size=0), order))
