"""Films to analyse, and the sample's analysis, which is run once for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from tests.providers.local.local_answers import Answer, Worked, order_for, wait_for
from tests.providers.local.local_films import (
    RATE,
    Film,
    Recipe,
    random_edit,
    scene,
    tone,
    write_film,
)

from vidiom_local import jobs

SOCKET_GUARD = """
import os, socket

def refuse(self, address, *rest):
    if self.family != socket.AF_UNIX:
        with open(os.environ["SOCKET_RECORD"], "a") as record:
            print(address, file=record)
        raise OSError("the analysis opened a connection")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
"""


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="session")
def plain_film(films: Path) -> Film:
    """Two scenes of two seconds with sound, small and quick to analyse."""
    draws = (scene(1, 320, 180), scene(2, 320, 180))
    frames = (np.asarray(draws[n // 50](n / RATE)) for n in range(100))
    path = films / "plain.mp4"
    seconds = write_film(path, frames, Recipe(sound=tone))
    return Film(path, cuts=(2.0,), seconds=seconds)


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory, films: Path, sample: Path) -> Worked:
    """The sample with everything on and a random edit, by real workers without a network."""
    home = tmp_path_factory.mktemp("home")
    record, guard = home / "connections", home / "guard"
    guard.mkdir()
    record.touch()
    (guard / "sitecustomize.py").write_text(SOCKET_GUARD)
    film = random_edit(films / "edit.mp4", seed=20)
    with pytest.MonkeyPatch.context() as patch:
        path = os.pathsep.join(filter(None, [str(guard), os.environ.get("PYTHONPATH")]))
        patch.setenv("PYTHONPATH", path)
        patch.setenv("SOCKET_RECORD", str(record))
        jobs.start(home, order_for(home, "sample", sample))
        features = frozenset({"shots", "text"})
        jobs.start(home, order_for(home, "edit", film.path, features=features))
    answers = {}
    for job in ("sample", "edit"):
        status = wait_for(home, job, lambda status: status.terminal)
        answers[job] = Answer(jobs.parts(home, job), None, status)
    return Worked(answers["sample"], answers["edit"], film, record.read_text(), home)


@pytest.fixture(scope="session")
def analysed(worked: Worked) -> Answer:
    """The sample's analysis."""
    return worked.sample
