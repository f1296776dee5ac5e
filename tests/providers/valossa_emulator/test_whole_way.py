"""From file to result through both clients, uploads that break off, and where the key never is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from starlette.applications import Starlette

import vidiom
from vidiom.errors import VidiomError
from vidiom.testing import no_waiting, serve
from vidiom_valossa.emulator import Behaviour, Fault, create_app
from vidiom_valossa.provider import ValossaProvider

KEY = "canary-key-of-the-tests"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * 100)
    return path


@contextmanager
def vendor(tmp_path: Path, *faults: Fault) -> Iterator[tuple[Starlette, dict[str, str]]]:
    app = create_app(KEY, Behaviour(seed=1, chunk_size=4096, faults=faults))
    with no_waiting(), serve(app) as url:
        yield (
            app,
            {
                "VIDIOM_HOME": str(tmp_path / "home"),
                "VIDIOM_VALOSSA_API_KEY": KEY,
                "VIDIOM_VALOSSA_BASE_URL": url,
            },
        )


def kinds(result: vidiom.Result) -> set[str]:
    return {one.kind for one in result.detections}


@pytest.mark.parametrize("way", ["sync", "async"])
def test_a_file_in_chunks_becomes_a_result_and_the_key_is_nowhere(
    way: Literal["sync", "async"],
    film: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main(environment: dict[str, str]) -> vidiom.Result:
        async with vidiom.AsyncClient(environment=environment) as client:
            return await client.analyze("valossa", film)

    faults = (
        Fault(kind="server_error", status=503, function="send_file_chunk", times=2, after=1),
        Fault(kind="rate_limited", retry_after="1", function="job_status"),
    )
    with caplog.at_level(logging.DEBUG), vendor(tmp_path, *faults) as (app, environment):
        if way == "sync":
            with vidiom.Client(environment=environment) as client:
                result = client.analyze("valossa", film)
        else:
            result = asyncio.run(main(environment))
        assert app.state.vendor.ledger.counters["new_job"] == 1
        with vidiom.Client(environment=environment) as client:
            (job,) = client.list()
            raw = client.raw(job)  # the archive is compressed: its files alone could hide a key
    assert [name for name, part in raw.items() if KEY.encode() in bytes(part.content)] == []
    assert kinds(result) >= {"shot", "face", "speech", "text", "logo", "color", "moderation"}
    assert KEY not in caplog.text
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert len(kept) > 3
    assert [path.name for path in kept if KEY.encode() in path.read_bytes()] == []
    assert KEY not in result.to_json()


def test_an_upload_that_breaks_off_ends_its_job_clearly_and_buys_nothing(
    film: Path, tmp_path: Path
) -> None:
    broken = Fault(kind="server_error", status=503, function="send_file_chunk", times=50, after=3)
    with vendor(tmp_path, broken) as (app, environment):
        with vidiom.Client(environment=environment) as client:
            with pytest.raises(VidiomError) as caught:
                client.submit("valossa", film)
            (job,) = client.list()
        assert app.state.vendor.ledger.counters["new_job"] == 0
    assert (job.state, job.vendor_id) == ("failed", None)
    assert job.error is not None
    assert job.error.code == type(caught.value).__name__ == "ServerError"
    assert KEY not in f"{caught.value!r} {caught.value} {job!r}"


def test_the_vendors_list_has_the_jobs_of_others_too(film: Path, tmp_path: Path) -> None:
    with vendor(tmp_path) as (_, environment), vidiom.Client(environment=environment) as client:
        own = client.submit("valossa", film, title="Harbour")
        listed = client.call(ValossaProvider, lambda valossa: valossa.list_jobs())
        assert [(one.customer_media_id, one.media.get("title")) for one in listed] == [
            (own.id, "Harbour")
        ]


def test_a_job_that_was_bought_twice_is_found_in_the_vendors_list(
    film: Path, tmp_path: Path
) -> None:
    with vendor(tmp_path) as (_, environment), vidiom.Client(environment=environment) as client:
        once, twice = client.submit("valossa", film), client.submit("valossa", film)
        order = client._operations.store.get(twice.id).order
        again = client.call(ValossaProvider, lambda valossa: valossa.submit(order))
        found = client.duplicates("valossa")
    assert (dict(found.jobs), found.looked_up) == ({twice.id: (again.vendor_id,)}, 2)
    assert once.id not in found.jobs
