"""Commands about an adapter itself: audit, doctor, emulate."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vidiom.cli.parameters import Accepts, AsJson, ProviderNamed
from vidiom.cli.presentation import print_page
from vidiom.cli.stored_parts import read_parts
from vidiom.cli.streams import print_document, say

__all__ = ["audit", "doctor", "emulate"]


class Analysis(StrEnum):
    """What an emulator answers with."""

    CANNED = "canned"
    LOCAL = "local"


def audit(
    file: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="A file named after its part (core.json), PART=FILE, or a folder of such files.",
        ),
    ],
    provider: ProviderNamed,
    as_json: AsJson = False,
) -> None:
    """Show the fate of every path of a stored answer.

    Mapped, redundant or unmapped, each with how many values there are, and the share that is
    kept. Only keys are shown, never values.
    """
    parts = read_parts(file)
    from vidiom.offline import audit as audited

    report = audited(provider, parts)
    if as_json:
        print_document(
            json.dumps(
                {
                    "provider": report.provider,
                    "retention": report.retention,
                    "paths": [
                        {
                            "part": one.part,
                            "path": one.path,
                            "fate": one.fate.value,
                            "count": one.count,
                            "reason": one.reason,
                        }
                        for one in report.paths
                    ],
                }
            )
        )
        return
    from vidiom.cli.rendering.adapters import audit_page

    print_page(audit_page(report))


def doctor(
    provider: ProviderNamed,
    job: Annotated[
        str | None,
        typer.Option(
            "--job", help="A finished job, whose answer the assumptions are held against."
        ),
    ] = None,
    openapi: Annotated[
        Path | None,
        typer.Option(
            "--openapi",
            metavar="FILE",
            help="The vendor's own OpenAPI file, which the settings are held against.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find out what is configured and reachable.

    And what is other than the adapter assumes. Changes and buys nothing. The report holds no
    secrets, answers or personal data, so it can be attached to a bug report. Exits with 1 when
    something is wrong.
    """
    from vidiom.cli.following import job_of
    from vidiom.client.client import Client

    with Client() as client:
        known = job_of(client, job) if job is not None else None
        report = client.diagnose(provider, job=known, openapi=openapi)
    if as_json:
        print_document(report.model_dump_json())
    else:
        from vidiom.cli.rendering.adapters import doctor_page

        print_page(doctor_page(report))
    if not report.healthy:
        raise typer.Exit(1)


def emulate(
    provider: Annotated[str, typer.Argument(help="The provider whose vendor to emulate.")],
    port: Annotated[int, typer.Option(help="Port on this machine; 0 takes a free one.")] = 8765,
    analyze: Annotated[
        Analysis, typer.Option(help="Answer with a canned result, or with a local analysis.")
    ] = Analysis.CANNED,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="A fault to commit; may be given several times."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Makes every run the same.")] = None,
    as_json: Accepts = False,
) -> None:
    """Run a vendor's documented behaviour here.

    For people without an account. Listens on the loopback address only. The key that it accepts
    is taken from VIDIOM_EMULATOR_KEY, or is 'emulated'; webhooks are signed with the secret in
    VIDIOM_EMULATOR_WEBHOOK_SECRET, where the vendor signs.
    """
    del as_json  # there is no output; an error is looked up in the arguments
    from vidiom.errors import MissingExtra
    from vidiom.offline import offline_provider
    from vidiom.provider.emulation import EmulatorOptions

    try:
        import uvicorn
    except ModuleNotFoundError:
        raise MissingExtra(
            "emulators need the extra 'emulate': pip install 'vidiom[emulate]'.", extra="emulate"
        ) from None
    app = offline_provider(provider).emulator(
        EmulatorOptions(
            api_key=os.environ.get("VIDIOM_EMULATOR_KEY", "emulated"),
            analyze=analyze.value,
            faults=tuple(fault or ()),
            seed=seed,
            webhook_secret=os.environ.get("VIDIOM_EMULATOR_WEBHOOK_SECRET"),
        )
    )
    say(f"{provider} is emulated on http://127.0.0.1:{port}; stop it with Ctrl-C.")
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
