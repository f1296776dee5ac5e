"""The generated pages of the reference, written from the code: ``python docs/generate.py``.

With ``--check`` nothing is written; the exit code says whether the pages are those of the code.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from pathlib import Path
from typing import Final, cast, get_args

import typer
import typer.core
import typer.main
from deepva_page import deepva_page
from generic_page import generic_page
from markdown_of_code import (
    attribute_docs,
    callables,
    fields_table,
    members,
    prose,
    signature,
    summary,
    table,
)
from valossa_page import valossa_page

import vidiom
from vidiom import errors
from vidiom.cli.app import app as cli
from vidiom.plugins.registry import Registry
from vidiom.provider.capabilities import OPERATIONS, capabilities, supports
from vidiom.provider.contract import Provider
from vidiom.provider.settings import ProviderSettings, environment_name
from vidiom.schema import (
    boxes,
    detection,
    detections,
    features,
    jobs,
    media,
    provenance,
    result,
    segments,
    signals,
)
from vidiom_deepva.provider import DeepvaProvider
from vidiom_generic.provider import GenericProvider
from vidiom_valossa.provider import ValossaProvider

HERE: Final = Path(__file__).parent
NOTE: Final = "<!-- Written by docs/generate.py from the code; change it there. -->\n"
#: Ours; what else is installed here (the tests' example plugin) is a stranger's.
OURS: Final = "vidiom"


def our_providers() -> list[type[Provider]]:
    """The providers of this distribution."""
    plugins = Registry().plugins()
    return [one.provider for one in plugins if one.provider and one.distribution == OURS]


def features_page() -> str:
    """Every feature, and who offers it."""
    providers = our_providers()
    docs = attribute_docs(features.Feature)
    rows = [
        (
            f"`{one.value}`",
            docs[one.name],
            ", ".join(f"`{p.name}`" for p in providers if one in p.features) or "–",
        )
        for one in features.Feature
    ]
    return f"""# Features

What one may ask a provider for: `features={{"shots", "faces"}}` in Python, `-f shots -f faces` on the
command line. Naming none asks for the provider's default.

{table(("feature", "what is looked for", "offered by"), rows)}

A feature that the provider does not have is ignored with a notice when others of the request can be
had, and is an `UnknownFeature` error when none can.
"""


def lookup(one: type[Provider]) -> str:
    """What is known of a vendor's means to find a job that was bought without an answer."""
    field = one.correlation_field
    place = f"our id stands in `{field}`" if field else "our id stands nowhere that is documented"
    if not (supports(one, "find") or supports(one, "find_many")):
        return f"{place}, and the job cannot be looked up: a person decides, or it is sent again."
    if not one.listing_complete:
        return f"{place}, and the job is looked up; one that is not found needs a person."
    return f"{place}, and the job is looked up; one that is not found was not bought."


def providers_page() -> str:
    """What each of our providers offers, derived from its code."""
    parts = [
        "# Providers\n\nDerived from the code of each provider; `vidiom providers` shows the same for"
        " whatever is installed.\n"
    ]
    for one in our_providers():
        offered = capabilities(one)
        parts.append(
            f"## {one.title} (`{one.name}`)\n\nAdapter version {one.version}; standing:"
            f" **{one.standing}**. Takes media as: {', '.join(f'`{m}`' for m in sorted(one.media))}.\n\n"
            f"After a submission without an answer: {lookup(one)}\n"
        )
        parts.append(
            table(
                ("feature", "by default", "how"),
                [
                    (f"`{f}`", "yes" if f in one.default_features else "", prose(how))
                    for f, how in sorted(one.features.items())
                ],
            )
        )
        parts.append(
            "\n"
            + table(
                ("operation", "offered"),
                [(f"`{o}`", _offered(offered[o].reason)) for o in OPERATIONS],
            )
        )
        parts.append(f"\nOptions (`options={{…}}`): {_options(one)}\n")
    return "\n".join(parts)


def _options(provider: type[Provider]) -> str:
    has = provider.options_type.model_fields
    return f"\n\n{fields_table(provider.options_type)}" if has else "none."


def _offered(reason: str | None) -> str:
    return "yes" if reason is None else f"no: {reason}"


