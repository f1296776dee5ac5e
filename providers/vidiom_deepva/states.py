"""A job's state in neutral words, module by module, and when to ask again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from vidiom.schema.jobs import JobFailure, JobState, JobStatus
from vidiom.schema.media import redacted_url
from vidiom_deepva import wire
from vidiom_deepva.settings import DeepvaSettings

__all__ = ["STATES", "errors_of", "status", "unfinished"]

# https://docs.deepva.com/core-resources/job; an unknown state is no end
STATES: Final[Mapping[str, JobState]] = {
    "waiting": JobState.QUEUED,
    "processing": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "stopped": JobState.CANCELED,
    "failed": JobState.FAILED,
}
_DONE: Final = "completed"
_ENDED_OTHERWISE: Final = frozenset({"failed", "stopped"})


def status(said: wire.Job, word: str, settings: DeepvaSettings) -> JobStatus:
    """The state in neutral words.

    A job that says it is completed, with errors or with a module that is not, is done in part;
    so is one that failed after a module was completed. Both are not documented.
    """
    state = STATES.get(word, JobState.RUNNING)
    left = dict(unfinished(said))
    if (state is JobState.SUCCEEDED and (left or said.errors)) or (
        state is JobState.FAILED and _DONE in _modules(said).values()
    ):
        state = JobState.PARTIAL
    failure = None
    if state in (JobState.FAILED, JobState.PARTIAL):
        failure = JobFailure(code=word, message=_reasons(said, left))
    ended = state.terminal
    return JobStatus(
        state=state,
        vendor_state=word,
        progress=None if said.progress is None else min(1.0, max(0.0, said.progress)),
        poll_after=None if ended else _pause(said, settings),
        stage=word if ended else _stage(said, word),
        failure=failure,
    )


def unfinished(said: wire.Job) -> Iterator[tuple[str, str]]:
    """Modules that ended otherwise than completed, with their state.

    Of a module that says nothing, nothing is concluded; nor of one that still runs in a job that
    does, but in a completed job it will not end any more.
    """
    over = said.state == _DONE
    for module, word in _modules(said).items():
        if word in _ENDED_OTHERWISE or (over and word != _DONE):
            yield module, word


def errors_of(said: wire.Job) -> list[str]:
    """What went wrong in the vendor's words, less what may be secret in addresses of the media."""
    found: list[str] = []
    for error in said.errors or ():
        for source in said.sources or ():
            error = error.replace(source, redacted_url(source))  # noqa: PLW2901
        if error:
            found.append(error)
    return found


def _modules(said: wire.Job) -> dict[str, str]:
    """The state of each module that says one."""
    told = {name: arguments.get("state") for name, arguments in (said.modules or {}).items()}
    return {module: word for module, word in told.items() if isinstance(word, str)}


def _reasons(said: wire.Job, left: Mapping[str, str]) -> str:
    given = "; ".join(errors_of(said))
    modules = ", ".join(f"{module} {word}" for module, word in left.items())
    return "; ".join(filter(None, (given, modules))) or "the vendor gives no reason"


def _stage(said: wire.Job, word: str) -> str:
    running = [module for module, word in _modules(said).items() if word == "processing"]
    return f"{word}: {', '.join(running)}" if running else word


def _pause(said: wire.Job, settings: DeepvaSettings) -> float:
    """As long again as the job has run: the pauses double, and the vendor is not spammed."""
    ran = said.duration if said.duration is not None and said.duration >= 0 else 0.0
    return min(settings.longest_poll_seconds, max(settings.poll_seconds, ran))
