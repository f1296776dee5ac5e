"""The canned findings: a short story at a harbour, and what an image shows of it."""

from __future__ import annotations

import binascii
import struct
import zlib
from base64 import b64encode
from typing import Final

from vidiom.emulation.refusal import Json

__all__ = ["canned_image", "canned_video", "embedding", "thumbnail"]

_SCENE: Final = 6.0


def canned_video(minutes: float) -> Json:
    """``result`` of a video of this length: a scene of six seconds after the other."""
    count = max(4, round(minutes * 60 / _SCENE))
    end = count * _SCENE
    return {
        "raw_scenes": [_interval(n * _SCENE, (n + 1) * _SCENE) for n in range(count)],
        "frame_activity_diffs": [
            round(0.05 + 0.4 * ((n * 7) % 10) / 10, 3) for n in range(count * 6)
        ],
        "sections": [
            _section("arrival", [(0.0, _SCENE)], 0.94, critical=False),
            _section(
                "conversation", [(_SCENE, 2 * _SCENE), (3 * _SCENE, end)], 0.87, critical=False
            ),
            _section("altercation", [(2 * _SCENE, 3 * _SCENE)], 0.79, critical=True),
        ],
        "ocr_results": [
            {"language_code": "fr", "full_text": "Café du Port", "time_segment": _interval(0, 4.2)},
            {
                "full_text": "PLATFORM 9\nMind the step",
                "time_segment": _interval(3 * _SCENE, end - 0.9),
            },
        ],
        "person_constellation_scenes": [
            {"time_segment": _interval(0, _SCENE), "person_ids": []},
            {
                "time_segment": _interval(_SCENE, 2 * _SCENE),
                "person_ids": [
                    {
                        "age": 41.5,
                        "gender": "female",
                        "face_embedding": embedding(1),
                        "face_thumbnail": thumbnail(),
                        "allowlisted": True,
                        "relative_prominence": 0.72,
                    },
                    {"gender": "unidentified", "face_embedding": embedding(2)},
                ],
            },
            {
                "time_segment": _interval(2 * _SCENE, end),
                "person_ids": [
                    {
                        "age": 40.8,
                        "gender": "female",
                        "face_embedding": embedding(3),
                        "allowlisted": False,
                    }
                ],
            },
        ],
    }


def canned_image(number: int) -> Json:
    """``result`` of an image; the first one has a person in it."""
    people: list[Json] = []
    if number == 0:
        people = [{"age": 7, "gender": "unidentified", "face_embedding": embedding(4)}]
    return {
        "tags": [
            {"tag": "billboard", "probability": 0.97, "is_critical": False},
            {"tag": "weapon", "probability": 0.64, "is_critical": True},
            {"tag": "street", "probability": 0.58},
        ],
        "person_ids": people,
        "ocr_results": [{"language_code": "en", "full_text": f"Grand opening {number + 1}"}],
    }


def embedding(seed: int) -> list[float]:
    """Eight numbers that are the same in every run."""
    return [round(((seed * 37 + n * 61) % 500 - 250) / 1000, 3) for n in range(8)]


def thumbnail() -> str:
    """A grey picture of four pixels by four, as PNG in base64."""
    rows = b"".join(b"\0" + b"\x80\x80\x80" * 4 for _ in range(4))
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ):
        checked = kind + data
        content += struct.pack(">I", len(data)) + checked
        content += struct.pack(">I", binascii.crc32(checked))
    return b64encode(content).decode()


def _interval(start: float, end: float) -> Json:
    return {"start_seconds": start, "end_seconds": end}


def _section(
    tag: str, times: list[tuple[float, float]], confidence: float, *, critical: bool
) -> Json:
    return {
        "section_tag": tag,
        "time_segments": [_interval(start, end) for start, end in times],
        "thumbnail_timestamp": times[0][0] + 2.4,
        "confidence": confidence,
        "is_critical": critical,
        "relative_activity": 0.86 if critical else 0.23,
    }
