"""Rows of what is heard: speech with its words, entities and dictionary hits, and who speaks.

Speakers come from a module of their own, and words perhaps only from an SRT artifact, so speech
is put together when all rows have been read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from vidiom.schema.detection import IdentityMatch, Reference
from vidiom.schema.detections import AnyDetection, Entity, Keyword, Person, Sound, Speech
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment, Word
from vidiom_deepva.reading import Reading
from vidiom_deepva.rows import Row

__all__ = ["Spoken", "speaker", "speech"]

_NEAR: Final = 0.5
"""Seconds that a word of the SRT may lie beside its row."""
_PAUSE: Final = 2.0
"""Seconds of silence that end a stretch of words without a row."""

_ENTITY_TYPES: Final[Mapping[str, str]] = {
    "PER": "person",
    "PERSON": "person",
    "LOC": "location",
    "LOCATION": "location",
    "GPE": "location",
    "ORG": "organization",
    "ORGANIZATION": "organization",
    "ORGANISATION": "organization",
}


@dataclass(frozen=True)
class _Voice:
    start: float
    end: float
    name: str


@dataclass
class Spoken:
    """All that is said, while the rows are read."""

    speech: list[Speech] = field(default_factory=list)
    voices: list[_Voice] = field(default_factory=list)

    def finish(self, marked: Iterable[tuple[Source, Word]]) -> Iterator[Speech]:
        """Speech with the words of the SRT and the names of the speakers."""
        voices = _Voices(self.voices)
        shares, alone = self._shared(list(marked))
        for one in self.speech:
            words = one.words or tuple(shares.get(one.id, ()))
            yield voices.named(one, words)
        for stretch in _stretches(alone):
            yield voices.named(_without_row(stretch), tuple(word for _, word in stretch))

    def _shared(
        self, marked: list[tuple[Source, Word]]
    ) -> tuple[dict[str, list[Word]], list[tuple[Source, Word]]]:
        """Each word with the row that its middle lies in, or nearly; and those beside all rows."""
        rows = sorted(
            ((one.start or 0.0, one.end or 0.0, one) for one in self.speech if one.segments),
            key=lambda row: row[:2],
        )
        starts = [start for start, _, _ in rows]
        shares: dict[str, list[Word]] = {}
        alone: list[tuple[Source, Word]] = []
        for source, word in marked:
            middle = (word.start + word.end) / 2
            at = bisect_right(starts, middle)
            near = rows[max(0, at - 1) : at + 1]
            apart = [(max(start - middle, middle - end), one.id) for start, end, one in near]
            distance, owner = min(apart, default=(_NEAR + 1, ""))
            if distance <= _NEAR:
                shares.setdefault(owner, []).append(word)
            else:
                alone.append((source, word))
        return shares, alone


def _stretches(alone: list[tuple[Source, Word]]) -> Iterator[list[tuple[Source, Word]]]:
    run: list[tuple[Source, Word]] = []
    for source, word in sorted(alone, key=lambda pair: pair[1].start):
        if run and word.start - run[-1][1].end > _PAUSE:
            yield run
            run = []
        run.append((source, word))
    if run:
        yield run


def _without_row(run: list[tuple[Source, Word]]) -> Speech:
    source, first = run[0]
    text = " ".join(word.text for _, word in run)
    return Speech(
        id=f"speech_recognition:{source.part}:{first.start:.3f}",
        label=text,
        text=text,
        segments=(Segment(first.start, max(word.end for _, word in run)),),
        source=source,
    )


class _Voices:
    """Who speaks when; looked up for each stretch of speech and each word."""

    def __init__(self, voices: Iterable[_Voice]) -> None:
        self._voices = sorted(voices, key=lambda one: one.start)
        self._starts = [one.start for one in self._voices]
        self._longest = max((one.end - one.start for one in self._voices), default=0.0)

    def named(self, one: Speech, words: tuple[Word, ...]) -> Speech:
        """The speech with the speaker whose voice covers most of it, word by word if there are."""
        changes: dict[str, object] = {}
        if words:
            told = one.speaker
            spoken = [
                word
                if word.speaker is not None
                else replace(word, speaker=self._most(word.start, word.end) or told)
                for word in words
            ]
            changes["words"] = tuple(spoken)
        if one.speaker is None and one.segments:
            segment = one.segments[0]
            changes["speaker"] = self._most(segment.start, segment.end)
        return one.model_copy(update=changes) if changes else one

    def _most(self, start: float, end: float) -> str | None:
        first = bisect_left(self._starts, start - self._longest)
        shares: dict[str, float] = {}
        for voice in self._voices[first : bisect_right(self._starts, end)]:
            common = min(end, voice.end) - max(start, voice.start)
            if common > 0:
                shares[voice.name] = shares.get(voice.name, 0.0) + common
        return max(shares, key=lambda name: shares[name], default=None)


# https://docs.deepva.com/mining-modules/speech-recognition
def speech(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading, spoken: Spoken
) -> list[AnyDetection] | None:
    """A stretch of speech; it is kept in ``spoken``, and what was found in it is returned.

    ``None`` for a row that is neither speech nor silence.
    """
    keys = reading.keys
    said = keys.text("text", meta)
    words = tuple(_words(meta, reading, source))
    if said is None and words:
        said = " ".join(word.text for word in words)
    if said is None and keys.value("silence", meta) is not True:
        return None
    made = reading.ids.new(row, said or "", index)
    if made is None:
        return []
    segments = reading.segments(row, source)
    if said is None:
        return [Sound(id=made, label="silence", segments=segments, source=source, attributes=meta)]
    found: list[AnyDetection] = [
        *_entities(made, segments, meta, source, reading),
        *_hits(made, segments, meta, source, reading),
    ]
    sure = reading.sureness(row, meta, source)
    spoken.speech.append(
        Speech(
            id=made,
            label=said or "",
            text=said or "",
            confidence=sure.confidence,
            score=sure.score,
            segments=segments,
            source=source,
            language=keys.text("language", meta),
            speaker=keys.text("speaker", meta),
            words=words,
            attributes=meta,
        )
    )
    return found


def _words(meta: dict[str, Any], reading: Reading, source: Source) -> Iterator[Word]:
    keys = reading.keys
    for one in keys.rows("words", meta):
        text = keys.text("word", one)
        start, end = keys.number("word_start", one), keys.number("word_end", one)
        if text is None or start is None or end is None or end < start:
            reading.notes.repaired("Words without a text or a time were left out.", source)
            continue
        sure = keys.number("confidence", one)
        yield Word(text, start, end, sure if sure is not None and 0.0 <= sure <= 1.0 else None)


def _entities(
    owner: str,
    segments: tuple[Segment, ...],
    meta: dict[str, Any],
    source: Source,
    reading: Reading,
) -> Iterator[Entity]:
    keys = reading.keys
    for number, one in enumerate(keys.rows("entities", meta)):
        name = keys.text("text", one)
        if name is None:
            reading.notes.repaired("Entities without a name were left out.", source)
            continue
        kind = keys.text("entity_type", one)
        yield Entity(
            id=f"{owner}/entity-{number}",
            label=name,
            segments=segments,
            entity_type=_ENTITY_TYPES.get(kind.upper(), kind) if kind is not None else None,
            origin="speech",
            references=(Reference("speech", owner),),
            source=source,
            attributes=one,
        )


def _hits(
    owner: str,
    segments: tuple[Segment, ...],
    meta: dict[str, Any],
    source: Source,
    reading: Reading,
) -> Iterator[Keyword]:
    """Entries of a dictionary that were heard. The form of hits is not documented."""
    keys = reading.keys
    for number, one in enumerate(keys.rows("dictionary_hits", meta)):
        word = keys.text("word", one)
        if word is None:
            reading.notes.repaired("Dictionary hits without a word were left out.", source)
            continue
        yield Keyword(
            id=f"{owner}/keyword-{number}",
            label=word,
            segments=segments,
            origin="speech",
            references=(Reference("speech", owner),),
            source=source,
            attributes=one,
        )


# https://docs.deepva.com/mining-modules/speaker-identification
def speaker(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading, spoken: Spoken
) -> list[AnyDetection]:
    """A stretch in which one voice is heard: a person, and the speaker of what is said in it."""
    keys = reading.keys
    name = keys.text("label", meta)
    made = reading.ids.new(row, name or "", index)
    if made is None:
        return []
    sure = reading.sureness(row, meta, source)
    segments = reading.segments(row, source)
    index_id = keys.text("index_id", meta)
    if name is not None:
        spoken.voices += [_Voice(one.start, one.end, name) for one in segments]
    known = name is not None and not name.lower().startswith("unknown")
    identities: tuple[IdentityMatch, ...] = ()
    if known or index_id is not None:
        identities = (
            IdentityMatch(
                name=name if known else None,
                confidence=sure.confidence,
                score=sure.score,
                identity_id=index_id,
                gallery_name=keys.text("model", meta),
            ),
        )
    return [
        Person(
            id=made,
            label=name or "voice",
            confidence=sure.confidence,
            score=sure.score,
            segments=segments,
            source=source,
            identities=identities,
            attributes={**meta, "modality": "audio"},
        )
    ]
