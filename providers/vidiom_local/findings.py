"""The findings of each raw part as neutral detections and signals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from vidiom.schema.boxes import Box, Track
from vidiom.schema.columns import column, sparse_column
from vidiom.schema.detections import (
    AnyDetection,
    Color,
    Custom,
    Face,
    Score,
    Section,
    Shot,
    Sound,
    Speech,
    Text,
)
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment, Word
from vidiom.schema.signals import Signal
from vidiom.schema.trusted import trusted
from vidiom_local import wire

__all__ = ["Place", "faces", "loudness", "picture", "shots", "sounds", "speech", "texts"]

# of what comes by the thousand; wire types have checked all types of values
_TEXT: Final = trusted(Text)
_TRACK: Final = trusted(Track)

Begins: TypeAlias = Literal["start", "cut", "fade", "dissolve", "wipe", "gradual"]

TRANSITIONS: Final[Mapping[str, Begins]] = {
    "cut": "cut",
    "dissolve": "dissolve",
    "fade": "fade",
    "fade_in": "fade",
    "fade_out": "fade",
}


@dataclass(frozen=True)
class Place:
    """Where findings stand in the raw answer."""

    part: str
    still: bool
    """A still image has no times."""

    def source(self, pointer: str, sort: str) -> Source:
        """The place of one finding."""
        return Source(self.part, pointer, sort)

    def when(self, start: float, end: float) -> tuple[Segment, ...]:
        """Its time."""
        return () if self.still else (Segment(start, end),)


def shots(part: wire.ShotsPart, place: Place, picture: wire.Part | None) -> Iterator[Shot]:
    """One shot each, with how it begins."""
    thumbnails = {}
    if isinstance(picture, wire.PicturePart):
        thumbnails = {thumbnail.shot: thumbnail for thumbnail in picture.thumbnails}
    for number, shot in enumerate(part.shots):
        into = _into(part.transitions, shot, first=number == 0)
        gradual = into is not None and into.end > into.start
        yield Shot(
            id=f"shot-{number}",
            segments=place.when(shot.start, shot.end),
            first_frame=shot.first_frame,
            last_frame=shot.end_frame - 1,
            transition="start" if number == 0 else _begins(into),
            transition_segment=Segment(into.start, into.end) if into and gradual else None,
            source=place.source(f"/shots/{number}", "shot"),
            attributes=_shot_attributes(part, shot, into, thumbnails.get(number)),
        )


def _into(
    transitions: list[wire.Transition], shot: wire.Shot, *, first: bool
) -> wire.Transition | None:
    """The transition that leads into a shot; into the first one, only a fade from black can."""
    for transition in transitions:
        if first and transition.kind == "fade_in" and transition.end <= shot.end:
            return transition
        if not first and transition.start <= shot.start <= transition.end:
            return transition
    return None


def _begins(into: wire.Transition | None) -> Begins:
    return "gradual" if into is None else TRANSITIONS[into.kind]


def _shot_attributes(
    part: wire.ShotsPart,
    shot: wire.Shot,
    into: wire.Transition | None,
    thumbnail: wire.Thumbnail | None,
) -> JsonObject:
    attributes: JsonObject = {}
    if into is not None:
        attributes["strength"] = into.strength
    fades = [fade for fade in part.transitions if fade.kind == "fade_out"]
    for fade in fades:
        if shot.start < fade.start < shot.end:
            attributes["fade_out"] = {"start": fade.start, "end": fade.end}
    if thumbnail is not None:
        attributes["thumbnail"] = {
            "part": thumbnail.part,
            "time": thumbnail.time,
            "width": thumbnail.width,
            "height": thumbnail.height,
        }
    return attributes


def picture(part: wire.PicturePart, place: Place) -> Iterator[AnyDetection]:
    """Black and frozen stretches, and colours."""
    for label, spans in (("black", part.black), ("freeze", part.freeze)):
        for number, span in enumerate(spans):
            yield Section(
                id=f"{label}-{number}",
                label=label,
                segments=place.when(span.start, span.end),
                source=place.source(f"/{label}/{number}", label),
            )
    for number, coloured in enumerate(part.colors):
        for rank, color in enumerate(coloured.colors):
            yield Color(
                id=f"color-{number}-{rank}",
                label=color.hex,
                rgb=color.hex,
                share=color.share,
                segments=place.when(coloured.start, coloured.end),
                source=place.source(f"/colors/{number}/colors/{rank}", "color"),
            )


def texts(part: wire.TextPart, place: Place) -> Iterator[Text]:
    """Lines of text. A film has tens of thousands."""
    for number, line in enumerate(part.lines):
        attributes: JsonObject = {"readings": line.readings}
        if line.variants:
            attributes["variants"] = dict[str, JsonValue](line.variants)
        segments = place.when(line.start, line.end)
        moments = len(line.boxes.time)
        yield _TEXT(
            id=f"text-{number}",
            label=line.text,
            text=line.text,
            confidence=_confidence(line.confidence),
            segments=segments,
            box=_box(line.boxes) if moments == 1 else None,
            track=_track(line.boxes) if moments > 1 else None,
            source=place.source(f"/lines/{number}", "text_line"),
            attributes=attributes,
        )


def _confidence(value: float) -> float:
    if not 0.0 <= value <= 1.0:
        msg = f"a confidence is from 0 to 1, not {value}"
        raise ValueError(msg)
    return value


def faces(part: wire.FacesPart, place: Place) -> Iterator[Face]:
    """Tracks of faces."""
    for number, track in enumerate(part.tracks):
        yield Face(
            id=f"face-{number}",
            confidence=track.confidence,
            segments=place.when(track.start, track.end),
            box=_box(track.boxes) if place.still else None,
            track=None if place.still else _track(track.boxes),
            source=place.source(f"/tracks/{number}", "face_track"),
        )


def _box(boxes: wire.Boxes) -> Box:
    return Box(boxes.x[0], boxes.y[0], boxes.width[0], boxes.height[0])


def _track(boxes: wire.Boxes) -> Track:
    track = _TRACK(
        times=column(boxes.time),  # from strict JSON, so finite, as all columns
        x=column(boxes.x),
        y=column(boxes.y),
        width=column(boxes.width),
        height=column(boxes.height),
        confidences=column(boxes.confidence),
    )
    track.model_post_init(None)  # the checks of a track, which are those of its maker otherwise
    return track


def sounds(part: wire.SoundPart, place: Place) -> Iterator[AnyDetection]:
    """Regions of speech, singing, music and silence; the programme's loudness in numbers."""
    for number, region in enumerate(part.regions):
        yield Sound(
            id=f"sound-{number}",
            label=region.kind,
            confidence=region.confidence,
            segments=place.when(region.start, region.end),
            source=place.source(f"/regions/{number}", region.kind),
        )
    for number, span in enumerate(part.silence):
        yield Sound(
            id=f"silence-{number}",
            label="silence",
            segments=place.when(span.start, span.end),
            source=place.source(f"/silence/{number}", "silence"),
        )
    measured = part.loudness
    if measured is not None and measured.integrated is not None:
        yield Custom(
            id="loudness-programme",
            label=f"programme loudness {measured.integrated:.1f} LUFS",
            data={"integrated_lufs": measured.integrated, "range_lu": measured.range},
            source=place.source("/loudness", "ebu_r128"),
        )


def loudness(measured: wire.Loudness, part: str) -> Signal:
    """The momentary loudness as a curve."""
    return Signal(
        id="loudness-momentary",
        name="loudness",
        unit="LUFS",
        values=sparse_column(measured.momentary),
        start=measured.start,
        interval=measured.interval,
        source=Source(part, "/loudness/momentary", "ebu_r128"),
    )


def speech(part: wire.SpeechPart, place: Place) -> Iterator[Speech]:
    """Utterances with their words. A mean log probability is no confidence, so it is the score."""
    for number, said in enumerate(part.utterances):
        score = None
        if said.average_log_probability is not None:
            score = Score(said.average_log_probability, "average_log_probability")
        yield Speech(
            id=f"speech-{number}",
            label=said.text,
            text=said.text,
            language=part.language,
            score=score,
            segments=place.when(said.start, said.end),
            words=tuple(
                Word(word.text, word.start, word.end, word.probability) for word in said.words
            ),
            source=place.source(f"/utterances/{number}", "utterance"),
        )
