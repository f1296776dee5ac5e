"""Commands that give work to a provider: demo, analyze, submit."""

from __future__ import annotations

import os
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from vidiom.cli.destination import Destination
from vidiom.cli.following import submitted, waited
from vidiom.cli.parameters import (
    AsJson,
    Features,
    Fetch,
    Language,
    MediaList,
    OptionList,
    Out,
    ProviderDefaulted,
    Timeout,
    WithoutBiometrics,
)
from vidiom.cli.presentation import Presentation, print_page
from vidiom.cli.requests import Request
from vidiom.cli.streams import page_console, print_document, say

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
    media: MediaList,
    provider: ProviderDefaulted = _DEFAULT,
    feature: Features = None,
    as_json: AsJson = False,
    option: OptionList = None,
    language: Language = None,
    fetch: Fetch = False,
) -> None:
    """Give media to a provider without waiting.

    It prints the id of the job, with which `vidiom wait` gives the result.
    """
    request = Request(provider, media, feature or (), language, option or (), fetch=fetch)
    from vidiom.client.client import Client

    with Client() as client:
        job = submitted(client, request)
    if as_json:
        print_document(job.model_dump_json())
        return
    page_console().print(job.id)
    say(f"{job.media} is {job.state} at {job.provider}; `vidiom wait {job.id}` gives the result.")
