"""Files that customers send in chunks, kept on disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vidiom.emulation.refusal import Refusal
from vidiom_valossa.emulation.refusal import invalid

__all__ = ["SCHEME", "Upload", "Uploads"]

SCHEME: Final = "valossaupload://"
_LARGEST: Final = 7 * 10**9  # https://docs.valossa.com/getting-started/input-formats
_NO_UPLOAD: Final = "Upload not found"  # the wording is not documented


@dataclass
class Upload:
    """One file on its way."""

    id: str
    owner: int
    """Number of the key that it belongs to."""
    size: int
    chunk_size: int
    path: Path
    received: set[int] = field(default_factory=set)
    finished: bool = False

    @property
    def chunks(self) -> int:
        """How many there are; the last one may be smaller than the others."""
        return -(-self.size // self.chunk_size)

    def length(self, index: int) -> int:
        """Bytes of a chunk."""
        return min(self.chunk_size, self.size - index * self.chunk_size)

    def place(self, index: int, chunk: Path) -> None:
        """Put a chunk where it belongs; the same one may come again."""
        if self.finished:
            raise Refusal(400, "The upload has been finalized")
        if not 0 <= index < self.chunks:
            raise invalid("chunk_index")
        if chunk.stat().st_size != self.length(index):
            raise Refusal(400, f"Wrong chunk size: expected {self.length(index)} bytes")
        with chunk.open("rb") as source, self.path.open("r+b") as target:
            target.seek(index * self.chunk_size)
            shutil.copyfileobj(source, target, 256 * 1024)
        self.received.add(index)

    def finish(self) -> str:
        """Close it; its URL."""
        absent = sorted(set(range(self.chunks)) - self.received)
        if absent:
            listed = ", ".join(map(str, absent[:10]))
            raise Refusal(400, f"Missing chunks: {listed}")
        if self.finished:
            raise Refusal(400, "The upload has been finalized")
        self.finished = True
        return SCHEME + self.id


class Uploads:
    """All files of all customers."""

    def __init__(self, folder: Path, chunk_size: int, new_id: Callable[[], str]) -> None:
        """Kept in this folder."""
        self._folder = folder
        self._chunk_size = chunk_size
        self._new_id = new_id
        self._uploads: dict[str, Upload] = {}

    def __len__(self) -> int:
        """How many were begun."""
        return len(self._uploads)

    def begin(self, owner: int, size: str | None) -> Upload:
        """``initialize_file_upload``: the file exists from now on, full of holes."""
        if size is None or not size.isdecimal() or not 0 < int(size) <= _LARGEST:
            raise invalid("file_size_bytes")
        name = self._new_id()
        upload = Upload(name, owner, int(size), self._chunk_size, self._folder / name)
        with upload.path.open("wb") as file:
            file.truncate(upload.size)
        self._uploads[name] = upload
        return upload

    def get(self, owner: int, name: str) -> Upload:
        """The upload of this id."""
        upload = self._uploads.get(name)
        if upload is None or upload.owner != owner:
            raise Refusal(404, _NO_UPLOAD)
        return upload

    def keep(self, owner: int, content: Path) -> str:
        """A whole file at once, as for training images; its URL."""
        name = self._new_id()
        path = content.rename(self._folder / name)
        size = path.stat().st_size
        self._uploads[name] = Upload(name, owner, size, max(1, size), path, {0}, finished=True)
        return SCHEME + name

    def file(self, owner: int, url: str) -> Path | None:
        """The content of an uploaded file; ``None`` when there is no such (finished) upload."""
        upload = self._uploads.get(url.removeprefix(SCHEME))
        if upload is None or upload.owner != owner or not upload.finished:
            return None
        return upload.path
