"""Request bodies: described by adapters, read by drivers, the same bytes on the wire."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import os
import tracemalloc
from collections.abc import AsyncGenerator, Generator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import enumerate as threads
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidiom.errors import InvalidMedia
from vidiom.flow.body import (
    Base64Slice,
    Body,
    Chunk,
    FilePart,
    FileSlice,
    form_body,
    json_body,
    multipart_body,
)
from vidiom.flow.drivers import _counted_async
from vidiom.flow.effects import Progress, Send, send, together
from vidiom.flow.exchange import Exchange, RunSettings
from vidiom.flow.http import CHUNK, read_body
from vidiom.testing import CannedVendor, Driving, answer, serve
from vidiom.testing.emulators import Message, Receive
from vidiom.testing.emulators import Send as Out
from vidiom.testing.waiting import SkippingClock

URL = "https://api.example/upload"


class Receiver:
    """An app that digests what it is sent; it refuses the first requests when told so."""

    def __init__(self, *, refusals: int = 0, early: int | None = None) -> None:
        self.digests: list[str] = []
        self.sizes: list[int] = []
        self.headers: list[dict[bytes, bytes]] = []
        self.refusals = refusals
        self.early = early

    async def __call__(self, scope: Message, receive: Receive, send: Out) -> None:
        if scope["type"] != "http":
            return
        self.headers.append(dict(scope["headers"]))
        digest, size, more = hashlib.sha256(), 0, self.early is None
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            digest.update(message["body"])
            size += len(message["body"])
            more = message["more_body"]
        self.digests.append(digest.hexdigest())
        self.sizes.append(size)
        status = self.early or 200
        if self.refusals:
            self.refusals -= 1
            status = 503
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(2 * CHUNK + 12_345))
    return path


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def slices(path: Path) -> Body:
    size = path.stat().st_size
    return Body(
        (b"head", FileSlice(str(path), 0, size), b"middle", FileSlice(str(path), 7, 11), b"tail"),
        "application/octet-stream",
    )


def test_slices_of_files_arrive_as_they_are_with_their_length(drive: Driving, file: Path) -> None:
    content = file.read_bytes()
    app = Receiver()
    with serve(app) as url:
        drive.run(send(Send("PUT", url, body=slices(file))))
    assert app.digests == [sha(b"head" + content + b"middle" + content[7:18] + b"tail")]
    assert app.headers[0][b"content-length"] == str(slices(file).length).encode()
    assert b"transfer-encoding" not in app.headers[0]
    assert app.headers[0][b"content-type"] == b"application/octet-stream"


def test_an_upload_that_is_repeated_starts_anew(
    drive: Driving, file: Path, skipping: SkippingClock
) -> None:
    app = Receiver(refusals=2)
    with serve(app) as url:
        drive.run(send(Send("PUT", url, body=slices(file), repeatable=True)))
    assert len(app.digests) == 3
    assert len(set(app.digests)) == 1


def test_an_upload_tells_how_far_it_is(drive: Driving, file: Path) -> None:
    seen: list[Progress] = []
    with serve(Receiver()) as url:
        drive.run(
            send(Send("PUT", url, body=slices(file))),
            settings=RunSettings(on_progress=seen.append),
        )
    done = [one.done or 0 for one in seen]
    assert done == sorted(done)
    assert (seen[-1].stage, seen[-1].fraction) == ("upload", 1.0)
    assert seen[-1].done == seen[-1].total == slices(file).length


def test_chunks_of_one_file_may_be_on_their_way_together(drive: Driving, file: Path) -> None:
    content = file.read_bytes()
    third = len(content) // 3
    bounds = [(0, third), (third, third), (2 * third, len(content) - 2 * third)]
    app = Receiver()
    with serve(app) as url:
        sends = [
            send(Send("PUT", url, body=Body((FileSlice(str(file), *b),), "video/mp4")))
            for b in bounds
        ]
        answers = drive.run(together(sends))
    assert [one.status for one in answers] == [200] * 3
    assert sorted(app.digests) == sorted(sha(content[o : o + n]) for o, n in bounds)


@pytest.mark.parametrize("limit", [1, 3])
def test_an_upload_in_chunks_is_one_upload_to_the_person_who_waits(
    drive: Driving, file: Path, limit: int
) -> None:
    total = file.stat().st_size
    bounds = [(offset, min(CHUNK, total - offset)) for offset in range(0, total, CHUNK)]
    seen: list[Progress] = []
    with serve(Receiver()) as url:
        sends = [
            send(
                Send(
                    "PUT",
                    url,
                    body=Body(
                        (b"head of the form", FileSlice(str(file), *bound)),
                        "video/mp4",
                        Chunk("film", *bound, total),
                    ),
                )
            )
            for bound in bounds
        ]
        settings = RunSettings(on_progress=seen.append)
        drive.run(together(sends, limit=limit), settings=settings)
    assert len(bounds) == 3
    done = [one.done or 0 for one in seen]
    assert done == sorted(done)
    assert (seen[-1].done, seen[-1].total, seen[-1].fraction) == (total, total, 1.0)


@pytest.mark.parametrize("harm", ["shorter", "gone"])
def test_a_file_that_changed_since_the_order_is_invalid_media(
    drive: Driving, file: Path, harm: str
) -> None:
    body = slices(file)
    if harm == "gone":
        file.unlink()
    else:
        os.truncate(file, 1000)
    with serve(Receiver()) as url, pytest.raises(InvalidMedia, match=r"film\.mp4"):
        drive.run(send(Send("PUT", url, body=body, repeatable=True)))


def test_a_refusal_before_the_end_of_the_upload_is_the_answer(drive: Driving, file: Path) -> None:
    with serve(Receiver(early=413)) as url:
        assert drive.run(send(Send("PUT", url, body=slices(file)))).status == 413


def test_a_chunk_that_was_read_ahead_in_vain_leaves_no_reader_and_no_complaint_behind(
    file: Path,
) -> None:
    complaints: list[dict[str, Any]] = []

    def chunks() -> Generator[bytes, None, None]:
        yield from read_body(Body((FileSlice(str(file), 0, 10),), "video/mp4"))
        raise InvalidMedia("film.mp4 became shorter while it was being sent.")

    async def upload() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
        body = cast("AsyncGenerator[bytes, None]", _counted_async(chunks(), cast("Exchange", None)))
        assert len(await anext(body)) == 10
        await body.aclose()  # as when the vendor has answered early
        for reader in [one for one in threads() if one.name.startswith("vidiom-read")]:
            await asyncio.to_thread(reader.join, 10)
            assert not reader.is_alive()
        await asyncio.sleep(0)
        gc.collect()

    asyncio.run(upload())
    assert complaints == []


def test_an_upload_holds_a_few_chunks_in_memory_whatever_the_size_of_the_file(
    drive: Driving, tmp_path: Path
) -> None:
    film = tmp_path / "long.mp4"
    size = 64 * CHUNK
    with film.open("wb") as sparse:
        sparse.truncate(size)
    body = Body((FileSlice(str(film), 0, size), Base64Slice(str(film), 0, CHUNK)), "video/mp4")
    with serve(Receiver()) as url:
        drive.run(send(Send("PUT", url, body=json_body({}))))  # imports and pools are not meant
        tracemalloc.start()
        drive.run(send(Send("PUT", url, body=body)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 16 * CHUNK < size / 3


@settings(deadline=None)
@given(content=st.binary(max_size=2000), data=st.data())
def test_a_base64_slice_is_the_base64_of_the_slice(
    content: bytes, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "slice.bin"
    path.write_bytes(content)
    offset = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, len(content) - offset))
    piece = Base64Slice(str(path), offset, length)
    body = Body((b'{"data":"', piece, b'"}'), "application/json")
    sent = b"".join(read_body(body))
    assert sent == b'{"data":"' + base64.b64encode(content[offset : offset + length]) + b'"}'
    assert body.length == len(sent)


def test_base64_of_several_chunks_has_no_padding_inside(file: Path) -> None:
    content = file.read_bytes()
    piece = Base64Slice(str(file), 0, len(content))
    sent = b"".join(read_body(Body((piece,), "text/plain")))
    assert sent == base64.b64encode(content)
    assert piece.encoded_length == len(sent)


def parsed(body: Body) -> EmailMessage:
    """The parts as the standard library's parser of mail reads them."""
    head = f"Content-Type: {body.content_type}\r\n\r\n".encode()
    return message_from_bytes(head + b"".join(read_body(body)), policy=policy.HTTP)


