"""How different two pictures are: the numbers that edits are found by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vidiom_local.analysis.picture import Picture

__all__ = ["Look", "difference", "look"]

COLOURS_PER_PIXEL = 3.0
"""A slow fade carries large even areas over a histogram step all at once, while their pixels hardly
change: colours may speak only so much louder than pixels."""

BINS = 8
"""Steps per colour channel of the histogram."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is remembered of a picture while edits are looked for: a few kilobytes."""

    index: int
    time: float
    grid: NDArray[np.float32]
    """A quarter of the small copy's pixels, RGB in 0 to 1."""
    histogram: NDArray[np.float32]
    """Share of pixels per colour; sums to 1."""
    brightness: float
    contrast: float


def look(picture: Picture) -> Look:
    import numpy as np

    pixels = picture.small
    rows, columns = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    even = pixels[:rows, :columns].astype(np.float32)
    grid = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / np.float32(
        4 * 255
    )
    steps = (pixels >> 5).astype(np.int32)
    colours = (steps[..., 0] * BINS + steps[..., 1]) * BINS + steps[..., 2]
    histogram = np.bincount(colours.ravel(), minlength=BINS**3).astype(np.float32)
    return Look(
        index=picture.index,
        time=picture.time,
        grid=grid,
        histogram=histogram / histogram.sum(),
        brightness=float(grid.mean()),
        contrast=float(grid.std()),
    )


def pixel_difference(one: Look, other: Look) -> float:
    """Mean difference per pixel and channel, 0 to 1."""
    import numpy as np

    return float(np.abs(one.grid - other.grid).mean())


def histogram_difference(one: Look, other: Look) -> float:
    """Share of the picture whose colours are not found in the other, 0 to 1."""
    import numpy as np

    return float(np.abs(one.histogram - other.histogram).sum() / 2)


def difference(one: Look, other: Look) -> float:
    """0 for the same picture, about 0.2 to 1 for two different scenes.

    Pixels alone are fooled by motion, and colours alone by two scenes with one palette: half each.
    A mean pixel difference of a quarter is already as different as natural pictures get.
    """
    pixels = min(1.0, 4 * pixel_difference(one, other))
    colours = min(COLOURS_PER_PIXEL * pixels, histogram_difference(one, other))
    return 0.5 * pixels + 0.5 * colours
