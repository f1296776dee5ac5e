"""The vendor's findings in vidiom's words: scenes, sections, persons, writing, tags, activity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

from vidiom.provider.notes import Notes
from vidiom.schema.columns import Column
from vidiom.schema.detections import (
    AgeRange,
    AnyDetection,
    Custom,
    Embedding,
    Label,
    Person,
    Reference,
    Score,
    Section,
    Shot,
    Text,
)
from vidiom.schema.features import Feature
from vidiom.schema.model import JsonObject
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.segments import Segment
from vidiom.schema.signals import Signal
from vidiom.schema.trusted import trusted
from vidiom_generic import wire
from vidiom_generic.thumbnails import picture

__all__ = ["Findings"]

_UNKNOWN_GENDER: Final = frozenset({"unidentified", "unknown", ""})
"""Words that say nothing: as if it were not there."""

T = TypeVar("T")

_person: Final = trusted(Person)
_embedding: Final = trusted(Embedding)
_shot: Final = trusted(Shot)
_section: Final = trusted(Section)
_text: Final = trusted(Text)
_custom: Final = trusted(Custom)
_label: Final = trusted(Label)


@dataclass(frozen=True)
class Findings:
    """The findings of one video or image."""

    part: str
    """Of the raw answer."""
    pointer: str
    """Where the ``result`` is in it."""
    notes: Notes

    def shots(self, scenes: Iterable[wire.Interval | None]) -> Iterator[AnyDetection]:
        """One for each entry of ``raw_scenes``, in their order."""
        segments: list[Segment] = []
        for number, scene in _there(scenes):
            source = self._source("raw_scenes", number)
            segment = self._segment(scene, source)
            if segment is not None:
                segments.append(segment)
                yield _shot(id=f"shot:{number}", segments=(segment,), source=source)
        overlapping = sum(one.end > following.start for one, following in pairwise(segments))
        if overlapping:
            self.notes.add(
                NoticeCode.ASSUMED,
                "Scenes overlap, or are not in the order of time; they were kept as they are.",
                self._source("raw_scenes"),
                features=(Feature.SHOTS,),
                count=overlapping,
            )

    def activity(self, values: Column) -> Signal:
        """The curve, without times: the vendor gives none, and none are invented."""
        return Signal(
            id="activity",
            name="activity",
            values=values,
            source=self._source("frame_activity_diffs"),
        )

    def sections(self, sections: Iterable[wire.Section | None]) -> Iterator[AnyDetection]:
        """Each with all its segments."""
        for number, section in _there(sections):
            source = self._source("sections", number)
            found = [self._segment(one, source) for _, one in _there(section.time_segments or ())]
            segments = tuple(one for one in found if one is not None)
            if not segments:
                self.notes.repaired("Sections without any usable time hold for the whole.", source)
            confidence, score = self._sureness(section.confidence, "confidence", source)
            yield _section(
                id=f"section:{number}",
                label=section.section_tag or "section",
                confidence=confidence,
                score=score,
                segments=segments,
                thumbnail_time=section.thumbnail_timestamp,
                critical=section.is_critical,
                activity=section.relative_activity,
                source=source,
            )

    def constellations(self, scenes: Iterable[wire.PersonScene | None]) -> Iterator[AnyDetection]:
        """Each person of each scene; who is seen together; and when nobody is."""
        for number, scene in _there(scenes):
            source = self._source("person_constellation_scenes", number)
            when = scene.time_segment
            segment = self._segment(when, source) if when is not None else None
            segments = () if segment is None else (segment,)
            people = list(self._people(scene.person_ids or (), source, f"{number}/", segments))
            yield from people
            if len(people) > 1:
                yield _person(
                    id=f"persons:{number}",
                    label="persons together",
                    segments=segments,
                    references=tuple(Reference("member", one.id) for one in people),
                    source=source,
                )
            elif not people:
                yield _custom(
                    id=f"persons:{number}", label="nobody", segments=segments, source=source
                )

    def persons(self, people: Iterable[wire.Person | None]) -> Iterator[AnyDetection]:
        """The persons in an image."""
        yield from self._people(people, Source(self.part, self.pointer), "", ())

    def texts(self, lines: Iterable[wire.Ocr | None], *, timed: bool) -> Iterator[AnyDetection]:
        """Writing, as it was read; there is no box and no confidence."""
        for number, line in _there(lines):
            source = self._source("ocr_results", number)
            if line.full_text is None:
                self.notes.repaired("Writing without its text was left out.", source)
                continue
            when = line.time_segment if timed else None
            segment = self._segment(when, source) if when is not None else None
            yield _text(
                id=f"text:{number}",
                label=line.full_text,
                text=line.full_text,
                language=line.language_code,
                segments=() if segment is None else (segment,),
                source=source,
            )

    def tags(self, tags: Iterable[wire.Tag | None]) -> Iterator[AnyDetection]:
        """What an image shows; the critical mark stays absent where it is not said."""
        for number, tag in _there(tags):
            source = self._source("tags", number)
            confidence, score = self._sureness(tag.probability, "probability", source)
            marks: JsonObject = {}
            if tag.is_critical is not None:
                marks["is_critical"] = tag.is_critical
            yield _label(
                id=f"tag:{number}",
                label=tag.tag or "unknown",
                confidence=confidence,
                score=score,
                modality="visual",
                attributes=marks,
                source=source,
            )

    def _people(
        self,
        people: Iterable[wire.Person | None],
        scene: Source,
        prefix: str,
        segments: tuple[Segment, ...],
    ) -> Iterator[Person]:
        for number, person in _there(people):
            source = Source(scene.part, f"{scene.pointer}/person_ids/{number}")
            gender = person.gender
            known = gender is not None and gender.strip().lower() not in _UNKNOWN_GENDER
            yield _person(
                id=f"person:{prefix}{number}",
                label="person",
                segments=segments,
                age=None if person.age is None else AgeRange(person.age, person.age),
                gender=gender if known else None,
                embedding=self._embedding(person.face_embedding),
                thumbnail=self._thumbnail(person.face_thumbnail, source),
                prominence=person.relative_prominence,
                allow_listed=person.allowlisted,
                source=source,
            )

    @staticmethod
    def _embedding(values: Column | None) -> Embedding | None:
        return _embedding(values=values) if values else None

    def _thumbnail(self, text: str | None, source: Source) -> bytes | None:
        if not text:
            return None
        data = picture(text)
        if data is None:
            self.notes.add(
                NoticeCode.UNMAPPED,
                "Thumbnails of faces that are no pictures in base64 stand in the raw answer only.",
                source,
                features=(Feature.THUMBNAILS,),
            )
        return data

    def _sureness(
        self, value: float | None, scale: str, source: Source
    ) -> tuple[float | None, Score | None]:
        """A confidence where it can be one; else the vendor's number."""
        if value is None:
            return None, None
        if 0.0 <= value <= 1.0:
            return value, None
        self.notes.add(
            NoticeCode.ASSUMED,
            f"Numbers called {scale} lie beyond 0 to 1; they were kept as scores.",
            source,
        )
        return None, Score(value, scale)

    def _segment(self, interval: wire.Interval, source: Source) -> Segment | None:
        """The interval; one that cannot be is left out, and said to be."""
        start, end = interval.start_seconds, interval.end_seconds
        if start is None or end is None:
            self.notes.repaired("Intervals that lack a bound were left out.", source)
            return None
        if end < start:
            self.notes.repaired("Intervals that end before they start were left out.", source)
            return None
        return Segment(start, end)

    def _source(self, member: str, number: int | None = None) -> Source:
        place = f"{self.pointer}/{member}"
        return Source(self.part, place if number is None else f"{place}/{number}")


def _there(items: Iterable[T | None]) -> Iterator[tuple[int, T]]:
    """The items that could be read, each with its place."""
    return ((number, item) for number, item in enumerate(items) if item is not None)
