"""Speech with its words: segments of the transcript, and words that are detections of their own."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from operator import le
from typing import Final

from vidiom.provider.notes import Notes
from vidiom.schema.detections import Speech
from vidiom.schema.segments import Segment, Word
from vidiom.schema.trusted import trusted
from vidiom_valossa import metadata
from vidiom_valossa.reading import Reading, interval, source_of, within

__all__ = ["SEGMENT", "WORD", "Words", "speech"]

SEGMENT: Final = "audio.speech"
WORD: Final = "audio.speech_detailed"

_OPENING: Final = frozenset("¿¡([{«“„\u2018\u201a")
"""Marks that belong to the word after them; all others belong to the word before."""
_NEAR: Final = 0.5
"""Seconds that a word may lie beside its segment: words stand on frames, segments need not."""
_PAUSE: Final = 2.0
"""Seconds of silence that end a stretch of words for which there is no segment."""

_SPEECH: Final = trusted(Speech)
_A_WORD: Final = metadata.Detection(t=WORD)


@dataclass(frozen=True)
class Words:
    """The words of a transcript, each neutral as soon as it is read: there are so many."""

    notes: Notes
    _words: list[Word] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    """The vendor's id of each."""
    _same: dict[str, str] = field(default_factory=dict)
    """Few words and speakers are most of a transcript: each is held once."""
    _same_sure: dict[float, float] = field(default_factory=dict)
    """So are confidences, which have a few digits."""

    # https://docs.valossa.com/metadata/speech-transcription
    def add(self, vendor_id: str, found: metadata.Detection) -> None:
        """One detection: a word or mark, with each time that it has."""
        detail, same = found.a, self._same
        speaker = detail.s.id if detail is not None and detail.s is not None else None
        who = None if speaker is None else str(speaker)
        if who is not None:
            who = same.setdefault(who, who)
        text = found.label or ""
        text = same.setdefault(text, text)
        sure = found.c
        if sure is not None:
            sure = self._same_sure.setdefault(sure, sure)
            if not 0.0 <= sure <= 1.0:
                sure = within(self.notes, sure, source_of(vendor_id, found))
        if not found.occs:
            self.notes.repaired(
                "Words without any time were left out.", source_of(vendor_id, found)
            )
            return
        for one in found.occs:
            start, end = one.ss, one.se
            if start is None or end is None or end < start:
                repaired = interval(self.notes, start, end, source_of(vendor_id, found))
                if repaired is None:
                    continue
                start, end = repaired
            self._words.append(Word(text, start, end, sure, who))
            self._ids.append(vendor_id)

    def in_time(self, listed: Sequence[str]) -> Iterator[tuple[Word, str]]:
        """Words with their punctuation and the vendor's ids, in order of time.

        Those that begin together are in the order of the vendor's list, whatever the order of the
        keys; what is not listed comes after them.
        """
        words, ids = self._words, self._ids
        if tuple(ids) != tuple(listed):  # the vendor writes them in order
            ranks = {vendor_id: rank for rank, vendor_id in enumerate(listed)}
            places = [ranks.get(vendor_id, len(ranks)) for vendor_id in ids]
            words, ids = _sorted_by(places, words, ids)
        starts = [word.start for word in words]
        if not all(map(le, starts, islice(starts, 1, None))):
            words, ids = _sorted_by(starts, words, ids)
        return zip(*_glued(words, ids), strict=True)


def _sorted_by(
    keys: Sequence[float], words: list[Word], ids: list[str]
) -> tuple[list[Word], list[str]]:
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [words[index] for index in order], [ids[index] for index in order]


def _glued(words: Iterable[Word], ids: Iterable[str]) -> tuple[list[Word], list[str]]:
    """Words with their punctuation; a mark is a detection without length (``ss == se``)."""
    glued: list[Word] = []
    kept: list[str] = []
    opening = ""
    for word, vendor_id in zip(words, ids, strict=True):
        if word.start != word.end or any(map(str.isalnum, word.text)):
            glued.append(_with(word, opening + word.text) if opening else word)
            kept.append(vendor_id)
            opening = ""
        elif word.text in _OPENING or not glued:
            opening += word.text
        else:
            glued[-1] = _with(glued[-1], glued[-1].text + word.text)
    if glued and opening:
        glued[-1] = _with(glued[-1], glued[-1].text + opening)
    return glued, kept