def test_a_multipart_form_is_written_as_the_standard_says() -> None:
    files = [FilePart("file", "a.mp4", b"\x00\x01\r\n--x", "video/mp4")]
    body = multipart_body({"title": "Ä\r\nb"}, files, boundary="XyZ")
    assert body.content_type == "multipart/form-data; boundary=XyZ"
    assert b"".join(read_body(body)) == (
        b'--XyZ\r\nContent-Disposition: form-data; name="title"\r\n\r\n'
        b"\xc3\x84\r\nb\r\n"
        b'--XyZ\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n'
        b"Content-Type: video/mp4\r\n\r\n"
        b"\x00\x01\r\n--x\r\n"
        b"--XyZ--\r\n"
    )


@settings(deadline=None)
@given(
    fields=st.dictionaries(st.from_regex(r"\A[a-z_]{1,10}\Z"), st.text(max_size=50), max_size=4),
    content=st.binary(max_size=500),
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
)
def test_a_multipart_form_is_read_back_by_another_parser(
    fields: dict[str, str], content: bytes, name: str
) -> None:
    body = multipart_body(fields, [FilePart("file", name, content)], boundary="f" * 32)
    assert body.length == len(b"".join(read_body(body)))
    *texts, file = parsed(body).iter_parts()
    read = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in texts
    }
    assert read == {key: value.encode() for key, value in fields.items()}
    assert file.get_payload(decode=True) == content
    assert file.get_content_type() == "application/octet-stream"


def test_a_form_field_cannot_smuggle_in_a_header() -> None:
    part = FilePart('f"; x="', 'a"\r\nX-Evil: 1\r\n\r\n.mp4', b"")
    message = parsed(multipart_body({}, [part], boundary="b"))
    only = next(message.iter_parts())
    assert [key.lower() for key in only.keys()] == ["content-disposition", "content-type"]  # noqa: SIM118 - a message's own


def test_a_url_encoded_form_is_encoded(drive: Driving) -> None:
    vendor = CannedVendor([answer()])
    drive.run(send(Send("POST", URL, body=form_body({"a b": "ü&="}))), vendor)
    assert vendor.asked[0].body == b"a+b=%C3%BC%26%3D"
    assert vendor.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"
