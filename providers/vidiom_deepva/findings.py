"""All rows of an answer, each read by the rules of its module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Final, TypeAlias

from vidiom.errors import MalformedAnswer
from vidiom.provider.notes import Notes
from vidiom.provider.salvage import read_document
from vidiom.schema.detections import AnyDetection, Custom
from vidiom.schema.features import Feature
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.segments import Word
from vidiom_deepva import facts, parts, understanding, visual, wire, writing
from vidiom_deepva.candidates import Keys
from vidiom_deepva.rates import rate_of_rows, rates_of_job
from vidiom_deepva.reading import Reading
from vidiom_deepva.rows import Row, numbered, pages
from vidiom_deepva.spoken import Spoken, speaker, speech
from vidiom_deepva.subtitles import is_srt, words
from vidiom_deepva.summarized import summarized

__all__ = ["Findings", "findings"]

_Reader: TypeAlias = Callable[[Row, dict[str, Any], Source, int, Reading], list[AnyDetection]]

READERS: Final[Mapping[str | None, _Reader]] = {
    "face_recognition": visual.face,
    "face_attributes": visual.face_attributes,
    "object_scene_recognition": visual.label,
    "landmark_recognition": visual.landmark,
    "lower_third_recognition": writing.lower_third,
    "text_recognition": writing.text,
    "subtitle_detection": writing.text,
    "qrcode_detection": writing.text,
    "visual_understanding": understanding.understanding,
}
"""By module; speech and speakers are put together in the end. All others have no neutral kind."""


@dataclass
class Findings:
    """What an answer was read into."""

    job: wire.Job
    reading: Reading
    detections: list[AnyDetection] = field(default_factory=list)
    images: list[int | None] = field(default_factory=list)
    """Of each detection, for a batch: the index of its image."""
    spoken: Spoken = field(default_factory=Spoken)


def findings(raw: RawResult, keys: Keys, *, thumbnails: bool, batch: bool = False) -> Findings:
    """Everything in an answer.

    Raises:
        MalformedAnswer: No part of it is the vendor's.
    """
    given = parts.sorted_out(raw)
    if not given.detailed and not given.summarized and given.job is None:
        raise MalformedAnswer(
            f"the raw answer has neither results nor a job (parts: {', '.join(raw) or 'none'}).",
            provider=raw.provider,
            operation="normalize",
        )
    notes = Notes()
    job = wire.Job()
    if given.job is not None:
        job = read_document(given.job, wire.Job, notes, provider=raw.provider)
        facts.note_job(job, given.job.name, notes)
    reading = _reading(raw, job, given.detailed, keys, notes, thumbnails=thumbnails)
    found = Findings(job, reading)
    _rows(found, given.detailed, batch=batch)
    found.detections += found.spoken.finish(_marked(given.files))
    found.detections += summarized(given.summarized, reading)
    found.images += [None] * (len(found.detections) - len(found.images))
    reading.finish()
    return found


def _reading(
    raw: RawResult,
    job: wire.Job,
    detailed: Sequence[RawPart],
    keys: Keys,
    notes: Notes,
    *,
    thumbnails: bool,
) -> Reading:
    arguments = facts.arguments_of(job)
    asked = raw.context.asked_features
    splits = arguments.get("visual_understanding", {}).get("enable_shot_detection")
    rates = rates_of_job(job)
    if not rates and detailed:
        ends = [detailed[0], detailed[-1]] if len(detailed) > 1 else detailed
        told = [row for _, _, found in pages(ends, Notes(), thumbnails=False) for row in found]
        rate = rate_of_rows(told)
        if rate is not None:
            rates[None] = rate
            notes.add(
                NoticeCode.ASSUMED,
                f"The job does not tell the frame rate; frames and times of its rows say {rate}.",
                Source(ends[-1].name, ""),
            )
    sources = job.sources or []
    if len(sources) > 1 and job.media_type not in (None, "image"):
        notes.add(
            NoticeCode.ASSUMED,
            "The job is about several media, whose rows share one timeline here; which medium a "
            "row is of stands in `attributes.media_source`. Submit one medium a job.",
        )
    return Reading(
        notes=notes,
        keys=keys,
        rates=rates,
        arguments=arguments,
        shots=splits is True or (splits is None and Feature.SHOTS in asked),
        thumbnails=thumbnails or Feature.THUMBNAILS in asked,
        media=tuple(sources) if len(sources) > 1 else (),
    )


def _rows(found: Findings, detailed: Sequence[RawPart], *, batch: bool) -> None:
    reading = found.reading
    index_of = {url: at for at, url in enumerate(found.job.sources or ())}
    if len(index_of) < len(found.job.sources or ()):  # the same medium twice: its index tells
        index_of = {}
    for part, pointer, rows in pages(detailed, reading.notes, thumbnails=reading.thumbnails):
        reading.ids.begin(part)
        for index, row in enumerate(rows):
            if row is None:
                continue
            module = row.module
            if module is not None:  # every row holds it, and all hold the same one
                row.module = module = intern(module)
            source = Source(part.name, f"{pointer}/{index}", module)
            read = _read(row, source, index, found)
            found.detections += read
            if batch:
                frame = numbered(row.frame_start)
                image = index_of.get(row.source or "", None if frame is None else int(frame))
                found.images += [image] * (len(found.detections) - len(found.images))


def _read(row: Row, source: Source, index: int, found: Findings) -> list[AnyDetection]:
    reading, module = found.reading, row.module
    meta = row.meta or {}
    if reading.media and row.source is not None:
        meta["media_source"] = _shown(row.source, reading)
    read: list[AnyDetection] | None
    try:
        reader = READERS.get(module)
        if reader is not None:
            read = reader(row, meta, source, index, reading)
        elif module == "speech_recognition":
            read = speech(row, meta, source, index, reading, found.spoken)
        elif module == "speaker_identification":
            read = speaker(row, meta, source, index, reading, found.spoken)
        else:
            read = None
    except ValueError:
        reading.notes.repaired(
            "Rows with values that cannot be are kept in the vendor's words.", source
        )
        return _custom(row, source, index, reading, f"{module}:{source.part}{source.pointer}")
    if read is not None:
        return read
    reading.notes.add(
        NoticeCode.UNMAPPED,
        "Rows of modules without a neutral kind are kept in the vendor's words.",
        source,
    )
    word = reading.keys.text("label", dict(meta)) or reading.keys.text("text", dict(meta)) or ""
    made = reading.ids.new(row, word, index)
    return [] if made is None else _custom(row, source, index, reading, made, word)


def _shown(url: str, reading: Reading) -> str:
    """Which medium it is: its number, for its address may be secret."""
    return str(reading.media.index(url)) if url in reading.media else "unknown"


def _custom(
    row: Row, source: Source, index: int, reading: Reading, made: str, word: str = ""
) -> list[AnyDetection]:
    return [
        Custom(
            id=made,
            label=word or row.module or "unknown",
            data=reading.ids.words(index),
            segments=reading.segments(row, source),
            source=source,
        )
    ]


def _marked(files: Sequence[RawPart]) -> Iterator[tuple[Source, Word]]:
    """The words of the SRT artifacts."""
    for part in files:
        if is_srt(part.content):
            source = Source(part.name, "")
            yield from ((source, word) for word in words(part.content))
