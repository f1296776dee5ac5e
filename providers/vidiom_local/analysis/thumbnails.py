"""One small JPEG per shot."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidiom_local.analysis.picture import Picture, Pixels
    from vidiom_local.wire import Shot

__all__ = ["Candidate", "ThumbnailDetector", "jpeg"]

SAMPLE_SECONDS = 0.5
LONGEST_SIDE = 320
PENDING = 48
"""Candidates waiting for their shot's end to be known; when full, every second one is dropped."""


@dataclass(frozen=True, slots=True)
class Candidate:
    time: float
    detail: float
    width: int
    height: int
    data: bytes


class ThumbnailDetector:
    """Keeps a few candidates until the edit is certain, then the most detailed one of each shot.

    Memory: at most `PENDING` small JPEGs of shots that may still change; what is chosen is taken
    away by `chosen` and written out at once.
    """

    name = "thumbnails"

    def __init__(self) -> None:
        self._pending: list[Candidate] = []
        self._done_before = 0.0

    def feed(self, picture: Picture) -> None:
        if self._pending and picture.time - self._pending[-1].time < SAMPLE_SECONDS:
            return
        pixels = picture.rgb(LONGEST_SIDE)
        self._pending.append(
            Candidate(
                time=picture.time,
                detail=float(picture.small.std()),
                width=int(pixels.shape[1]),
                height=int(pixels.shape[0]),
                data=jpeg(pixels),
            )
        )
        if len(self._pending) > PENDING:
            self._pending = self._pending[::2]

    def chosen(self, shots: Sequence[Shot], *, settled: float) -> list[tuple[int, Candidate]]:
        """(shot number, candidate) of each shot that has ended for certain since the last call."""
        ready: list[tuple[int, Candidate]] = []
        for number, shot in enumerate(shots):
            if shot.start < self._done_before or shot.end > settled:
                continue
            inside = [c for c in self._pending if shot.start <= c.time < shot.end]
            if inside:
                ready.append((number, _best(inside, shot)))
            self._pending = [c for c in self._pending if c.time >= shot.end]
            self._done_before = shot.end
        return ready


def _best(candidates: list[Candidate], shot: Shot) -> Candidate:
    """The most detailed away from the edges, where a transition may still be running."""
    margin = min(0.5, (shot.end - shot.start) / 4)
    calm = [c for c in candidates if shot.start + margin <= c.time < shot.end - margin]
    return max(calm or candidates, key=lambda candidate: candidate.detail)


def jpeg(pixels: Pixels) -> bytes:
    """The pixels as a JPEG file."""
    import av

    file = BytesIO()
    with av.open(file, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height = int(pixels.shape[1]), int(pixels.shape[0])
        stream.pix_fmt = "yuvj420p"
        stream.options = {"qmin": "3", "qmax": "3"}
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        for packet in (*stream.encode(frame), *stream.encode()):
            container.mux(packet)
    return file.getvalue()
