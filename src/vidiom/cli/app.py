"""The commands of ``vidiom``, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Final

import typer

from vidiom import __version__
from vidiom.cli.commands import (
    adapters,
    analysis,
    answers,
    deliveries,
    information,
    jobs,
    many,
    reviews,
)
from vidiom.cli.outcome import PastTyper

__all__ = ["COMMANDS", "app"]

COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "demo": analysis.demo,
    "analyze": analysis.analyze,
    "submit": analysis.submit,
    "status": jobs.status,
    "wait": jobs.wait,
    "result": jobs.result,
    "list": jobs.list_jobs,
    "resume": many.resume,
    "work": many.work,
    "show": reviews.show,
    "settle": reviews.settle,
    "duplicates": reviews.duplicates,
    "prune": reviews.prune,
    "cancel": jobs.cancel,
    "delete": jobs.delete,
    "normalize": answers.normalize,
    "providers": information.providers,
    "schema": information.schema,
    "audit": adapters.audit,
    "doctor": adapters.doctor,
    "emulate": adapters.emulate,
    "serve": deliveries.serve,
    "verify": deliveries.verify,
}
"""Every command by its name, in the order of the help."""

# Plain help: rendering it with rich would cost more than all the rest of `--help`.
app = typer.Typer(
    name="vidiom",
    help="One idiom for every video AI: analyse media with any provider, get the same answer.",
    epilog="Every command takes --json. Exit codes: 0 done, 1 the job or request failed, 2 wrong "
    "usage or configuration.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vidiom {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    del version  # the callback has answered already


def _undisturbed(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with what typer would not leave alone carried past it."""

    @wraps(command)
    def run(*positional: object, **named: object) -> None:
        try:
            command(*positional, **named)
        except (KeyboardInterrupt, OSError) as error:
            raise PastTyper(error) from error

    return run


for _name, _command in COMMANDS.items():
    app.command(_name)(_undisturbed(_command))
