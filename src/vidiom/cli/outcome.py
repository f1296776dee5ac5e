"""How a command ends: its exit code, and the one message about what went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Final

from vidiom.cli.streams import Streams, say
from vidiom.errors import (
    JobError,
    JobFailed,
    JobNeedsReview,
    JobNotFinished,
    StoreError,
    SubmissionUnanswered,
    VidiomError,
    WaitTimeout,
)

__all__ = ["Interrupted", "PastTyper", "run"]

_INTERRUPTED: Final = 130  # as shells report SIGINT
_BROKEN_PIPE: Final = 141  # as shells report SIGPIPE


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, where it is known what becomes of the work."""

    def __init__(
        self, message: str, *, provider: str | None = None, operation: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.operation = operation


class PastTyper(Exception):
    """Carries past typer what it would end in its own way: Ctrl-C, and a pipe nobody reads."""

    def __init__(self, carried: BaseException) -> None:
        super().__init__()
        self.carried = carried


def run(arguments: list[str]) -> int:
    """Run the command that the arguments name; the exit code."""
    streams = Streams.of(arguments)
    try:
        code = _run(streams, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        return _silenced()
    return code


def _run(streams: Streams, arguments: list[str]) -> int:
    try:
        return _command(arguments)
    except VidiomError as error:
        streams.fail(error.to_json_object(), _for_people(error))
        return error.exit_code
    except KeyboardInterrupt as error:
        return _interrupted(streams, error)
    except BrokenPipeError:
        raise
    except OSError as error:
        streams.fail(_object(type(error).__name__, _of_system(error)), _of_system(error))
        return 1
    except Exception as error:  # noqa: BLE001 - the last place before a traceback
        return _unexpected(streams, error)


def _command(arguments: list[str]) -> int:
    import typer

    from vidiom.cli.app import COMMANDS, app
    from vidiom.errors import UsageError

    try:
        code = app(arguments or ["--help"], prog_name="vidiom", standalone_mode=False)
    except PastTyper as past:
        raise past.carried from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit:  # typer's own way to end when nobody reads its help
        raise BrokenPipeError from None
    except typer.TyperException as error:
        asked = [word for word in arguments[:1] if word in COMMANDS]
        help_command = " ".join(["vidiom", *asked, "--help"])
        reason = error.format_message().rstrip()
        raise UsageError(f"{reason}\nSee `{help_command}`.") from None
    return code if isinstance(code, int) else 0


def _for_people(error: VidiomError) -> str:
    hint = _next_step(error)
    return f"{error}\n{hint}" if hint else str(error)


def _next_step(error: VidiomError) -> str | None:
    """What to type next, where the message alone cannot say it."""
    if isinstance(error, StoreError):
        return "VIDIOM_HOME names the folder where jobs and answers are kept."
    if not isinstance(error, JobError):
        return None
    match error:
        case WaitTimeout() | JobNotFinished():
            return f"Go on waiting with `vidiom wait {error.job_id}`."
        case SubmissionUnanswered() | JobNeedsReview():
            return f"Look it up with `vidiom status {error.job_id}`."
        case JobFailed():
            return f"What it left, if anything, shows `vidiom result {error.job_id}`."
        case _:
            return f"More about it says `vidiom status {error.job_id}`."


def _interrupted(streams: Streams, error: KeyboardInterrupt) -> int:
    known = error if isinstance(error, Interrupted) else Interrupted("interrupted.")
    streams.fail(_object("Interrupted", known.message, known.provider, known.operation), None)
    say(known.message)
    return _INTERRUPTED


def _of_system(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{reason}: {error.filename}" if error.filename else f"{reason}."


def _unexpected(streams: Streams, error: Exception) -> int:
    if os.environ.get("VIDIOM_DEBUG") == "1":
        traceback.print_exception(error)
    # Its own words stay out of the message: nobody has checked them for secrets.
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" in {place[0].name} (line {place[0].lineno})" if place else ""
    message = (
        f"this is a defect of vidiom or a plugin: {type(error).__name__}{where}. Please report it; "
        "VIDIOM_DEBUG=1 shows the whole traceback."
    )
    streams.fail(_object("UnexpectedError", message), message)
    return 1


def _object(
    name: str, message: str, provider: str | None = None, operation: str | None = None
) -> dict[str, str | None]:
    return {"error": name, "provider": provider, "operation": operation, "message": message}


def _silenced() -> int:
    """Nobody reads on: leave, and give the interpreter's last flush somewhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _BROKEN_PIPE
