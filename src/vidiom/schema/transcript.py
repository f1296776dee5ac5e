"""All that is said, as one text and as words."""

from __future__ import annotations

from dataclasses import dataclass

from vidiom.schema.detections import Speech
from vidiom.schema.segments import Word

__all__ = ["Transcript"]


@dataclass(frozen=True)
class Transcript:
    """All that is said, in order of time."""

    speech: tuple[Speech, ...]

    @property
    def text(self) -> str:
        """The words as one text."""
        return " ".join(one.text.strip() for one in self.speech if one.text.strip())

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word with its times, where the provider gives words."""
        return tuple(word for one in self.speech for word in one.words)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Each speaker once, in the order of their first words."""
        named = (
            name for one in self.speech for name in (one.speaker, *(w.speaker for w in one.words))
        )
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def __str__(self) -> str:
        """The words as one text."""
        return self.text
