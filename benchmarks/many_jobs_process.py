"""What the benchmark of many jobs runs in a process of its own, whose memory is then its own."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import vidiom
from benchmarks.processes import resident
from vidiom.flow.drivers import SyncDriver
from vidiom.flow.effects import Flow
from vidiom.flow.on_demand import ClientOnDemand
from vidiom.jobs.home import open_home
from vidiom.jobs.records import StoredJob
from vidiom.jobs.tracking.plan import Pace
from vidiom.jobs.tracking.tracker import Tracker
from vidiom.plugins.registry import Registry
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import JobRef, JobState, JobStatus
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Order

_PAGE = 1000


def main() -> None:
    what, jobs, url, folder = sys.argv[1:]
    told = _list(int(jobs), url, folder) if what == "list" else _wait(int(jobs), folder)
    print(json.dumps(told))


def _list(jobs: int, url: str, folder: str) -> dict[str, float]:
    import httpx2

    asked: Counter[str] = Counter()

    class Counting(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            asked[urlsplit(str(request.url)).path.rsplit("/", 1)[-1]] += 1
            return super().handle_request(request)

    environment = {
        "VIDIOM_HOME": folder,
        "VIDIOM_VALOSSA_API_KEY": "key",
        "VIDIOM_VALOSSA_BASE_URL": url,
        "VIDIOM_VALOSSA_POLL_SECONDS": "1",
        "VIDIOM_VALOSSA_SHORTEST_POLL_SECONDS": "1",
        "VIDIOM_VALOSSA_RESULT_TYPES": '["core"]',
        "VIDIOM_VALOSSA_JOBS_IN_FLIGHT": "2000",
    }
    items = [f"https://media.example/{number}.mp4" for number in range(jobs)]
    transport: Any = Counting()
    with vidiom.Client(environment=environment, transport=transport) as client:
        begun, cpu = time.perf_counter(), time.process_time()
        campaign = client.submit_many("valossa", items, campaign="list")
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        if campaign.tally.states != {JobState.SUCCEEDED: jobs}:
            sys.exit(f"not all has succeeded: {campaign.tally}")
        begun = time.perf_counter()
        client.submit_many("valossa", items, campaign="list")
        again = time.perf_counter() - begun
    return {
        "seconds": seconds,
        "cpu": cpu,
        "again": again,
        "listings": asked["list_jobs"],
        "checks": asked["job_status"],
        "submissions": asked["new_job"],
    }


def _wait(jobs: int, folder: str) -> dict[str, float]:
    provider = _still_running()
    store = open_home(Path(folder))
    at = datetime.now(UTC)
    for start in range(0, jobs, _PAGE):
        store.add_many([_record(number, at) for number in range(start, min(start + _PAGE, jobs))])
    base = resident()
    rounds: list[float] = []

    def stop() -> bool:
        return len(rounds) > 10

    class Watched(provider):  # type: ignore[valid-type, misc]  # made a moment ago
        def check_many(self, refs: Sequence[JobRef]) -> Flow[Mapping[str, JobStatus]]:
            rounds.append(time.process_time())
            yield from ()
            return {ref.vendor_id: _RUNS for ref in refs}

    settings = Watched.settings_type(api_key="key", poll_seconds=0.5)
    begun = time.perf_counter()
    tracker = Tracker(store, lambda *_: Watched(settings), pace=Pace(idle=30), stop=stop)
    SyncDriver(ClientOnDemand()).run(tracker.run())
    load = time.perf_counter() - begun
    each = (rounds[-1] - rounds[1]) / (len(rounds) - 2)
    return {"base": base, "peak": resident(), "round": each, "load": load}


_RUNS = JobStatus(state=JobState.QUEUED, vendor_state="queued")


def _still_running() -> type[Provider]:
    return Registry().get("valossa")


def _record(number: int, at: datetime) -> StoredJob:
    order = Order(
        correlation=f"{number:032x}", media=UrlMedia(url=f"https://media.example/{number}.mp4")
    )
    record = StoredJob.intended(order, provider="valossa", account=None, at=at, campaign="list")
    return record.bound(JobRef(provider="valossa", vendor_id=f"vendor-{number:032x}"), at=at)


if __name__ == "__main__":
    main()
