"""Files in chunks, in any order and of any size."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from tests.providers.valossa_emulator.customer import KEY, PAYLOADS, Customer, Json

from vidiom_valossa.emulator import Behaviour

MIB = 1024 * 1024


def stored(customer: Customer, url: str) -> bytes:
    path = customer.vendor.uploads.file(0, url)
    assert path is not None
    return path.read_bytes()


def begin(customer: Customer, size: int) -> Json:
    return customer.form("initialize_file_upload", file_size_bytes=str(size)).json()


def test_an_upload_is_answered_as_the_examples_have_it() -> None:
    customer = Customer()
    begun = begin(customer, 12740839)
    example = json.loads((PAYLOADS / "upload_initialize.response.json").read_text())
    assert begun.keys() == example.keys()
    assert begun["file_chunk_size_bytes"] == example["file_chunk_size_bytes"]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2], [2, 2, 0, 3, 1, 0]])
def test_chunks_may_come_in_any_order_and_again(order: list[int]) -> None:
    customer = Customer(Behaviour(chunk_size=1000))
    content = Random(1).randbytes(3456)
    url = customer.upload(content, order=order)
    assert url.startswith("valossaupload://")
    assert stored(customer, url) == content


def test_an_uploaded_file_is_media() -> None:
    customer = Customer()
    assert customer.follow(customer.buy_media(customer.upload(b"a video")))[-1] == "finished"


@pytest.mark.parametrize(("index", "length"), [(0, 999), (0, 1001), (3, 455), (3, 1000), (4, 1)])
def test_a_chunk_of_the_wrong_size_or_place_is_refused(index: int, length: int) -> None:
    customer = Customer(Behaviour(chunk_size=1000))
    begun = begin(customer, 3456)
    assert customer.chunk(begun["upload_id"], index, b"x" * length).status_code == 400


def test_an_upload_with_a_hole_cannot_be_finished() -> None:
    customer = Customer(Behaviour(chunk_size=10))
    begun = begin(customer, 30)
    for index in (0, 2):
        assert customer.chunk(begun["upload_id"], index, b"x" * 10).status_code == 200
    answer = customer.form("finalize_file_upload", upload_id=begun["upload_id"])
    assert answer.status_code == 400
    assert "1" in answer.json()["errors"][0]["message"]


def test_a_finished_upload_takes_no_more_chunks_and_is_finished_once() -> None:
    customer = Customer()
    url = customer.upload(b"content")
    name = url.removeprefix("valossaupload://")
    assert customer.chunk(name, 0, b"CONTENT").status_code == 400
    assert customer.form("finalize_file_upload", upload_id=name).status_code == 400
    assert stored(customer, url) == b"content"


@pytest.mark.parametrize("size", ["0", "-5", "many", "7000000001"])
def test_a_file_of_an_impossible_size_is_refused(size: str) -> None:
    assert Customer().form("initialize_file_upload", file_size_bytes=size).status_code == 400


def test_missing_fields_of_a_form_are_named() -> None:
    answer = Customer().form("send_file_chunk")
    assert answer.status_code == 400
    assert [one["message"] for one in answer.json()["errors"]] == [
        "Missing required field: upload_id",
        "Missing required field: chunk_index",
    ]


def test_an_unknown_upload_is_not_found() -> None:
    assert Customer().chunk("nothing", 0, b"x").status_code == 404


def test_a_json_body_is_no_form() -> None:
    body = {"api_key": KEY, "file_size_bytes": 5}
    assert Customer().ask("POST", "initialize_file_upload", json=body).status_code == 400


def test_nothing_is_left_of_refused_chunks() -> None:
    customer = Customer(Behaviour(chunk_size=10))
    begun = begin(customer, 30)
    customer.chunk(begun["upload_id"], 0, b"too short")
    assert [path.name for path in customer.vendor.folder.iterdir()] == [begun["upload_id"]]


def test_the_files_are_gone_when_the_emulator_is_closed() -> None:
    customer = Customer()
    customer.upload(b"content")
    folder = customer.vendor.folder
    customer.vendor.close()
    assert not folder.exists()


def test_a_folder_that_was_given_is_left_alone(tmp_path: Path) -> None:
    customer = Customer(Behaviour(folder=tmp_path))
    customer.upload(b"content")
    customer.vendor.close()
    assert len(list(tmp_path.iterdir())) == 1


def test_64_mib_are_taken_in_constant_memory() -> None:
    customer = Customer(Behaviour(chunk_size=64 * MIB))
    begun = begin(customer, 64 * MIB)
    head = (
        f'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n{KEY}\r\n'
        f'--b\r\nContent-Disposition: form-data; name="upload_id"\r\n\r\n{begun["upload_id"]}\r\n'
        '--b\r\nContent-Disposition: form-data; name="chunk_index"\r\n\r\n0\r\n'
        '--b\r\nContent-Disposition: form-data; name="file_data"; filename="c"\r\n\r\n'
    ).encode()
    block = Random(2).randbytes(64 * 1024)

    async def body() -> AsyncIterator[bytes]:
        yield head
        for _ in range(1024):
            yield block
        yield b"\r\n--b--\r\n"

    tracemalloc.start()
    try:
        answer = customer.ask(
            "POST",
            "send_file_chunk",
            content=body(),
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.status_code == 200
    assert peak < 4 * MIB
