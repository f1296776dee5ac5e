"""Rows of what is written: OCR, lower thirds, burned-in subtitles, QR codes."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import Any, Final

from vidiom.schema.detection import Reference
from vidiom.schema.detections import AnyDetection, Entity, Text
from vidiom.schema.provenance import Source
from vidiom.schema.trusted import trusted
from vidiom_deepva.reading import Reading
from vidiom_deepva.rows import Row

__all__ = ["lower_third", "text"]

_TEXT: Final = trusted(Text)


_ROLES: Final[Mapping[str | None, str]] = {
    "subtitle_detection": "subtitle",
    "lower_third_recognition": "lower_third",
    "qrcode_detection": "qr_code",
}


# https://docs.deepva.com/mining-modules/text-recognition, …/subtitle-detection
def text(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading
) -> list[AnyDetection]:
    """Writing in the picture; its role follows from the module. They come by the thousand."""
    keys = reading.keys
    said = keys.text("text", meta) or ""
    made = reading.ids.new(row, said, index)
    if made is None:
        return []
    language = keys.text("language", meta) if meta else None
    if language is not None:
        language = intern(language)
    sure = reading.sureness(row, meta, source)
    place = reading.place(row, source)
    return [
        _TEXT(
            id=made,
            label=said,
            text=said,
            confidence=sure.confidence,
            score=sure.score,
            segments=reading.segments(row, source),
            box=place.box,
            track=place.track,
            source=source,
            language=language,
            role=_ROLES.get(row.module),
            # an emptied object keeps the room that it had
            attributes=meta or {},
        )
    ]


# https://docs.deepva.com/mining-modules/lower-third-recognition
def lower_third(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading
) -> list[AnyDetection]:
    """An insert with a name: all that it says, and the name."""
    name = reading.keys.text("label", meta)
    if name is not None:
        meta.setdefault("text", name)
    found = text(row, meta, source, index, reading)
    if not found or name is None:
        return found
    insert = found[0]
    return [
        insert,
        Entity(
            id=f"{insert.id}/name",
            label=name,
            segments=insert.segments,
            origin="text",
            references=(Reference("text", insert.id),),
            source=source,
        ),
    ]
