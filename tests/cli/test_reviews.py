"""The story of a job, and a person's word on it, as a user types it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vidiom.jobs.home import open_store
from vidiom.schema.jobs import JobState

if TYPE_CHECKING:
    from tests.cli.conftest import Vidiom


@pytest.fixture
def job(vidiom: Vidiom, clip: Path) -> str:
    done = vidiom("submit", clip, "-p", "fake", "--json")
    return str(done.document["id"])


@pytest.fixture
def doubtful(job: str) -> str:
    """A job of which nobody knows whether the vendor has it."""
    import os

    with closing(open_store(os.environ)) as store:
        doubt = {"state": JobState.NEEDS_REVIEW, "vendor_id": None}
        store.update(job, lambda r: r.with_changes(job=r.job.model_copy(update=doubt), ref=None))
    return job


def test_show_tells_the_story_of_a_job(vidiom: Vidiom, job: str) -> None:
    vidiom("wait", job)
    page = vidiom("show", job)
    assert page.code == 0
    assert job in page.out
    states = [line.split()[2] for line in page.out.splitlines() if line[2:3] == "-"]
    assert states == ["created", "uploading", "submitting", "queued", "running", "succeeded"]
    document = vidiom("show", job, "--json").document
    assert document["job"]["id"] == job
    assert [row["after"] for row in document["history"]] == states
    assert document["history"][0]["before"] is None
    assert all(":" in row["by"] for row in document["history"])


def test_a_doubtful_job_is_adopted_by_the_vendors_id(vidiom: Vidiom, doubtful: str) -> None:
    after = vidiom("settle", doubtful, "--adopt", "v-7", "--json").document
    assert (after["state"], after["vendor_id"]) == ("queued", "v-7")


def test_a_doubtful_job_is_sent_again_by_the_next_who_waits(vidiom: Vidiom, doubtful: str) -> None:
    done = vidiom("settle", doubtful, "--send-again")
    assert f"`vidiom wait {doubtful}` goes on with it" in done.err
    assert vidiom("wait", doubtful, "--json").document["detections"]


def test_a_doubtful_job_may_be_given_up(vidiom: Vidiom, doubtful: str) -> None:
    assert vidiom("settle", doubtful, "--give-up", "--json").document["error"]["code"] == "GivenUp"
    assert vidiom("settle", doubtful, "--give-up").code == 2


@pytest.mark.parametrize("words", [[], ["--give-up", "--send-again"]])
def test_settling_takes_exactly_one_decision(
    vidiom: Vidiom, doubtful: str, words: list[str]
) -> None:
    done = vidiom("settle", doubtful, *words)
    assert done.code == 2
    assert "--adopt ID, --send-again or --give-up" in done.err


def test_old_jobs_are_pruned_with_their_answers_and_only_when_told(
    vidiom: Vidiom, job: str
) -> None:
    vidiom("wait", job)
    assert vidiom("prune", "--older-than", "1", "--yes", "--json").document["jobs"] == []
    assert vidiom("prune", "--older-than", "0", "--dry-run", "--json").document["jobs"] == [job]
    refused = vidiom("prune", "--older-than", "0")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert vidiom("list", "--json").document["jobs"]
    done = vidiom("prune", "--older-than", "0", "--at-provider", "--yes")
    assert "1 jobs pruned" in done.err
    assert vidiom("list", "--json").document["jobs"] == []


def test_what_still_runs_is_not_pruned(vidiom: Vidiom, job: str) -> None:
    done = vidiom("prune", "--older-than", "0", "--state", "running", "--yes")
    assert done.code == 2
    assert "jobs that are running are not pruned" in done.err
    assert vidiom("prune", "--older-than", "0", "--yes", "--json").document["jobs"] == []
    assert vidiom("list", "--json").document["jobs"]


def test_a_job_that_the_vendor_has_twice_is_told_and_ends_with_1(
    vidiom: Vidiom, clip: Path
) -> None:
    fine = vidiom("submit", clip, "-p", "fake", "--json").document["id"]
    twice = vidiom("submit", clip, "-p", "fake", "--option", "ending=twice", "--json").document[
        "id"
    ]
    done = vidiom("duplicates", "-p", "fake", "--json")
    assert (done.code, done.document) == (
        1,
        {"looked_up": 1, "untold": 1, "jobs": {twice: ["v-again"]}},
    )
    told = vidiom("duplicates", "-p", "fake", "--days", "1")
    assert f"Job {twice} was bought more than once: v-again as well." in told.err
    assert "1 of 1 jobs are there more than once; nothing is known there of 1 others" in told.err
    assert fine not in told.err


def test_without_any_it_ends_with_0(vidiom: Vidiom) -> None:
    done = vidiom("duplicates", "-p", "fake")
    assert (done.code, done.out) == (0, "")
    assert "0 of 0 jobs" in done.err


def test_a_provider_without_such_a_list_is_named(vidiom: Vidiom) -> None:
    done = vidiom("duplicates", "-p", "local")
    assert done.code == 2
    assert "cannot be looked up" in done.err
