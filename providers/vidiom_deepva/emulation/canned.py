"""The canned story of a source, told by each module as far as its arguments ask for."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from vidiom_deepva.emulation import scene
from vidiom_deepva.emulation.rows import (
    Arguments,
    Box,
    Facts,
    File,
    Repeated,
    Row,
    Story,
    Summed,
    number_of,
)
from vidiom_deepva.emulation.subtitles import heatmap, speech_files

__all__ = ["MODULES", "Size", "canned", "indexed_faces", "named_people"]

# https://docs.deepva.com/core-resources/visual-mining-modules, and two of a public client
MODULES: Final = frozenset(
    {
        "face_recognition",
        "face_attributes",
        "object_scene_recognition",
        "landmark_recognition",
        "lower_third_recognition",
        "text_recognition",
        "subtitle_detection",
        "speech_recognition",
        "speaker_identification",
        "advanced_diversity_analysis",
        "visual_understanding",
        "dataset_creation",
        "qrcode_detection",
    }
)
_GERMAN: Final = 1
_HEARD: Final = frozenset({"speech_recognition", "speaker_identification"})
_SECONDS_BETWEEN_BOXES: Final = 0.25
_SECONDS_BETWEEN_ROWS: Final = 0.24  # on a frame; OCR looks four times a second
_ATTRIBUTES: Final = {
    "smile": (True, 0.91),
    "eyeglasses": (False, 0.98),
    "sunglasses": (False, 0.99),
    "beard": (False, 0.99),
    "mustache": (False, 0.99),
    "eyesopen": (True, 0.95),
    "mouthopen": (True, 0.66),
}


@dataclass(frozen=True)
class Size:
    """How much there is to tell."""

    rows: int | None = None
    boxes: int | None = None
    thumbnails: bool = True
    thumbnail_bytes: int = 0
    indexed: Mapping[str, str] = field(default_factory=dict)
    """What faces of the index are called now."""


def canned(media_type: str, size: Size | None = None) -> Story:
    """What is told of a source, whatever is in it."""
    teller = _Teller(size or Size())
    told: dict[str, Callable[[Arguments], Sequence[Row]]] = {
        "face_recognition": teller.faces,
        "face_attributes": teller.attributes,
        "object_scene_recognition": _labels,
        "landmark_recognition": _landmarks,
        "lower_third_recognition": _inserts,
        "text_recognition": _texts,
        "subtitle_detection": _subtitles,
        "speech_recognition": _speech,
        "speaker_identification": _speakers,
        "visual_understanding": _answers,
        "qrcode_detection": _codes,
    }
    if media_type == "image":
        told = {name: _first(rows) for name, rows in told.items() if name not in _HEARD}
    elif media_type == "audio":
        told = {name: rows for name, rows in told.items() if name in _HEARD}
    if teller.size.rows is not None:
        told = {name: _many(rows, teller.size.rows) for name, rows in told.items()}
    return Story(
        teller.facts(media_type),
        told,
        {"advanced_diversity_analysis": _diversity, "object_scene_recognition": _captions},
        {"speech_recognition": _files, "subtitle_detection": heatmap},
    )


def _first(rows: Callable[[Arguments], Sequence[Row]]) -> Callable[[Arguments], Sequence[Row]]:
    """Of a still, what there is in its one moment."""
    return lambda arguments: rows(arguments)[:1]


def _many(
    rows: Callable[[Arguments], Sequence[Row]], count: int
) -> Callable[[Arguments], Sequence[Row]]:
    def told(arguments: Arguments) -> Sequence[Row]:
        once = rows(arguments)
        return Repeated(once, count, len(once) * _SECONDS_BETWEEN_ROWS)

    return told


@dataclass(frozen=True)
class _Teller:
    size: Size

    def facts(self, media_type: str) -> Facts:
        """As long as the story that is told so often."""
        if media_type == "image":
            return Facts("image")
        length = round(scene.LENGTH + (self.size.rows or 0) * _SECONDS_BETWEEN_ROWS, 2)
        if media_type == "audio":
            return Facts("audio", length)
        return Facts("video", length, scene.RATE, scene.WIDTH, scene.HEIGHT)

    def faces(self, arguments: Arguments) -> list[Row]:
        """https://docs.deepva.com/mining-modules/face-recognition."""
        furthest = number_of(arguments.get("max_distance"), 2.0)
        return [
            Row(
                face.start,
                face.end,
                self._identity(face, arguments),
                tuple(self._boxes(face)),
                thumbnail=self._picture,
            )
            for face in scene.FACES
            if face.name is None or face.distance <= furthest
        ]

    def _boxes(self, face: scene.Face) -> Iterator[tuple[float, Box]]:
        """A face drifts a little to the right while it is on."""
        length = face.end - face.start
        count = self.size.boxes or max(1, int(length / _SECONDS_BETWEEN_BOXES))
        for number in range(count):
            # on a frame, as the vendor's index has it
            frame = Fraction(face.start).limit_denominator(100) * scene.RATE
            later = round(number * length * scene.RATE / count)
            drift = round(0.001 * (number % 50), 4)
            x, y, width, height = face.box
            yield float((int(frame) + later) / scene.RATE), (round(x + drift, 4), y, width, height)

    @property
    def _picture(self) -> str | None:
        if not self.size.thumbnails:
            return None
        if not self.size.thumbnail_bytes:
            return scene.TINY_PICTURE
        picture = base64.b64decode(scene.TINY_PICTURE)
        padding = max(0, self.size.thumbnail_bytes - len(picture))
        return base64.b64encode(picture + bytes(padding)).decode()

    def _identity(self, face: scene.Face, arguments: Arguments) -> dict[str, object]:
        """A face that was indexed and renamed since has its new name."""
        told = _identity(face, arguments)
        name = self.size.indexed.get(str(told.get("index_id")))
        return told if name is None else {**told, "label": name}

    def attributes(self, _arguments: Arguments) -> list[Row]:
        """https://docs.deepva.com/mining-modules/face-attributes."""
        return [
            Row(face.start, face.end, _attributes(face), thumbnail=self._picture)
            for face in scene.FACES
        ]


