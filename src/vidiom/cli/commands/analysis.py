"""Commands that give work to a provider: demo, analyze, submit."""

from __future__ import annotations

import os
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidiom.cli.destination import Destination
from vidiom.cli.following import submitted, waited
from vidiom.cli.parameters import (
    AsJson,
    Features,
    Fetch,
    Language,
    MediaList,
    OptionalMedia,
    OptionList,
    Out,
    ProviderDefaulted,
    Timeout,
    WithoutBiometrics,
)
from vidiom.cli.presentation import Presentation, print_page
from vidiom.cli.requests import Request
from vidiom.cli.streams import page_console, print_document, say
from vidiom.errors import UsageError

if TYPE_CHECKING:
    from vidiom.schema.result import Result

__all__ = ["analyze", "demo", "submit"]

_DEFAULT = "local"


def demo(as_json: AsJson = False, out: Out = None) -> None:
    """Analyse the bundled clip; needs no account.

    It is analysed on this machine, and the page shows what was found and when.
    """
    from vidiom.client.client import Client

    destination = Destination.checked(_demo_file() if out is None else out)
    with ExitStack() as stack:
        client = stack.enter_context(Client())
        clip = stack.enter_context(as_file(files("vidiom") / "media" / "sample.mp4"))
        if not as_json:
            say("Analysing the bundled clip (14 s) on this machine ...")
        job = submitted(client, Request(_DEFAULT, [str(clip)]))
        found = waited(client, job, None)
    text = found.to_json()
    destination.write(text, kept=f"`vidiom result {job.id} --out FILE` writes it elsewhere.")
    if as_json:
        print_document(text)
        return
    from vidiom.cli.rendering.page import demo_page

    result: Result = found  # type: ignore[assignment] # one clip is no batch
    print_page(demo_page(result, destination.path))


def _demo_file() -> Path:
    """The demo's own place beside the job store; created here, because nobody named it."""
    from vidiom.jobs.faults import file_faults
    from vidiom.jobs.home import home_folder

    folder = home_folder(os.environ) / "demo"
    with file_faults("creating the folder of the demo", folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "result.json"


def analyze(
    media: MediaList,
    provider: ProviderDefaulted = _DEFAULT,
    feature: Features = None,
    as_json: AsJson = False,
    out: Out = None,
    option: OptionList = None,
    language: Language = None,
    fetch: Fetch = False,
    timeout: Timeout = None,
    no_biometrics: WithoutBiometrics = False,
) -> None:
    """Analyse media, wait for the end, and show what was found."""
    request = Request(provider, media, feature or (), language, option or (), fetch=fetch)
    presentation = Presentation.asked(as_json=as_json, out=out, no_biometrics=no_biometrics)
    from vidiom.client.client import Client

    with Client() as client:
        job = submitted(client, request)
        presentation.give(waited(client, job, timeout), job)


def submit(
    media: OptionalMedia = None,
    provider: ProviderDefaulted = _DEFAULT,
    feature: Features = None,
    as_json: AsJson = False,
    option: OptionList = None,
    language: Language = None,
    fetch: Fetch = False,
    from_list: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="LIST",
            help="Submit each item of this file (CSV with a column media, or one a line), and "
            "wait for all. Submitted again, it goes on, and nothing is bought twice.",
        ),
    ] = None,
    campaign: Annotated[
        str | None,
        typer.Option("--campaign", metavar="NAME", help="Name of the list; else the file's."),
    ] = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Only store a list; `vidiom work` does the rest.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try failed items of a list again.")
    ] = False,
) -> None:
    """Give media to a provider without waiting.

    It prints the id of the job, with which `vidiom wait` gives the result.
    """
    request = Request(provider, media or (), feature or (), language, option or (), fetch=fetch)
    if (from_list is None) == (not media):
        raise UsageError("name MEDIA, or a list of it with --from; one of them.")
    if from_list is not None:
        from vidiom.cli.commands.many import submit_list, tell

        found = submit_list(
            from_list, request, campaign, retry_failed=retry_failed, wait=not no_wait
        )
        tell(found, as_json=as_json)
        return
    from vidiom.client.client import Client

    with Client() as client:
        job = submitted(client, request)
    if as_json:
        print_document(job.model_dump_json())
        return
    page_console().print(job.id)
    say(f"{job.media} is {job.state} at {job.provider}; `vidiom wait {job.id}` gives the result.")
