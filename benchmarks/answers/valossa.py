"""Answers of any size, in the proportions of a film: for measuring, never for golden values.

A published sample (format 1.3.1) has 701 detections with 6,960 occurrences in 6,816 seconds; the
current format adds every word as a detection, and expressions and colours for each second.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["core", "faces"]

_CORE_BYTES_A_SECOND = 890
_SHOT_SECONDS = 5
_BOX_BYTES = 57
_RATE = 25
_SHADES = (("4", 0.31), ("c", 0.22), ("1", 0.14))


def core(megabytes: float, *, change: int = _SHOT_SECONDS) -> Mapping[str, bytes]:
    """A core part of about this size, whose colours change every so many seconds."""
    film = _Film(max(20.0, megabytes * 1e6 / _CORE_BYTES_A_SECOND), change)
    return {"core": film.written()}


def faces(megabytes: float) -> Mapping[str, bytes]:
    """A small core, and a ``frames_faces`` part of about this size."""
    chance = random.Random(7)
    frames: list[list[dict[str, object]]] = []
    boxes = 0
    while boxes * _BOX_BYTES < megabytes * 1e6:
        shown = [str(chance.randint(1, 400)) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
        for _ in range(chance.randint(50, 300)):  # a shot
            frames.append([_box(chance, one) for one in shown])
            boxes += len(shown)
    small = _Film(60.0)
    for _ in range(400):
        small.face()
    rows = {"version_info": _version("frames_faces", "1.0.3"), "faces_by_frame": frames}
    return {"core": small.written(), "frames_faces": _json(rows)}


def _box(chance: random.Random, detection: str) -> dict[str, object]:
    x, y = round(chance.random(), 4), round(chance.random(), 4)
    return {"id": detection, "x": x, "y": y, "w": 0.121, "h": 0.2361}


def _version(part: str, number: str) -> dict[str, str]:
    return {"metadata_type": part, "metadata_format": number, "backend": "3.1.1"}


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


@dataclass
class _Film:
    """A core document while it grows."""

    seconds: float
    change: int = _SHOT_SECONDS
    detections: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_second: list[list[dict[str, Any]]] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(3))
    occurrences: int = 0

    def __post_init__(self) -> None:
        self.by_second = [[] for _ in range(int(self.seconds) + 1)]

    def written(self) -> bytes:
        hours = self.seconds / 3600
        for _ in range(max(1, int(hours * 200))):
            self.label("visual.context", 20)
        for _ in range(max(1, int(hours * 40))):
            self.label("audio.context", 12)
        for _ in range(max(1, int(hours * 60))):
            self.face()
        for _ in range(int(hours * 100)):
            text = {"text": {"as_one_string": "NORDLYS COFFEE est. 1998"}}
            self.add("visual.text_region.lower_third", "text region", self.spans(1), a=text)
        self.talk()
        self.colors()
        return _json(self.document())

    def add(
        self,
        kind: str,
        label: str,
        spans: list[tuple[float, float]],
        said: Callable[[], dict[str, object]] | None = None,
        *,
        sure: bool = False,
        **more: object,
    ) -> None:
        vendor_id = str(len(self.detections) + 1)
        occs: list[dict[str, object]] = []
        for start, end in spans:
            self.occurrences += 1
            name = str(self.occurrences)
            one: dict[str, object] = {"id": name, "ss": start, "se": end}
            one |= {"shs": int(start / 5), "she": int(end / 5)}
            if sure:
                one |= {"c_max": 0.913, "c_med": 0.871}
            occs.append(one)
            for second in range(int(start), min(int(end) + 1, len(self.by_second))):
                item: dict[str, object] = {"d": vendor_id, "o": [name]}
                if sure:
                    item["c"] = round(self.chance.uniform(0.5, 1), 3)
                if said is not None:
                    item["a"] = said()
                self.by_second[second].append(item)
        self.detections[vendor_id] = {"t": kind, "label": label, **more, "occs": occs}

    def spans(self, count: int) -> list[tuple[float, float]]:
        latest = max(1.0, self.seconds - 10)
        starts = sorted(self.chance.uniform(0, latest) for _ in range(count))
        return [(round(s, 2), round(s + self.chance.uniform(0.5, 9), 2)) for s in starts]

    def label(self, kind: str, most: int) -> None:
        tag = self.chance.choice(["flora", "fauna", "content_compliance"])
        spans = self.spans(self.chance.randint(1, most))
        links = {"gkg": {"id": "/m/019jd"}}
        categ = {"tags": [tag]}
        self.add(kind, "boat", spans, sure=True, cid="b7Qm2LxVtR0k", ext_refs=links, categ=categ)

    def face(self) -> None:
        gallery = {"id": "9f2d7c31-5a84-4a0e-b6d3-17c2e85f4d60"}
        known = {"id": "d3b8e1a5-7f24-4c96-9b0a-5e61c7d82f43", "name": "Mira Salonen"}
        candidate = {"c": 0.934, "name": known["name"], "gallery": gallery, "gallery_face": known}
        detail = {"gender": {"c": 0.98, "value": "female"}, "similar_to": [candidate]}
        self.add("human.face", "face", self.spans(12), self.mood, a=detail)

    def mood(self) -> dict[str, object]:
        shown = [{"e": "joy", "c": 0.7}, {"e": "neutral", "c": 0.21}]
        return {"sen": {"val": round(self.chance.uniform(-1, 1), 3), "emo": shown}}

    def talk(self) -> None:
        start = 1.0
        while start < self.seconds - 10:
            words = [round(start + 0.4 * n, 2) for n in range(self.chance.randint(4, 14))]
            end = round(words[-1] + 0.4, 2)
            mood = {"sen": {"val": 0.412}}
            self.add("audio.speech", " ".join(["word"] * len(words)), [(start, end)], a=mood)
            for at in words:
                speaker = {"s": {"id": "1"}}
                when = [(at, round(at + 0.35, 2))]
                self.add("audio.speech_detailed", "word", when, c=0.86, a=speaker)
            start = round(end + self.chance.uniform(0.1, 2), 2)

    def colors(self) -> None:
        """Three colours that hold for a shot, as in the documentation's example."""
        palette: dict[str, object] = {}
        self.add("visual.color", "dominant colors", [(0.0, round(self.seconds, 2))])
        vendor_id = str(len(self.detections))
        for second, row in enumerate(self.by_second):
            if second % self.change == 0:
                palette = {"rgb": [self.shade(first, share) for first, share in _SHADES]}
            row[-1] = {"d": vendor_id, "o": [str(self.occurrences)], "a": palette}

    def shade(self, first: str, share: float) -> dict[str, object]:
        return {"v": f"{first}{self.chance.randrange(1 << 20):05x}", "f": share}

    def document(self) -> dict[str, object]:
        types: dict[str, list[str]] = {}
        for vendor_id, one in self.detections.items():
            types.setdefault(one["t"], []).append(vendor_id)
        shots = [
            {"ss": n * 5.0, "se": n * 5.0 + 5, "fs": n * 125, "fe": n * 125 + 124, "sdur": 5.0}
            for n in range(int(self.seconds / 5))
        ]
        return {
            "version_info": _version("core", "1.8.1"),
            "job_info": {"job_id": "x", "request": {"media": {"language": "en-US"}}},
            "media_info": {"technical": {"duration_s": round(self.seconds, 2), "fps": _RATE}},
            "detections": self.detections,
            "detection_groupings": {"by_detection_type": types, "by_second": self.by_second},
            "segmentations": {"detected_shots": shots},
        }
