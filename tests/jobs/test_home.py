"""The home of vidiom: where it is, and what is said when it cannot be made."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import which
from subprocess import CompletedProcess

import pytest

from vidiom.errors import ConfigurationError, StoreError
from vidiom.jobs.home import home_folder, open_home, open_store
from vidiom.testing.store_conformance import intended, with_answer

PRELUDE = """
import os, sys
from contextlib import suppress
from pathlib import Path
from vidiom.errors import StoreError
from vidiom.jobs.archive import FileArchive
from vidiom.jobs.home import open_home
from vidiom.testing.store_conformance import intended, titled

home = Path(sys.argv[1])

def refusal(act):
    try:
        act()
    except StoreError as error:
        print(error.message)
    else:
        print("no error")
"""

MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")


def can_mount() -> bool:
    if which("unshare") is None:
        return False
    command = [*MOUNTS, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def with_mounts(script: str, home: Path) -> CompletedProcess[str]:
    """Run a script that may mount what it likes: nobody else sees it."""
    command = [*MOUNTS, sys.executable, "-c", PRELUDE + script, str(home)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


needs_mounts = pytest.mark.skipif(not can_mount(), reason="this user may not mount anything")


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"VIDIOM_HOME": "/v", "XDG_DATA_HOME": "/x", "HOME": "/h"}, "/v"),
        ({"VIDIOM_HOME": "~/v", "HOME": "/h"}, "/h/v"),
        ({"VIDIOM_HOME": "~", "HOME": "/h"}, "/h"),
        ({"VIDIOM_HOME": "v", "HOME": "/h"}, "v"),
        ({"VIDIOM_HOME": "", "XDG_DATA_HOME": "/x", "HOME": "/h"}, "/x/vidiom"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/h"}, "/h/.local/share/vidiom"),
        ({"XDG_DATA_HOME": "", "HOME": "/h"}, "/h/.local/share/vidiom"),
    ],
)
def test_the_home_is_where_the_environment_says(environment: dict[str, str], folder: str) -> None:
    assert home_folder(environment) == Path(folder)


def test_without_any_home_the_variable_to_set_is_named() -> None:
    with pytest.raises(ConfigurationError, match="set VIDIOM_HOME"):
        home_folder({"XDG_DATA_HOME": "relative"})


def test_a_home_can_be_left_and_entered_again(home: Path) -> None:
    with closing(open_home(home)) as store:
        digest = store.archive.put(b"x")
        store.add(intended("one"))
        kept = store.update("one", with_answer(b"x"))
    with closing(open_home(home)) as store:
        assert store.get("one") == kept
        assert bytes(store.archive.read(digest)) == b"x"


def test_the_environment_names_another_place_for_jobs(home: Path, tmp_path: Path) -> None:
    environment = {"VIDIOM_HOME": str(home), "VIDIOM_STORE": f"sqlite:///{tmp_path}/own.sqlite3"}
    with closing(open_store(environment)) as store:
        store.add(intended("one"))
        digest = store.archive.put(b"x")
    assert (tmp_path / "own.sqlite3").is_file()
    assert not (home / "jobs.sqlite3").exists()
    with closing(open_store({"VIDIOM_HOME": str(home), "VIDIOM_STORE": " "})) as store:
        assert store.list() == []
        assert bytes(store.archive.read(digest)) == b"x"


def test_the_database_library_is_imported_only_when_a_home_is_opened() -> None:
    script = "import sys, vidiom.jobs.home; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(StoreError, match="a file is in the way") as caught:
            open_home(folder)
        assert str(folder) in caught.value.message


@needs_mounts
def test_a_read_only_home_says_so(home: Path) -> None:
    with closing(open_home(home)) as store:
        store.add(intended("one"))
    run = with_mounts(
        """
os.system(f"mount --bind {home} {home} && mount -o remount,ro,bind {home}")
refusal(lambda: open_home(home / "new"))
refusal(lambda: FileArchive(home / "archive").put(b"x"))
refusal(lambda: open_home(home).add(intended("two")))
""",
        home,
    )
    new, put, add = run.stdout.splitlines()
    assert "creating the home of vidiom" in new
    for message in (new, put):
        assert str(home) in message
        assert "may not be written; make it writable" in message
    assert str(home) in add
    assert "set VIDIOM_HOME" in add
    with closing(open_home(home)) as store:
        assert [record.job.id for record in store.list()] == ["one"]


@needs_mounts
def test_a_full_disk_keeps_what_is_there_and_takes_more_once_there_is_room(
    home: Path,
) -> None:
    home.mkdir()
    run = with_mounts(
        """
os.system(f"mount -t tmpfs -o size=1m none {home}")
store = open_home(home)
store.add(intended("one"))
filler = home / "filler"
with suppress(OSError), filler.open("wb", 0) as file:
    while True:
        file.write(b"x" * 512)
refusal(lambda: store.archive.put(os.urandom(100_000)))
writer = store.archive.open("core", None)
refusal(lambda: [writer.write(os.urandom(10_000)) for _ in range(100)])
refusal(lambda: [store.update("one", titled("x" * 9_000 + str(n))) for n in range(99)])
refusal(lambda: open_home(home / "another"))
print(len(list((home / "archive").rglob("*"))))
filler.unlink()
store.update("one", titled("room again"))
print(open_home(home).get("one").order.title)
""",
        home,
    )
    *refusals, left, title = run.stdout.splitlines()
    assert len(refusals) == 4, run.stderr
    for message in refusals:
        assert str(home) in message
        assert "full" in message
        assert "free some space" in message.lower()
    assert left == "1"  # the folder for what is being written
    assert title == "room again"
