"""Commands about many jobs at once: resume, work, and the lists of submit."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from vidiom.cli.media_lists import listed_media
from vidiom.cli.outcome import Interrupted
from vidiom.cli.parameters import AsJson
from vidiom.cli.presentation import print_page
from vidiom.cli.progress import shown_progress
from vidiom.cli.streams import print_document, say, shown
from vidiom.errors import JobFailed, UsageError

if TYPE_CHECKING:
    from types import FrameType

    from vidiom.cli.requests import Request
    from vidiom.client.campaigns import Campaign, Tally

__all__ = ["CampaignName", "overview", "resume", "submit_list", "tell", "work"]

_TOLD: Final = 5
"""Duplicates and refused items that are told one by one."""

CampaignName = Annotated[
    str | None, typer.Option("--campaign", metavar="NAME", help="Only jobs of this list.")
]
ProviderName = Annotated[
    str | None,
    typer.Option("--provider", "-p", metavar="PROVIDER", help="Only jobs there; or with /ACCOUNT."),
]


def submit_list(
    path: Path, request: Request, campaign: str | None, *, retry_failed: bool, wait: bool
) -> Campaign:
    """Submit every item of a list, and wait for the end of all if so wanted."""
    from vidiom.client.client import Client

    name = campaign or path.name
    with Client() as client, shown_progress() as news:
        try:
            return client.submit_many(
                request.provider,
                listed_media(path),
                campaign=name,
                on_progress=news,
                retry_failed=retry_failed,
                wait=wait,
                **request.order_options(),
            )
        except KeyboardInterrupt:
            raise Interrupted(
                f"interrupted; nothing is lost. The same command goes on, or `vidiom resume "
                f"--campaign {name}`.",
                provider=request.provider,
                operation="submit",
            ) from None


def tell(campaign: Campaign, *, as_json: bool) -> None:
    """What became of a list; an error when some of it has failed."""
    if as_json:
        print_document(campaign.model_dump_json())
    else:
        say(f"{campaign.name}: {campaign.added} new, {campaign.known} known already.")
        _tell_each("stands in the list twice", campaign.duplicates)
        _tell_each("is no job", campaign.refused)
        say(tally_words(campaign.tally))
    if as_json:
        if _lost(campaign.tally) or campaign.refused:
            raise typer.Exit(1)
        return
    _fail_for(campaign.tally, bool(campaign.refused))


def _tell_each(what: str, items: tuple[str, ...]) -> None:
    for item in items[:_TOLD]:
        say(f"{what}: {shown(item)}")
    if len(items) > _TOLD:
        say(f"… and {len(items) - _TOLD} more.")


def tally_words(tally: Tally) -> str:
    """Counts by state in words."""
    words = [f"{count} {state.value.replace('_', ' ')}" for state, count in tally.states.items()]
    if tally.uncollected:
        words.append(f"{tally.uncollected} to collect")
    return f"Jobs: {', '.join(words) or 'none'}."


def _lost(tally: Tally) -> int:
    """How many have ended without a result, or need a person."""
    return sum(
        count
        for state, count in tally.states.items()
        if (state.terminal and not state.has_result) or state.value == "needs_review"
    )


def _fail_for(tally: Tally, refused: bool) -> None:
    if _lost(tally):
        raise JobFailed(
            f"{_lost(tally)} jobs have no result; `vidiom list --state failed` and `--state "
            "needs_review` show them.",
            job_id="",
        )
    if refused:
        raise UsageError("some items of the list are no jobs; put them right and submit it again.")


def resume(
    campaign: CampaignName = None,
    provider: ProviderName = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", min=0, help="Work no longer than this."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring everything unfinished to its end.

    Jobs are submitted, followed and collected, whichever process left them, and none is bought
    twice. Several of these may run at once.
    """
    from vidiom.client.client import Client

    with Client() as client, shown_progress() as news:
        try:
            tally = client.resume(
                provider=provider, campaign=campaign, timeout=timeout, on_progress=news
            )
        except KeyboardInterrupt:
            raise Interrupted(
                "interrupted; nothing is lost, and `vidiom resume` goes on.", operation="resume"
            ) from None
    if as_json:
        print_document(tally.model_dump_json())
        return
    say(tally_words(tally))


def overview(*, as_json: bool) -> None:
    """How all stored jobs are, by account."""
    from contextlib import closing

    from vidiom.client.campaigns import Tally
    from vidiom.jobs.home import open_store
    from vidiom.jobs.queries import JobQuery

    with closing(open_store(os.environ)) as store:
        total = Tally.of(store.counts(JobQuery()))
        unfinished = {
            f"{provider}/{account}".rstrip("/"): Tally.of(
                store.counts(JobQuery(provider=provider, account=account))
            )
            for provider, account in store.accounts(JobQuery())
        }
    if as_json:
        found = {name: json.loads(one.model_dump_json()) for name, one in unfinished.items()}
        document = {"total": json.loads(total.model_dump_json()), "unfinished": found}
        print_document(json.dumps(document))
        return
    from vidiom.cli.rendering.tallies import tallies_page

    print_page(tallies_page(total, unfinished))


def work(
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="NAME",
            envvar="VIDIOM_ENGINE",
            show_envvar=False,
            help="What runs the steps: embedded, threads, dbos or procrastinate. [VIDIOM_ENGINE]",
        ),
    ] = "embedded",
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            envvar="VIDIOM_EXECUTOR",
            show_envvar=False,
            help="Name of this worker among all that share the store; always the same for one "
            "place. Left out: host and process. [VIDIOM_EXECUTOR]",
        ),
    ] = None,
    provider: ProviderName = None,
    slots: Annotated[
        int,
        typer.Option(
            "--slots",
            metavar="N",
            min=1,
            max=256,
            envvar="VIDIOM_SLOTS",
            show_envvar=False,
            help="Steps that an engine runs at the same time in this process. [VIDIOM_SLOTS]",
        ),
    ] = 8,
    takeover: Annotated[
        bool,
        typer.Option(
            "--takeover",
            envvar="VIDIOM_TAKEOVER",
            show_envvar=False,
            help="With dbos: take over what workers left that do not come back. [VIDIOM_TAKEOVER]",
        ),
    ] = False,
) -> None:
    """Run the steps of jobs until it is told to stop.

    Jobs come from `submit --from LIST --no-wait` and from applications that enqueue them. Any
    number of workers may share a store; SIGTERM and Ctrl-C stop one after what it is at.
    """
    from vidiom.client.workers import WorkerPlan
    from vidiom.engines.workers import run_worker

    stopped: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)
        say("stopping after what is being done ...")

    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
    plan = WorkerPlan(
        engine=engine,
        name=name,
        provider=provider,
        stop=lambda: bool(stopped),
        slots=slots,
        takeover=takeover,
    )
    say(f"Working ({engine}); Ctrl-C stops.")
    try:
        with shown_progress() as news:
            run_worker(plan, on_progress=news)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
