"""A neutral result in Valossa's formats: what they can carry, and nothing invented."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from vidiom.emulation.refusal import Json
from vidiom.schema.boxes import Box, Track
from vidiom.schema.detections import Color, Detection, Face, Sound, Text
from vidiom.schema.media import MediaFacts
from vidiom.schema.result import Result
from vidiom_valossa.emulation.findings import Findings, Span, Technical
from vidiom_valossa.emulation.places import Path, Place
from vidiom_valossa.emulation.spoken import add_words
from vidiom_valossa.emulation.subtitles import Line

__all__ = ["EXPRESSED", "LOST", "expressed"]

EXPRESSED: Final = frozenset({"shot", "face", "text", "speech", "sound", "color"})
"""Kinds that become detections of the vendor; the vendor has no words for the others here."""

LOST: Final[Mapping[str, str]] = {
    "shot.transition": "a shot has times and frames, and does not say how it begins",
    "shot.transition_segment": "nor how long a gradual beginning takes",
    "face.confidence": "a face's presence has no confidence",
    "face.track": "boxes have no confidence and stand in every frame, each sample until the next",
    "text.confidence": "writing has no confidence",
    "text.box": "and a third of the frame instead of a box",
    "text.track": "also where it moves",
    "speech.score": "a segment of speech has no score",
    "speech.language": "the language is the one that was asked for",
    "sound.segments": "sounds of one label are one detection with all their times",
    "color.segments": "colours are given second by second",
    "section": "black and frozen stretches have no type",
    "custom": "the programme's loudness has no type",
    "loudness": "nor has its curve",
    "media.variable_frame_rate": "not in the media's facts",
    "media.frame_count": "not in the media's facts",
    "media.rotation": "not in the media's facts",
    "media.container": "not in the media's facts",
    "media.audio_sample_rate": "not in the media's facts",
    "media.size": "not in the media's facts",
    "media.sha256": "not in the media's facts",
}
"""What of a local result is lost or changed on the way, and the limit of the format behind it."""

# A frame belongs to the sample at or before it, and their times are not the same floats.
_SLACK: Final = 1e-6
_TALL: Final = 0.5
_DEFAULT_RATE: Final = 25.0


def expressed(result: Result) -> Findings:
    """The findings of a video as this vendor would tell them."""
    findings = Findings(_technical(result))
    rate = findings.technical.rate
    for shot in result.shots:
        for segment in shot.segments:
            first = shot.first_frame
            last = shot.last_frame
            findings.shot(
                segment.start,
                segment.end,
                round(segment.start * rate) if first is None else first,
                round(segment.end * rate) - 1 if last is None else last,
            )
    for face in result.faces:
        _add_face(findings, face)
    for text in result.texts:
        _add_text(findings, text)
    _add_sounds(findings, result.sounds)
    _add_colors(findings, result.colors)
    _add_speech(findings, result)
    return findings


def _technical(result: Result) -> Technical:
    facts = result.media
    ends = [one.end for one in result.detections if one.end is not None]
    duration = facts.duration if facts.duration is not None else max(ends, default=0.0)
    # the vendor rounds, as the 1.3.1 sample shows
    rate = round(float(facts.frame_rate), 3) if facts.frame_rate is not None else _DEFAULT_RATE
    return Technical(duration, rate, _detail(facts))


def _detail(facts: MediaFacts) -> Json:
    told: Json = {}
    if facts.width is not None and facts.height is not None:
        told["resolution"] = {"x_pixels": facts.width, "y_pixels": facts.height}
    if facts.video_codec is not None:
        told["video_codec"] = {"name_short": facts.video_codec}
    if facts.audio_codec is not None:
        told["audio_codec"] = {"name_short": facts.audio_codec}
    if facts.audio_channels is not None:
        told["n_audio_channels"] = facts.audio_channels
    return told


def _spans(detection: Detection) -> tuple[Span, ...]:
    return tuple(Span(segment.start, segment.end) for segment in detection.segments)


# --- faces -----------------------------------------------------------------------------------


def _add_face(findings: Findings, face: Face) -> None:
    spans = _spans(face)
    attributes: Json = {"s_visible": round(face.duration, 3)}
    if face.gender in {"male", "female"}:
        attributes["gender"] = {"value": face.gender, "c": face.gender_confidence}
    if face.quality in {"normal", "low"}:
        attributes["quality"] = face.quality
    name = findings.add("human.face", "face", spans, {"a": attributes})
    places = _places(face)
    if places is None:
        return
    for one, span in zip(findings.occurrences(name), spans, strict=True):
        first, stop = findings.frame(span.start), findings.frame(span.end)
        held = _Held(places, findings.technical.rate)
        findings.faces.append(Path(name, one, first, max(stop, first + 1), held))


def _places(detection: Detection) -> Track | None:
    if detection.track is not None:
        return detection.track
    if detection.box is None or detection.start is None:
        return None
    return Track.of([(detection.start, detection.box)])


@dataclass(frozen=True, slots=True)
class _Held:
    """The last box that was measured at or before a frame."""

    track: Track
    rate: float

    def __call__(self, frame: int) -> tuple[Place, ...]:
        box = self.track.at(frame / self.rate + _SLACK)
        if box is None:
            return ()
        x, y = min(1.0, max(0.0, box.x)), min(1.0, max(0.0, box.y))
        width = min(1.0, box.x + box.width) - x
        height = min(1.0, box.y + box.height) - y
        return (Place(x, y, round(width, 6), round(height, 6)),)


# --- writing, sounds, colours, speech ------------------------------------------------------------


def _add_text(findings: Findings, text: Text) -> None:
    kind = f"visual.text_region.{_region(text)}"
    more: Json = {"a": {"text": {"as_one_string": text.text}}}
    findings.add(kind, "text region", _spans(text), more)


def _region(text: Text) -> str:
    """The third of the frame that a line stands in; the whole where it is taller than half."""
    box = text.box
    if box is None and text.track is not None and len(text.track):
        box = text.track.box(0)
    if box is None or box.height > _TALL:
        return "full_frame_analysis"
    return _third(box)


def _third(box: Box) -> str:
    middle = box.y + box.height / 2
    if middle < 1 / 3:
        return "upper_third"
    return "middle_third" if middle < 2 / 3 else "lower_third"


def _add_sounds(findings: Findings, sounds: Iterable[Sound]) -> None:
    """One detection for each label, as for every concept of the vendor's."""
    by_label: dict[str, list[Span]] = {}
    for sound in sounds:
        by_label.setdefault(sound.label, []).extend(
            Span(one.start, one.end, sound.confidence if one.confidence is None else one.confidence)
            for one in sound.segments
        )
    for label, spans in by_label.items():
        findings.add("audio.context", label, tuple(spans), {"cid": _concept(label)})


