"""Faces over time: found a few times a second, joined into tracks that never cross a cut."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vidiom_local.analysis.boxes import Rectangle, centre_distance, overlap
from vidiom_local.analysis.face_finder import LONGEST_SIDE, MTCNN_SURE, Finder, FoundFace
from vidiom_local.analysis.sampling import Look, Sampler
from vidiom_local.wire import Boxes, FaceTrack, Shot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidiom_local.analysis.picture import Picture

__all__ = ["FaceDetector"]

INTERVAL = 0.4
LONGEST_GAP = 1.3
"""Seconds a face may be overlooked (turned away, blinking) and still be the same track."""

LEAST_OVERLAP = 0.2
LONGEST_STEP, MOST_GROWTH = 1.2, 1.7
"""Without overlap: how far a face may jump, in face widths, and how much it may grow."""

LEAST_DETECTIONS = 2
LEAST_PRESENCE = 0.4
"""The share of looks, between a track's first and last, in which the face was found."""

ROW = 6
"""Numbers kept for each face: time, x, y, width, height, confidence."""


@dataclass(slots=True)
class _Track:
    times: list[float] = field(default_factory=list)
    faces: list[FoundFace] = field(default_factory=list)


class FaceDetector:
    """Memory: six numbers for each face found."""

    name = "faces"

    def __init__(self, finder: Finder, *, sure: float = MTCNN_SURE, still: bool = False) -> None:
        self._find = finder
        self._sure = sure
        """The best moment of a real face is at least so sure; drawings stay below."""
        self._still = still
        self._sampler = Sampler(INTERVAL)
        self._looks = array("d")
        self._rows = array("d")
        self._latest: list[FoundFace] = []

    def feed(self, picture: Picture) -> None:
        verdict = self._sampler.judge(picture)
        if verdict is Look.SKIP:
            return
        if verdict is Look.NEW:
            self._latest = self._find(picture.rgb(LONGEST_SIDE))
        self._looks.append(picture.time)
        for face in self._latest:
            box = face.box
            self._rows.extend((picture.time, box.x, box.y, box.width, box.height, face.confidence))

    def finish(self, shots: Sequence[Shot]) -> list[FaceTrack]:
        """Tracks so far, given the shots so far. Asking changes nothing."""
        if self._still:
            return [_still_track(self._face(row)[1]) for row in range(len(self._rows) // ROW)]
        tracks = []
        for shot in shots:
            for track in self._linked(shot):
                looks = sum(track.times[0] <= time <= track.times[-1] for time in self._looks)
                if _is_real(track, looks, self._sure):
                    tracks.append(_on_the_wire(track, shot))
        return sorted(tracks, key=lambda track: (track.start, track.boxes.x[0]))

    def _face(self, row: int) -> tuple[float, FoundFace]:
        time, x, y, width, height, confidence = self._rows[row * ROW : (row + 1) * ROW]
        return time, FoundFace(Rectangle(x, y, width, height), confidence)

    def _linked(self, shot: Shot) -> list[_Track]:
        tracks: list[_Track] = []
        for row in range(len(self._rows) // ROW):
            time, face = self._face(row)
            if not shot.start <= time < shot.end:
                continue
            near = [t for t in tracks if t.times[-1] < time <= t.times[-1] + LONGEST_GAP]
            best = max(near, key=lambda t: _affinity(t.faces[-1], face), default=None)
            if best is None or _affinity(best.faces[-1], face) <= 0:
                best = _Track()
                tracks.append(best)
            best.times.append(time)
            best.faces.append(face)
        return tracks


def _affinity(one: FoundFace, other: FoundFace) -> float:
    """How likely both are one face, a moment apart; 0 if not."""
    common = overlap(one.box, other.box)
    if common >= LEAST_OVERLAP:
        return 1 + common
    size = max(one.box.width, other.box.width)
    near = centre_distance(one.box, other.box) < LONGEST_STEP * size
    alike = 1 / MOST_GROWTH < one.box.width / max(other.box.width, 1e-9) < MOST_GROWTH
    return 0.1 if near and alike else 0.0


def _is_real(track: _Track, looks: int, sure: float) -> bool:
    return (
        len(track.times) >= LEAST_DETECTIONS
        and max(face.confidence for face in track.faces) >= sure
        and len(track.times) / max(1, looks) >= LEAST_PRESENCE
    )


def _on_the_wire(track: _Track, shot: Shot) -> FaceTrack:
    """As it is reported: a face seen at one look was there half a look before and after.

    It reaches the shot's edge when the edge is hardly further away than one look.
    """
    first, last = track.times[0], track.times[-1]
    start = shot.start if first - shot.start <= INTERVAL * 1.5 else first - INTERVAL / 2
    end = shot.end if shot.end - last <= INTERVAL * 1.5 else last + INTERVAL / 2
    return FaceTrack(
        start=round(start, 6),
        end=round(end, 6),
        confidence=round(sum(f.confidence for f in track.faces) / len(track.faces), 4),
        boxes=_columns(track.times, track.faces),
    )


def _still_track(face: FoundFace) -> FaceTrack:
    return FaceTrack(0.0, 0.0, round(face.confidence, 4), _columns([0.0], [face]))


def _columns(times: list[float], faces: list[FoundFace]) -> Boxes:
    return Boxes(
        time=times,
        x=[face.box.x for face in faces],
        y=[face.box.y for face in faces],
        width=[face.box.width for face in faces],
        height=[face.box.height for face in faces],
        confidence=[round(face.confidence, 4) for face in faces],
    )
