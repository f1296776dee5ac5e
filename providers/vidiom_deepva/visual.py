"""Rows of what is seen: faces and their attributes, labels and objects, landmarks."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any, Final

from vidiom.schema.boxes import Box
from vidiom.schema.detection import AgeRange, IdentityMatch, Reference, Score
from vidiom.schema.detections import AnyDetection, Emotion, Face, Label, Landmark, Object
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.trusted import trusted
from vidiom_deepva.reading import EUCLIDEAN, Reading
from vidiom_deepva.rows import Row, RowWithThumbnail

__all__ = ["face", "face_attributes", "label", "landmark"]

_FACE: Final = trusted(Face)
_LABEL: Final = trusted(Label)

# "Unknown", "Unknown #1" … (https://docs.deepva.com/mining-modules/face-recognition)
_ANONYMOUS: Final = re.compile(r"unknown\s*(#\s*\d+)?", re.IGNORECASE)

_SENSITIVE: Final = ("ethnicity", "race")
"""Attributes of a special category of personal data, which are not taken over."""
_MOST_FRACTION: Final = 1.5


# https://docs.deepva.com/mining-modules/face-recognition
def face(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading
) -> list[AnyDetection]:
    """A stretch of one face. The distance is a score: it is no probability."""
    keys = reading.keys
    name = keys.text("label", meta)
    made = reading.ids.new(row, name or "", index)
    if made is None:
        return []
    index_id = keys.text("index_id", meta)
    model = keys.text("model", meta)
    distance = keys.number("distance", meta)
    sure = reading.sureness(row, meta, source)
    score = sure.score if distance is None else Score(distance, EUCLIDEAN)
    known = name if name is not None and not _ANONYMOUS.fullmatch(name) else None
    identities: tuple[IdentityMatch, ...] = ()
    if known is not None or index_id is not None:
        identities = (
            IdentityMatch(
                name=known,
                confidence=sure.confidence,
                score=score,
                identity_id=index_id,
                gallery_name=model,
            ),
        )
    elif model is not None:
        meta["model"] = model
    identities += _nearest(known, meta, model, reading)
    place = reading.place(row, source, moving=True)
    return [
        _FACE(
            id=made,
            label=name or "face",
            confidence=sure.confidence,
            score=score,
            segments=reading.segments(row, source),
            box=place.box,
            track=place.track,
            source=source,
            identities=identities,
            thumbnail=_thumbnail(row, source, reading),
            attributes=meta or {},
        )
    ]


def _nearest(
    known: str | None, meta: dict[str, Any], model: str | None, reading: Reading
) -> tuple[IdentityMatch, ...]:
    """The other candidates of ``enable_top_k``, in the vendor's order."""
    found: list[IdentityMatch] = []
    for one in reading.keys.rows("top_k", meta):
        name = reading.keys.text("label", one)
        if name is None or name == known:
            continue
        distance = reading.keys.number("distance", one)
        score = None if distance is None else Score(distance, EUCLIDEAN)
        found.append(IdentityMatch(name=name, score=score, gallery_name=model))
    return tuple(found)


def _thumbnail(row: Row, source: Source, reading: Reading) -> bytes | None:
    if not reading.thumbnails or not isinstance(row, RowWithThumbnail):
        return None
    text = row.thumbnail.image if row.thumbnail is not None else None
    if not text:
        return None
    try:
        return b64decode(text.partition("base64,")[2] or text, validate=True)
    except (NotBase64, ValueError):
        reading.notes.repaired("Thumbnails that are no base64 were left out.", source)
        return None


# https://docs.deepva.com/mining-modules/face-attributes: pairs of value and confidence, 0 to 1
def face_attributes(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading
) -> list[AnyDetection]:
    """A face with age and gender, and its emotion."""
    keys = reading.keys
    made = reading.ids.new(row, _corners(keys.value("bounding_box", dict(meta))), index)
    if made is None:
        return []
    left_out = [word for word in _SENSITIVE if meta.pop(word, None) is not None]
    if left_out:
        reading.notes.add(
            NoticeCode.IGNORED,
            "Attributes of a special category (ethnicity) stand in the raw answer only.",
            source,
        )
    segments = reading.segments(row, source)
    place = reading.place(row, source, moving=True)
    name = keys.text("identity", meta)
    known = name is not None and not _ANONYMOUS.fullmatch(name)
    gender = _Pair.of(keys.value("gender", meta))
    emotion = _Pair.of(keys.value("emotion", meta))
    box = _box(meta, source, reading) or place.box
    found: list[AnyDetection] = [
        Face(
            id=made,
            label=name or "face",
            segments=segments,
            box=box,
            track=place.track,
            source=source,
            identities=(IdentityMatch(name=name),) if known else (),
            age=_age(keys.value("age", meta), source, reading),
            gender=gender.text,
            gender_confidence=gender.confidence,
            thumbnail=_thumbnail(row, source, reading),
            attributes=meta,
        )
    ]
    if emotion.text is not None:
        found.append(
            Emotion(
                id=f"{made}/emotion",
                label=emotion.text,
                confidence=emotion.confidence,
                segments=segments,
                modality="visual",
                references=(Reference("subject", made),),
                source=source,
            )
        )
    return found


