"""Commands about what becomes of jobs: show, settle where a person must decide, prune."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from vidiom.cli.following import job_of
from vidiom.cli.parameters import AsJson, JobId
from vidiom.cli.presentation import print_page
from vidiom.cli.progress import shown_progress
from vidiom.cli.streams import print_document, say, shown
from vidiom.errors import UsageError

__all__ = ["duplicates", "prune", "settle", "show"]


def show(job: JobId, as_json: AsJson = False) -> None:
    """Show all that is known of a job, and what happened to it.

    No provider is asked.
    """
    from vidiom.client.client import Client

    with Client() as client:
        found = job_of(client, job)
        story = client.history(found)
    if as_json:
        rows = [
            {
                "at": row.at.isoformat(),
                "before": row.before,
                "after": row.after,
                "why": row.why,
                "by": row.by,
            }
            for row in story
        ]
        print_document(json.dumps({"job": json.loads(found.model_dump_json()), "history": rows}))
        return
    from vidiom.cli.rendering.jobs import story_page

    print_page(story_page(found, story))


def settle(
    job: JobId,
    adopt: Annotated[
        str | None,
        typer.Option(
            "--adopt", metavar="VENDOR_ID", help="The provider has it: this is its id there."
        ),
    ] = None,
    send_again: Annotated[
        bool, typer.Option("--send-again", help="The provider does not have it: send it again.")
    ] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="Leave it; it has failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Decide about a job that needs a review.

    Whether the provider has the job could not be found out. Look at the provider's own pages, and
    say what you found.
    """
    if (adopt is not None) + send_again + give_up != 1:
        raise UsageError("say what is to become of it: --adopt ID, --send-again or --give-up.")
    from vidiom.client.client import Client

    with Client() as client:
        found = job_of(client, job)
        if adopt is not None:
            after = client.settle(found, "adopt", vendor_id=adopt)
        else:
            after = client.settle(found, "send_again" if send_again else "give_up")
    if as_json:
        print_document(after.model_dump_json())
        return
    goes_on = "" if after.done else f"; `vidiom wait {after.id}` goes on with it"
    say(f"Job {after.id} is {after.state}{goes_on}.")


def duplicates(
    provider: Annotated[
        str,
        typer.Option("--provider", "-p", metavar="PROVIDER", help="Whose; or PROVIDER/ACCOUNT."),
    ],
    days: Annotated[
        float | None,
        typer.Option("--days", metavar="DAYS", min=0, help="Only jobs made in the last so many."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look for jobs that the provider has more than once.

    Its own list is compared with the jobs here. Nothing is changed; with a job found, it exits
    with 1.
    """
    from datetime import timedelta

    from vidiom.client.client import Client

    within = None if days is None else timedelta(days=days)
    with Client() as client, shown_progress() as news:
        found = client.duplicates(provider, within=within, on_progress=news)
    if as_json:
        print_document(found.model_dump_json())
    else:
        for job_id, others in found.jobs.items():
            say(f"Job {job_id} was bought more than once: {shown(', '.join(others))} as well.")
        untold = f"; nothing is known there of {found.untold} others" if found.untold else ""
        say(f"{len(found.jobs)} of {found.looked_up} jobs are there more than once{untold}.")
    if found.jobs:
        raise typer.Exit(1)


def prune(
    older_than: Annotated[
        float, typer.Option("--older-than", metavar="DAYS", min=0, help="Days since they ended.")
    ],
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help="Only this end; may be repeated."),
    ] = None,
    at_provider: Annotated[
        bool, typer.Option("--at-provider", help="Delete them at the provider as well.")
    ] = False,
    keep_here: Annotated[
        bool, typer.Option("--keep-here", help="Delete them at the provider only.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Delete nothing; show what would be.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget jobs that ended long ago, with their answers.

    A job whose result nobody has collected stays; `vidiom resume` collects it.
    """
    from datetime import timedelta

    from vidiom.client.client import Client
    from vidiom.client.operations import job_state
    from vidiom.client.pruning import PruningRequest

    asked = PruningRequest(
        older_than=timedelta(days=older_than),
        states=[job_state(one) for one in state or ()],
        at_vendor=at_provider,
        keep_here=keep_here,
        dry_run=dry_run,
    )
    if not (yes or dry_run):
        if as_json or not sys.stdin.isatty():
            raise UsageError("pruning cannot be undone; say --yes where nobody can be asked.")
        if not typer.confirm(f"Delete all jobs that ended over {older_than:g} days ago?", err=True):
            raise UsageError("nothing was deleted.")
    with Client() as client, shown_progress() as news:
        done = client.prune(asked, on_progress=news)
    if as_json:
        print_document(done.model_dump_json())
        return
    word = "would be pruned" if dry_run else "pruned"
    say(f"{len(done.jobs)} jobs {word}.")
    for job_id, why in done.kept.items():
        say(f"{job_id} stays: {shown(why)}")
