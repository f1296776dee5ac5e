"""An archive of raw answers as files, each named by the digest of its content."""

from __future__ import annotations

import hashlib
import mmap
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from vidiom.errors import StoreError
from vidiom.jobs.faults import file_fault, file_faults, not_in_archive
from vidiom.jobs.store import is_digest
from vidiom.schema.raw import Bytes, RawPart

__all__ = ["FileArchive"]

_LEFTOVER_AGE: Final = 24 * 3600.0
"""Seconds without a write after which a temporary file belongs to nobody any more."""
_CHEAP: Final = 8 * 1024 * 1024
"""Bytes up to which every reading verifies the digest: some milliseconds."""


class FileArchive:
    """Content in ``<folder>/ab/abcdef…``, written to ``<folder>/incoming`` first.

    A file appears under its name only when it is complete and on the disk. Answers hold personal
    data: files and folders are for their owner only.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Create the folder where it is missing, and clear what interrupted writers left."""
        self._folder = Path(folder).absolute()
        self._incoming = self._folder / "incoming"
        with file_faults("creating the archive", self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._incoming.mkdir(mode=0o700, exist_ok=True)
        self._sweep()

    def put(self, content: Bytes) -> str:
        """Keep the content; its digest in hex. Putting it again changes nothing."""
        digest = hashlib.sha256(content).hexdigest()
        if not self._kept(digest, len(content)):
            writer = _FileWriter(self, "", None)
            writer.write(content)
            writer.keep()
        return digest

    def open(self, name: str, media_type: str | None) -> _FileWriter:
        """Begin a raw part that arrives in chunks."""
        return _FileWriter(self, name, media_type)

    def read(self, sha256: str) -> Bytes:
        """The content, mapped; small content is verified against its digest on the way."""
        path = self.path(sha256)
        with file_faults("reading the archive", self._folder), path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                content: Bytes = b""  # an empty file cannot be mapped
            else:
                content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if len(content) <= _CHEAP and hashlib.sha256(content).hexdigest() != sha256:
            raise _damaged(path)
        return content

    def verify(self, sha256: str) -> None:
        """Read the whole file and compare its digest, whatever its size.

        Raises:
            StoreError: It is not there, or not what was put.
        """
        path = self.path(sha256)
        with file_faults("reading the archive", self._folder), path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise _damaged(path)

    def path(self, sha256: str) -> Path:
        """The file that holds the content."""
        path = self._place(sha256)
        if not path.is_file():
            raise not_in_archive(sha256)
        return path

    def remove(self, sha256: str) -> None:
        """Delete the content; no error when it is not there."""
        with file_faults("deleting from the archive", self._folder):
            self._place(sha256).unlink(missing_ok=True)

    def begin(self) -> tuple[int, Path]:
        """A new temporary file, open for writing."""
        with file_faults("writing to the archive", self._folder):
            descriptor, path = tempfile.mkstemp(dir=self._incoming)
        return descriptor, Path(path)

    def take_over(self, written: Path, digest: str) -> None:
        """Give a complete and synchronized temporary file its final name."""
        target = self._place(digest)
        if self._kept(digest, written.stat().st_size):
            written.unlink()
            return
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._folder)
        written.replace(target)
        _sync_folder(target.parent)

    def fault(self, error: OSError) -> StoreError:
        """What a writer fails with."""
        return file_fault(error, "writing to the archive", self._folder)

    def _kept(self, digest: str, size: int) -> bool:
        """Whether the content is there already, at least by its size, and safely so."""
        target = self._place(digest)
        with suppress(OSError):
            if target.stat().st_size == size:
                # Another process may have renamed it a moment ago: its name must survive with us.
                _sync_folder(target.parent)
                return True
        return False

    def _place(self, sha256: str) -> Path:
        if not is_digest(sha256):  # it becomes a path: never trust where it came from
            msg = "this is not a SHA-256 digest in hex; take it from the job's answer."
            raise StoreError(msg)
        return self._folder / sha256[:2] / sha256

    def _sweep(self) -> None:
        """Delete leftovers; best effort, since a read-only archive can still be read."""
        oldest = time.time() - _LEFTOVER_AGE
        with suppress(OSError):
            for path in self._incoming.iterdir():
                with suppress(OSError):
                    if path.stat().st_mtime < oldest:
                        path.unlink()


class _FileWriter:
    """Takes one part: hashed as it is written, so that it is never held nor read again."""

    def __init__(self, archive: FileArchive, name: str, media_type: str | None) -> None:
        self._archive, self._name, self._media_type = archive, name, media_type
        descriptor, self._path = archive.begin()
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()

    def write(self, chunk: Bytes) -> None:
        """Add bytes."""
        try:
            self._file.write(chunk)
        except OSError as error:
            self.abort()
            raise self._archive.fault(error) from error
        self._hash.update(chunk)

    def finish(self) -> RawPart:
        """Keep what was written, and return it as a part."""
        digest = self.keep()
        part = RawPart(self._name, self._archive.read(digest), self._media_type)
        vars(part)["sha256"] = digest  # known already: what the property would compute again
        return part

    def keep(self) -> str:
        """Bring the content to the disk, then under its name; the digest."""
        digest = self._hash.hexdigest()
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._archive.take_over(self._path, digest)
        except OSError as error:
            self.abort()
            raise self._archive.fault(error) from error
        return digest

    def abort(self) -> None:
        """Keep nothing; may be called at any time, and again."""
        with suppress(OSError):  # closing writes what is buffered, which may be what failed
            self._file.close()
        with suppress(OSError):
            self._path.unlink()


def _sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk, where the system has a way to."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _damaged(path: Path) -> StoreError:
    return StoreError(
        f"{path} is damaged: its content has not the digest that is its name; "
        "restore it from a backup, or delete it and fetch the job's answer again."
    )
