"""Commands that say what there is: providers, schema."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from vidiom.cli.parameters import Accepts, AsJson
from vidiom.cli.presentation import print_page
from vidiom.cli.streams import print_document

__all__ = ["providers", "schema"]


class Document(StrEnum):
    """The documents that have a JSON Schema."""

    RESULT = "result"
    BATCH = "batch"
    JOB = "job"


def providers(as_json: AsJson = False) -> None:
    """Show which providers are installed.

    Each with what it can be asked for; a broken one with the reason.
    """
    from vidiom.client.client import Client

    with Client() as client:
        found = client.providers()
    if as_json:
        listed = ", ".join(one.model_dump_json() for one in found)
        print_document(f'{{"providers": [{listed}]}}')
        return
    from vidiom.cli.rendering.providers import providers_page

    print_page(providers_page(found))


def schema(
    document: Annotated[Document, typer.Argument(help="Which document.")], as_json: Accepts = False
) -> None:
    """Print the JSON Schema of a document."""
    del as_json  # the output is JSON anyhow; an error is looked up in the arguments
    from vidiom.schema.json_schema import schema_for

    print_document(json.dumps(schema_for(document.value), indent=2))
