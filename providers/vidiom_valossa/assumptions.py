"""What the adapter takes for granted without the vendor's word, and how a real answer tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from vidiom.provider.assumptions import Assumption, Verdict
from vidiom.provider.notes import Notes
from vidiom.provider.salvage import Salvage, read_document
from vidiom.schema.raw import RawResult
from vidiom_valossa import metadata, parts
from vidiom_valossa.placing import opened
from vidiom_valossa.rows import rows

__all__ = ["ASSUMPTIONS"]


def _array(part: str, name: str) -> Callable[[RawResult], Verdict]:
    def test(raw: RawResult) -> Verdict:
        if part not in raw:
            return Verdict.NOT_SEEN
        envelope = opened(raw[part], Notes())
        salvage = Salvage(part, Notes())
        read = rows(envelope.content, metadata.BoxedFrame, salvage, "")
        boxes = [item for _, stretch in read for row in stretch for item in row]
        return Verdict.of(
            [envelope.array == name, *(box.b is not None or box.x is not None for box in boxes)]
            if boxes
            else []
        )

    return test


def _core(raw: RawResult) -> metadata.Core:
    if parts.CORE not in raw:
        return metadata.Core()
    return read_document(raw[parts.CORE], metadata.Core, Notes(), provider="valossa")


def _items(raw: RawResult) -> Iterator[tuple[str, metadata.SecondAttributes]]:
    """Type and attributes of what ``by_second`` says more of."""
    core = _core(raw)
    known = core.detections or {}
    groupings = core.detection_groupings or metadata.Groupings()
    salvage = Salvage(parts.CORE, Notes())
    for _, stretch in rows(groupings.by_second, metadata.SecondItem, salvage, ""):
        for row in stretch:
            for item in row:
                found = known.get(str(item.d))
                if item.a is not None and found is not None:
                    yield found.t, item.a


def _arousal(raw: RawResult) -> Verdict:
    return Verdict.of(
        detail.sen is not None and detail.sen.aro is not None
        for name, detail in _items(raw)
        if name == "audio.voice_emotion"
    )


def _colors(raw: RawResult) -> Verdict:
    return Verdict.of(
        bool(detail.rgb) and all(isinstance(one, metadata.Shade) and one.v for one in detail.rgb)
        for name, detail in _items(raw)
        if name == "visual.color" and detail.rgb is not None
    )


def _inclusive(raw: RawResult) -> Verdict:
    found = _core(raw).segmentations
    shots = (found.detected_shots or ()) if found is not None else ()
    return Verdict.of(
        following.fs == one.fe + 1
        for one, following in pairwise(shots)
        if one.fe is not None and following.fs is not None
    )


def _timed(prefix: str) -> Callable[[RawResult], Verdict]:
    def test(raw: RawResult) -> Verdict:
        known = _core(raw).detections or {}
        return Verdict.of(bool(one.occs) for one in known.values() if one.t.startswith(prefix))

    return test


def _regions(raw: RawResult) -> Verdict:
    known = _core(raw).detections or {}
    return Verdict.of(
        one.a is not None and one.a.text is not None
        for one in known.values()
        if one.t.startswith("visual.text_region.") and ".keyword." not in one.t
    )


ASSUMPTIONS: Final[tuple[Assumption, ...]] = (
    Assumption(
        "frames-faces-shape",
        "frames_faces holds faces_by_frame: for each frame a list of {id, x, y, w, h}.",
        test=_array(parts.FRAMES_FACES, "faces_by_frame"),
    ),
    Assumption(
        "frames-objects-shape",
        "frames_objects holds objects_by_frame, with items like those of objects_by_second.",
        test=_array(parts.FRAMES_OBJECTS, "objects_by_frame"),
    ),
    Assumption(
        "color-shape", "Colours are a.rgb of by_second: a list of {v: hex, f: share}.", test=_colors
    ),
    Assumption(
        "voice-arousal-key", "The arousal of a voice is a.sen.aro of by_second.", test=_arousal
    ),
    Assumption(
        "last-frame-inclusive", "fe of a shot is its last frame, not the next one.", test=_inclusive
    ),
    Assumption(
        "keywords-are-timed", "audio.keyword.* have occurrences.", test=_timed("audio.keyword.")
    ),
    Assumption(
        "text-of-regions", "The text of a text region is a.text.as_one_string.", test=_regions
    ),
    Assumption("summary-in-label", "The text of audio.speech_summary is its label."),
    Assumption("objects-are-logos", "visual.object.localized are brand marks."),
    Assumption("highlights-have-scr", "A highlight is what has occurrences with scr."),
    Assumption("canceled-is-an-end", "job_status says canceled or cancelled after cancel_job."),
    Assumption(
        "not-generated-is-4xx",
        "An optional result type that was not generated is refused with a 4xx.",
        setting="result_types",
    ),
    Assumption(
        "listing-is-complete",
        "list_jobs shows every job of the key, at the latest after settle_seconds.",
        setting="settle_seconds",
    ),
    Assumption(
        "listing-newest-first", "Of several jobs with one id, list_jobs has the latest first."
    ),
    Assumption(
        "chunks-in-any-order",
        "Chunks may be sent several at once, and again after a lost answer.",
        setting="uploads_in_flight",
    ),
    Assumption(
        "one-host", "Jobs are known only to the host that created them.", setting="base_url"
    ),
    Assumption(
        "poll-hint", "A hint below 5 s or above 600 s is no help.", setting="longest_poll_seconds"
    ),
)
