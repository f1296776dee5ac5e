"""Speech with its words: segments of the transcript, and words that are detections of their own."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Final

from msgspec import Struct

from vidiom.schema.detections import Speech
from vidiom.schema.segments import Segment, Word
from vidiom.schema.trusted import Trusted
from vidiom_valossa import metadata
from vidiom_valossa.reading import Reading, source_of

__all__ = ["SEGMENT", "WORD", "speech"]

SEGMENT: Final = "audio.speech"
WORD: Final = "audio.speech_detailed"

_OPENING: Final = frozenset("¿¡([{«“„\u2018\u201a")
"""Marks that belong to the word after them; all others belong to the word before."""
_NEAR: Final = 0.5
"""Seconds that a word may lie beside its segment: words stand on frames, segments need not."""
_PAUSE: Final = 2.0
"""Seconds of silence that end a stretch of words for which there is no segment."""

_SPEECH: Final = Trusted(Speech)
_A_WORD: Final = metadata.Detection(t=WORD)


def speech(
    segments: Mapping[str, metadata.Detection],
    words: dict[str, metadata.Detection],
    reading: Reading,
) -> Iterator[Speech]:
    """Every segment with its words; words outside all segments make stretches of their own.

    ``words`` is emptied: there are so many that they cannot be held twice.
    """
    listed = _in_time(words, reading)
    words.clear()
    share = _shared(segments, _glued(listed))
    listed.clear()
    for vendor_id, found in segments.items():
        yield _segment(vendor_id, found, share.by_segment.pop(vendor_id, []), reading)
    for stretch in _stretches(share.alone):
        yield _stretch(stretch, reading)


class _Spoken(Struct, gc=False):
    """A word, and the vendor's id of it."""

    vendor_id: str
    text: str
    start: float
    end: float
    confidence: float | None
    speaker: str | None

    def word(self) -> Word:
        return Word(self.text, self.start, self.end, self.confidence, self.speaker)


# https://docs.valossa.com/metadata/speech-transcription
def _in_time(words: Mapping[str, metadata.Detection], reading: Reading) -> list[_Spoken]:
    """One item a word or mark, in order of time (ties as the vendor lists them)."""
    listed: list[_Spoken] = []
    same: dict[str, str] = {}  # few words and speakers are most of a transcript: each is held once
    for vendor_id, found in words.items():
        detail = found.a
        speaker = detail.s if detail is not None else None
        who = str(speaker.id) if speaker is not None and speaker.id is not None else None
        if who is not None:
            who = same.setdefault(who, who)
        text = found.label or ""
        text = same.setdefault(text, text)
        sure = found.c
        if sure is not None and not 0.0 <= sure <= 1.0:
            sure = reading.within(sure, source_of(vendor_id, found))
        if not found.occs:
            reading.notes.repaired(
                "Words without any time were left out.", source_of(vendor_id, found)
            )
        for one in found.occs or ():
            start, end = one.ss, one.se
            if start is None or end is None or end < start:
                repaired = reading.segment(start, end, None, source_of(vendor_id, found))
                if repaired is None:
                    continue
                start, end = repaired.start, repaired.end
            listed.append(_Spoken(vendor_id, text, start, end, sure, who))
    listed.sort(key=lambda word: word.start)
    return listed


def _glued(listed: Iterable[_Spoken]) -> Iterator[_Spoken]:
    """Words with their punctuation; a mark is a detection without length (``ss == se``)."""
    last: _Spoken | None = None
    opening = ""
    for word in listed:
        if word.start != word.end or any(map(str.isalnum, word.text)):
            if last is not None:
                yield last
            word.text, opening = opening + word.text, ""
            last = word
        elif word.text in _OPENING or last is None:
            opening += word.text
        else:
            last.text += word.text
    if last is not None:
        last.text += opening
        yield last


@dataclass
class _Share:
    by_segment: defaultdict[str, list[_Spoken]] = field(default_factory=lambda: defaultdict(list))
    alone: list[_Spoken] = field(default_factory=list)


def _shared(segments: Mapping[str, metadata.Detection], spoken: Iterable[_Spoken]) -> _Share:
    """Each word with the segment that its middle lies in, or nearly."""
    spans = sorted(
        (one.ss, one.se, vendor_id)
        for vendor_id, found in segments.items()
        for one in found.occs or ()
        if one.ss is not None and one.se is not None
    )
    starts = [start for start, _, _ in spans]
    share = _Share()
    begin, end, latest = inf, -inf, ""  # the segment that the word before was in
    following = -inf
    for word in spoken:
        middle = (word.start + word.end) / 2
        if begin <= middle <= end and middle < following:
            share.by_segment[latest].append(word)
            continue
        index = bisect_right(starts, middle)
        owner: str | None
        if index and middle <= spans[index - 1][1]:
            begin, end, owner = spans[index - 1]
            latest = owner
            following = starts[index] if index < len(starts) else inf
        else:
            owner = _nearest(middle, spans[max(0, index - 1) : index + 1])
        mine = share.alone if owner is None else share.by_segment[owner]
        mine.append(word)
    return share


def _nearest(middle: float, spans: list[tuple[float, float, str]]) -> str | None:
    """The segment that a moment lies beside, if there is one near."""
    apart = [(max(start - middle, middle - end), owner) for start, end, owner in spans]
    distance, owner = min(apart, default=(_NEAR + 1, ""))
    return owner if distance <= _NEAR else None


def _segment(
    vendor_id: str, found: metadata.Detection, spoken: list[_Spoken], reading: Reading
) -> Speech:
    basics = reading.basics(vendor_id, found)
    sentiment = found.a.sen if found.a is not None else None
    mood = sentiment.val if sentiment is not None else None
    return _SPEECH(
        **basics,
        text=found.label or "",
        language=reading.language,
        speaker=_only_speaker(spoken),
        words=tuple([word.word() for word in spoken]),
        sentiment=reading.within(mood, basics["source"], low=-1.0),
    )


def _only_speaker(spoken: list[_Spoken]) -> str | None:
    """Who said all of it, if it was one."""
    speakers = {word.speaker for word in spoken}
    return speakers.pop() if len(speakers) == 1 else None


def _stretches(alone: list[_Spoken]) -> Iterator[list[_Spoken]]:
    """Words of one speaker without a long pause."""
    run: list[_Spoken] = []
    for word in alone:
        if run and (word.speaker != run[-1].speaker or word.start - run[-1].end > _PAUSE):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _stretch(run: list[_Spoken], reading: Reading) -> Speech:
    first = run[0]
    text = " ".join(word.text for word in run)
    return _SPEECH(
        id=f"core:{first.vendor_id}",
        label=text,
        text=text,
        language=reading.language,
        speaker=first.speaker,
        segments=(Segment(first.start, max(word.end for word in run)),),
        words=tuple(word.word() for word in run),
        source=source_of(first.vendor_id, _A_WORD),
    )
