"""What every emulated vendor has: ids by a seed, customers, stages, and a folder that goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidiom.emulation.behaviour import EmulatorBehaviour
from vidiom.emulation.faults import Fault, Repertoire
from vidiom.emulation.identifiers import Identifiers
from vidiom.emulation.refusal import ErrorBody, Refusal
from vidiom.emulation.vendor import EmulatedVendor
from vidiom.errors import UsageError

STAGES = (("waiting", 1.0), ("working", 2.0))


class Acme(EmulatedVendor):
    name = "acme"
    repertoire = Repertoire("buy")

    def function(self, method: str, path: str) -> str:
        return f"{method} {path}"

    def error(self, refusal: Refusal) -> ErrorBody:
        return ErrorBody.of([*refusal.messages])

    def malformed(self, *absent: str) -> Refusal:
        return Refusal(400, *absent)


def acme(**behaviour: object) -> Acme:
    return Acme(["one", "two"], EmulatorBehaviour(stages=STAGES, **behaviour))  # type: ignore[arg-type]  # as the tests give them


def test_ids_are_the_same_with_the_same_seed_only() -> None:
    def some(seed: int | None) -> list[object]:
        given = Identifiers(seed)
        return [given.uuid(), given.token(20), given.number(41), given.number(41)]

    assert some(7) == some(7)
    assert some(7)[:2] != some(8)[:2]
    assert some(None)[:2] != some(None)[:2]
    assert some(7)[2:] == [41, 42]
    assert len(str(some(7)[1])) == 20


@pytest.mark.parametrize(("key", "number"), [("one", 0), ("two", 1), ("", None), (None, None)])
def test_a_key_is_a_customer_or_nobody(key: str | None, number: int | None) -> None:
    assert acme().customer(key) == number


def test_a_job_moves_on_by_questions() -> None:
    behaviour = acme()._settled
    stages = [behaviour.stage(polls=polls, created=0) for polls in range(5)]
    assert stages == ["waiting", "working", "working", None, None]
    assert behaviour.length == 3.0


def test_a_job_moves_on_by_the_clock() -> None:
    now = [100.0]
    behaviour = EmulatorBehaviour(stages=STAGES, advance="clock", clock=lambda: now[0])
    seen = []
    for now[0] in (100.0, 100.9, 101.0, 102.9, 103.0):
        seen.append(behaviour.stage(polls=99, created=100.0))
    assert seen == ["waiting", "waiting", "working", "working", None]


def test_a_folder_of_its_own_goes_and_one_that_was_given_stays(tmp_path: Path) -> None:
    vendor = acme()
    folder = vendor.folder
    assert folder.is_dir()
    vendor.close()
    assert not folder.exists()
    acme(folder=tmp_path).close()
    assert tmp_path.is_dir()


def test_media_of_this_machine_is_had_only_where_that_was_allowed(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    assert acme().media_file(film.as_uri()) is None
    assert acme(allow_files=True).media_file(film.as_uri()) == film
    assert acme(allow_files=True).media_file((tmp_path / "none.mp4").as_uri()) is None
    assert acme(allow_loopback=True).media_file("https://media.example.com/film.mp4") is None


def test_a_fault_that_it_cannot_commit_is_refused_when_it_is_made() -> None:
    with pytest.raises(UsageError, match="gremlins"):
        acme(faults=(Fault(kind="gremlins"),))
