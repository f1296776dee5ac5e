"""Least times of several pieces of work, measured in turns on a machine that is never quiet."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

__all__ = ["Effort", "Measure", "alternating", "timed"]

T = TypeVar("T")

Measure: TypeAlias = Callable[[], float]
"""Does some work once, and says how long it took (or another number, of which less is better)."""


@dataclass(frozen=True)
class Effort:
    """How thoroughly is measured."""

    quick: bool = False
    """Only to see that everything runs; the numbers mean nothing."""

    def pick(self, full: T, quick: T) -> T:
        """One of two sizes."""
        return quick if self.quick else full


def alternating(measures: Mapping[str, Measure], *, rounds: int) -> dict[str, float]:
    """The least value of each measure.

    They are taken in turns and each round in the opposite order, so that a disturbance or a
    warm processor serves all alike. The least of many is what the work itself costs: other
    programs can only add to it.
    """
    least = dict.fromkeys(measures, float("inf"))
    order = list(measures)
    for _ in range(rounds):
        for name in order:
            least[name] = min(least[name], measures[name]())
        order.reverse()
    return least


def timed(work: Callable[[], object], *, times: int = 1, collector: bool = True) -> Measure:
    """A measure of the seconds that the work takes, each of several times in a row.

    Work that is done once begins without garbage. ``collector`` says whether Python's garbage
    collector may run meanwhile, as it does in every program that does not stop it.
    """

    def measure() -> float:
        if times == 1:
            gc.collect()
        if not collector:
            gc.disable()
        try:
            begun = time.perf_counter()
            for _ in range(times):
                work()
            return (time.perf_counter() - begun) / times
        finally:
            gc.enable()

    return measure