def _with(word: Word, text: str) -> Word:
    return Word(text, word.start, word.end, word.confidence, word.speaker)


def speech(
    segments: Mapping[str, metadata.Detection],
    words: Iterable[tuple[Word, str]],
    reading: Reading,
) -> Iterator[Speech]:
    """Every segment with its words; words outside all segments make stretches of their own."""
    share = _shared(segments, words)
    for vendor_id, found in segments.items():
        yield _segment(vendor_id, found, tuple(share.by_segment.pop(vendor_id, ())), reading)
    for stretch in _stretches(share.alone):
        yield _stretch(stretch, reading)


@dataclass
class _Share:
    by_segment: defaultdict[str, list[Word]] = field(default_factory=lambda: defaultdict(list))
    alone: list[tuple[Word, str]] = field(default_factory=list)


def _shared(
    segments: Mapping[str, metadata.Detection], words: Iterable[tuple[Word, str]]
) -> _Share:
    """Each word with the segment that its middle lies in, or nearly."""
    spans = sorted(
        (one.ss, one.se, vendor_id)
        for vendor_id, found in segments.items()
        for one in found.occs or ()
        if one.ss is not None and one.se is not None
    )
    starts = [start for start, _, _ in spans]
    share = _Share()
    begin, end, following = inf, -inf, -inf  # the segment that the word before was in
    mine: list[Word] = []
    for word, vendor_id in words:
        middle = (word.start + word.end) / 2
        if begin <= middle <= end and middle < following:
            mine.append(word)
            continue
        index = bisect_right(starts, middle)
        owner: str | None
        if index and middle <= spans[index - 1][1]:
            begin, end, owner = spans[index - 1]
            mine = share.by_segment[owner]
            mine.append(word)
            following = starts[index] if index < len(starts) else inf
            continue
        owner = _nearest(middle, spans[max(0, index - 1) : index + 1])
        if owner is None:
            share.alone.append((word, vendor_id))
        else:
            share.by_segment[owner].append(word)
    return share


def _nearest(middle: float, spans: list[tuple[float, float, str]]) -> str | None:
    """The segment that a moment lies beside, if there is one near."""
    apart = [(max(start - middle, middle - end), owner) for start, end, owner in spans]
    distance, owner = min(apart, default=(_NEAR + 1, ""))
    return owner if distance <= _NEAR else None


def _segment(
    vendor_id: str, found: metadata.Detection, words: tuple[Word, ...], reading: Reading
) -> Speech:
    basics = reading.basics(vendor_id, found)
    sentiment = found.a.sen if found.a is not None else None
    mood = sentiment.val if sentiment is not None else None
    return _SPEECH(
        **basics,
        text=found.label or "",
        language=reading.language,
        speaker=_only_speaker(words),
        words=words,
        sentiment=reading.within(mood, basics["source"], low=-1.0),
    )


def _only_speaker(words: Iterable[Word]) -> str | None:
    """Who said all of it, if it was one."""
    speakers = {word.speaker for word in words}
    return speakers.pop() if len(speakers) == 1 else None


def _stretches(alone: list[tuple[Word, str]]) -> Iterator[list[tuple[Word, str]]]:
    """Words of one speaker without a long pause."""
    run: list[tuple[Word, str]] = []
    for pair in alone:
        word = pair[0]
        if run and (word.speaker != run[-1][0].speaker or word.start - run[-1][0].end > _PAUSE):
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _stretch(run: list[tuple[Word, str]], reading: Reading) -> Speech:
    words = tuple([word for word, _ in run])
    first, vendor_id = run[0]
    text = " ".join(word.text for word in words)
    return _SPEECH(
        id=f"core:{vendor_id}",
        label=text,
        text=text,
        language=reading.language,
        speaker=first.speaker,
        segments=(Segment(first.start, max(word.end for word in words)),),
        words=words,
        source=source_of(vendor_id, _A_WORD),
    )
