"""Places in the picture: boxes, and tracks of boxes over time."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from math import inf
from operator import le
from typing import Annotated

from pydantic import Field

from vidiom.schema.columns import Columnar, FiniteColumn, SparseColumn, extent, sparse_column
from vidiom.schema.values import Value, as_dataclass

__all__ = ["Box", "Track"]


@as_dataclass
class Box(Value, frozen=True, gc=False):
    """A rectangle in fractions of the displayed frame; the origin is its top left corner.

    Not clamped: what reaches beyond the frame keeps its true extent. Rotation and pixel aspect
    ratio are already applied, so ``x * width_in_pixels`` is where a viewer sees it.

    Raises:
        ValueError: A value is not finite, or a side is negative.
    """

    x: float
    y: float
    width: Annotated[float, Field(ge=0)]
    height: Annotated[float, Field(ge=0)]

    def __post_init__(self) -> None:
        """NaN fails each comparison."""
        if not (
            -inf < self.x < inf
            and -inf < self.y < inf
            and 0.0 <= self.width < inf
            and 0.0 <= self.height < inf
        ):
            msg = "a box is finite and its sides are not negative"
            raise ValueError(msg)

    @property
    def area(self) -> float:
        """Share of the frame's area (over 1 when it reaches beyond)."""
        return self.width * self.height

    def intersection_over_union(self, other: Box) -> float:
        """From 0 (apart) to 1 (equal); two empty boxes give 0."""
        common = _common(self.x, self.width, other.x, other.width) * _common(
            self.y, self.height, other.y, other.height
        )
        union = self.area + other.area - common
        return min(1.0, common / union) if union > 0 else 0.0

    def pixels(self, width: int, height: int) -> tuple[float, float, float, float]:
        """``(x, y, width, height)`` in pixels of a frame of this size."""
        return (self.x * width, self.y * height, self.width * width, self.height * height)


def _common(one: float, length: float, other: float, other_length: float) -> float:
    """Length of the common part of two intervals given by start and length.

    From the later start on, so that nothing is rounded where the starts are the same.
    """
    if other < one:
        one, length, other, other_length = other, other_length, one, length
    return max(0.0, min(other_length, length - (other - one)))


class Track(Columnar):
    """The boxes of one thing over time, stored in columns (40 bytes a box).

    ``len(track)`` boxes in order of time; several may share a moment when a vendor says so.
    ``boxes()`` gives them one by one. Each column is an ``array`` of doubles, which NumPy views
    without a copy.
    """

    times: FiniteColumn
    """Moment of each box in seconds; never decreasing."""
    x: FiniteColumn
    """Left edges, in fractions of the displayed frame's width."""
    y: FiniteColumn
    """Top edges, in fractions of its height."""
    width: FiniteColumn
    """Widths, in fractions of its width."""
    height: FiniteColumn
    """Heights, in fractions of its height."""
    confidences: SparseColumn | None = None
    """Confidence of each box, 0 to 1, missing where it has none; ``None`` when no box has any."""
    interval: Annotated[float, Field(gt=0)] | None = None
    """Seconds between two samples when the vendor samples regularly."""

    def model_post_init(self, _context: object, /) -> None:
        """Refuse columns that do not belong together.

        No validator: it would look at every box again when the track becomes part of a detection.
        """
        count = len(self.times)
        columns = [self.x, self.y, self.width, self.height]
        if self.confidences is not None:
            columns.append(self.confidences)
        if any(len(one) != count for one in columns):
            msg = "all columns of a track have the same length"
            raise ValueError(msg)
        if not all(map(le, self.times, memoryview(self.times)[1:])):
            msg = "the times of a track never decrease"
            raise ValueError(msg)
        if count and (min(self.width) < 0 or min(self.height) < 0):
            msg = "the sides of a box are not negative"
            raise ValueError(msg)
        sure = None if self.confidences is None else extent(self.confidences)
        if sure is not None and not (sure[0] >= 0 and sure[1] <= 1):
            msg = "a confidence is from 0 to 1"
            raise ValueError(msg)

    @classmethod
    def of(
        cls,
        boxes: Iterable[tuple[float, Box]],
        *,
        confidences: Iterable[float | None] | None = None,
        interval: float | None = None,
    ) -> Track:
        """A track of ``(seconds, box)`` pairs in order of time."""
        columns = [array("d") for _ in range(5)]
        times, x, y, width, height = columns
        for seconds, box in boxes:
            times.append(seconds)
            x.append(box.x)
            y.append(box.y)
            width.append(box.width)
            height.append(box.height)
        return cls(
            times=times,
            x=x,
            y=y,
            width=width,
            height=height,
            confidences=None if confidences is None else sparse_column(confidences),
            interval=interval,
        )

    def __len__(self) -> int:
        """How many boxes there are."""
        return len(self.times)

    def __bool__(self) -> bool:
        """A track exists even when it is empty."""
        return True

    def box(self, index: int) -> Box:
        """The box at a position in the columns."""
        return Box(self.x[index], self.y[index], self.width[index], self.height[index])

    def boxes(self) -> Iterator[tuple[float, Box]]:
        """Each box with its moment, in order of time."""
        for index, seconds in enumerate(self.times):
            yield seconds, self.box(index)

    def at(self, seconds: float) -> Box | None:
        """The last box at or before this moment; ``None`` before the first one."""
        index = bisect_right(self.times, seconds) - 1
        return self.box(index) if index >= 0 else None
