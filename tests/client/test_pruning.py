"""Old jobs are forgotten, here and at the vendor, but no result is lost by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.client.fake_vendor import Either, Vendor

import vidiom
from vidiom.client.pruning import PruningRequest
from vidiom.errors import NotFound, ServerError, UsageError
from vidiom.schema.jobs import JobState

URL = "https://media.example/clip.mp4"
NOW = timedelta(seconds=0)


def ended(either: Either) -> vidiom.Job:
    job: vidiom.Job = either.check(either.submit("fake", URL))
    assert job.state is JobState.SUCCEEDED
    return job


def test_a_result_that_nobody_collected_is_archived_before_it_goes_at_the_vendor(
    either: Either, vendor: Vendor
) -> None:
    job = ended(either)
    done = either.prune(PruningRequest(older_than=NOW, at_vendor=True, keep_here=True))
    assert (done.jobs, vendor.deleted, vendor.fetched) == ((job.id,), ["v1"], 1)
    assert either.result(job).shots
    assert vendor.fetched == 1


def test_a_job_whose_result_nobody_collected_stays_and_the_others_go(
    either: Either, vendor: Vendor
) -> None:
    first = ended(either)
    either.result(first)
    second = ended(either)
    done = either.prune(PruningRequest(older_than=NOW, at_vendor=True))
    assert done.jobs == (first.id,)
    assert done.kept.keys() == {second.id}
    assert "not in the archive yet" in done.kept[second.id]
    assert vendor.deleted == ["v1"]
    assert [job.id for job in either.list()] == [second.id]


def test_a_result_that_cannot_be_collected_stays_at_the_vendor(
    either: Either, vendor: Vendor
) -> None:
    job = ended(either)
    vendor.on_fetch = ServerError("down.", status=500)
    done = either.prune(PruningRequest(older_than=NOW, at_vendor=True, keep_here=True))
    assert (dict(done.kept), vendor.deleted) == ({job.id: "down."}, [])


def test_what_is_gone_at_the_vendor_already_is_no_error(
    either: Either, vendor: Vendor, monkeypatch: pytest.MonkeyPatch, kind: type
) -> None:
    def gone(_: object, _job: object) -> object:
        yield from ()
        raise NotFound("gone.", status=404)

    monkeypatch.setattr(kind, "delete", gone)
    job = ended(either)
    either.result(job)
    assert either.prune(PruningRequest(older_than=NOW, at_vendor=True)).jobs == (job.id,)
    assert either.list() == ()


def test_only_ends_of_the_age_and_state_asked_for_are_pruned(
    either: Either, vendor: Vendor
) -> None:
    either.result(ended(either))
    either.submit("fake", URL)
    for asked in (
        PruningRequest(older_than=timedelta(days=1)),
        PruningRequest(older_than=NOW, states=[JobState.FAILED]),
        PruningRequest(older_than=NOW, dry_run=True),
    ):
        either.prune(asked)
        assert len(either.list()) == 2
    assert len(either.prune(PruningRequest(older_than=NOW)).jobs) == 1
    assert [job.state for job in either.list()] == [JobState.QUEUED]


def test_a_request_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="running are not pruned"):
        PruningRequest(older_than=NOW, states=[JobState.RUNNING])
    with pytest.raises(UsageError, match="at the vendor"):
        PruningRequest(older_than=NOW, keep_here=True)
