"""Rows of visual understanding: answers to a prompt, structured answers, and shots."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor
from typing import Any, Final

import msgspec

from vidiom.schema.detection import Reference
from vidiom.schema.detections import (
    AnyDetection,
    Caption,
    Keyword,
    Moderation,
    Shot,
    Summary,
    Topic,
)
from vidiom.schema.model import JsonObject
from vidiom.schema.provenance import Source
from vidiom.schema.segments import Segment
from vidiom_deepva.reading import Reading
from vidiom_deepva.rows import Row, numbered

__all__ = ["understanding"]

_DERIVED: Final[JsonObject] = {"derived_from": "prompt"}
_ANSWER: Final = "answer"
_MODULE: Final = "visual_understanding"


# https://docs.deepva.com/mining-modules/visual-understanding
def understanding(
    row: Row, meta: dict[str, Any], source: Source, index: int, reading: Reading
) -> list[AnyDetection]:
    """The answer about a stretch; the stretch is a shot where the job was to split the media."""
    answer = reading.keys.text("response", meta)
    structured = _structured(reading.keys.value("structured", meta), source, reading)
    made = reading.ids.new(row, answer or "", index)
    if made is None:
        return []
    segments = reading.segments(row, source)
    found: list[AnyDetection] = []
    of_shot: tuple[Reference, ...] = ()
    if reading.shots and segments:
        shot = _shot(f"{made}/shot", row, segments, source)
        found.append(shot)
        of_shot = (Reference("shot", shot.id),)
    text = answer or _first_text(structured)
    if structured:
        meta["structured_response"] = structured
    if text is not None or structured or not found:
        prompt = reading.arguments.get(_MODULE, {}).get("prompt")
        found.append(
            Caption(
                id=made,
                label=text or "",
                text=text or "",
                segments=segments,
                prompt=prompt if isinstance(prompt, str) else None,
                references=of_shot,
                source=source,
                attributes=meta,
            )
        )
        found += _derived(made, structured, segments, source)
    return found


def _shot(made: str, row: Row, segments: tuple[Segment, ...], source: Source) -> Shot:
    """The row's frames. In samples ``frame_end`` is the first one of the next row."""
    first, end = numbered(row.frame_start), numbered(row.frame_end)
    return Shot(
        id=made,
        segments=segments,
        source=source,
        first_frame=floor(first) if first is not None else None,
        last_frame=ceil(end) - 1 if end is not None and first is not None and end > first else None,
    )


def _structured(said: object, source: Source, reading: Reading) -> JsonObject:
    """The structured answer: the vendor "will attempt" it, so it may be a text of JSON or not."""
    if isinstance(said, str):
        try:
            said = msgspec.json.decode(said)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            reading.notes.repaired(
                "Structured answers that are no JSON are kept as a text.", source
            )
            return {"text": str(said)}
    if isinstance(said, dict):
        return said
    return {} if said is None else {"value": said}  # type: ignore[dict-item]  # of JSON comes JSON


def _first_text(structured: JsonObject) -> str | None:
    for key in ("caption", "summary", "text"):
        text = structured.get(key)
        if isinstance(text, str) and text:
            return text
    return None


def _derived(
    owner: str, structured: JsonObject, segments: tuple[Segment, ...], source: Source
) -> Iterator[AnyDetection]:
    """What the adapter's own schemas ask for; a schema of the user's may have the same names."""
    fields: dict[str, Any] = {
        "segments": segments,
        "source": source,
        "references": (Reference(_ANSWER, owner),),
        "attributes": _DERIVED,
    }
    for number, word in enumerate(_texts(structured.get("keywords"))):
        yield Keyword(id=f"{owner}/keyword-{number}", label=word, origin="visual", **fields)
    for number, word in enumerate(_texts(structured.get("topics"))):
        yield Topic(id=f"{owner}/topic-{number}", label=word, scheme="prompt", **fields)
    for number, word in enumerate(_texts(structured.get("moderation"))):
        yield Moderation(id=f"{owner}/moderation-{number}", label=word, modality="visual", **fields)
    summary = structured.get("summary")
    if isinstance(summary, str) and summary:
        yield Summary(id=f"{owner}/summary", label=summary, text=summary, **fields)


def _texts(said: object) -> list[str]:
    return [one for one in said if isinstance(one, str) and one] if isinstance(said, list) else []