def _concept(label: str) -> str:
    """Twelve characters that are the same for the same label in every file."""
    digest = hashlib.sha256(label.encode()).digest()
    return base64.b64encode(digest, b"xz").decode()[:12]


def _add_colors(findings: Findings, colors: Iterable[Color]) -> None:
    seconds = dict(_shades(findings, tuple(colors)))
    if not seconds:
        return
    span = Span(0.0, findings.technical.duration)
    findings.add("visual.color", "dominant colors", (span,), None, seconds.get)


def _shades(findings: Findings, colors: tuple[Color, ...]) -> Iterator[tuple[int, Json]]:
    """A second has the colours that are on in its middle."""
    duration = findings.technical.duration
    for second in range(int(duration) + 1):
        middle = (second + min(second + 1.0, duration)) / 2
        on = [_shade(color) for color in colors if color.is_on_at(middle)]
        if on:
            yield second, {"rgb": on}


def _shade(color: Color) -> Json:
    shade: Json = {"v": color.rgb.removeprefix("#")}
    return shade if color.share is None else {**shade, "f": color.share}


def _add_speech(findings: Findings, result: Result) -> None:
    for said in result.speech:
        more: Json | None = None
        if said.sentiment is not None:
            more = {"a": {"sen": {"val": said.sentiment}}}
        findings.add("audio.speech", said.text, _spans(said), more)
        findings.lines.extend(Line(one.start, one.end, said.text) for one in said.segments)
    add_words(findings, (word for said in result.speech for word in said.words))
