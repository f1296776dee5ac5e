"""What the adapter takes for granted without the vendor's word, and how a real answer tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from vidiom.provider import read_part
from vidiom.provider.assumptions import Assumption, Verdict
from vidiom.schema.raw import RawResult
from vidiom_deepva import rows, wire
from vidiom_deepva.candidates import Keys
from vidiom_deepva.modules import MODULES
from vidiom_deepva.parts import DETAILED, JOB, SUMMARIZED
from vidiom_deepva.states import STATES
from vidiom_deepva.times import moment

__all__ = ["ASSUMPTIONS"]

_OPERATION: Final = "doctor"
_KEYS: Final = Keys.of({})
_PERCENT: Final = 100.0
_BEYOND: Final = 0.5
"""Shares of the frame that a box may reach beyond it."""

Test = Callable[[RawResult], Verdict]


def _job(raw: RawResult) -> wire.Job:
    if JOB not in raw:
        return wire.Job()
    return read_part(raw, JOB, wire.Job, operation=_OPERATION)


def _rows(raw: RawResult, module: str | None = None) -> Iterator[Any]:
    for part in raw.under(DETAILED):
        page = read_part(raw, part.name, rows.AuditedPage, operation=_OPERATION)
        yield from (one for one in page.data or () if module in (None, one.module))


def _metas(raw: RawResult, module: str) -> Iterator[dict[str, Any]]:
    return (one.meta for one in _rows(raw, module) if isinstance(one.meta, dict))


def _envelopes(raw: RawResult) -> Iterator[wire.Envelope]:
    for kind in (DETAILED, SUMMARIZED):
        for part in raw.under(kind):
            yield read_part(raw, part.name, wire.Envelope, operation=_OPERATION)


def _enveloped(raw: RawResult) -> Verdict:
    return Verdict.of(
        None not in (one.total, one.offset, one.limit, one.data) for one in _envelopes(raw)
    )


def _states_known(raw: RawResult) -> Verdict:
    job = _job(raw)
    words = [job.state, *(said.get("state") for said in (job.modules or {}).values())]
    return Verdict.of(word in STATES for word in words if isinstance(word, str))


def _times_read(raw: RawResult) -> Verdict:
    job = _job(raw)
    said = (job.time_created, job.time_started, job.time_completed)
    return Verdict.of(moment(one) is not None for one in said if one)


def _modules_known(raw: RawResult) -> Verdict:
    known = {one.id for one in MODULES}
    return Verdict.of(one.module in known for one in _rows(raw))


def _times_are_numbers(raw: RawResult) -> Verdict:
    return Verdict.of(
        isinstance(time, float)
        for one in _rows(raw)
        for time in (one.time_start, one.time_end)
        if time is not None
    )


def _times_of_the_source(raw: RawResult) -> Verdict:
    """Of a job with a range: rows before the range's length tell that times begin with it."""
    seen: list[bool] = []
    for module, said in (_job(raw).modules or {}).items():
        span = said.get("range")
        start = span.get("time_start") if isinstance(span, dict) else None
        if isinstance(start, (int, float)) and start > 0:
            seen += [
                float(one.time_start) >= start
                for one in _rows(raw, module)
                if isinstance(one.time_start, float)
            ]
    return Verdict.of(seen)


def _frames_fit(raw: RawResult) -> Verdict:
    """Frame numbers begin with 0: a row's first frame over the rate is its first second."""
    rates = {
        one.source: one.info.fps
        for one in (_job(raw).result or wire.JobResult()).summary or ()
        if one.info is not None and one.info.fps
    }
    return Verdict.of(
        abs(one.frame_start / rate - one.time_start) < 1.0 / rate
        for one in _rows(raw)
        if one.media_type != "image"
        and isinstance(one.frame_start, float)
        and isinstance(one.time_start, float)
        and (rate := rates.get(one.source))
    )


def _boxes_are_shares(raw: RawResult) -> Verdict:
    return Verdict.of(
        all(
            side is None or -_BEYOND <= side <= 1 + _BEYOND for side in (box.x, box.y, box.w, box.h)
        )
        for row in _rows(raw)
        for found in row.detections or ()
        if (box := found.data) is not None and found.type == "face_bbox"
    )


def _within(module: str, name: str, lowest: float, highest: float) -> Test:
    def test(raw: RawResult) -> Verdict:
        numbers = [_KEYS.number(name, dict(meta)) for meta in _metas(raw, module)]
        return Verdict.of(lowest <= one <= highest for one in numbers if one is not None)

    return test


