"""``vidiom work`` as a process: it works on an engine, and stops when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.engines.conftest import needs_dbos_on
from tests.jobs.tracking.hardship import hard_vendor

from vidiom.jobs.queries import Counts
from vidiom.schema.jobs import JobState

VIDIOM = [sys.executable, "-c", "import sys; from vidiom.cli import main; sys.exit(main())"]


@pytest.mark.parametrize("engine", ["dbos", "threads"])
def test_sigterm_ends_a_worker_after_what_it_is_at(engine: str, tmp_path: Path) -> None:
    if engine == "dbos":
        needs_dbos_on("sqlite")
    with hard_vendor(tmp_path, seed=8) as hard:
        hard.enlist(3)
        environment = hard.environment | {"VIDIOM_ENGINE": engine, "VIDIOM_EXECUTOR": "one"}
        worker = subprocess.Popen(
            [*VIDIOM, "work"],
            env={"PATH": os.environ["PATH"], **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 40
        while hard.counts().unfinished and time.monotonic() < deadline:
            assert worker.poll() is None, worker.communicate()
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        out, told = worker.communicate(timeout=40)
        assert (worker.returncode, out) == (0, "")
        assert f"Working ({engine})" in told
        assert "stopping after what is being done" in told
        assert "Traceback" not in told
        assert hard.counts() == Counts({JobState.SUCCEEDED: 3})
        assert hard.twice() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--engine", "dbos"], "set VIDIOM_EXECUTOR"),
        (["--engine", "celery"], "there are: embedded, threads, dbos, procrastinate"),
    ],
)
def test_a_worker_that_may_not_work_says_why(
    arguments: list[str], words: str, postgres_database: str, tmp_path: Path
) -> None:
    worker = subprocess.run(
        [*VIDIOM, "work", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "VIDIOM_HOME": str(tmp_path),
            "VIDIOM_STORE": postgres_database,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert worker.returncode == 2
    assert words in " ".join(worker.stderr.split())
    assert "Traceback" not in worker.stderr
