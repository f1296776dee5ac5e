"""Forms that an emulator reads: whole however they trickle in, and nothing left of broken ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from vidiom.emulation.multipart import AbsentParts, Form, MalformedForm, read_form

FORM = (
    b"preamble\r\n--xyz\r\n"
    b'Content-Disposition: form-data; name="empty"\r\n\r\n\r\n--xyz\r\n'
    b'Content-Disposition: form-data; name="text"\r\n\r\none\r\n--xy\r\ntwo\r\n--xyz\r\n'
    b'Content-Disposition: form-data; name="file"; filename="f"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n\x00\r\n\r\n--\xff\r\n--xyz--\r\nepilogue"
)


async def pieces(content: bytes, *, length: int) -> AsyncIterator[bytes]:
    """Content as it trickles in."""
    for start in range(0, len(content), length):
        yield content[start : start + length]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
def test_a_form_reads_the_same_however_it_trickles_in(size: int, tmp_path: Path) -> None:
    kind = 'multipart/form-data; boundary="xyz"'
    with asyncio.run(read_form(kind, pieces(FORM, length=size), tmp_path)) as form:
        assert form.fields == {"empty": "", "text": "one\r\n--xy\r\ntwo"}
        assert form.files["file"].read_bytes() == b"\x00\r\n\r\n--\xff"
        assert form.names == {"file": "f"}
        assert form.types == {"file": "application/octet-stream"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        FORM[:-20],
        b"--xyz\r\nContent-Type: x\r\n\r\nno name\r\n--xyz--",
        b"x" * 20_000,
        b'--xyz\r\nContent-Disposition: form-data; name="n"\r\n\r\n' + b"x" * 100_000,
    ],
)
def test_a_form_that_is_broken_is_malformed_and_leaves_nothing(
    content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(MalformedForm):
        asyncio.run(
            read_form("multipart/form-data; boundary=xyz", pieces(content, length=50), tmp_path)
        )
    assert list(tmp_path.iterdir()) == []


def test_parts_that_are_not_there_are_all_named() -> None:
    form = Form(fields={"text": "x", "empty": ""})
    with pytest.raises(AbsentParts) as caught:
        form.require("text", "empty", "none")
    assert caught.value.names == ("empty", "none")
    with pytest.raises(AbsentParts):
        form.file("none")
