"""Rectangles in fractions of the displayed picture, and how much two of them overlap."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Rectangle", "centre_distance", "overlap"]


@dataclass(frozen=True, slots=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height


def overlap(one: Rectangle, other: Rectangle) -> float:
    """Intersection over union, 0 to 1."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (one.area + other.area - common)


def centre_distance(one: Rectangle, other: Rectangle) -> float:
    across = (one.x + one.width / 2) - (other.x + other.width / 2)
    down = (one.y + one.height / 2) - (other.y + other.height / 2)
    return float((across**2 + down**2) ** 0.5)
