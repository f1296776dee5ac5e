"""Jobs as processes of their own: started once, canceled, killed, limited, found and deleted."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.providers.local.local_answers import NO_MODELS, Answer, order_for, wait_for
from tests.providers.local.local_films import RATE, Film, Recipe, scene, tone, write_film

from vidiom_local import jobs
from vidiom_local.folder import JobFolder, Status
from vidiom_local.processes import fingerprint
from vidiom_local.worker import failure_of


@pytest.fixture(scope="module")
def long_film(films: Path) -> Path:
    """Long enough that its analysis is still running when a test looks."""
    draw = scene(8, 640, 360)
    pictures = [np.asarray(draw(n / RATE)) for n in range(50)]
    path = films / "long.mp4"
    frames = (pictures[n % 50] for n in range(3000))
    write_film(path, frames, Recipe(codec="mpeg4", sound=tone))
    return path


def running(status: Status) -> bool:
    return status.state == "running" and status.progress > 0.01


def ended(status: Status) -> bool:
    return status.terminal


def test_a_job_goes_on_when_the_process_that_started_it_ends(
    tmp_path: Path, plain_film: Film
) -> None:
    order = order_for(tmp_path, "orphan", plain_film.path, features=NO_MODELS)
    code = (
        "import sys, msgspec; from pathlib import Path; from vidiom_local import jobs, folder;"
        "jobs.start(Path(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=folder.WorkOrder))"
    )
    text = msgspec.json.encode(order).decode()
    subprocess.run([sys.executable, "-c", code, str(tmp_path), text], check=True, timeout=60)
    assert wait_for(tmp_path, "orphan", ended).state == "succeeded"
    answer = Answer(jobs.parts(tmp_path, "orphan"))
    assert [shot.start for shot in answer.shots.shots] == [0.0, 2.0]


def test_starting_a_job_twice_runs_it_once(tmp_path: Path, plain_film: Film) -> None:
    order = order_for(tmp_path, "twice", plain_film.path, features=NO_MODELS)
    jobs.start(tmp_path, order)
    first = jobs.folder_of(tmp_path, "twice").read_launch()
    jobs.start(tmp_path, order)
    assert jobs.folder_of(tmp_path, "twice").read_launch() == first
    wait_for(tmp_path, "twice", ended)
    jobs.start(tmp_path, order)
    assert jobs.status(tmp_path, "twice").state == "succeeded"
    assert jobs.folder_of(tmp_path, "twice").read_launch() == first


def test_a_canceled_job_stops_soon_and_keeps_what_it_found(tmp_path: Path, long_film: Path) -> None:
    jobs.start(tmp_path, order_for(tmp_path, "cancel", long_film, features=NO_MODELS))
    wait_for(tmp_path, "cancel", running)
    asked = time.time()
    jobs.cancel(tmp_path, "cancel")
    status = wait_for(tmp_path, "cancel", ended)
    assert (status.state, status.failure) == ("canceled", None)
    assert status.finished is not None
    assert status.finished - asked < 8  # a loaded machine; a quarter of a second on an idle one
    answer = Answer(jobs.parts(tmp_path, "cancel"))
    assert not answer.shots.complete
    assert answer.shots.covered_seconds is not None
    assert 0 < answer.shots.covered_seconds < 120
    assert "interrupted" in answer.problems()


def test_a_waiting_job_can_be_canceled_and_never_runs(tmp_path: Path, long_film: Path) -> None:
    jobs.start(tmp_path, order_for(tmp_path, "first", long_film, features=NO_MODELS))
    wait_for(tmp_path, "first", running)
    jobs.start(tmp_path, order_for(tmp_path, "second", long_film, features=NO_MODELS))
    wait_for(tmp_path, "second", lambda status: status.pid is not None)
    assert jobs.status(tmp_path, "second").state == "queued"
    jobs.cancel(tmp_path, "second")
    second = wait_for(tmp_path, "second", ended)
    assert (second.state, second.started) == ("canceled", None)
    jobs.cancel(tmp_path, "first")


def test_a_killed_worker_is_reported_with_what_it_had_found(
    tmp_path: Path, long_film: Path
) -> None:
    jobs.start(tmp_path, order_for(tmp_path, "killed", long_film, features=NO_MODELS))
    status = wait_for(tmp_path, "killed", running)
    assert status.pid is not None
    os.kill(status.pid, signal.SIGKILL)
    status = wait_for(tmp_path, "killed", ended)
    assert status.state == "failed"
    assert status.failure is not None
    assert status.failure.code == "worker_died"
    assert "media" in jobs.parts(tmp_path, "killed")


def test_a_terminated_worker_puts_down_what_it_has(tmp_path: Path, long_film: Path) -> None:
    jobs.start(tmp_path, order_for(tmp_path, "term", long_film, features=NO_MODELS))
    status = wait_for(tmp_path, "term", running)
    assert status.pid is not None
    os.kill(status.pid, signal.SIGTERM)
    status = wait_for(tmp_path, "term", ended)
    assert status.failure is not None
    assert (status.state, status.failure.code) == ("failed", "terminated")
    assert {"media", "shots", "picture", "sound"} <= set(jobs.parts(tmp_path, "term"))


def test_another_process_with_the_workers_number_is_not_the_worker(tmp_path: Path) -> None:
    folder = jobs.folder_of(tmp_path, "reused")
    folder.path.mkdir(parents=True)
    folder.write_order(order_for(tmp_path, "reused", tmp_path / "film.mp4"))
    mine = os.getpid()
    alive = Status(state="running", pid=mine, process=fingerprint(mine), heartbeat=time.time())
    folder.write_status(alive)
    assert jobs.status(tmp_path, "reused").state == "running"
    folder.write_status(msgspec.structs.replace(alive, process="an earlier process"))
    assert jobs.status(tmp_path, "reused").state == "failed"


def test_a_crash_before_the_worker_is_started_does_not_lose_the_job(
    tmp_path: Path, plain_film: Film
) -> None:
    order = order_for(tmp_path, "early", plain_film.path, features=NO_MODELS)
    folder = jobs.folder_of(tmp_path, "early")
    folder.raw.mkdir(parents=True)
    folder.write_order(order)  # and here the power went out
    assert not jobs.exists(tmp_path, "early")
    jobs.start(tmp_path, order)
    assert wait_for(tmp_path, "early", ended).state == "succeeded"


def test_what_is_no_media_fails_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    jobs.start(tmp_path, order_for(tmp_path, "text", tmp_path / "text.mp4", features=NO_MODELS))
    status = wait_for(tmp_path, "text", ended)
    assert status.failure is not None
    assert (status.state, status.failure.code) == ("failed", "not_media")
    assert "check that it is the right file" in status.failure.message


def test_a_deleted_job_is_gone(tmp_path: Path, long_film: Path) -> None:
    jobs.start(tmp_path, order_for(tmp_path, "delete", long_film, features=NO_MODELS))
    wait_for(tmp_path, "delete", running)
    jobs.delete(tmp_path, "delete")
    assert not jobs.exists(tmp_path, "delete")
    with pytest.raises(jobs.UnknownLocalJob, match="no local job 'delete'"):
        jobs.status(tmp_path, "delete")


@pytest.mark.parametrize("name", ["../../etc", "a/b", "", ".hidden", "x" * 300])
def test_a_correlation_id_never_leaves_the_home(tmp_path: Path, name: str) -> None:
    folder = jobs.folder_of(tmp_path, name)
    assert folder.path.parent == tmp_path / "jobs"
    assert folder.path.resolve().is_relative_to(tmp_path / "jobs")


def test_a_reader_never_sees_half_a_status(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    for number in range(50):
        folder.write_status(Status(state="running", progress=number / 50))
        found = folder.read_status()
        assert found is not None
        assert found.progress == number / 50
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_a_full_disk_is_told_from_a_defect_of_ours() -> None:
    full = failure_of(OSError(errno.ENOSPC, "No space left on device"))
    assert (full.code, "make room under VIDIOM_HOME" in full.message) == ("no_room", True)
    assert failure_of(OSError(errno.ENOENT, "gone")).code == "internal"
    assert failure_of(ValueError("a defect")).message == "ValueError: a defect"
