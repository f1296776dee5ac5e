"""The parameters that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = [
    "Accepts",
    "AsJson",
    "Features",
    "Fetch",
    "JobId",
    "Language",
    "MediaList",
    "OptionList",
    "OptionalJobId",
    "OptionalMedia",
    "Out",
    "ProviderDefaulted",
    "ProviderNamed",
    "Timeout",
    "WithoutBiometrics",
]

MediaList: TypeAlias = Annotated[
    list[str],
    typer.Argument(metavar="MEDIA", help="A path or URL; several images are one batch."),
]
OptionalMedia: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="MEDIA", help="A path or URL; several images are one batch."),
]
ProviderDefaulted: TypeAlias = Annotated[
    str,
    typer.Option("--provider", "-p", metavar="PROVIDER", help="Who analyses; or PROVIDER/ACCOUNT."),
]
ProviderNamed: TypeAlias = Annotated[
    str, typer.Option("--provider", "-p", metavar="PROVIDER", help="Whose answer it is.")
]
Features: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--feature",
        "-f",
        metavar="FEATURE",
        help="What to look for; may be repeated. Left out: what the provider does by itself.",
    ),
]
Fetch: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--fetch",
        help="Fetch URLs here and pass the content on, for providers that take none: https only.",
    ),
]
Language: TypeAlias = Annotated[
    str | None,
    typer.Option("--language", metavar="TAG", help="Language of the speech, such as en-US."),
]
OptionList: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="KEY=VALUE",
        help="An option of this provider; may be repeated. VALUE may be a JSON list or object.",
    ),
]
Timeout: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--timeout", metavar="SECONDS", min=0, help="Wait no longer than this; the job goes on."
    ),
]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")
]
Accepts: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Report an error as a JSON document, too.")
]
Out: TypeAlias = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the result to this file.")
]
WithoutBiometrics: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-biometrics", help="Leave embeddings, thumbnails, ages and genders out of the JSON."
    ),
]
JobId: TypeAlias = Annotated[
    str, typer.Argument(metavar="JOB", help="Its id, or the first characters of it (4 or more).")
]
OptionalJobId: TypeAlias = Annotated[
    str | None,
    typer.Argument(metavar="[JOB]", help="Its id, or the first characters of it (4 or more)."),
]
