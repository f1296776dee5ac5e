"""How far the work is: a bar on a terminal, else a plain line now and then; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from vidiom.cli.streams import page_console, say, shown

if TYPE_CHECKING:
    from vidiom.client.opening import OnProgress
    from vidiom.flow.effects import Progress

__all__ = ["Pace", "PlainProgress", "duration_words", "shown_progress"]

_QUIET_SECONDS: Final = 5.0
_BELIEVABLE_SECONDS: Final = 2.0
_BELIEVABLE_SHARE: Final = 0.02
_BESIDE_THE_BAR: Final = 48


@contextmanager
def shown_progress() -> Iterator[OnProgress]:
    """What a client is to call with its news, while this lasts."""
    if not sys.stderr.isatty():
        yield PlainProgress(say)
        return
    with _bar() as on_progress:
        yield on_progress


@dataclass
class Pace:
    """The time left: what the provider says, or for a transfer what its own pace lets expect.

    Nothing is said where neither is known, or the transfer is too young to tell.
    """

    clock: Callable[[], float] = time.monotonic
    _stage: str | None = None
    _begun: tuple[float, int] = (0.0, 0)

    def eta(self, progress: Progress) -> float | None:
        """Seconds left, if they can be told honestly."""
        if progress.eta_seconds is not None:
            return progress.eta_seconds
        if progress.done is None or not progress.total:
            self._stage = None
            return None
        now = self.clock()
        if self._stage != progress.stage or progress.done < self._begun[1]:
            self._stage, self._begun = progress.stage, (now, progress.done)
        elapsed, moved = now - self._begun[0], progress.done - self._begun[1]
        if elapsed < _BELIEVABLE_SECONDS or moved < _BELIEVABLE_SHARE * progress.total:
            return None
        return (progress.total - progress.done) * elapsed / moved


@dataclass
class PlainProgress:
    """Lines for logs and pipes: the first news at once, then one every few seconds at most."""

    write: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _last: float | None = None
    _line: str = ""
    _pace: Pace = field(default_factory=Pace)

    def __call__(self, progress: Progress) -> None:
        """Take the news; say it if it is time."""
        now = self.clock()
        eta = self._pace.eta(progress)
        if self._last is not None and now - self._last < _QUIET_SECONDS:
            return
        words = [shown(progress.stage), percent(progress), eta_words(eta)]
        line = ", ".join(word for word in words if word)
        if line != self._line:
            self._last, self._line = now, line
            self.write(f"vidiom: {line}")


@contextmanager
def _bar() -> Iterator[OnProgress]:
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    pace = Pace()
    text = TextColumn("{task.description}", markup=False)
    left = TextColumn("{task.fields[percent]} {task.fields[left]}", style="dim", markup=False)
    console = page_console(stderr=True)
    # Never the whole line: the ^C that a terminal echoes would break it, and leave it standing.
    length = max(8, min(40, console.width - _BESIDE_THE_BAR))
    columns = (SpinnerColumn(), text, BarColumn(length), left)
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None, percent="", left="")

        def on_progress(progress: Progress) -> None:
            fraction = share(progress)
            bar.update(
                task,
                description=shown(progress.stage),
                total=None if fraction is None else 1.0,
                completed=fraction or 0.0,
                percent=percent(progress),
                left=eta_words(pace.eta(progress)),
            )

        yield on_progress


def share(progress: Progress) -> float | None:
    """From 0 to 1, if known."""
    if progress.fraction is not None:
        return progress.fraction
    if progress.done is not None and progress.total:
        return min(1.0, progress.done / progress.total)
    return None


def percent(progress: Progress) -> str:
    """The share in words; rounded down, so that 100 % means the end."""
    fraction = share(progress)
    return "" if fraction is None else f"{int(fraction * 100)} %"


def eta_words(seconds: float | None) -> str:
    """The time left in words."""
    return "" if seconds is None else f"about {duration_words(seconds)} left"


def duration_words(seconds: float) -> str:
    """A length of time, no more exact than anyone can promise."""
    if seconds < 60:  # noqa: PLR2004
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004