class _Pair:
    """``{value, confidence}``, or the flat value that dataset images have."""

    def __init__(self, text: str | None, confidence: float | None) -> None:
        self.text = text
        self.confidence = confidence

    @classmethod
    def of(cls, said: object) -> _Pair:
        pair: dict[str, object] = said if isinstance(said, dict) else {"value": said}
        word, number = pair.get("value"), _number(pair.get("confidence"))
        fine = number is not None and 0 <= number <= 1
        return cls(word if isinstance(word, str) and word else None, number if fine else None)


def _age(said: object, source: Source, reading: Reading) -> AgeRange | None:
    pair: dict[str, object] = said if isinstance(said, dict) else {"min": said, "max": said}
    lower, upper = _number(pair.get("min")), _number(pair.get("max"))
    if lower is None or upper is None:
        return None
    if upper < lower:
        reading.notes.repaired("Ages whose bounds are upside down were turned.", source)
        lower, upper = upper, lower
    return AgeRange(lower, upper)


def _number(said: object) -> float | None:
    fine = isinstance(said, (int, float)) and not isinstance(said, bool)
    return float(said) if fine else None  # type: ignore[arg-type]  # `fine` says that it is one


def _corners(said: object) -> str:
    return (
        str([said.get(key) for key in ("x1", "y1", "x2", "y2")]) if isinstance(said, dict) else ""
    )


def _box(meta: dict[str, Any], source: Source, reading: Reading) -> Box | None:
    """The box of two corners; its unit is not documented, and beyond 1.5 it can only be pixels."""
    before = dict(meta)
    said = reading.keys.value("bounding_box", meta)
    if not isinstance(said, dict):
        return None
    corners = [_number(said.get(key)) for key in ("x1", "y1", "x2", "y2")]
    numbers = [one for one in corners if one is not None]
    if len(numbers) < len(corners):
        return None
    x1, y1, x2, y2 = numbers
    if max(x1, y1, x2, y2) > _MOST_FRACTION:
        reading.notes.add(
            NoticeCode.UNMAPPED,
            "Boxes of face attributes in pixels are kept in `attributes`: the frame's size is not "
            "known.",
            source,
        )
        meta.update(before)
        return None
    left, right = sorted((x1, x2))
    top, bottom = sorted((y1, y2))
    return Box(left, top, right - left, bottom - top)


# https://docs.deepva.com/mining-modules/object-scene-recognition
def label(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading
) -> list[AnyDetection]:
    """An object or scene; nothing tells the two apart."""
    name = reading.keys.text("label", meta)
    made = reading.ids.new(row, name or "", index)
    if made is None:
        return []
    sure = reading.sureness(row, meta, source)
    place = reading.place(row, source)
    segments = reading.segments(row, source)
    if place.box is None and place.track is None:
        return [
            _LABEL(
                id=made,
                label=name or "unknown",
                confidence=sure.confidence,
                score=sure.score,
                segments=segments,
                source=source,
                modality="visual",
                attributes=meta or {},
            )
        ]
    return [
        Object(
            id=made,
            label=name or "unknown",
            confidence=sure.confidence,
            score=sure.score,
            segments=segments,
            box=place.box,
            track=place.track,
            source=source,
            attributes=meta,
        )
    ]


# https://docs.deepva.com/data-objects/result-summary-item
def landmark(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading
) -> list[AnyDetection]:
    """A landmark; its similarity is a score."""
    name = reading.keys.text("label", meta)
    made = reading.ids.new(row, name or "", index)
    if made is None:
        return []
    sure = reading.sureness(row, meta, source)
    place = reading.place(row, source)
    return [
        Landmark(
            id=made,
            label=name or "unknown",
            confidence=sure.confidence,
            score=sure.score,
            segments=reading.segments(row, source),
            box=place.box,
            track=place.track,
            source=source,
            attributes=meta,
        )
    ]
