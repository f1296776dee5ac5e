"""Jobs on this machine: processes of their own, watched and ended through their folders."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path

import msgspec

from vidiom_local.folder import Failure, JobFolder, Launch, Status, WorkOrder
from vidiom_local.processes import UNKNOWN, fingerprint

__all__ = ["UnknownLocalJob", "cancel", "delete", "exists", "folder_of", "parts", "start", "status"]

START_SECONDS = 30.0
"""A worker that has said nothing for so long after its start never began."""

SILENT_SECONDS = 120.0
"""Where the system does not tell whether a process lives, a heartbeat older than this means no."""

STOP_SECONDS = 10.0
"""A worker looks at its marker four times a second, and between pictures; then it writes."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class UnknownLocalJob(LookupError):
    """There is no folder for this job."""


def folder_of(home: Path, job: str) -> JobFolder:
    """The folder is named by the job's correlation id, so a job is found by it and never twice."""
    name = job if _PLAIN.fullmatch(job) else sha256(job.encode()).hexdigest()
    return JobFolder(home / "jobs" / name)


def start(home: Path, order: WorkOrder, *, inputs: dict[str, bytes] | None = None) -> None:
    """Start the job, unless it was started before.

    `inputs` are contents without a file of their own, by the path that an item of the order names,
    relative to the job's input folder.
    """
    from filelock import FileLock

    folder = folder_of(home, order.correlation)
    folder.raw.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.path / "start.lock"):
        if _was_launched(folder):
            return
        for name, data in (inputs or {}).items():
            folder.input.mkdir(exist_ok=True)
            (folder.input / name).write_bytes(data)
        folder.write_order(order)
        folder.write_status(Status(state="queued", created=order.created))
        _launch(folder)


def exists(home: Path, job: str) -> bool:
    """Whether this job was started here."""
    return _was_launched(folder_of(home, job))


def status(home: Path, job: str) -> Status:
    """The job's state; a worker that died is told from one that works.

    Raises:
        UnknownLocalJob: It was never started here, or has been deleted.
    """
    folder = _existing(home, job)
    found = folder.read_status() or Status(state="queued")
    if found.terminal or _is_alive(folder, found):
        return found
    # It may have ended between the two looks, and then said so itself.
    latest = folder.read_status() or found
    if latest.terminal:
        return latest
    failure = Failure(
        code="worker_died",
        message="the analysis ended without a word (killed, out of memory, or the machine was "
        f"restarted); what it had found is kept, its log is {folder.log}; submit the media again",
    )
    return msgspec.structs.replace(latest, state="failed", failure=failure, eta_seconds=None)


def cancel(home: Path, job: str) -> None:
    """Ask the worker to stop, and wait a moment until it has put down what it has found so far.

    Does nothing to an ended job.
    """
    folder = _existing(home, job)
    if status(home, job).terminal:
        return
    folder.ask_to_cancel()
    deadline = time.monotonic() + STOP_SECONDS
    while not status(home, job).terminal and time.monotonic() < deadline:
        time.sleep(0.05)


def delete(home: Path, job: str) -> None:
    """Stop the job if it runs, and remove its folder."""
    cancel(home, job)
    shutil.rmtree(_existing(home, job).path, ignore_errors=True)


def parts(home: Path, job: str) -> dict[str, bytes]:
    """The raw parts that exist, by name."""
    return {name: path.read_bytes() for name, path in _existing(home, job).parts().items()}


def _existing(home: Path, job: str) -> JobFolder:
    folder = folder_of(home, job)
    if not folder.has_order():
        raise UnknownLocalJob(
            f"there is no local job {job!r} under {home}; "
            "it was deleted, or started with another home"
        )
    return folder


def _was_launched(folder: JobFolder) -> bool:
    return folder.has_order() and folder.read_launch() is not None


def _launch(folder: JobFolder) -> None:
    """The worker outlives this process: it has a session, and no pipe, of its own."""
    with folder.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module, and a path of our own
            # -P: a stray numpy.py in the working folder must not take a library's place.
            [sys.executable, "-P", "-m", "vidiom_local.worker", str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            close_fds=True,
            # Few arenas: with one for each thread, glibc keeps a fifth more memory, which grows.
            env={"MALLOC_ARENA_MAX": "2", **os.environ, "HF_HUB_OFFLINE": "1"},
        )
    folder.write_launch(Launch(process.pid, fingerprint(process.pid), time.time()))
    # Without somebody waiting for it, an ended worker would stay a zombie while this process lives.
    threading.Thread(target=process.wait, name="local-worker-reaper", daemon=True).start()


def _is_alive(folder: JobFolder, found: Status) -> bool:
    launch = folder.read_launch()
    pid = found.pid or (launch.pid if launch is not None else None)
    process = found.process if found.pid else (launch.process if launch is not None else None)
    if pid is None:
        return time.time() - found.created < START_SECONDS
    living = fingerprint(pid)
    if living is None:
        return False
    if UNKNOWN in (living, process):
        return time.time() - max(found.heartbeat, found.created) < SILENT_SECONDS
    return living == process
