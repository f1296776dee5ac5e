"""Sampled curves over time: loudness, activity, valence and their like."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from operator import le
from typing import Annotated

from pydantic import Field, model_validator

from vidiom.schema.columns import Columnar, FiniteColumn, SparseColumn
from vidiom.schema.provenance import Source

__all__ = ["Signal"]


class Signal(Columnar):
    """One curve.

    A missing value is NaN in the column and ``null`` in JSON. When samples were taken is either in
    ``times``, or follows from ``start`` and ``interval``, or is unknown: some vendors give values
    without saying when, and times are not invented.
    """

    id: str
    """Unique among the detections and signals of the result."""
    name: str
    """What is measured: ``loudness``, ``activity``, ``valence`` … or the vendor's word."""
    unit: str | None = None
    """Unit of the values, such as ``LUFS``; ``None`` for a bare number."""
    values: SparseColumn
    """One value per sample."""
    times: FiniteColumn | None = None
    """Moment of each sample in seconds, when they are not at equal distances."""
    start: float = 0.0
    """Moment of the first sample in seconds, where ``interval`` is given."""
    interval: Annotated[float, Field(gt=0)] | None = None
    """Seconds between two samples, where they are at equal distances."""
    minimum: float | None = None
    """Lower end of the scale, if it has one."""
    maximum: float | None = None
    """Upper end of the scale, if it has one."""
    subject: str | None = None
    """Id of the detection that the curve belongs to; ``None`` for the media as a whole."""
    source: Source | None = None
    """Where in the raw answer it stands."""

    @model_validator(mode="after")
    def _check(self) -> Signal:
        if self.times is not None:
            if self.interval is not None:
                msg = "a signal has either times or an interval, not both"
                raise ValueError(msg)
            if len(self.times) != len(self.values):
                msg = "a signal with times has one for each value"
                raise ValueError(msg)
            if not all(map(le, self.times, memoryview(self.times)[1:])):
                msg = "the times of a signal never decrease"
                raise ValueError(msg)
        return self

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self.values)

    def __bool__(self) -> bool:
        """A signal exists even when it is empty."""
        return True

    @property
    def timed(self) -> bool:
        """Whether it is known when the samples were taken."""
        return self.times is not None or self.interval is not None

    def time_of(self, index: int) -> float | None:
        """Moment of a sample in seconds, if known."""
        if self.times is not None:
            return self.times[index]
        return None if self.interval is None else self.start + index * self.interval

    def samples(self) -> Iterator[tuple[float | None, float | None]]:
        """Each ``(seconds, value)``; either is ``None`` where it is unknown."""
        for index, value in enumerate(self.values):
            yield self.time_of(index), None if isnan(value) else value
