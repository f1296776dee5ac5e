"""What verifying a webhook costs over a bare HMAC, and receiving one over a bare web route."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.measuring import Effort, alternating, timed
from benchmarks.processes import ROOT, resident
from benchmarks.tables import Row, Table, at_most, duration, per_second, size, times
from vidiom.jobs.home import open_home
from vidiom.jobs.records import StoredJob
from vidiom.schema.jobs import JobRef
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Order
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom.webhooks.signing import Stamp, signed_headers
from vidiom.webhooks.styles import github_style, stripe_style
from vidiom.webhooks.verification import check_signature

__all__ = ["tables"]

LIMIT: Final = 2.0
SECRET: Final = "a-secret-of-thirty-two-characters"  # noqa: S105 - made up
MIB: Final = 1024 * 1024
SENDERS: Final = 100
AT_ONCE: Final = 16


def tables(effort: Effort) -> Iterator[Table]:
    yield verification(effort)
    yield receiving(effort)
    yield slow_senders(effort)


# --- verification --------------------------------------------------------------------------------


def verification(effort: Effort) -> Table:
    rows = [
        row
        for count, number in ((1_000, 5_000), (100_000, 500), (10_000_000, 5))
        for row in _verified(count, effort.pick(number, 2), effort.pick(15, 1))
    ]
    return Table(
        "Verifying a webhook",
        "`check_signature` with one secret and six headers, against `hmac.digest` and "
        "`compare_digest` of the same body with everything at hand.",
        ("body and scheme", "bare", "vidiom", "a second", "ratio"),
        tuple(rows),
    )


def _verified(count: int, number: int, rounds: int) -> Iterator[Row]:
    body = b"{" + b"x" * (count - 2) + b"}"
    key = SECRET.encode()
    known = hmac.digest(key, body, "sha256").hex().encode()
    schemes: dict[str, SignatureScheme] = {
        "hex of the body": github_style(),
        "time and body": stripe_style("X-Signature"),
    }
    for name, scheme in schemes.items():
        delivery = _delivery(scheme, body)

        def bare() -> None:
            given = hmac.digest(key, body, "sha256").hex().encode()
            hmac.compare_digest(given, known)

        def ours(scheme: SignatureScheme = scheme, delivery: Delivery = delivery) -> None:
            check_signature(scheme, delivery, (SECRET,))

        least = alternating(
            {"bare": timed(bare, times=number), "ours": timed(ours, times=number)}, rounds=rounds
        )
        ratio = least["ours"] / least["bare"]
        yield Row(
            (
                f"{size(count)}, {name}",
                duration(least["bare"]),
                duration(least["ours"]),
                per_second(1 / least["ours"]),
                times(ratio),
            ),
            at_most(ratio, LIMIT, times(LIMIT)),
        )


def _delivery(scheme: SignatureScheme, body: bytes) -> Delivery:
    moment = datetime.now(UTC)
    others = (
        ("Host", "me.example"),
        ("User-Agent", "vendor/1.0"),
        ("Accept", "*/*"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    )
    return Delivery((*others, *signed_headers(scheme, body, SECRET, Stamp(moment))), body, moment)


# --- receiving -----------------------------------------------------------------------------------


def receiving(effort: Effort) -> Table:
    requests = effort.pick(3_000, 30)
    with TemporaryDirectory() as folder, TemporaryDirectory() as other:
        signed, fresh = prepared(Path(folder), requests), prepared(Path(other), requests)
        forged = [(path, headers, body + b" ") for path, headers, body in signed]
        mixed = [fresh[n] if n % 10 == 0 else forged[n] for n in range(requests)]
        taken, refused = {200: requests}, {401: requests}
        few = {200: len(mixed[::10]), 401: requests - len(mixed[::10])}
        loads = (
            ("bare Starlette route that reads the body", "bare", folder, signed, taken),
            ("receiver, each the end of another job", "receiver", folder, signed, taken),
            ("receiver, all of them duplicates", "receiver", folder, signed, taken),
            ("receiver, all of them forged", "receiver", folder, forged, refused),
            ("receiver, nine of ten forged, one the end of a job", "receiver", other, mixed, few),
        )
        rates: list[tuple[str, float]] = []
        for name, app, home, load, expected in loads:
            with served(app, Path(home)) as port:
                rate, statuses = sent(port, load)
            if statuses != expected:
                raise RuntimeError(f"{name}: answered {statuses} instead of {expected}")
            rates.append((name, rate))
    bare = rates[0][1]
    return Table(
        "Receiving webhooks",
        f"DeepVA's deliveries of 1 kB, {AT_ONCE} connections kept alive, uvicorn and the client in "
        "processes of their own on loopback, jobs in SQLite with full synchronisation. Each new "
        "one is claimed, kept and finished in three transactions before it is answered.",
        ("requests", "rate", "cost of the bare route"),
        tuple(Row((name, per_second(rate), times(bare / rate))) for name, rate in rates),
    )


Request = tuple[str, tuple[tuple[str, str], ...], bytes]


def prepared(folder: Path, count: int) -> list[Request]:
    """Jobs in a store, and the signed end of each."""
    from vidiom.testing import delivery

    requests: list[Request] = []
    moment = datetime.now(UTC)
    with closing(open_home(folder)) as store:
        records = []
        for number in range(count):
            order = Order(correlation=f"job-{number}", media=UrlMedia(url="https://m.example/a"))
            record = StoredJob.intended(order, provider="deepva", account=None, at=moment)
            ref = JobRef(provider="deepva", vendor_id=f"v-{number}")
            records.append(record.bound(ref, at=moment))
            said = {"id": f"v-{number}", "tag": f"job-{number}", "state": "completed"}
            body = {
                "event": "on_completed",
                "timestamp": moment.timestamp(),
                "data": {"job": {**said, "note": "x" * 800}},
            }
            signed = delivery("deepva", json.dumps(body).encode(), SECRET, at=moment)
            requests.append((f"/deepva/job-{number}", signed.headers, signed.body))
        store.add_many(records)
    return requests


@contextmanager
def served(app: str, home: Path) -> Iterator[int]:
    """A server of the app in a process of its own; its port."""
    environment = {
        **os.environ,
        "VIDIOM_HOME": str(home),
        "VIDIOM_DEEPVA_WEBHOOK_SECRET": SECRET,
        "VIDIOM_DEEPVA_API_KEY": "unused",
        "VIDIOM_DEEPVA_NONCE_WINDOW_SECONDS": "3600",
    }
    command = [sys.executable, "-m", "benchmarks.webhooks", app]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout is not None else ""
            yield int(line)
        finally:
            process.terminate()


def sent(port: int, load: Sequence[Request]) -> tuple[float, dict[int, int]]:
    """Requests a second, sent by another process, and how often which status was the answer."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_sent, port, list(load)).result()


