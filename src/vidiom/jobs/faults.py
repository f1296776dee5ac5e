"""What a store or an archive fails with, in words that say what to do next."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from vidiom.errors import StoreError, UnknownJob

__all__ = [
    "DISK_FULL",
    "READ_ONLY",
    "another_job",
    "file_fault",
    "file_faults",
    "id_taken",
    "not_in_archive",
    "unknown_job",
    "unreadable_job",
    "vendor_id_taken",
]

DISK_FULL: Final = (
    "the disk is full; free some space, or set VIDIOM_HOME to a folder on another disk"
)
READ_ONLY: Final = (
    "it may not be written; make it writable for this user, or set VIDIOM_HOME to a folder that is"
)

_CAUSES: Final[Mapping[int, str]] = MappingProxyType(
    {
        errno.ENOSPC: DISK_FULL,
        errno.EDQUOT: "this user's disk quota is used up; free some space, "
        "or set VIDIOM_HOME to a folder on another disk",
        errno.EFBIG: "the file is larger than this system allows; raise the limit (`ulimit -f`), "
        "or set VIDIOM_HOME to a folder on another disk",
        errno.EROFS: READ_ONLY,
        errno.EACCES: READ_ONLY,
        errno.EPERM: READ_ONLY,
        errno.ENOENT: "the folder is not there any more; create it, "
        "or set VIDIOM_HOME to the folder meant",
        errno.ENOTDIR: "a file is in the way of a folder; move that file, "
        "or set VIDIOM_HOME to another folder",
        errno.EEXIST: "a file is in the way of the folder; move that file, "
        "or set VIDIOM_HOME to another folder",
        errno.EISDIR: "a folder is in the way of a file; move that folder, "
        "or set VIDIOM_HOME to another folder",
        errno.EMFILE: "too many files are open; raise the limit (`ulimit -n`)",
        errno.EIO: "the disk reports errors; check it, and restore the folder from a backup",
    }
)


def file_fault(error: OSError, doing: str, folder: Path) -> StoreError:
    """The error of a file operation below ``folder``."""
    cause = _CAUSES.get(error.errno or 0) or f"{error.strerror or type(error).__name__}"
    return StoreError(f"{doing} in {folder} failed: {cause}.")


@contextmanager
def file_faults(doing: str, folder: Path) -> Iterator[None]:
    """Errors of file operations, as ours."""
    try:
        yield
    except OSError as error:
        raise file_fault(error, doing, folder) from error


def unknown_job(job_id: str) -> UnknownJob:
    """The store does not hold this id."""
    return UnknownJob(
        f"there is no job {job_id!r} in the store; `vidiom list` shows those there are."
    )


def unreadable_job(job_id: str) -> StoreError:
    """What is kept of a job does not follow the schema; its values are not repeated."""
    return StoreError(
        f"job {job_id!r} cannot be read from the store: it is damaged, or another version of "
        f"vidiom wrote it; update vidiom, or forget the job with `vidiom delete {job_id}`."
    )


def id_taken(job_id: str) -> StoreError:
    """A new job comes with the id of one that is kept already."""
    return StoreError(f"job {job_id!r} is already in the store; give the new one an id of its own.")


def vendor_id_taken(job_id: str, vendor_id: str, holder: str) -> StoreError:
    """Two of our jobs claim one and the same job of the vendor."""
    return StoreError(
        f"job {job_id!r} cannot take the vendor's job {vendor_id!r}: "
        f"that is job {holder!r} already; go on with {holder!r}."
    )


def another_job(job_id: str, other: str) -> StoreError:
    """A change made another job of a job."""
    return StoreError(f"a change of job {job_id!r} returned job {other!r}; a job keeps its id.")


def not_in_archive(sha256: str) -> StoreError:
    """Nothing of this digest is kept."""
    return StoreError(
        f"the archive holds nothing of digest {sha256[:12]}…; fetch the job's answer again."
    )
