"""A large answer goes through to the archive; at no moment is it held."""

from __future__ import annotations

import os
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from vidiom.flow.drivers import SyncDriver
from vidiom.flow.effects import Flow, Send, send
from vidiom.flow.exchange import RunSettings
from vidiom.flow.http import new_client
from vidiom.jobs.archive import FileArchive
from vidiom.jobs.home import open_home
from vidiom.jobs.steps.collection import Collection
from vidiom.plugins.registry import Registry
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.testing.emulators import Message, Receive, serve
from vidiom.testing.emulators import Send as Reply
from vidiom.testing.store_conformance import MOMENT, bound_to, intended

MIB = 1024 * 1024
SIZE = 96


async def large(scope: Message, receive: Receive, reply: Reply) -> None:
    """A vendor whose answers are larger than anybody should hold."""
    await reply({"type": "http.response.start", "status": 200, "headers": []})
    chunk = os.urandom(MIB // 2) + bytes(MIB // 2)
    for number in range(SIZE):
        body = chunk[number:] + chunk[:number]
        await reply({"type": "http.response.body", "body": body, "more_body": True})
    await reply({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("kept_before", [False, True])
def test_an_answer_of_many_megabytes_is_collected_in_constant_memory(
    tmp_path: Path, kept_before: bool
) -> None:
    kind = Registry().get("valossa")

    class Large(kind):  # type: ignore[valid-type, misc]  # chosen at run time
        def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
            answer = yield from send(Send("GET", url, save_as="core"))
            assert answer.part is not None
            return RawResult("valossa", {"core": answer.part})

    archive = FileArchive(tmp_path / "archive")
    with serve(large) as url, closing(open_home(tmp_path)) as store, new_client(None) as http:
        for name in ("one", "two")[: 1 + kept_before]:
            store.add(intended(name, provider="valossa"))
            store.update(name, bound_to(f"v-{name}"))
            record = store.update(name, lambda r: r.moved(JobState.SUCCEEDED, at=MOMENT))
            collection = Collection(Large(kind.settings_type(api_key="k")), store)
            tracemalloc.start()
            try:
                settings = RunSettings(sink=store.archive)
                record = SyncDriver(http).run(collection.collect(record), settings)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert record.answer is not None
            (part,) = record.answer.parts
            assert part.size == SIZE * MIB
            assert peak < 12 * MIB
            archive.verify(part.sha256)
