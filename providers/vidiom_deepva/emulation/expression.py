"""A neutral result in DeepVA's formats: what they can carry, and nothing invented."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from vidiom.schema.boxes import Box as NeutralBox
from vidiom.schema.detections import Detection, Face, Label, Speech, Text
from vidiom.schema.result import Result
from vidiom_deepva.emulation.rows import Arguments, Box, Facts, File, Row, Story, number_of
from vidiom_deepva.emulation.subtitles import Line, speech_files

__all__ = ["ASKED", "EXPRESSED", "LOST", "expressed"]

EXPRESSED: Final = frozenset({"shot", "face", "text", "speech", "label"})
"""Kinds that become rows of the vendor's modules; it has no module for the others."""

ASKED: Final[Mapping[str, Arguments]] = {
    "visual_understanding": {"enable_shot_detection": True},
    "face_recognition": {"cluster_unknowns": True},
    "text_recognition": {"threshold": 0.0},
    "speech_recognition": {},
    "speaker_identification": {"cluster_unknowns": True},
    "object_scene_recognition": {"min_confidence": 0},
}
"""Modules and arguments with which all that can be told is told."""

LOST: Final[Mapping[str, str]] = {
    "shot.transition": "a shot has times and frames, and does not say how it begins",
    "shot.transition_segment": "nor how long a gradual beginning takes",
    "face.label": "a face is somebody, if only Unknown #1",
    "face.confidence": "and how sure it is a face is not said: a row tells how near it is to whom",
    "face.track": "boxes have no confidence, and stand on frames",
    "text.track": "boxes have no confidence, and stand on frames",
    "speech.score": "a stretch of speech has no score",
    "speech.words": "words have times, and no confidence",
    "sound": "there is no module for sounds",
    "color": "nor for colours",
    "section": "nor for black and frozen stretches",
    "custom": "nor for the programme's loudness",
    "loudness": "nor for its curve",
    "media.variable_frame_rate": "not in the media's facts",
    "media.rotation": "not in the media's facts",
    "media.container": "not in the media's facts",
    "media.video_codec": "not in the media's facts",
    "media.audio_codec": "not in the media's facts",
    "media.audio_channels": "not in the media's facts",
    "media.audio_sample_rate": "not in the media's facts",
    "media.size": "not in the media's facts",
    "media.sha256": "not in the media's facts",
}
"""What of a local result is lost or changed on the way, and the limit of the format behind it."""

_DEFAULT_RATE: Final = Fraction(25)
_PERCENT: Final = 100


def expressed(result: Result) -> Story:
    """The findings of a source as this vendor would tell them."""
    rows: dict[str, Callable[[Arguments], Sequence[Row]]] = {
        "visual_understanding": _told(_shots(result)),
        "face_recognition": lambda arguments: [*_faces(result.faces, arguments)],
        "text_recognition": lambda arguments: [*_texts(result.texts, arguments)],
        "speech_recognition": _told(_speech(result.speech)),
        "speaker_identification": _told(_speakers(result.speech)),
        "object_scene_recognition": lambda arguments: [*_labels(result.labels, arguments)],
    }
    files = {"speech_recognition": _files(result.speech)}
    return Story(_facts(result), rows, files=files)


def _told(rows: Iterable[Row]) -> Callable[[Arguments], Sequence[Row]]:
    held = [*rows]
    return lambda _arguments: held


def _facts(result: Result) -> Facts:
    media = result.media
    ends = [one.end for one in result.detections if one.end is not None]
    return Facts(
        media.type or "video",
        media.duration if media.duration is not None else max(ends, default=0.0),
        media.frame_rate or _DEFAULT_RATE,
        media.width,
        media.height,
    )


def _rows(
    detection: Detection, meta: Mapping[str, object], kind: str = "face_bbox"
) -> Iterator[Row]:
    """One for each segment, with the places that are in it."""
    places = [*_places(detection)]
    for segment in detection.segments:
        inside = tuple(one for one in places if segment.start <= one[0] < segment.end)
        yield Row(segment.start, segment.end, meta, inside, kind)


def _places(detection: Detection) -> Iterator[tuple[float, Box]]:
    if detection.track is not None:
        for seconds, box in detection.track.boxes():
            yield seconds, _box(box)
    elif detection.box is not None:
        for segment in detection.segments:
            yield segment.start, _box(detection.box)


def _box(box: NeutralBox) -> Box:
    return box.x, box.y, box.width, box.height


def _shots(result: Result) -> Iterator[Row]:
    """Nothing is said of them: nobody asked a model."""
    for shot in result.shots:
        yield from _rows(shot, {"response": ""})


def _faces(faces: Iterable[Face], arguments: Arguments) -> Iterator[Row]:
    """No model knows anybody; unknown ones are told apart where that was asked for."""
    separate = arguments.get("cluster_unknowns") or arguments.get("index_unknowns")
    for number, face in enumerate(faces, 1):
        yield from _rows(face, {"label": f"Unknown #{number}" if separate else "Unknown"})


def _texts(texts: Iterable[Text], arguments: Arguments) -> Iterator[Row]:
    least = number_of(arguments.get("threshold"), 0.5)
    for text in texts:
        if text.confidence is not None and text.confidence < least:
            continue
        meta: dict[str, object] = {"text": text.text}
        if text.confidence is not None:
            meta["confidence"] = text.confidence
        if text.language is not None:
            meta["language"] = text.language
        yield from _rows(text, meta, "text_bbox")


def _speech(lines: Iterable[Speech]) -> Iterator[Row]:
    for said in lines:
        meta: dict[str, object] = {"text": said.text}
        if said.language is not None:
            meta["language"] = said.language
        if said.words:
            meta["words"] = [
                {"word": word.text, "time_start": word.start, "time_end": word.end}
                for word in said.words
            ]
        yield from _rows(said, meta)


def _speakers(lines: Iterable[Speech]) -> Iterator[Row]:
    for said in lines:
        if said.speaker is not None:
            yield from _rows(said, {"label": said.speaker})


def _labels(labels: Iterable[Label], arguments: Arguments) -> Iterator[Row]:
    least = number_of(arguments.get("min_confidence"), 70)
    for label in labels:
        meta: dict[str, object] = {"label": label.label}
        if label.confidence is not None:
            meta["confidence"] = round(label.confidence * _PERCENT, 2)
            if label.confidence * _PERCENT < least:
                continue
        yield from _rows(label, meta)


def _files(lines: Sequence[Speech]) -> Callable[[Arguments], Sequence[File]]:
    held: list[Line] = [
        (one.start, one.end, said.text, [(word.text, word.start, word.end) for word in said.words])
        for said in lines
        for one in said.segments
    ]
    return lambda arguments: speech_files(held, arguments)