def _identity(face: scene.Face, arguments: Arguments) -> dict[str, object]:
    """Keys are assumed, but for the index id and those that the arguments speak of."""
    if face.name is None:
        separate = arguments.get("cluster_unknowns") or arguments.get("index_unknowns")
        told: dict[str, object] = {
            "label": f"Unknown #{face.number}" if separate else "Unknown",
            "distance": face.distance,
            "confidence": round(1 - face.distance / 2, 2),
        }
        if arguments.get("index_unknowns"):
            told["index_id"] = _index_id(face)
        return told
    told = {
        "label": face.name,
        "model": face.model,
        "distance": face.distance,
        "confidence": round(1 - face.distance / 4.7, 2),
    }
    if arguments.get("enable_top_k"):
        others = [("Ingrid Aalto", 0.98), ("Paula Wrede", 1.04), ("Ole Berg", 1.11)]
        nearest = [(face.name, face.distance), *others]
        most = int(number_of(arguments.get("top_k"), 3))
        told["top_k"] = [{"label": one, "distance": far} for one, far in nearest[:most]]
    return told


def _index_id(face: scene.Face) -> str:
    return f"48200157{35 + face.number}"


def indexed_faces() -> Iterator[tuple[str, str]]:
    """Index id and label of the faces that nobody knows."""
    for face in scene.FACES:
        if face.name is None:
            yield _index_id(face), f"Unknown #{face.number}"


def named_people() -> tuple[str, ...]:
    """Whom a dataset could be made of: they have a face and a name."""
    return tuple(dict.fromkeys(face.name for face in scene.FACES if face.name is not None))


def _attributes(face: scene.Face) -> dict[str, object]:
    x, y, width, height = face.box
    corners = {"x1": x, "y1": y, "x2": round(x + width, 4), "y2": round(y + height, 4)}
    told: dict[str, object] = {
        "bounding_box": corners,
        "age": {"min": face.age[0], "max": face.age[1]},
        "gender": {"value": face.gender[0], "confidence": face.gender[1]},
        "emotion": {"value": face.emotion[0], "confidence": face.emotion[1]},
        "sharpness": 71,
    }
    for name, (value, sure) in _ATTRIBUTES.items():
        told[name] = {"value": value, "confidence": sure}
    if face.name is not None:
        told["identity"] = face.name
    return told


