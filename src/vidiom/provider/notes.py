"""Notices gathered while an answer is read: one of a sort, with how often and where first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vidiom.schema.features import Feature
from vidiom.schema.provenance import Notice, NoticeCode, Source

__all__ = ["Notes"]


@dataclass(slots=True)
class _Note:
    source: Source | None
    features: tuple[Feature, ...]
    count: int = 0


@dataclass(frozen=True)
class Notes:
    """What the reader of the result must know; the same thing said twice is counted."""

    _notes: dict[tuple[NoticeCode, str], _Note] = field(default_factory=dict)

    def add(
        self,
        code: NoticeCode,
        message: str,
        source: Source | None = None,
        *,
        features: Iterable[Feature] = (),
        count: int = 1,
    ) -> None:
        """Note something; ``source`` is kept of its first time."""
        note = self._notes.get((code, message))
        if note is None:
            note = self._notes[code, message] = _Note(source, tuple(features))
        note.count += count

    def repaired(self, message: str, source: Source | None = None, *, count: int = 1) -> None:
        """A value broke the vendor's own rules and was put right or left out."""
        self.add(NoticeCode.REPAIRED, message, source, count=count)

    def take(self, others: Notes) -> None:
        """Note all that others have noted, too."""
        for (code, message), note in others._notes.items():
            self.add(code, message, note.source, features=note.features, count=note.count)

    def notices(self) -> Iterator[Notice]:
        """The notices, in the order in which they first came up."""
        for (code, message), note in self._notes.items():
            yield Notice(
                code=code,
                message=message,
                count=note.count,
                source=note.source,
                features=note.features,
            )
