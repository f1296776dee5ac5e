"""Answers that are streamed into a sink instead of being held in memory."""

from __future__ import annotations

import pytest

from vidiom.errors import TransportError
from vidiom.flow import drivers
from vidiom.flow.effects import Answer, Send, send
from vidiom.flow.exchange import RunSettings
from vidiom.schema.raw import RawPart
from vidiom.testing import CannedVendor, Driving, Fault, FaultInjector, MemorySink, answer, serve
from vidiom.testing.emulators import Message, Receive
from vidiom.testing.emulators import Send as Out
from vidiom.testing.waiting import SkippingClock

URL = "https://api.example/result"
SAVE = Send("GET", URL, repeatable=True, save_as="core")
CHUNK = b"0123456789abcdef" * 4096


def saved_at(url: str) -> Send:
    return Send("GET", url, repeatable=True, save_as="core")


async def large(scope: Message, receive: Receive, send: Out) -> None:
    """An app that answers with 16 MB in chunks."""
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(256):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def test_a_saved_answer_goes_to_the_sink_and_not_into_the_body(drive: Driving) -> None:
    sink = MemorySink()
    vendor = CannedVendor([answer(200, b"[1]", [("Content-Type", "application/json")])])
    got = drive.run(send(SAVE), vendor, RunSettings(sink=sink))
    assert got.body == b""
    assert got.part == RawPart("core", b"[1]", "application/json")
    assert sink.finished == {"core": b"[1]"}


def test_without_a_sink_the_part_is_in_memory(drive: Driving) -> None:
    got = drive.run(send(SAVE), CannedVendor([answer(200, b"[1]")]))
    assert (got.body, got.part) == (b"", RawPart("core", b"[1]", None))


def test_a_refusal_is_not_saved(drive: Driving) -> None:
    sink = MemorySink()
    got = drive.run(send(SAVE), CannedVendor([answer(404, b"no")]), RunSettings(sink=sink))
    assert (got.body, got.part) == (b"no", None)
    assert (sink.finished, sink.aborted) == ({}, [])


def test_a_passing_refusal_is_not_saved_and_what_follows_is(
    drive: Driving, skipping: SkippingClock
) -> None:
    sink = MemorySink()
    vendor = CannedVendor([answer(503, b"busy"), answer(200, b"[2]")])
    drive.run(send(SAVE), vendor, RunSettings(sink=sink))
    assert sink.finished == {"core": b"[2]"}


def test_a_large_answer_reaches_the_sink_in_small_pieces(
    drive: Driving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drivers, "MAX_BODY", 1000)  # what is saved has no limit
    sink = MemorySink()
    with serve(large) as url:
        drive.run(send(saved_at(url)), settings=RunSettings(sink=sink))
    assert sink.finished == {"core": CHUNK * 256}
    assert sink.largest_chunk <= 1024 * 1024


def test_an_answer_that_is_cut_short_is_not_kept_and_asked_for_again(
    drive: Driving, skipping: SkippingClock
) -> None:
    sink = MemorySink()
    vendor = FaultInjector(large)
    vendor.add(Fault(200, body=b"half of it", cut=True))
    with serve(vendor) as url:
        drive.run(send(saved_at(url)), settings=RunSettings(sink=sink))
    assert sink.aborted == ["core"]
    assert sink.finished == {"core": CHUNK * 256}


def test_an_answer_that_is_always_cut_short_is_an_error(
    drive: Driving, skipping: SkippingClock
) -> None:
    sink = MemorySink()
    vendor = FaultInjector(large)
    vendor.add(*[Fault(200, body=b"half", cut=True)] * 9)
    with serve(vendor) as url, pytest.raises(TransportError) as raised:
        drive.run(send(saved_at(url)), settings=RunSettings(sink=sink))
    assert raised.value.sent
    assert sink.finished == {}
    assert len(sink.aborted) == len(vendor.requests) == 5


def test_a_sink_that_fails_is_told_to_abort(drive: Driving) -> None:
    aborted: list[str] = []

    class Full:
        def open(self, name: str, media_type: str | None) -> FullWriter:
            return FullWriter()

    class FullWriter:
        def write(self, chunk: bytes) -> None:
            raise OSError(28, "No space left on device")

        def finish(self) -> RawPart:
            raise AssertionError

        def abort(self) -> None:
            aborted.append("core")

    with pytest.raises(OSError, match="No space"):
        drive.run(send(SAVE), CannedVendor([answer(200, b"x")]), RunSettings(sink=Full()))
    assert aborted == ["core"]


def test_a_compressed_answer_is_kept_as_it_reads(drive: Driving) -> None:
    import gzip

    body = gzip.compress(b"[1]")
    got: Answer = drive.run(
        send(SAVE), CannedVendor([answer(200, body, [("Content-Encoding", "gzip")])])
    )
    assert got.part == RawPart("core", b"[1]", None)
