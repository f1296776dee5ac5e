"""Commands about webhooks: serve, verify."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vidiom.cli.parameters import Accepts, AsJson
from vidiom.cli.streams import print_document, say
from vidiom.errors import UsageError

if TYPE_CHECKING:
    from vidiom.schema.jobs import JobUpdate
    from vidiom.webhooks.explanation import Explanation

__all__ = ["serve", "verify"]


def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for all of this machine.")
    ] = "127.0.0.1",
    collect: Annotated[
        bool, typer.Option(help="Fetch the answers of jobs that have ended, after the reply.")
    ] = True,
    as_json: Accepts = False,
) -> None:
    """Receive webhooks of all providers.

    Vendors call VIDIOM_CALLBACK_URL, which leads here: usually through a proxy that speaks HTTPS.
    The path of that URL, the provider and the job's opaque id make the address of each webhook.
    GET /healthz and /readyz tell whether it runs, and whether it can keep what it is sent.
    """
    del as_json  # there is no output; an error is looked up in the arguments
    from vidiom.receiver.serving import Serving

    say(f"webhooks are received on http://{host}:{port}; stop it with Ctrl-C.")
    Serving(host, port, collect).run()


def verify(
    provider: Annotated[
        str,
        typer.Option(
            "--provider", "-p", metavar="PROVIDER", help="Who sent it; or PROVIDER/ACCOUNT."
        ),
    ],
    headers: Annotated[
        Path,
        typer.Option(
            "--headers", metavar="FILE", help="Lines `Name: value`, or a JSON object or pairs."
        ),
    ],
    body: Annotated[
        Path, typer.Option("--body", metavar="FILE", help="The raw body, byte for byte.")
    ],
    ignore_age: Annotated[
        bool, typer.Option("--ignore-age", help="Let a delivery pass that is old by now.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say which variant of the scheme would match; shows no secret."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Verify a webhook that was kept, and show what it says.

    Secrets come from VIDIOM_<PROVIDER>_WEBHOOK_SECRET or vidiom.toml, never from arguments.
    Exits with 1 when it is refused.
    """
    from vidiom.client.configuration import Configuration, ProviderName
    from vidiom.plugins.registry import Registry
    from vidiom.provider.updates import proven, read_update
    from vidiom.webhooks.delivery import Delivery

    name = ProviderName.parse(provider)
    kind = Registry().get(name.provider)
    adapter = Configuration.load(os.environ).provider(kind, name.account)
    received = Delivery.of(_headers(_content(headers).decode("latin-1")), _content(body))
    secrets = adapter.settings.webhook_secrets
    if explain:
        from vidiom.webhooks.explanation import explain as explained

        _print_explanation(explained(adapter.signature_scheme(), received, secrets), as_json)
        return
    receipt = proven(adapter, received, secrets, ignore_age=ignore_age)
    update = read_update(adapter, received, receipt)
    if as_json:
        document = update.model_dump(mode="json")
        print_document(json.dumps({**document, "secret": receipt.secret}))
        return
    _say_update(update, receipt.secret)


def _say_update(update: JobUpdate, secret: int | None) -> None:
    proof = "not signed: a hint to ask the vendor, no more"
    if update.verified:
        proof = f"verified with secret {(secret or 0) + 1} of those configured"
    state = update.status.state.value if update.status is not None else "no state"
    say(f"{update.event}: job {update.vendor_id or 'unnamed'}, {state} ({proof}).")


def _print_explanation(explanation: Explanation, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict

        print_document(json.dumps(asdict(explanation)))
    else:
        say("It verifies." if explanation.verified else explanation.refusal or "It is not signed.")
        for remark in explanation.remarks:
            say(f"- {remark}")
    if not explanation.verified:
        raise typer.Exit(1)


def _headers(text: str) -> Sequence[tuple[str, str]]:
    """The headers of a file: JSON, or lines as HTTP has them."""
    if text.lstrip().startswith(("{", "[")):
        try:
            read = json.loads(text)
            return [
                (str(name), str(value))
                for name, value in (read.items() if isinstance(read, dict) else read)
            ]
        except (ValueError, TypeError):
            raise UsageError("the headers are no JSON object or list of pairs.") from None
    pairs: list[tuple[str, str]] = []
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip() and " " not in name.strip():
            pairs.append((name.strip(), value.strip()))
    if not pairs:
        raise UsageError("there are no headers in the file: write a line `Name: value` for each.")
    return pairs


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
