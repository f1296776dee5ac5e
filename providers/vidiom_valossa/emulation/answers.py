"""What a finished job answers: each result type, written from the findings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from vidiom.emulation.refusal import Json
from vidiom_valossa.emulation.findings import Findings
from vidiom_valossa.emulation.places import face_rows, object_rows, second_rows
from vidiom_valossa.emulation.subtitles import WRITERS

__all__ = ["TYPES", "answer", "available", "media_type"]

# https://docs.valossa.com/api-reference/job-results
TYPES: Final = (
    "core",
    "frames_faces",
    "seconds_objects",
    "frames_objects",
    "visual_captions",
    *WRITERS,
)

# The newest versions that a dated page names (https://docs.valossa.com/metadata/overview).
_FORMATS: Final[Mapping[str, str]] = {
    "core": "1.8.1",
    "frames_faces": "1.0.3",
    "seconds_objects": "1.0.2",
    "frames_objects": "1.0.0",
}
_ROWS: Final[Mapping[str, str]] = {
    "frames_faces": "faces_by_frame",
    "seconds_objects": "objects_by_second",
    "frames_objects": "objects_by_frame",
}
_BACKEND: Final = "3.1.1"


def available(findings: Findings) -> frozenset[str]:
    """The types that there is something to tell in."""
    told = {"core"}
    if findings.has("human.face"):
        told.add("frames_faces")
    if findings.objects:
        told |= {"seconds_objects", "frames_objects"}
    if findings.captions:
        told.add("visual_captions")
    if findings.lines:
        told |= WRITERS.keys()
    return frozenset(told)


def media_type(kind: str) -> str:
    """The header is not documented; text is what the subtitles are."""
    return "text/plain; charset=utf-8" if kind in WRITERS else "application/json"


def answer(findings: Findings, kind: str, job_info: Json) -> Iterator[bytes]:
    """One result type, in pieces, on one line where it is JSON."""
    if kind in WRITERS:
        yield WRITERS[kind](findings.lines, findings.technical.rate).encode()
    elif kind == "visual_captions":
        yield _line(_captions(findings))
    elif kind == "core":
        yield _line(_head(findings, kind, job_info) | findings.written())
    else:
        yield _line(_head(findings, kind, job_info))[:-1]
        yield b',"%s":[' % _ROWS[kind].encode()
        yield from _rows(findings, kind)
        yield b"]}"


def _rows(findings: Findings, kind: str) -> Iterator[bytes]:
    technical = findings.technical
    if kind == "frames_faces":
        return face_rows(findings.faces, technical.frames)
    if kind == "frames_objects":
        return object_rows(findings.objects, technical.frames)
    return second_rows(findings.objects, int(technical.duration) + 1, technical.rate)


def _head(findings: Findings, kind: str, job_info: Json) -> Json:
    request = job_info.get("request")
    media = request.get("media", {}) if isinstance(request, dict) else {}
    given = {name: media[name] for name in ("title", "description") if media.get(name)}
    return {
        "version_info": {
            "metadata_type": kind,
            "metadata_format": _FORMATS[kind],
            "backend": _BACKEND,
        },
        "job_info": job_info,
        "media_info": {"technical": findings.technical.written(), "from_customer": given},
    }


def _captions(findings: Findings) -> Json:
    """``metadata_format_version`` and ``s_start`` are this type's own words for these things."""
    sections = [
        {
            "caption": line.text,
            "section": {
                "s_start": line.start,
                "s_end": line.end,
                "shot_index": findings.shot_at(line.start),
            },
        }
        for line in findings.captions
    ]
    version = {"metadata_type": "visual_captions", "metadata_format_version": "1.2.0"}
    return {"version_info": version, "selected_sections": sections}


def _line(content: Json) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