def settings_page() -> str:
    """Every setting of every provider."""
    parts = [
        """# Settings

A provider's settings come from environment variables, or from its table in `vidiom.toml` in the working
folder (`VIDIOM_CONFIG` names another file); the environment wins. Named accounts are tables
`[provider.accounts.name]`, chosen by writing `provider/name`; they take nothing from the environment.
Secrets are never arguments.

| variable | meaning |
| --- | --- |
| `VIDIOM_HOME` | Folder of the job store and of the archive of raw answers; left out, `vidiom` in `$XDG_DATA_HOME` or in `~/.local/share`. |
| `VIDIOM_STORE` | Where the jobs are kept instead: the URL of a database (`postgresql://user@host/database`, `sqlite:////folder/jobs.sqlite3`). |
| `VIDIOM_CONFIG` | Configuration file, instead of `vidiom.toml` in the working folder. |

## Of every provider
"""
    ]
    parts.append(_settings_table(ProviderSettings, "<PROVIDER>"))
    for one in our_providers():
        parts.append(f"\n## Of {one.title} (`{one.name}`)\n\nBesides those of every provider:\n")
        parts.append(_settings_table(one.settings_type, one.name, beside=True))
    return "\n".join(parts) + "\n"


def _settings_table(kind: type[ProviderSettings], provider: str, *, beside: bool = False) -> str:
    common = set(ProviderSettings.model_fields) if beside else set()
    meanings = attribute_docs(ProviderSettings) | attribute_docs(kind)
    rows = [
        (
            f"`{environment_name(provider, name)}`",
            f"`{name}`",
            _default(field.get_default(call_default_factory=True)),
            meanings.get(name, ""),
        )
        for name, field in kind.model_fields.items()
        if name not in common
    ]
    if not rows:
        return "None."
    return table(("variable", "key in `vidiom.toml`", "default", "meaning"), rows)


def _default(value: object) -> str:
    return "" if value is None else f"`{value!r}`"


def errors_page() -> str:
    """The tree of errors, and what each says."""
    tree = (errors.__doc__ or "").partition("::")[2].strip("\n")
    rows = [
        (f"`{name}`", f"`{kind.__bases__[0].__name__}`", str(kind.exit_code), summary(kind))
        for name in errors.__all__
        if isinstance(kind := getattr(errors, name), type)
        and issubclass(kind, Exception)
        and issubclass(kind, errors.VidiomError)
    ]
    return f"""# Errors

Every error is a `vidiom.VidiomError` with `message`, `provider` and `operation`; all classes are in
`vidiom.errors`. The class follows from what happened (a status code, a state), never from the words of a
message. Messages hold no secret, no query string and no personal data.

```text
{inspect.cleandoc(tree)}
```

{table(("class", "is a", "exit code", "when"), rows)}

On the command line an error is one line on stderr; with `--json` it is an object with `error`, `provider`,
`operation` and `message` on stdout.
"""


def schema_page() -> str:
    """Results and everything in them."""
    kinds = get_args(get_args(detections.AnyDetection)[0])
    small = (
        *(segments.Segment, segments.Word, boxes.Box, boxes.Track, detections.IdentityMatch),
        *(detections.Embedding, detections.AgeRange, detections.Score, detections.Concept),
        *(detections.Reference, provenance.Source),
    )
    parts = [
        """# Schema

The neutral types, as they are in Python and, under the same names, in JSON. The JSON Schemas are
[`result.schema.json`](result.schema.json) and its neighbours; `vidiom schema result` prints them.
Seconds are floats on the media's own clock, intervals are half open, places are fractions of the
displayed frame with the origin at its top left, confidences are from 0 to 1, and what is not known is
`null`, never 0.

## Result
""",
        fields_table(result.Result),
        "\nViews on the one list, and questions to it:\n",
        table(("of a `Result`", "is"), callables(result.Result)),
        f"\n## BatchResult\n\n{summary(result.BatchResult)}\n",
        fields_table(result.BatchResult),
        f"\nEach item:\n\n{fields_table(result.BatchItem)}",
        "\n## Detection\n\nWhat every kind has:\n",
        fields_table(detection.Detection),
    ]
    for kind in kinds:
        parts.append(f"\n### {kind.KIND} (`{kind.__name__}`)\n\n{summary(kind)}\n")
        parts.append(fields_table(kind, beside=detection.Detection))
    for heading, kind in (
        ("Signal", signals.Signal),
        ("Notice", provenance.Notice),
        ("Provenance", provenance.Provenance),
        ("MediaFacts", media.MediaFacts),
        ("Job", jobs.Job),
    ):
        parts.append(f"\n## {heading}\n\n{summary(kind)}\n\n{fields_table(kind)}")
        if kind is provenance.Notice:
            parts.append(f"\nCodes:\n\n{members(provenance.NoticeCode)}")
    parts.append(f"\n## JobState\n\n{members(jobs.JobState)}\n\n## Small parts")
    parts += [f"\n### {one.__name__}\n\n{summary(one)}\n\n{fields_table(one)}" for one in small]
    return "\n".join(parts) + "\n"


