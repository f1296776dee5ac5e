"""Shots, and the captions that describe them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from vidiom.provider.notes import Notes
from vidiom.schema.detection import Reference
from vidiom.schema.detections import Caption, Shot
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.trusted import trusted
from vidiom_valossa import metadata
from vidiom_valossa.reading import Reading

__all__ = ["captions", "shot_starts", "shots"]

_SHOT: Final = trusted(Shot)

_TYPE = "detected_shots"
_POINTER = f"/segmentations/{_TYPE}"


# https://docs.valossa.com/metadata/segmentation-shots
def shots(listed: Sequence[metadata.Shot], reading: Reading) -> Iterator[Shot]:
    """One for each item; ``fe`` is the last frame itself, not the one after it."""
    reached: float | None = None
    for index, one in enumerate(listed):
        source = Source("core", f"{_POINTER}/{index}", _TYPE, str(index))
        segment = reading.segment(one.ss, one.se, None, source)
        if segment is None:
            continue
        _note_gap(reached, segment.start, source, reading.notes)
        reached = segment.end
        yield _SHOT(
            id=f"shot:{index}",
            segments=(segment,),
            first_frame=one.fs,
            last_frame=one.fe,
            source=source,
        )


def _note_gap(reached: float | None, start: float, source: Source, notes: Notes) -> None:
    frame = 0.1  # seconds, and more than a frame of any video
    if reached is not None and abs(start - reached) > frame:
        notes.add(
            NoticeCode.ASSUMED,
            "Shots leave a gap or overlap; they are kept as they are, and nothing was put between.",
            source,
        )


def shot_starts(listed: Sequence[metadata.Shot]) -> list[tuple[int, float]]:
    """First frame and start of each shot, for telling when a frame is shown."""
    return [(one.fs, one.ss) for one in listed if one.fs is not None and one.ss is not None]


def captions(part: metadata.Captions, name: str, reading: Reading) -> Iterator[Caption]:
    """Sentences about sections of the video; each names its shot."""
    for index, one in enumerate(part.selected_sections or ()):
        source = Source(name, f"/selected_sections/{index}", name, str(index))
        when = one.section or metadata.CaptionedSection()
        segment = reading.segment(when.s_start, when.s_end, None, source)
        if one.caption is None or segment is None:
            reading.notes.repaired("Captions without words or time were left out.", source)
            continue
        yield Caption(
            id=f"caption:{index}",
            label=one.caption,
            text=one.caption,
            segments=(segment,),
            references=_shot(when.shot_index, source, reading),
            source=source,
        )


def _shot(index: int | None, source: Source, reading: Reading) -> tuple[Reference, ...]:
    if index is None:
        return ()
    if index not in reading.shots:
        reading.notes.repaired("Captions name shots that the answer does not have.", source)
        return ()
    return (Reference("shot", f"shot:{index}"),)
