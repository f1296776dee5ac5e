"""The command that reads stored answers of vendors: normalize."""

from __future__ import annotations

from typing import Annotated

import typer

from vidiom.cli.parameters import Accepts, ProviderNamed, WithoutBiometrics
from vidiom.cli.stored_parts import read_parts
from vidiom.cli.streams import print_document

__all__ = ["normalize"]


def normalize(
    file: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="A file named after its part (core.json), PART=FILE, or a folder of such files.",
        ),
    ],
    provider: ProviderNamed,
    batch: Annotated[
        bool, typer.Option("--batch", help="It is the answer to a batch of images.")
    ] = False,
    as_json: Accepts = False,
    no_biometrics: WithoutBiometrics = False,
) -> None:
    """Read a stored answer of a vendor.

    The result is one JSON document on stdout. Nothing is sent, no account is needed.
    """
    del as_json  # the output is JSON anyhow; an error is looked up in the arguments
    parts = read_parts(file)
    from vidiom.offline import normalize as read_one
    from vidiom.offline import normalize_batch as read_batch

    result = read_batch(provider, parts) if batch else read_one(provider, parts)
    print_document(result.to_json(biometrics=not no_biometrics))