def _labels(arguments: Arguments) -> list[Row]:
    """https://docs.deepva.com/mining-modules/object-scene-recognition."""
    least = number_of(arguments.get("min_confidence"), 70)
    german = arguments.get("language") == _GERMAN
    return [
        Row(start, end, {"label": other if german else label, "confidence": sure})
        for label, other, start, end, sure in scene.LABELS
        if sure >= least
    ]


def _landmarks(arguments: Arguments) -> list[Row]:
    least = number_of(arguments.get("min_similarity"), 0.75)
    return [
        Row(start, end, {"label": label, "similarity": similar})
        for label, start, end, similar in scene.LANDMARKS
        if similar >= least
    ]


def _inserts(arguments: Arguments) -> list[Row]:
    """Without a visible face only where that was asked for (…/lower-third-recognition)."""
    only_faces = arguments.get("only_faces", True)
    return [
        Row(start, end, {"label": name, "text": text}, ((start, box),), "text_bbox")
        for start, end, name, text, box, visible in scene.INSERTS
        if visible or not only_faces
    ]


def _texts(arguments: Arguments) -> list[Row]:
    least = number_of(arguments.get("threshold"), 0.5)
    language = arguments.get("language", "latin")
    return [
        Row(
            one.start,
            one.end,
            {"text": one.text, "confidence": one.sure, "language": language},
            # the vendor's own sample shows a row without detections
            () if one.text == "Harbour reopens" else ((one.start, one.box),),
            "text_bbox",
        )
        for one in scene.TEXTS
        if one.sure >= least
    ]


def _subtitles(_arguments: Arguments) -> list[Row]:
    return [
        Row(
            one.start,
            one.end,
            {"text": one.text, "language": "english"},
            ((one.start, one.box),),
            "text_bbox",
        )
        for one in scene.SUBTITLES
    ]


def _speech(arguments: Arguments) -> list[Row]:
    """The shape is not documented; words stand in a row where they are known (assumed)."""
    rows = []
    for number, said in enumerate(scene.LINES):
        meta: dict[str, object] = {"text": said.text, "language": "en"}
        if arguments.get("enable_ner"):
            meta["entities"] = [{"text": text, "type": kind} for text, kind in said.entities]
        if arguments.get("translation_language", "none") != "none":
            meta["translation"] = said.german
        if arguments.get("dictionaries") and "pilot boat" in said.text:
            meta["dictionary_hits"] = [{"text": "pilot boat", "entry": "pilot boat"}]
        if number:
            meta["words"] = [
                {"word": word, "time_start": start, "time_end": end}
                for word, start, end in scene.words(said)
            ]
        rows.append(Row(said.start, said.end, meta))
    return rows


def _speakers(arguments: Arguments) -> list[Row]:
    unknown = "Unknown #1" if arguments.get("cluster_unknowns") else "Unknown"
    together = ((5.0, 11.6, scene.LINES[0]), (12.0, 16.8, scene.LINES[2]))
    return [
        Row(start, end, {"label": said.speaker or unknown, "similarity": said.similarity})
        for start, end, said in together
    ]


def _answers(arguments: Arguments) -> list[Row]:
    """One answer for each shot, or for the whole (…/visual-understanding)."""
    schema = arguments.get("structured_output_schema")
    shots: Sequence[scene.Shot] = scene.SHOTS
    if not arguments.get("enable_shot_detection"):
        shots = (scene.SHOTS[0]._replace(end=scene.LENGTH),)
    rows = []
    for shot in shots:
        meta: dict[str, object] = {"response": shot.caption}
        if isinstance(schema, Mapping) and schema:
            known = {"caption": shot.caption, "keywords": list(shot.keywords)}
            meta["structured_response"] = {name: known.get(name, "unknown") for name in schema}
        rows.append(Row(shot.start, shot.end, meta))
    return rows


def _codes(_arguments: Arguments) -> list[Row]:
    return [Row(start, end, {"text": text}) for start, end, text in scene.CODES]


def _diversity(_arguments: Arguments) -> list[Summed]:
    return [Summed(kind, meta) for kind, meta in scene.DIVERSITY]


def _captions(arguments: Arguments) -> list[Summed]:
    asked = arguments.get("enable_captioning")
    return [Summed("caption", {"text": scene.CAPTION})] if asked else []


def _files(arguments: Arguments) -> list[File]:
    lines = [(one.start, one.end, one.text, [*scene.words(one)]) for one in scene.LINES]
    return speech_files(lines, arguments)
