"""Storage: files that customers upload, their folders and small pictures of them."""

from __future__ import annotations

import base64
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vidiom.emulation.identifiers import Identifiers
from vidiom.emulation.multipart import AbsentParts
from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.media import sort_of
from vidiom_deepva.emulation.refusal import not_found, wrong
from vidiom_deepva.emulation.scene import TINY_PICTURE

__all__ = ["SCHEME", "Storage", "Stored"]

SCHEME: Final = "storage://"
_TOKEN: Final = 20
_FIRST: Final = 204_433


@dataclass
class Stored:
    """A file or a folder (https://docs.deepva.com/core-resources/storage)."""

    id: int
    owner: int
    name: str
    folder: str
    """Where it is; a folder is in none."""
    url: str | None = None
    path: Path | None = None
    failing: bool = False
    polls: int = 0
    """How often it was asked after."""

    def written(self, polls: int) -> Json:
        """As it stands in an answer."""
        ready = self.polls >= polls
        failed = self.failing and ready
        size = None if self.path is None or failed else self.path.stat().st_size
        return {
            "id": self.id,
            "url": None if failed else self.url,
            "file_size": size,
            "name": self.name,
            "uploaded": ready and not failed,
            "upload_failed": failed,
            "is_image": self.path is not None and sort_of(self.name) == "image",
            "is_folder": self.path is None,
        }


class Storage:
    """All files of all customers."""

    def __init__(self, folder: Path, behaviour: Behaviour, identifiers: Identifiers) -> None:
        """Kept in this folder."""
        self._folder = folder
        self._behaviour = behaviour
        self._ids = identifiers
        self._stored: dict[int, Stored] = {}

    def create(self, call: Call) -> Answer:
        """An upload: a form with the folder and the file (assumed)."""
        if call.form is None:
            raise AbsentParts("folder", "file")
        (folder,) = call.form.require("folder")
        if not folder.startswith("/"):
            raise wrong("folder", "A path begins with a slash.")
        content = call.form.file("file")
        name = call.form.names.get("file") or "file"
        self._make_folder(call.owner, folder)
        token = self._ids.token(_TOKEN)
        path = self._folder / token
        shutil.move(content, path)
        failing = call.fault_kind == "upload_failed"
        stored = Stored(
            self._next(), call.owner, name, folder, SCHEME + token, path, failing=failing
        )
        self._stored[stored.id] = stored
        return Answer(stored.written(self._behaviour.upload_polls), 201)

    def _make_folder(self, owner: int, folder: str) -> None:
        """Made when it is missing; its name is its whole path."""
        known = {one.name for one in self._stored.values() if one.owner == owner and not one.url}
        if folder != "/" and folder not in known:
            made = Stored(self._next(), owner, folder, "/", polls=self._behaviour.upload_polls)
            self._stored[made.id] = made

    def _next(self) -> int:
        return self._ids.number(_FIRST)

    def listed(self, call: Call) -> list[Json]:
        """What is in a folder."""
        folder = call.query.get("folder", "/")
        polls = self._behaviour.upload_polls
        return [
            one.written(polls)
            for one in self._stored.values()
            if one.owner == call.owner and one.folder == folder
        ]

    def read(self, call: Call) -> Json:
        """One object; asking is what its upload waits for."""
        stored = self._find(call)
        told = stored.written(self._behaviour.upload_polls)
        stored.polls += 1
        return told

    def file(self, call: Call) -> Answer:
        """The bytes."""
        return Answer(self._content(call).read_bytes())

    def thumbnail(self, call: Call) -> Answer:
        """A small picture, whatever is in the file."""
        self._content(call)
        return Answer(base64.b64decode(TINY_PICTURE), media_type="image/png")

    def delete(self, call: Call) -> Answer:
        """Irreversible."""
        stored = self._find(call)
        if stored.path is not None:
            stored.path.unlink(missing_ok=True)
        del self._stored[stored.id]
        return Answer(None, 204)

    def _content(self, call: Call) -> Path:
        path = self._find(call).path
        if path is None:
            raise not_found()
        return path

    def _find(self, call: Call) -> Stored:
        """By number: there is no call from an URL back to it."""
        name = call.names["object"]
        stored = self._stored.get(int(name)) if name.isdecimal() else None
        if stored is None or stored.owner != call.owner:
            raise not_found()
        return stored

    def held(self, owner: int, url: str) -> Stored | None:
        """The uploaded file at a ``storage://`` URL; ``None`` when there is no such."""
        for stored in self._stored.values():
            ready = stored.polls >= self._behaviour.upload_polls and not stored.failing
            if stored.url == url and stored.owner == owner and ready:
                return stored
        return None

    def __len__(self) -> int:
        """How many files there are."""
        return sum(1 for stored in self._stored.values() if stored.path is not None)
