"""EBU R128 loudness: a curve, the programme's loudness and its range, by FFmpeg's own meter."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

from vidiom_local.wire import Loudness

if TYPE_CHECKING:
    import av
    from av.filter import Graph
    from av.filter.context import FilterContext

    from vidiom_local.analysis.hearing import Sound

__all__ = ["LoudnessMeter"]

INTERVAL = 0.1
"""The meter's own step."""

FLOOR = -70.0
"""LUFS; R128's absolute gate. Below it the meter shows nothing, and so do we."""


class LoudnessMeter:
    """Memory: one number for each tenth of a second, 0.3 MB an hour."""

    name = "loudness"

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._source: FilterContext
        self._sink: FilterContext
        self._start = 0.0
        self._curve = array("d")
        self._integrated: float | None = None
        self._range: float | None = None
        self._samples = 0

    def feed(self, sound: Sound) -> None:
        import av
        import numpy as np

        layout = {1: "mono", 2: "stereo"}.get(sound.samples.shape[0])
        layout = layout or f"{sound.samples.shape[0]}c"
        if self._graph is None:
            self._graph = self._meter(sound.rate, layout)
            self._start = sound.time
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.samples), format="fltp", layout=layout
        )
        frame.sample_rate = sound.rate
        frame.pts = self._samples
        self._samples += frame.samples
        self._source.push(frame)
        self._drain()

    def finish(self) -> Loudness | None:
        """The curve so far. Asking changes nothing."""
        if not self._curve:
            return None
        return Loudness(
            start=round(self._start, 6),
            interval=INTERVAL,
            momentary=[None if math.isnan(value) else round(value, 1) for value in self._curve],
            integrated=self._integrated,
            range=self._range,
        )

    def _meter(self, rate: int, layout: str) -> Graph:
        from fractions import Fraction

        from av.filter import Graph

        graph = Graph()
        self._source = graph.add_abuffer(
            sample_rate=rate, format="fltp", layout=layout, time_base=Fraction(1, rate)
        )
        meter = graph.add("ebur128", "metadata=1:framelog=quiet")
        self._sink = graph.add("abuffersink")
        self._source.link_to(meter)
        meter.link_to(self._sink)
        graph.configure()
        return graph

    def _drain(self) -> None:
        import av

        while True:
            try:
                frame = self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if isinstance(frame, av.AudioFrame):
                self._note(frame)

    def _note(self, frame: av.AudioFrame) -> None:
        values = frame.metadata
        momentary = _measured(values.get("lavfi.r128.M"))
        self._curve.append(math.nan if momentary is None else momentary)
        self._integrated = _measured(values.get("lavfi.r128.I"))
        if self._integrated is not None:
            self._range = _number(values.get("lavfi.r128.LRA"))


def _measured(text: str | None) -> float | None:
    value = _number(text)
    return value if value is not None and value > FLOOR else None


def _number(text: str | None) -> float | None:
    value = math.nan if text is None else float(text)
    return round(value, 2) if math.isfinite(value) else None
