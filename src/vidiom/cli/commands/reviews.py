"""Commands about a job's story: show, and settle where a person must decide."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from vidiom.cli.following import job_of
from vidiom.cli.parameters import AsJson, JobId
from vidiom.cli.presentation import print_page
from vidiom.cli.streams import print_document, say
from vidiom.errors import UsageError

__all__ = ["settle", "show"]


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
