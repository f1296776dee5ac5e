"""Dictionaries of names and terms (https://docs.deepva.com/core-resources/dictionary)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from vidiom.emulation.identifiers import Identifiers
from vidiom.emulation.multipart import AbsentParts
from vidiom.emulation.refusal import Json, Refusal
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.moments import stamp
from vidiom_deepva.emulation.refusal import wrong
from vidiom_deepva.emulation.shelf import Shelf

__all__ = ["Dictionaries"]

_PUBLIC: Final = "1b1c7a42-9a86-4f0e-8f4f-0d0c2b3a4e55"


@dataclass
class Dictionary:
    """One; its entries cannot be read back."""

    id: str
    owner: int
    name: str
    type: str
    language: str
    created: datetime
    entries: tuple[str, ...] = ()
    is_public: bool = False

    def written(self) -> Json:
        """As it stands in an answer."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "language": self.language,
            "time_created": stamp(self.created),
            "is_public": self.is_public,
        }


class Dictionaries:
    """Those of all customers, and one of the vendor's that everybody sees."""

    def __init__(self, identifiers: Identifiers, now: Callable[[], datetime]) -> None:
        """Only the vendor's yet."""
        self._ids = identifiers
        self._now = now
        self.shelf: Shelf[Dictionary] = Shelf()
        name = "Public figures"
        self._public = Dictionary(_PUBLIC, -1, name, "simple", "en", now(), is_public=True)

    def listed(self, call: Call) -> list[Json]:
        """The customer's and the vendor's."""
        own = [one.written() for one in self.shelf.of(call.owner)]
        return [*own, self._public.written()]

    def create(self, call: Call) -> Answer:
        """A form with a file; the names of its parts are assumed."""
        if call.form is None:
            raise AbsentParts("name", "language", "file")
        name, language = call.form.require("name", "language")
        try:
            text = call.form.file("file").read_text("utf-8")
        except UnicodeDecodeError:
            raise wrong("file", "The file is not UTF-8.") from None
        # the type follows from the file, and is never sent; how a map looks is not documented
        kind = "simple" if call.form.types.get("file", "text/plain") == "text/plain" else "map"
        entries = tuple(line.strip() for line in text.splitlines() if line.strip())
        if not entries:
            raise wrong("file", "The submitted file is empty.")
        made = Dictionary(self._ids.uuid(), call.owner, name, kind, language, self._now(), entries)
        return Answer(self.shelf.add(made).written(), 201)

    def read(self, call: Call) -> Json:
        """One."""
        if call.names["dictionary"] == _PUBLIC:
            return self._public.written()
        return self.shelf.find(call.owner, call.names["dictionary"]).written()

    def delete(self, call: Call) -> Answer:
        """The vendor's own cannot be changed."""
        if call.names["dictionary"] == _PUBLIC:
            raise Refusal(403, "Not allowed")
        self.shelf.remove(call.owner, call.names["dictionary"])
        return Answer(None, 204)
