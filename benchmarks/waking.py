"""How long it takes from a webhook to the caller who waits for its job."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from benchmarks.measuring import Effort
from benchmarks.processes import ROOT
from benchmarks.tables import Row, Table, duration
from vidiom import Client
from vidiom.jobs.home import open_home
from vidiom.jobs.records import StoredJob
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Callback, Order
from vidiom.testing import delivery, serve

__all__ = ["tables"]

SECRET = "a-secret-of-thirty-two-characters"  # noqa: S105 - made up
BODY = b'{"job_id": "v-1", "status": "finished", "result": {"raw_scenes": []}}'


def tables(effort: Effort) -> Iterator[Table]:
    """One table: in the same process, and in another one."""
    rounds = effort.pick(15, 1)
    rows = [
        Row((name, duration(min(taken)), duration(sorted(taken)[len(taken) // 2])))
        for name, elsewhere in (("in the same process", False), ("in another process", True))
        if (taken := [_woken(elsewhere=elsewhere) for _ in range(rounds)])
    ]
    yield Table(
        "From a webhook to who waits",
        "A video's webhook of the generic API, which holds its whole result, is verified, claimed "
        "and kept in SQLite with full synchronisation; from before that to the `Result` in the "
        "hands of who waits. Another process finds it in the store, where it looks once a second.",
        ("who waits is", "least", "median"),
        tuple(rows),
    )


def _woken(*, elsewhere: bool) -> float:
    """Seconds from the delivery to the result."""
    with TemporaryDirectory() as folder, serve(_still_running) as url:
        environment = {
            "VIDIOM_HOME": folder,
            "VIDIOM_GENERIC_BASE_URL": url,
            "VIDIOM_GENERIC_API_KEY": "unused",
            "VIDIOM_GENERIC_RELAXED_POLL_SECONDS": "3600",
        }
        _store_job(Path(folder))
        sent = delivery("generic", BODY, SECRET, callback_id="job-1")
        if not elsewhere:
            return _waited(environment, lambda: _received(environment, sent.headers))
        command = [sys.executable, "-m", "benchmarks.waking"]
        variables = {**os.environ, **environment}
        with subprocess.Popen(
            command, cwd=ROOT, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as other:
            assert other.stdin is not None  # noqa: S101 - asked for above
            assert other.stdout is not None  # noqa: S101
            other.stdout.readline()
            told = other.stdin
            taken = _waited(environment, told.close)
            other.wait(60)
        return taken


def _waited(environment: dict[str, str], tell: object) -> float:
    assert callable(tell)  # noqa: S101 - one of the two above
    begun, moment = Event(), [0.0]

    def act() -> None:
        begun.wait(60)
        moment[0] = time.perf_counter()
        tell()

    teller = Thread(target=act)
    teller.start()
    with Client(environment=environment) as client:
        client.wait("job-1", timeout=60, on_progress=lambda _: begun.set())
        ended = time.perf_counter()
    teller.join(60)
    return ended - moment[0]


def _received(environment: dict[str, str], headers: tuple[tuple[str, str], ...]) -> None:
    from vidiom.webhooks.delivery import Delivery

    with Client(environment=environment) as client:
        client.receive(Delivery.of(headers, BODY, callback_id="job-1", provider="generic"))


def _store_job(folder: Path) -> None:
    moment = datetime.now(UTC)
    order = Order(
        correlation="job-1",
        media=UrlMedia(url="https://m.example/a.mp4"),
        callback=Callback(url="http://127.0.0.1:9/generic/job-1", secret=SECRET),
    )
    record = StoredJob.intended(order, provider="generic", account=None, at=moment)
    with closing(open_home(folder)) as store:
        parts = {"kind": "video", "at": moment.isoformat(), "parts": [{"job_id": "v-1"}]}
        store.add(record.bound(JobRef(provider="generic", vendor_id="v-1", data=parts), at=moment))


async def _still_running(scope, receive, send) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - ASGI's
    if scope["type"] != "http":
        return
    await receive()
    body = b'{"job_id": "v-1", "status": "processing"}'
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    with Client() as warm:  # everything is imported and open before it counts
        warm.list(limit=1)
        headers = delivery("generic", BODY, SECRET, callback_id="job-1").headers
        print("ready", flush=True)
        sys.stdin.read()
        from vidiom.webhooks.delivery import Delivery as _Delivery

        warm.receive(_Delivery.of(headers, BODY, callback_id="job-1", provider="generic"))
