"""A detector in isolation: its failure becomes a problem entry, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

from vidiom_local.analysis.recognizers import ModelRefused
from vidiom_local.wire import Problem

__all__ = ["Guarded", "guarded"]

log = logging.getLogger(__name__)

D = TypeVar("D")
Answer = TypeVar("Answer")


class Guarded(Generic[D]):
    """A detector that may be missing, or stop working, without anybody else noticing."""

    def __init__(self, name: str, detector: D | None, problem: Problem | None = None) -> None:
        self.name = name
        self.detector = detector
        self.problem = problem

    @property
    def working(self) -> bool:
        return self.detector is not None and self.problem is None

    def problems(self) -> list[Problem]:
        return [] if self.problem is None else [self.problem]

    def ask(self, question: Callable[[D], Answer], otherwise: Answer) -> Answer:
        """What the detector answers; `otherwise` if there is none or it fails at this, too."""
        if self.detector is None:
            return otherwise
        try:
            return question(self.detector)
        except Exception as error:  # noqa: BLE001 - the border to detectors and their libraries
            self._fail(error)
            return otherwise

    def tell(self, message: Callable[[D], object]) -> None:
        """Hand something to the detector, unless it has failed before."""
        if self.working:
            self.ask(message, None)

    def _fail(self, error: Exception) -> None:
        log.error("detector %s failed", self.name, exc_info=error)
        if self.problem is None:
            self.problem = _problem(self.name, error)


def guarded(
    name: str,
    build: Callable[[], D],
    asked: Collection[str],
    missing: Mapping[str, Problem],
) -> Guarded[D]:
    """The detector that `build` gives if it is asked for; if it cannot be had, the reason."""
    if name not in asked:
        return Guarded(name, None)
    if name in missing:
        return Guarded(name, None, missing[name])
    try:
        return Guarded(name, build())
    except Exception as error:  # a broken installation must not stop the other detectors
        log.exception("detector %s cannot start", name)
        return Guarded(name, None, _problem(name, error))


def _problem(name: str, error: Exception) -> Problem:
    code = error.code if isinstance(error, ModelRefused) else "detector_failed"
    message = str(error) if isinstance(error, ModelRefused) else f"{type(error).__name__}: {error}"
    return Problem(code=code, message=message, detector=name, features=[name])
