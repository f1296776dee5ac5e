"""The folder where a user's jobs and raw answers are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vidiom.errors import ConfigurationError
from vidiom.jobs.archive import FileArchive
from vidiom.jobs.faults import file_faults

if TYPE_CHECKING:
    from vidiom.jobs.sql import SqlStore

__all__ = ["home_folder", "open_home", "open_store", "store_location"]


def home_folder(environment: Mapping[str, str]) -> Path:
    """``VIDIOM_HOME``, else ``$XDG_DATA_HOME/vidiom``, else ``~/.local/share/vidiom``.

    Raises:
        ConfigurationError: None of these is known.
    """
    home = environment.get("HOME") or environment.get("USERPROFILE")
    given = environment.get("VIDIOM_HOME")
    if given and (given == "~" or given.startswith("~/")) and home:
        return Path(home, given[2:])  # settings that no shell has read
    if given:
        return Path(given)
    data = environment.get("XDG_DATA_HOME", "")
    if Path(data).is_absolute():  # the specification wants others to be ignored
        return Path(data, "vidiom")
    if home:
        return Path(home, ".local", "share", "vidiom")
    msg = "nobody says where jobs are to be kept; set VIDIOM_HOME to a folder."
    raise ConfigurationError(msg)


def open_home(folder: str | os.PathLike[str]) -> SqlStore:
    """The job store of a folder, which is created for its owner only where it is missing.

    Raises:
        StoreError: It cannot be created or written; the message says what to do.
    """
    # The database library takes longer to import than all the rest.
    from vidiom.jobs.sql import SqlStore  # noqa: PLC0415

    path = Path(folder).absolute()
    with file_faults("creating the home of vidiom", path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqlStore(path / "jobs.sqlite3", FileArchive(path / "archive"))


def open_store(environment: Mapping[str, str], *, writer: str | None = None) -> SqlStore:
    """The job store that the environment names: ``VIDIOM_STORE``, else the one of the home.

    ``VIDIOM_STORE`` is a URL (``postgresql://…``, ``sqlite:///…``) or the path of a file. Raw
    answers are in the home's archive in any case: workers on several machines share that folder.

    Raises:
        StoreError: It cannot be opened, created or written; the message says what to do.
        ConfigurationError: Nobody says where, or the URL names no database for jobs.
        MissingExtra: The driver of that database is not installed.
    """
    from vidiom.jobs.sql import SqlStore  # noqa: PLC0415

    path = home_folder(environment).absolute()
    with file_faults("creating the home of vidiom", path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    archive = FileArchive(path / "archive")
    return SqlStore(store_location(environment), archive, writer=writer)


def store_location(environment: Mapping[str, str]) -> str:
    """URL or path of the job store that the environment names.

    Raises:
        ConfigurationError: Nobody says where.
    """
    given = environment.get("VIDIOM_STORE", "").strip()
    return given or str(home_folder(environment).absolute() / "jobs.sqlite3")
