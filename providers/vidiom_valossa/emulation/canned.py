"""The canned findings: the scene, told as often as the asked length needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

from vidiom.emulation.refusal import Json
from vidiom.schema.segments import Word
from vidiom_valossa.emulation import scene
from vidiom_valossa.emulation.findings import Findings, PerSecond, Span, Technical
from vidiom_valossa.emulation.places import Path, Place
from vidiom_valossa.emulation.spoken import add_words
from vidiom_valossa.emulation.subtitles import Line

__all__ = ["canned"]

_SHARES: Final = (0.31, 0.22, 0.14)


@lru_cache(maxsize=2)
def canned(minutes: float = 1.0) -> Findings:
    """What is found in the story, told over and over for at least this long.

    What has an id across files (concepts, colours, topics) gets more occurrences each time; faces,
    words and writing are found anew, as in a real film.
    """
    told = max(1, ceil(round((minutes * 60.0 - 1.0) / scene.LENGTH, 6)))
    length = round(told * scene.LENGTH, 3)
    findings = Findings(Technical(length, scene.RATE, dict(scene.TECHNICAL)), wavering=True)
    teller = _Teller(findings, tuple(round(one * scene.LENGTH, 3) for one in range(told)))
    teller.tell()
    return findings


@dataclass(frozen=True)
class _Teller:
    findings: Findings
    times: tuple[float, ...]
    """When each telling begins."""

    def tell(self) -> None:
        for begin in self.times:
            for number, (start, end) in enumerate(zip(scene.SHOTS, scene.SHOTS[1:], strict=False)):
                start, end = round(begin + start, 3), round(begin + end, 3)  # noqa: PLW2901
                self.findings.shot(start, end, *self._frames(start, end))
                self._captions(number, start, end)
        for begin in self.times:
            self._faces(begin)
        self._concepts()
        self._logo()
        self._colors()
        for begin in self.times:
            self._texts(begin)
            self._lines(begin)
        self._voice()
        self._sections()
        for begin in self.times:
            for kind, label, line in scene.ENTITIES:
                more = _tagged("content_compliance") if kind.endswith("compliance") else None
                said = scene.LINES[line]
                self.findings.add(kind, label, (_span(said.start, said.end, begin),), more)
        for kind, label, category in scene.UNTIMED:
            self.findings.add(kind, label, (), _iab(label, category) if category else None)

    def _frames(self, start: float, end: float) -> tuple[int, int]:
        return self.findings.frame(start), self.findings.frame(end) - 1

    def _captions(self, shot: int, start: float, end: float) -> None:
        sentences = dict(scene.CAPTIONS)
        if shot in sentences:
            self.findings.captions.append(Line(start, end, sentences[shot]))

    def _faces(self, begin: float) -> None:
        names = [self._face(face, begin) for face in scene.FACES]
        start, end, members = scene.GROUP
        together: Json = {"a": {"face_det_ids": [names[one] for one in members]}}
        spans = (_span(start, end, begin),)
        self.findings.add("human.face_group", "face group", spans, together)

    def _face(self, face: scene.Face, begin: float) -> str:
        spans = tuple(_span(start, end, begin) for start, end in face.when)
        mood = None if face.mood is None else _mood(*face.mood)
        name = self.findings.add("human.face", "face", spans, _face(face, spans, begin), mood)
        occurrences = self.findings.occurrences(name)
        for occurrence, span in zip(occurrences, spans, strict=True):
            drift = _Drift(face.box, self.findings.frame(span.start))
            self.findings.faces.append(self._path(name, occurrence, span, drift))
        return name

    def _path(self, name: str, occurrence: str, span: Span, drift: _Drift) -> Path:
        last = self.findings.frame(span.end) + 1
        return Path(name, occurrence, drift.first, min(last, self.findings.technical.frames), drift)

    def _spans(self, concept: scene.Concept) -> tuple[Span, ...]:
        return tuple(
            _span(start, end, begin, peak)
            for begin in self.times
            for start, end, peak in concept.when
        )

    def _concepts(self) -> None:
        for concept in scene.CONCEPTS:
            more: Json = {"cid": concept.concept}
            if concept.reference is not None:
                more["ext_refs"] = {"gkg": {"id": concept.reference}}
            if concept.tags:
                more |= _tagged(*concept.tags)
            self.findings.add(concept.kind, concept.label, self._spans(concept), more)

    def _logo(self) -> None:
        logo, spans = scene.LOGO, self._spans(scene.LOGO)
        name = self.findings.add(logo.kind, logo.label, spans, {"cid": logo.concept})
        for one, span in zip(self.findings.occurrences(name), spans, strict=True):
            sign = _Sign(self.findings.frame(span.start), span.peak or 0.0)
            last = self.findings.frame(span.end)
            self.findings.objects.append(Path(name, one, sign.first, last, sign))

    def _colors(self) -> None:
        end = self.findings.technical.duration

        def seen(second: int) -> Json:
            shades = scene.COLORS[self.findings.shot_at(second) % len(scene.COLORS)]
            pairs = zip(shades, _SHARES, strict=True)
            return {"rgb": [{"v": shade, "f": share} for shade, share in pairs]}

        self.findings.add("visual.color", "dominant colors", (Span(0.0, end),), None, seen)

    def _texts(self, begin: float) -> None:
        for text in scene.TEXTS:
            spans = (_span(text.start, text.end, begin),)
            more: Json = {"a": {"text": {"as_one_string": text.text}}}
            self.findings.add(f"visual.text_region.{text.region}", "text region", spans, more)
        flagged = scene.COMPLIANCE
        start, end = round(flagged.start + begin, 3), round(flagged.end + begin, 3)
        first, last = self._frames(start, end)
        span = Span(start, end, more={"fs": first, "fe": last})
        kind = f"visual.text_region.{flagged.region}"
        self.findings.add(kind, flagged.text, (span,), _tagged("content_compliance"))

    def _lines(self, begin: float) -> None:
        for said in scene.LINES:
            span = _span(said.start, said.end, begin)
            mood: Json = {"a": {"sen": {"val": said.sentiment}}}
            self.findings.add("audio.speech", said.text, (span,), mood)
            self.findings.lines.append(Line(span.start, span.end, said.text))
        add_words(self.findings, _words(begin))

    def _voice(self) -> None:
        spans = [_span(one.start, one.end, begin) for begin in self.times for one in scene.LINES]
        self.findings.add("audio.voice_emotion", "voice emotion", tuple(spans), None, _voice)

    def _sections(self) -> None:
        for one in scene.SECTIONS:
            detail = {
                "sources": [one.source],
                "ad_score": {"max": one.score, "s_max": one.best},
            }
            spans = [
                Span(*_bounds(one.start, one.end, begin), more={"c": one.score, "a": detail})
                for begin in self.times
            ]
            more: Json = _iab(one.label, one.category) | {"a": detail}
            self.findings.add("topic.iab.section", one.label, tuple(spans), more)


@dataclass(frozen=True, slots=True)
class _Drift:
    """A face that moves a little to the right while it is on."""

    box: tuple[float, float, float, float]
    first: int

    def __call__(self, frame: int) -> tuple[Place, ...]:
        x, y, width, height = self.box
        moved = 0.0001 * ((frame - self.first) % 250)
        return (Place(round(x + moved, 4), round(y + moved / 2, 4), width, height),)


@dataclass(frozen=True, slots=True)
class _Sign:
    """A brand mark; in its third and fourth second, there are two of them."""

    first: int
    peak: float

    def __call__(self, frame: int) -> tuple[Place, ...]:
        second = (frame - self.first) // scene.RATE
        sure = round(self.peak - 0.01 * (second % 4), 3)
        large = Place(0.267, 0.112, 0.104, 0.058, sure)
        small = Place(0.701, 0.633, 0.049, 0.031, round(sure - 0.11, 3))
        return (large, small) if second in {2, 3} else (large,)


def _bounds(start: float, end: float, begin: float) -> tuple[float, float]:
    return round(start + begin, 3), round(end + begin, 3)


def _span(start: float, end: float, begin: float, peak: float | None = None) -> Span:
    return Span(*_bounds(start, end, begin), peak)


def _tagged(*tags: str) -> Json:
    return {"categ": {"tags": list(tags)}}


def _iab(label: str, category: str) -> Json:
    return {"ext_refs": {"iab": {"labels_hierarchy": [label], "id": category}}}


def _words(begin: float) -> Iterable[Word]:
    count = 0
    for said in scene.LINES:
        for text, start, end in scene.words(said):
            sure = round(0.86 + 0.013 * (count % 10), 3)
            yield Word(text, *_bounds(start, end, begin), sure, said.speaker)
            count += 1


def _face(face: scene.Face, spans: tuple[Span, ...], begin: float) -> Json:
    visible = round(sum(span.end - span.start for span in spans), 2)
    told: Json = {
        "gender": {"c": face.gender[1], "value": face.gender[0]},
        "s_visible": visible,
        "quality": face.quality,
    }
    if face.who:
        told["similar_to"] = [_candidate(*who, sure) for who, sure in face.who]
    if face.minor is None:
        return {"a": told}
    start, end = _bounds(*face.minor, begin)
    told["under_18_years"] = {
        "c_max": 0.913,
        "c_median": 0.871,
        "intervals": [{"ss": start, "se": end}],
    }
    return {**_tagged("under_18_years"), "a": told}


def _candidate(name: str, person: str, sure: float) -> Json:
    return {
        "c": sure,
        "name": name,
        "gallery": {"id": scene.GALLERY},
        "gallery_face": {"id": person, "name": name},
    }


def _mood(valence: float, expression: str, sure: float) -> PerSecond:
    def shown(second: int) -> Json:
        less = 0.01 * (second % 4)
        emotions = [
            {"e": expression, "c": round(sure - less, 3)},
            {"e": "neutral", "c": round((1.0 - sure) * 0.76 - less / 2, 3)},
        ]
        return {"sen": {"val": round(valence - 2 * less, 3), "emo": emotions}}

    return shown


def _voice(second: int) -> Json:
    return {
        "sen": {
            "val": round(0.09 + 0.015 * (second * 5 % 9), 3),
            "aro": round(0.37 + 0.0266 * (second * 4 % 7), 3),
        }
    }
