"""An archive of raw answers as zstd files, each named by the digest of its content."""

from __future__ import annotations

import hashlib
import mmap
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from vidiom.errors import StoreError
from vidiom.jobs.faults import file_fault, file_faults, not_in_archive
from vidiom.jobs.store import is_digest
from vidiom.jobs.zstd import Compressor, Damaged, decompressed, unpacked
from vidiom.schema.raw import Bytes, RawPart

__all__ = ["FileArchive"]

_LEFTOVER_AGE: Final = 24 * 3600.0
"""Seconds without a write after which a temporary file belongs to nobody any more."""
_CHEAP: Final = 8 * 1024 * 1024
"""Bytes up to which every reading verifies the digest: some milliseconds."""
_PACKED: Final = ".zst"
_IN_MEMORY: Final = 1024 * 1024
"""Bytes up to which content is unpacked into memory."""
_REMEMBERED: Final = 1024
"""Contents that this process wrote last; putting them again costs no compression."""


class FileArchive:
    """Content in ``<folder>/ab/abcdef….zst``, written to ``<folder>/incoming`` first.

    The name is the digest of the content itself, not of the compressed file. A file appears under
    its name only when it is complete and on the disk. Answers hold personal data: files and folders
    are for their owner only. Content without ``.zst`` is kept as it is: media, and what versions
    before wrote.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Create the folder where it is missing, and clear what interrupted writers left."""
        self._folder = Path(folder).absolute()
        self._incoming = self._folder / "incoming"
        self._known: OrderedDict[str, int] = OrderedDict()
        with file_faults("creating the archive", self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._incoming.mkdir(mode=0o700, exist_ok=True)
        self._sweep()

    def put(self, content: Bytes) -> str:
        """Keep the content; its digest in hex. Putting it again changes nothing."""
        digest = hashlib.sha256(content).hexdigest()
        if not (self._kept_plain(digest, len(content)) or self._written(digest)):
            writer = _FileWriter(self, "", None)
            writer.write(content)
            writer.keep()
            with suppress(OSError):
                self._place(digest).unlink()  # cut short: it would be read instead
        return digest

    def put_file(self, content: Bytes) -> Path:
        """Keep the content as it is, to be read as a file by others; its path."""
        digest = hashlib.sha256(content).hexdigest()
        if not self._kept_plain(digest, len(content)):
            self._plain(digest, lambda write: write(content))
        return self._place(digest)

    def open(self, name: str, media_type: str | None) -> _FileWriter:
        """Begin a raw part that arrives in chunks."""
        return _FileWriter(self, name, media_type)

    def read(self, sha256: str) -> Bytes:
        """The content, mapped where it is large; small content is verified against its digest."""
        path = self._file(sha256)
        with file_faults("reading the archive", self._folder):
            content = self._content(path)
        if len(content) <= _CHEAP and hashlib.sha256(content).hexdigest() != sha256:
            raise _damaged(path)
        return content

    def _content(self, path: Path) -> Bytes:
        if path.suffix == _PACKED:
            try:
                return decompressed(path, folder=self._incoming, in_memory=_IN_MEMORY)
            except Damaged:
                raise _damaged(path) from None
        with path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return b""  # an empty file cannot be mapped
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def verify(self, sha256: str) -> None:
        """Read the whole file and compare its digest, whatever its size.

        Raises:
            StoreError: It is not there, or not what was put.
        """
        path = self._file(sha256)
        found = hashlib.sha256()
        with file_faults("reading the archive", self._folder):
            if path.suffix == _PACKED:
                try:
                    unpacked(path, found.update)
                except Damaged:
                    raise _damaged(path) from None
            else:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256")
        if found.hexdigest() != sha256:
            raise _damaged(path)

    def require(self, sha256: str) -> None:
        """Refuse what is not there, without reading it."""
        self._file(sha256)

    def path(self, sha256: str) -> Path:
        """A file that holds the content as it is; made from the compressed one where need be."""
        path = self._file(sha256)
        if path.suffix == _PACKED:
            try:
                self._plain(sha256, lambda write: unpacked(path, write))
            except Damaged:
                raise _damaged(path) from None
        return self._place(sha256)

    def remove(self, sha256: str) -> None:
        """Delete the content; no error when it is not there."""
        place = self._place(sha256)
        self._known.pop(sha256, None)
        with file_faults("deleting from the archive", self._folder):
            place.unlink(missing_ok=True)
            place.with_suffix(_PACKED).unlink(missing_ok=True)

    def begin(self) -> tuple[int, Path]:
        """A new temporary file, open for writing."""
        with file_faults("writing to the archive", self._folder):
            descriptor, path = tempfile.mkstemp(dir=self._incoming)
        return descriptor, Path(path)

    def take_over(self, written: Path, digest: str) -> None:
        """Give a complete and synchronized compressed file its final name.

        One that is there already is replaced: it holds the same, or is damaged.
        """
        size = written.stat().st_size
        self._rename(written, self._place(digest).with_suffix(_PACKED))
        self._known[digest] = size
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def _plain(self, digest: str, fill: Callable[[Callable[[Bytes], object]], object]) -> None:
        """Keep content as it is, complete or not at all."""
        descriptor, path = self.begin()
        try:
            with os.fdopen(descriptor, "wb") as file:
                fill(file.write)
                file.flush()
                os.fsync(file.fileno())
            self._rename(path, self._place(digest))
        except OSError as error:
            raise self.fault(error) from error
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _rename(self, written: Path, target: Path) -> None:
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._folder)
        written.replace(target)
        _sync_folder(target.parent)

    def fault(self, error: OSError) -> StoreError:
        """What a writer fails with."""
        return file_fault(error, "writing to the archive", self._folder)

    def _written(self, digest: str) -> bool:
        """Whether this process has brought the content to the disk itself, not long ago."""
        with suppress(OSError):
            size = self._place(digest).with_suffix(_PACKED).stat().st_size
            return self._known.get(digest) == size
        return False

    def _kept_plain(self, digest: str, size: int) -> bool:
        """Whether the content is there as it is, at least by its size, and safely so."""
        target = self._place(digest)
        with suppress(OSError):
            if target.stat().st_size == size:
                # Another process may have renamed it a moment ago: its name must survive with us.
                _sync_folder(target.parent)
                return True
        return False

    def _file(self, sha256: str) -> Path:
        """The file of the content: as it is, else compressed."""
        plain = self._place(sha256)
        for path in (plain, plain.with_suffix(_PACKED)):
            if path.is_file():
                return path
        raise not_in_archive(sha256)

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
        self._compressor = Compressor()

    def write(self, chunk: Bytes) -> None:
        """Add bytes."""
        try:
            self._file.write(self._compressor.add(chunk))
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
            self._file.write(self._compressor.end())
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
