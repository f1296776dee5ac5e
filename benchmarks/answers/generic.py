"""Answers of any size to measure with: persons with embeddings and thumbnails, in long videos."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Mapping
from typing import Any

__all__ = ["embeddings", "images"]

_NUMBERS = 512
_THUMBNAIL_BYTES = 2400
_PERSON_BYTES = 9_400


def embeddings(megabytes: float) -> Mapping[str, bytes]:
    """A video of about this size, nearly all of it embeddings of 512 numbers."""
    chance = random.Random(11)
    scenes: list[dict[str, Any]] = []
    people = max(3, round(megabytes * 1e6 / _PERSON_BYTES))
    while people > 0:
        start = len(scenes) * 4.0
        shown = min(people, chance.choice([0, 1, 1, 2, 3]))
        people -= shown
        scenes.append(
            {
                "time_segment": _interval(start, 4.0),
                "person_ids": [_person(chance) for _ in range(shown)],
            }
        )
    count = len(scenes)
    result = {
        "raw_scenes": [
            {"start_seconds": n * 4.0, "end_seconds": n * 4.0 + 4} for n in range(count)
        ],
        "frame_activity_diffs": [round(chance.random(), 4) for _ in range(count * 8)],
        "sections": [_section(n) for n in range(count // 6)],
        "ocr_results": [_line(n) for n in range(count)],
        "person_constellation_scenes": scenes,
    }
    return {"video": _json({"job_id": "video_1", "status": "finished", "result": result})}


def images(megabytes: float) -> Mapping[str, bytes]:
    """A batch of about this size, a person with an embedding in each image."""
    chance = random.Random(12)
    count = max(3, round(megabytes * 1e6 / _PERSON_BYTES))
    items = [
        {
            "external_id": f"image-{number}.jpg",
            "result": {
                "tags": [{"tag": "street", "probability": 0.58, "is_critical": False}],
                "person_ids": [_person(chance)],
                "ocr_results": [{"language_code": "en", "full_text": "Grand opening"}],
            },
        }
        for number in range(count)
    ]
    return {"images/0": _json({"job_id": "batch_1", "status": "finished", "items": items})}


def _person(chance: random.Random) -> dict[str, object]:
    return {
        "age": round(chance.uniform(3, 80), 1),
        "gender": chance.choice(["female", "male", "unidentified"]),
        # as many digits as a 4-byte float has
        "face_embedding": [round(chance.gauss(0, 0.05), 8) for _ in range(_NUMBERS)],
        "face_thumbnail": base64.b64encode(
            b"\xff\xd8\xff\xe0" + chance.randbytes(_THUMBNAIL_BYTES)
        ).decode(),
        "allowlisted": chance.random() < 0.1,
        "relative_prominence": round(chance.random(), 3),
    }


def _interval(start: float, length: float) -> dict[str, float]:
    return {"start_seconds": start, "end_seconds": start + length}


def _section(number: int) -> dict[str, object]:
    start = number * 24.0
    return {
        "section_tag": "conversation",
        "time_segments": [_interval(start, 24.0)],
        "thumbnail_timestamp": start + 2.5,
        "confidence": 0.87,
        "is_critical": False,
        "relative_activity": 0.23,
    }


def _line(number: int) -> dict[str, object]:
    when = _interval(number * 4.0, 2.0)
    return {"language_code": "fr", "full_text": "Café du Port", "time_segment": when}


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
