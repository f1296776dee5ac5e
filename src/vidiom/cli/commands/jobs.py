"""Commands about jobs that exist: status, wait, result, cancel, delete, list."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from vidiom.cli.following import job_of, result_of, waited
from vidiom.cli.parameters import AsJson, JobId, OptionalJobId, Out, Timeout, WithoutBiometrics
from vidiom.cli.presentation import Presentation, print_page
from vidiom.cli.stored_parts import empty_folder, write_parts
from vidiom.cli.streams import page_console, print_document, say
from vidiom.errors import UsageError

__all__ = ["cancel", "delete", "list_jobs", "result", "status", "wait"]


def status(job: OptionalJobId = None, as_json: AsJson = False) -> None:
    """Ask the provider how a job is; without one, count all.

    The overview asks no provider.
    """
    if job is None:
        from vidiom.cli.commands.many import overview

        overview(as_json=as_json)
        return
    from vidiom.client.client import Client

    with Client() as client:
        found = client.check(job_of(client, job))
    if as_json:
        print_document(found.model_dump_json())
        return
    from vidiom.cli.rendering.jobs import job_page

    print_page(job_page(found))


def wait(
    job: JobId,
    as_json: AsJson = False,
    out: Out = None,
    timeout: Timeout = None,
    no_biometrics: WithoutBiometrics = False,
) -> None:
    """Wait for the end of a job, and show what was found."""
    presentation = Presentation.asked(as_json=as_json, out=out, no_biometrics=no_biometrics)
    from vidiom.client.client import Client

    with Client() as client:
        found = job_of(client, job)
        presentation.give(waited(client, found, timeout), found)


def result(
    job: JobId,
    as_json: AsJson = False,
    out: Out = None,
    raw: Annotated[
        Path | None,
        typer.Option(
            "--raw", metavar="DIR", help="Write the answer as received to this folder instead."
        ),
    ] = None,
    no_biometrics: WithoutBiometrics = False,
) -> None:
    """Show what a job that has ended found.

    The answer is fetched from the provider once, then read from the archive.
    """
    if raw is not None and out is not None:
        raise UsageError("--raw writes the answer as received, --out the result: name one of them.")
    presentation = Presentation.asked(as_json=as_json, out=out, no_biometrics=no_biometrics)
    from vidiom.client.client import Client

    with Client() as client:
        found = job_of(client, job)
        if raw is None:
            presentation.give(result_of(client, found), found)
            return
        folder = empty_folder(raw)
        files = write_parts(client.raw(found), folder)
    if as_json:
        parts = [{"name": one.name, "path": str(one.path)} for one in files]
        print_document(json.dumps({"parts": parts}))
        return
    for one in files:
        sys.stdout.write(f"{one.path}\n")
    say(f"`vidiom normalize -p {found.provider} {folder}` reads it again.")


def cancel(job: JobId, as_json: AsJson = False) -> None:
    """Stop a job.

    One that has already ended stays as it is.
    """
    from vidiom.client.client import Client

    with Client() as client:
        before = job_of(client, job)
        after = client.cancel(before)
    if as_json:
        print_document(after.model_dump_json())
    elif before.done:
        say(f"Job {after.id} had already ended: {after.state}.")
    else:
        say(f"Job {after.id} is {after.state}.")


def delete(
    job: JobId,
    as_json: AsJson = False,
    keep_result: Annotated[
        bool, typer.Option("--keep-result", help="Keep the job and its answer here.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a job and its data at the provider and here."""
    from vidiom.client.client import Client

    with Client() as client:
        found = job_of(client, job)
        if not yes:
            _confirmed(found.id, found.media, as_json=as_json)
        client.delete(found, keep_result=keep_result)
    if as_json:
        print_document(json.dumps({"deleted": found.id, "kept_result": keep_result}))
        return
    kept = "; its result is kept here" if keep_result else ""
    say(f"Job {found.id} is deleted{kept}.")


def _confirmed(job_id: str, media: str, *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise UsageError("deleting cannot be undone; say --yes where nobody can be asked.")
    if not typer.confirm(f"Delete job {job_id} ({media}) and its data?", err=True):
        raise UsageError("nothing was deleted.")


def list_jobs(
    as_json: AsJson = False,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help="Only jobs in this state; may be repeated."),
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", "-p", help="Only jobs at this provider.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="The newest so many.")
    ] = None,
) -> None:
    """List the jobs of this machine, newest first.

    No provider is asked; `vidiom status` does that.
    """
    from vidiom.client.client import Client

    with Client() as client:
        found = client.list(provider=provider, states=state or (), limit=limit)
    if as_json:
        print_document('{"jobs": [' + ", ".join(job.model_dump_json() for job in found) + "]}")
        return
    if not found:
        say("There are no such jobs. `vidiom submit MEDIA` makes one.")
        return
    from vidiom.cli.rendering.jobs import jobs_table

    print_page(jobs_table(found, width=page_console().width))
