"""Paging a long answer of DeepVA's emulator with both clients: requests and time.

``python -m benchmarks.paging ROWS PAGE`` is the emulator, in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from benchmarks.measuring import Effort, Measure, alternating
from benchmarks.processes import ROOT
from benchmarks.tables import Row, Table, duration, per_second, times
from vidiom import AsyncClient, Client
from vidiom.flow.http import default_timeout, http_library

__all__ = ["tables"]

_KEY = "a key"
_MEDIA = "https://media.example/film.mp4"
_LISTS = ("detailed-results", "summarized-results", "artifacts")
"""What the bare client asks for, too, whether there is anything in it or not."""


def tables(effort: Effort) -> Iterator[Table]:
    """One table."""
    rows = effort.pick(20_000, 40)
    made = [row for page in effort.pick((500, 100), (10,)) for row in _paged(rows, page, effort)]
    yield Table(
        title="Paging a long answer",
        note=f"`client.raw` of a finished job with {rows:,} rows of OCR, from DeepVA's emulator in "
        "a process of its own to the archive on the disk. The baseline is a bare "
        f"`{http_library().__name__}` client that asks for the same lists one page after the other "
        "and keeps the bytes of each in memory. All wait for the emulator, which makes rows when "
        "they are asked for.",
        columns=("client", "rows a page", "at once", "requests", "time", "bare", "ratio", "rows/s"),
        rows=tuple(made),
    )


def _paged(rows: int, page: int, effort: Effort) -> Iterator[Row]:
    with _emulator(rows, page) as url, tempfile.TemporaryDirectory() as folder:
        pagers = {
            (world, at_once): _Pager(url, page, at_once, world, folder)
            for world in ("sync", "async")
            for at_once in (1, 4)
        }
        bare = _Pager(url, page, 1, "sync", folder)
        measures: dict[str, Measure] = {"bare": bare.bare}
        for (world, at_once), pager in pagers.items():
            measures[f"{world} {at_once}"] = pager.read
        least = alternating(measures, rounds=effort.pick(3, 1))
        for (world, at_once), pager in pagers.items():
            seconds = least[f"{world} {at_once}"]
            told = (duration(seconds), duration(least["bare"]), times(seconds / least["bare"]))
            cells = (world, str(page), str(at_once), str(pager.requests), *told)
            yield Row((*cells, per_second(rows / seconds)))


@dataclass
class _Pager:
    """Reads the answers of new jobs, each only once: afterwards they are in the archive."""

    url: str
    page: int
    at_once: int
    world: str
    folder: str
    requests: int = 0
    """Of the answer that was read last."""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "VIDIOM_DEEPVA_API_KEY": _KEY,
            "VIDIOM_DEEPVA_BASE_URL": f"{self.url}/api/v1",
            "VIDIOM_DEEPVA_PAGE_LIMIT": str(self.page),
            "VIDIOM_DEEPVA_PAGES_IN_FLIGHT": str(self.at_once),
            "VIDIOM_HOME": str(Path(self.folder, f"{self.world}-{self.at_once}")),
        }

    def read(self) -> float:
        if self.world == "async":
            return asyncio.run(self._read_async())
        with Client(environment=self.environment) as client:
            job = client.submit("deepva", _MEDIA, features={"text"})
            while not job.state.terminal:
                job = client.check(job)
            before, begun = self._asked(), time.perf_counter()
            client.raw(job)
            taken = time.perf_counter() - begun
        self.requests = self._asked() - before
        return taken

    async def _read_async(self) -> float:
        async with AsyncClient(environment=self.environment) as client:
            job = await client.submit("deepva", _MEDIA, features={"text"})
            while not job.state.terminal:
                job = await client.check(job)
            before, begun = self._asked(), time.perf_counter()
            await client.raw(job)
            taken = time.perf_counter() - begun
        self.requests = self._asked() - before
        return taken

    def bare(self) -> float:
        """The same by hand: the job, and each list to its end."""
        headers = {"Authorization": f"Key {_KEY}"}
        with http_library().Client(timeout=default_timeout(), headers=headers) as client:
            body = {"sources": [_MEDIA], "modules": {"text_recognition": {}}}
            job = client.post(f"{self.url}/api/v1/jobs/", json=body).json()["id"]
            address = f"{self.url}/api/v1/jobs/{job}/"
            while client.get(address).json()["state"] != "completed":
                pass
            begun = time.perf_counter()
            kept = [client.get(address).content]
            for name in _LISTS:
                offset, total = 0, 1
                while offset < total:
                    query = {"limit": str(self.page), "offset": str(offset)}
                    content = client.get(f"{address}{name}/", params=query).content
                    total = json.loads(content)["total"]
                    kept.append(content)
                    offset += self.page
            return time.perf_counter() - begun

    def _asked(self) -> int:
        """How many requests the vendor has had."""
        with http_library().Client() as client:
            return len(client.get(f"{self.url}/_emulator/requests").json()["requests"])


@contextmanager
def _emulator(rows: int, page: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.paging", str(rows), str(page)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout is not None else ""
        finally:
            process.kill()


def _serve(rows: int, page: int) -> None:
    from vidiom.testing import serve
    from vidiom_deepva.emulator import Behaviour, create_app

    with serve(create_app(_KEY, Behaviour(seed=1, rows=rows, largest_page=page))) as url:
        print(url, flush=True)
        Event().wait()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
