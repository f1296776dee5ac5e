"""Dictionaries: words for modules to look for, one an entry."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from vidiom.errors import MalformedAnswer
from vidiom.flow.body import FilePart
from vidiom.flow.effects import Flow
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom_deepva.calls import path_of
from vidiom_deepva.library.resources import OPERATION, Discreet, Resource
from vidiom_deepva.paging import Pages
from vidiom_deepva.settings import DeepvaSettings
from vidiom_deepva.storage import whole

__all__ = ["Dictionaries", "Dictionary", "DictionaryId"]


class DictionaryId(str):
    """An id that is a dictionary's: the paths of datasets refuse it."""

    __slots__ = ()


# https://docs.deepva.com/core-resources/dictionary
class Dictionary(Discreet, gc=False):
    """A dictionary."""

    id: str | None = None
    name: str | None = None
    type: str | None = None
    """``simple`` or ``map``; follows from the file that was uploaded."""
    language: str | None = None
    time_created: str | None = None
    is_public: bool | None = None
    """Whether it is the vendor's own, which cannot be changed."""

    def __post_init__(self) -> None:
        """The id is of its own type from the start."""
        if self.id is not None:
            self.id = DictionaryId(self.id)


@dataclass(frozen=True)
class Dictionaries:
    """The dictionaries of an account. There is no update: upload a new one."""

    pages: Pages
    settings: DeepvaSettings

    def list(self) -> Flow[tuple[Dictionary, ...]]:
        """All dictionaries, the vendor's public ones included."""
        return (yield from self._all.list())

    def get(self, dictionary_id: str) -> Flow[Dictionary]:
        """One dictionary."""
        return (yield from self._all.get(dictionary_id))

    def create(
        self, name: str, words: FileMedia | BytesMedia, *, language: str
    ) -> Flow[Dictionary]:
        """A new one of a UTF-8 text with one entry a line.

        Raises:
            InvalidMedia: The text is empty.
        """
        boundary = (
            f"vidiom-{hashlib.sha256(f'{name}{words.description}'.encode()).hexdigest()[:32]}"
        )
        file_name = words.file_name if isinstance(words, FileMedia) else words.name
        made = yield from self.pages.calls.send_form(
            "dictionaries/",
            Dictionary,
            {"name": name, "language": language},
            [FilePart(self.settings.dictionary_file_part, file_name, whole(words), "text/plain")],
            boundary=boundary,
            operation=OPERATION,
        )
        if not made.id:
            raise MalformedAnswer("the answer has no 'id'.", provider="deepva", operation=OPERATION)
        return made

    def delete(self, dictionary_id: str) -> Flow[None]:
        """Delete one. The vendor's page prints the path of datasets for this, surely by mistake."""
        yield from self.pages.calls.delete(
            path_of("dictionaries", dictionary_id), operation=OPERATION
        )

    @property
    def _all(self) -> Resource[Dictionary]:
        return Resource(self.pages, ("dictionaries",), Dictionary)
