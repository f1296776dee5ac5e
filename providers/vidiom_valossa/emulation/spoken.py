"""Words as the vendor has them: each word and each punctuation mark is a detection of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from vidiom.emulation.refusal import Json
from vidiom.schema.segments import Word
from vidiom_valossa.emulation.findings import Findings, Span

__all__ = ["add_words"]

# Marks that belong to the word before them wherever they stand; an apostrophe or a bracket may
# belong to the word after it, and stays where it is.
_MARKS: Final = ".,!?;:…"


def add_words(findings: Findings, words: Iterable[Word]) -> None:
    """Add them in order of time (https://docs.valossa.com/metadata/speech-transcription)."""
    for word in _apart(sorted(words, key=lambda word: word.start)):
        start, end = findings.frame(word.start), findings.frame(word.end)
        length = round(word.end - word.start, 3)
        span = Span(word.start, word.end, more={"fs": start, "fe": end, "sdur": length})
        more: Json = {} if word.confidence is None else {"c": word.confidence}
        if word.speaker is not None:
            more["a"] = {"s": {"id": word.speaker}}
        findings.add("audio.speech_detailed", word.text, (span,), more)


def _apart(words: list[Word]) -> Iterator[Word]:
    for word, after in pairwise([*words, None]):
        if word is None:
            return
        bare = word.text.rstrip(_MARKS)
        yield Word(bare or word.text, word.start, word.end, word.confidence, word.speaker)
        # a mark has no length, and must not stand after the next word where two words overlap
        moment = word.end if after is None else max(word.start, min(word.end, after.start))
        for mark in word.text[len(bare) :] if bare else "":
            yield Word(mark, moment, moment, word.confidence, word.speaker)