def python_page() -> str:
    """Every public name of the package."""
    parts = [
        "# Python API\n\nAll names of the package `vidiom`. Importing it loads nothing; a name is loaded"
        " when it is first used. Data types are described in the [schema](schema.md), errors in"
        " [errors](errors.md), what writing a provider takes in"
        " [adding a provider](../adding-a-provider.md).\n"
    ]
    rows = []
    for name in vidiom.__all__:
        thing = getattr(vidiom, name)
        if name.startswith("__"):
            rows.append((f"`{name}`", "The version of the package."))
        elif inspect.isfunction(thing):
            rows.append((f"`{name}{signature(thing)}`", summary(thing)))
        elif isinstance(thing, type):
            rows.append((f"`{name}`", summary(thing)))
        else:
            rows.append((f"`{name}`", _OTHERS[name]))
    parts.append(table(("name", "is"), rows))
    parts.append(
        f"\n## Client\n\n{summary(vidiom.Client)}\n\n`Client{signature(vidiom.Client)}`. "
        "`AsyncClient` has the same methods, to be awaited.\n"
    )
    parts.append(table(("method", "does"), callables(vidiom.Client)))
    return "\n".join(parts) + "\n"


def cli_page() -> str:
    """Every command with its parameters."""
    program = cast("typer.core.TyperGroup", typer.main.get_command(cli))
    parts = [
        """# Command line

`vidiom COMMAND --help` says the same. With `--json`, stdout holds one JSON document and nothing else; progress and
messages go to stderr; an error is a JSON object with `error`, `provider`, `operation` and `message`. Exit codes: 0
done, 1 the job or request failed, 2 wrong usage or configuration. Secrets are never arguments: see
[settings](settings.md).
"""
    ]
    for name, command in program.commands.items():
        arguments = [one for one in command.params if isinstance(one, typer.core.TyperArgument)]
        words = ["vidiom", name, "[OPTIONS]", *(_metavar(one) for one in arguments)]
        parts.append(
            f"## {name}\n\n```text\n{' '.join(words)}\n```\n\n{_paragraphs(command.help)}\n"
        )
        parts.append(table(("parameter", "meaning"), map(_parameter, command.params)) + "\n")
    return "\n".join(parts)


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(prose(one) for one in inspect.cleandoc(text or "").split("\n\n"))


def _parameter(one: object) -> tuple[str, str]:
    if isinstance(one, typer.core.TyperArgument):
        return f"`{_metavar(one)}`", prose(one.help)
    assert isinstance(one, typer.core.TyperOption)
    value = f" {one.metavar}" if one.metavar else ""
    return f"`{', '.join(one.opts)}{value}`", prose(one.help)


def _metavar(one: typer.core.TyperArgument) -> str:
    return one.metavar or (one.name or "").upper()


_OTHERS: Final = {
    "AnyDetection": "The union of all kinds of detections, told apart by `kind`.",
    "hookimpl": "Marks the function of a plugin module that implements a hook.",
}


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    made = {
        "features.md": features_page(),
        "providers.md": providers_page(),
        "settings.md": settings_page(),
        "errors.md": errors_page(),
        "schema.md": schema_page(),
        "python.md": python_page(),
        "cli.md": cli_page(),
        "deepva.md": deepva_page(
            _settings_table(DeepvaProvider.settings_type, DeepvaProvider.name, beside=True),
            fields_table(DeepvaProvider.options_type),
        ),
        "generic.md": generic_page(
            _settings_table(GenericProvider.settings_type, GenericProvider.name, beside=True),
            fields_table(GenericProvider.options_type),
        ),
        "valossa.md": valossa_page(
            _settings_table(ValossaProvider.settings_type, ValossaProvider.name, beside=True),
            fields_table(ValossaProvider.options_type),
        ),
    }
    return {name: NOTE + text for name, text in made.items()}


def main() -> int:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [
        path
        for name, text in pages().items()
        if not (path := HERE / "reference" / name).is_file() or path.read_text() != text
    ]
    for path in stale:
        sys.stderr.write(f"{path.name} {'is out of date' if check else 'written'}\n")
        if not check:
            path.write_text(pages()[path.name])
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
