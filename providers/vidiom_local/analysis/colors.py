"""Dominant colours of each shot."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from vidiom_local.wire import Color, ColorSpan, Shot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidiom_local.analysis.picture import Picture, Pixels

__all__ = ["ColorDetector", "dominant"]

SAMPLE_SECONDS = 0.5
KEPT = 6
"""Colours kept of each sample; 24 numbers, so two hours need about a megabyte."""

SHOWN = 5
SMALLEST_SHARE = 0.03
NEAR = 60.0
"""Colours closer than this in RGB are one colour to a viewer."""

Weighted = tuple[float, float, float, float]
"""Red, green, blue, weight."""


class ColorDetector:
    name = "colors"

    def __init__(self) -> None:
        self._times = array("d")
        self._colors = array("f")

    def feed(self, picture: Picture) -> None:
        if self._times and picture.time - self._times[-1] < SAMPLE_SECONDS:
            return
        self._times.append(picture.time)
        found = dominant(picture.small)[:KEPT]
        for color in [*found, *[(0.0, 0.0, 0.0, 0.0)] * (KEPT - len(found))]:
            self._colors.extend(color)

    def finish(self, shots: Sequence[Shot]) -> list[ColorSpan]:
        spans = []
        for shot in shots:
            samples = [i for i, time in enumerate(self._times) if shot.start <= time < shot.end]
            if samples:
                spans.append(ColorSpan(shot.start, shot.end, self._summary(samples)))
        return spans

    def _summary(self, samples: list[int]) -> list[Color]:
        pool: list[Weighted] = []
        for sample in samples:
            row = self._colors[sample * KEPT * 4 : (sample + 1) * KEPT * 4]
            pool.extend(
                (row[at], row[at + 1], row[at + 2], row[at + 3] / len(samples))
                for at in range(0, len(row), 4)
                if row[at + 3] > 0
            )
        merged = _merged(pool)
        return [
            Color(hex=f"#{round(r):02x}{round(g):02x}{round(b):02x}", share=round(share, 4))
            for r, g, b, share in merged[:SHOWN]
            if share >= SMALLEST_SHARE
        ]


def dominant(pixels: Pixels) -> list[Weighted]:
    """The picture's colours, largest first, near ones joined."""
    import numpy as np

    flat = pixels.reshape(-1, 3)
    cells = (flat >> 4).astype(np.int32)
    codes = (cells[:, 0] << 8) | (cells[:, 1] << 4) | cells[:, 2]
    counts = np.bincount(codes, minlength=4096)
    sums = [np.bincount(codes, weights=flat[:, c], minlength=4096) for c in range(3)]
    order = np.argsort(counts)[::-1][:64]
    pool: list[Weighted] = []
    for cell in order:
        count = float(counts[cell])
        if count == 0:
            break
        red, green, blue = (float(channel[cell]) / count for channel in sums)
        pool.append((red, green, blue, count / len(flat)))
    return _merged(pool)


def _merged(pool: list[Weighted]) -> list[Weighted]:
    """Each colour joins the first larger one that is near; the result is sorted by weight."""
    groups: list[list[float]] = []
    for red, green, blue, weight in sorted(pool, key=lambda color: -color[3]):
        for group in groups:
            distance = (group[0] - red) ** 2 + (group[1] - green) ** 2 + (group[2] - blue) ** 2
            if distance < NEAR**2:
                total = group[3] + weight
                for channel, value in enumerate((red, green, blue)):
                    group[channel] += (value - group[channel]) * weight / total
                group[3] = total
                break
        else:
            groups.append([red, green, blue, weight])
    groups.sort(key=lambda group: -group[3])
    return [(g[0], g[1], g[2], g[3]) for g in groups]
