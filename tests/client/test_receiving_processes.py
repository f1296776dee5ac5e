"""Two processes on one store receive the same events, in any order, and the job ends the same."""

from __future__ import annotations

import itertools
import multiprocessing
from collections import Counter
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from tests.client.fake_vendor import Vendor
from tests.client.signing_vendor import Signing, client_of, delivered, signing_kind, stored_job

from vidiom.jobs.home import open_home
from vidiom.schema.jobs import JobState, JobStatus

EVENTS = ("queued", "running", "done", "failed")
ORDERS = list(itertools.permutations(EVENTS))


def receive_all(home: Path, kind: type[Signing], turn: int, told: Connection) -> None:
    """Every job's events in one order here, and in the reverse one in the other process."""
    with closing(open_home(home)) as store, client_of(store, kind) as client:
        outcomes: Counter[str] = Counter()
        for number, order in enumerate(ORDERS):
            for word in order[:: (1, -1)[turn]]:
                delivery = delivered(word, job=f"v{number}", at=f"job-{number}")
                outcomes[client.receive(delivery).outcome.value] += 1
        told.send(dict(outcomes))


@pytest.mark.parametrize("truth", [JobState.SUCCEEDED, JobState.FAILED])
def test_all_orders_in_two_processes_end_as_the_vendor_says(
    truth: JobState, tmp_path: Path
) -> None:
    vendor = Vendor(states=[JobStatus(state=truth)])
    kind = signing_kind(vendor)
    with closing(open_home(tmp_path)) as store:
        for number in range(len(ORDERS)):
            stored_job(store, f"job-{number}", vendor_id=None)
            vendor.jobs[f"v{number}"] = None  # type: ignore[assignment]
    context = multiprocessing.get_context("fork")
    pipes = [context.Pipe(duplex=False) for _ in range(2)]
    workers = [
        context.Process(target=receive_all, args=(tmp_path, kind, turn, writer))
        for turn, (_, writer) in enumerate(pipes)
    ]
    for worker in workers:
        worker.start()
    outcomes: Counter[str] = Counter()
    for reader, _ in pipes:
        outcomes.update(reader.recv())
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    # Each event of each job was processed by one of the two, and was a duplicate for the other.
    events = len(ORDERS) * len(EVENTS)
    assert outcomes == {"processed": events, "duplicate": events}
    with closing(open_home(tmp_path)) as store, client_of(store, kind) as client:
        assert len(client.follow_up()) == len(ORDERS)  # each was told two ends
        assert client.follow_up() == ()
        jobs = client.list()
    assert {(job.state, job.vendor_id) for job in jobs} == {
        (truth, f"v{number}") for number in range(len(ORDERS))
    }
