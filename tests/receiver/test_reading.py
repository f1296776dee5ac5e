"""Bodies that nobody has vouched for: read up to the limit, whole or not at all."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidiom.errors import DeliveryIncomplete, DeliveryTooLarge
from vidiom.receiver import read_limited, read_limited_file

MOST = 1000

Chunks = st.lists(st.binary(max_size=400), max_size=6)


async def arriving(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        await asyncio.sleep(0)
        yield chunk


def in_chunks(chunks: Iterable[bytes], declared: str | None = None) -> bytes:
    return asyncio.run(read_limited(arriving(chunks), most=MOST, declared=declared))


def in_a_file(chunks: Iterable[bytes], declared: str | None = None) -> bytes:
    return read_limited_file(io.BytesIO(b"".join(chunks)), most=MOST, declared=declared)


@given(Chunks)
def test_a_body_is_what_was_sent_or_refused_for_its_length(chunks: list[bytes]) -> None:
    body = b"".join(chunks)
    for read in (in_chunks, in_a_file):
        if len(body) > MOST:
            with pytest.raises(DeliveryTooLarge):
                read(chunks)
        else:
            assert read(chunks) == read(chunks, str(len(body))) == body


@given(Chunks, st.one_of(st.integers(-10, 1500).map(str), st.text(max_size=8)))
def test_a_declared_length_is_kept_to_or_the_body_is_refused(
    chunks: list[bytes], declared: str
) -> None:
    body = b"".join(chunks)
    try:
        read = in_chunks(chunks, declared)
    except (DeliveryTooLarge, DeliveryIncomplete):
        return
    assert read == body
    assert not declared.strip() or int(declared) == len(body)


def test_of_a_file_no_more_than_one_byte_beyond_the_limit_is_read() -> None:
    file = io.BytesIO(b"x" * 5 * MOST)
    with pytest.raises(DeliveryTooLarge):
        read_limited_file(file, most=MOST)
    assert file.tell() == MOST + 1


def test_of_chunks_no_more_than_one_beyond_the_limit_is_asked_for() -> None:
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield b"x" * 300

    with pytest.raises(DeliveryTooLarge):
        asyncio.run(read_limited(endless(), most=MOST))
    assert asked == 4


@pytest.mark.parametrize("declared", ["1e3", "-1", "+5", "0x10", "5,5", "٣", "1.0"])
def test_a_length_that_is_no_number_is_refused(declared: str) -> None:
    for read in (in_chunks, in_a_file):
        with pytest.raises(DeliveryIncomplete, match="no number"):
            read([b"12345"], declared)