def _sent(port: int, load: list[Request]) -> tuple[float, dict[int, int]]:
    return asyncio.run(_sending(port, load))


async def _sending(port: int, load: list[Request]) -> tuple[float, dict[int, int]]:
    waiting = iter(load)
    statuses: Counter[int] = Counter()

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path, headers, body in waiting:
            writer.write(_written(path, headers, len(body)) + body)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            statuses[int(head.split(maxsplit=2)[1])] += 1
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    return len(load) / (time.perf_counter() - begun), dict(statuses)


def _written(path: str, headers: tuple[tuple[str, str], ...], length: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


# --- memory --------------------------------------------------------------------------------------


def slow_senders(effort: Effort) -> Table:
    """The server's memory while many long bodies arrive a little at a time."""
    senders, length = effort.pick(SENDERS, 2), effort.pick(32 * MIB, MIB) - 4096
    rows = []
    for name in ("nobody", "slow senders"):
        with TemporaryDirectory() as folder:
            headers = prepared(Path(folder), 1)[0][1]
            with served("receiver", Path(folder)) as port:
                count = 1 if name == "nobody" else senders
                sent = length if count > 1 else 1000
                statuses = asyncio.run(_slowly(port, count, sent, headers))
                peak = _peak_memory(port)
        told = ", ".join(f"{status} × {statuses.count(status)}" for status in sorted(set(statuses)))  # noqa: RUF001
        rows.append(Row((f"{count} × {size(sent)}", size(peak), told)))  # noqa: RUF001
    return Table(
        "Memory under slow senders",
        f"Forged bodies just below the limit of 32 MiB, {senders} at the same time and in step: "
        "each has sent as much as the others. 503 is what those get for whom the limit of all "
        "bodies together (2 GiB in temporary files) leaves no room.",
        ("bodies", "peak of the server", "answers"),
        tuple(rows),
    )


async def _slowly(
    port: int, count: int, length: int, headers: tuple[tuple[str, str], ...]
) -> list[int]:
    pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    step = min(length, 512 * 1024)
    for _, writer in pairs:
        writer.write(_written("/deepva/job-0", headers, length))
    left = length
    while left > 0:
        part = b"x" * min(step, left)
        left -= len(part)
        await asyncio.gather(*(_fed(writer, part) for _, writer in pairs))
    return list(await asyncio.gather(*(_status(reader) for reader, _ in pairs)))


async def _fed(writer: asyncio.StreamWriter, part: bytes) -> None:
    if writer.is_closing():
        return
    try:
        writer.write(part)
        await writer.drain()
    except ConnectionError:
        writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    try:
        return int((await reader.readuntil(b"\r\n")).split()[1])
    except (ConnectionError, asyncio.IncompleteReadError):
        return 0


def _peak_memory(port: int) -> int:
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/peak") as answer:
        return int(answer.read())


# --- the servers ---------------------------------------------------------------------------------


def _serve(name: str) -> None:
    """Run an app on a free port, and say which."""
    import socket

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request as WebRequest
    from starlette.responses import Response
    from starlette.routing import BaseRoute, Mount, Route

    from vidiom.receiver.serving import receiver_of_environment

    async def read(request: WebRequest) -> Response:
        await request.body()
        return Response(b'{"outcome": "read"}', media_type="application/json")

    async def peak(_: WebRequest) -> Response:
        return Response(str(resident()))

    routes: list[BaseRoute] = [Route("/peak", peak)]
    if name == "bare":
        routes.append(Route("/deepva/{job}", read, methods=["POST"]))
    else:
        routes.append(Mount("/", receiver_of_environment(collect=False)))
    # With TCP named, asyncio switches Nagle's algorithm off, which costs 40 ms a request.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        print(listener.getsockname()[1], flush=True)
        config = uvicorn.Config(Starlette(routes=routes), log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    _serve(sys.argv[1])
