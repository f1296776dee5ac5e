"""Really looking at the media: in a thread, with vidiom's own local provider or any function."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, Protocol, TypeVar

from vidiom.emulation.behaviour import Analysis, EmulatorBehaviour
from vidiom.errors import VidiomError
from vidiom.schema.result import Result

__all__ = ["Analyst", "Failure", "Outcome", "analyst_for", "local_analysis"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Failure:
    """Why there is no result."""

    of_transfer: bool
    """The media could not be had; else it was had, and is nothing that can be analysed."""
    reason: str = ""
    """What the analysis said."""


class Outcome(Protocol[T_co]):
    """What a job comes to."""

    @property
    def fetched(self) -> bool:
        """Whether the media has arrived, or will not."""

    @property
    def done(self) -> bool:
        """Whether it is known."""

    @property
    def failure(self) -> Failure | None:
        """Why there is no result, as far as it is known."""

    def findings(self) -> T_co:
        """What was found."""


class Analyst(Generic[T]):
    """Looks at media, one after the other, in a thread of its own."""

    def __init__(self, analysis: Analysis, expressed: Callable[[Result], T]) -> None:
        """Who looks, and how what is found is said by the vendor."""
        self._analysis = analysis
        self._expressed = expressed
        self._threads = ThreadPoolExecutor(1, "emulated-analysis")

    def outcome(self, fetch: Callable[[], Path | None]) -> Outcome[T]:
        """Begin with fetching the media, if it can be had; the outcome is known later."""
        analysed: _Analysed[T] = _Analysed()
        analysed.future = self._threads.submit(self._look, fetch, analysed)
        return analysed

    def settle(self) -> None:
        """Wait until all that was begun is over."""
        self._threads.submit(int).result()

    def close(self) -> None:
        """Begin nothing more; what has begun may take long, and nobody waits for it."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _look(self, fetch: Callable[[], Path | None], analysed: _Analysed[T]) -> T:
        try:
            path = fetch()
        finally:
            analysed.fetched = True
        if path is None:
            raise _Unavailable
        return self._expressed(self._analysis(path))


class _Unavailable(Exception):
    """The media cannot be had."""


class _Analysed(Generic[T]):
    """What the analysis comes to."""

    def __init__(self) -> None:
        self.future: Future[T] = Future()
        self.fetched = False

    @property
    def done(self) -> bool:
        return self.future.done()

    @property
    def failure(self) -> Failure | None:
        if not self.future.done() or self.future.cancelled():
            return None
        match self.future.exception():
            case None:
                return None
            case _Unavailable():
                return Failure(of_transfer=True)
            case VidiomError() as error:
                return Failure(of_transfer=False, reason=error.message)
            case error:
                return Failure(of_transfer=False, reason=f"({type(error).__name__})")

    def findings(self) -> T:
        return self.future.result()


def local_analysis(features: Collection[str] | None = None) -> Analysis:
    """The local provider, with a job store of its own that is gone when it has looked.

    Args:
        features: What to look for; left out, all that the local provider can find.
    """

    def look(path: Path) -> Result:
        from vidiom import Client  # noqa: PLC0415 - only when something is analysed
        from vidiom.jobs.memory import MemoryStore  # noqa: PLC0415

        with TemporaryDirectory(prefix="vidiom-emulated-") as home:
            environment = {"VIDIOM_HOME": home, "VIDIOM_LOCAL_HOME": home}
            with Client(store=MemoryStore(), environment=environment) as client:
                if features is None:
                    return client.analyze("local", path)
                return client.analyze("local", path, features=features)

    return look


def analyst_for(
    behaviour: EmulatorBehaviour, expressed: Callable[[Result], T]
) -> Analyst[T] | None:
    """Who looks at the media, if somebody is to."""
    match behaviour.analyze:
        case "canned":
            return None
        case "local":
            return Analyst(local_analysis(), expressed)
        case analysis:
            return Analyst(analysis, expressed)