def _percent(raw: RawResult) -> Verdict:
    """Some number over 1 tells percent; only small ones could be either."""
    numbers = [
        one
        for meta in _metas(raw, "object_scene_recognition")
        if (one := _KEYS.number("confidence", dict(meta))) is not None
    ]
    return Verdict.of([any(one > 1.0 for one in numbers)] if numbers else [])


def _has(module: str, *names: str) -> Test:
    """Each row of the module has something at one of the candidate keys."""

    def test(raw: RawResult) -> Verdict:
        return Verdict.of(
            any(_KEYS.value(name, dict(meta)) is not None for name in names)
            for meta in _metas(raw, module)
        )

    return test


ASSUMPTIONS: Final[tuple[Assumption, ...]] = (
    Assumption("base-path", "The API is below /api/v1.", "base_url"),
    Assumption(
        "tag-look-up", "A job is found by its tag a moment after it was created.", "settle_seconds"
    ),
    Assumption(
        "pages", "Lists of results come in an envelope with total, offset, limit.", test=_enveloped
    ),
    Assumption("page-limit", "500 rows may be asked for at once.", "page_limit"),
    Assumption("state-words", "The words for states are known.", test=_states_known),
    Assumption(
        "partial",
        "A completed job with errors, or with a module that is not completed, is done in part.",
    ),
    Assumption("job-times", "A job's times are in one of the notations known.", test=_times_read),
    Assumption("job-times-utc", "A job's times are in UTC."),
    Assumption("modules-known", "The ids of modules are known.", test=_modules_known),
    Assumption(
        "times-are-numbers", "Times of rows are numbers, not texts.", test=_times_are_numbers
    ),
    Assumption(
        "times-of-the-source",
        "Times of a job with a range are those of the source, not of the range.",
        test=_times_of_the_source,
    ),
    Assumption(
        "frames-from-zero",
        "Frame numbers begin with 0, and a frame begins at its number over the rate.",
        test=_frames_fit,
    ),
    Assumption("boxes-are-shares", "face_bbox is in shares of the frame.", test=_boxes_are_shares),
    Assumption(
        "face-distance",
        "A face's distance is Euclidean, from 0 to 2.",
        "result_keys",
        _within("face_recognition", "distance", 0.0, 2.0),
    ),
    Assumption(
        "face-identity",
        "Whose a face is stands at one of the keys that are looked at.",
        "result_keys",
        _has("face_recognition", "identity", "index_id"),
    ),
    Assumption(
        "label-percent",
        "The confidence of labels is from 0 to 100.",
        test=_percent,
    ),
    Assumption(
        "label-range",
        "No confidence of a label is over 100.",
        test=_within("object_scene_recognition", "confidence", 0.0, _PERCENT),
    ),
    Assumption(
        "landmark-similarity",
        "A landmark's similarity is from 0 to 1.",
        "result_keys",
        _within("landmark_recognition", "similarity", 0.0, 1.0),
    ),
    Assumption(
        "text-key",
        "The text of a line stands at one of the keys that are looked at.",
        "result_keys",
        _has("text_recognition", "text"),
    ),
    Assumption(
        "speech-key",
        "What is said stands at one of the keys that are looked at.",
        "result_keys",
        _has("speech_recognition", "text", "silence"),
    ),
    Assumption(
        "speaker-key",
        "Who speaks stands at one of the keys that are looked at.",
        "result_keys",
        _has("speaker_identification", "speaker", "identity"),
    ),
    Assumption(
        "answer-key",
        "The answer to a prompt stands at one of the keys that are looked at.",
        "result_keys",
        _has("visual_understanding", "response", "structured"),
    ),
    Assumption(
        "upload-form",
        "An upload is a multipart form with the parts folder and file.",
        "storage_file_part",
    ),
    Assumption("dictionary-form", "A dictionary is uploaded likewise.", "dictionary_file_part"),
    Assumption(
        "upload-ready", "An upload can be used once it says uploaded.", "upload_wait_seconds"
    ),
    Assumption("cancel", "A job that is deleted while it runs costs nothing more."),
    Assumption(
        "signature-header",
        "The signature is in the header X-DeepVA-Signature.",
        "signature_header",
    ),
    Assumption("nonce-header", "The nonce is in the header X-DeepVA-Nonce.", "nonce_header"),
    Assumption(
        "signed-message", "The signature is of the raw body and nothing else.", "signed_message"
    ),
    Assumption("signature-encoding", "It is written in hex or base64.", "signature_encoding"),
    Assumption("webhook-events", "The events are on_completed and on_failed.", "webhook_events"),
    Assumption("training-ends", "A training ends as completed or failed."),
)
