"""The page about DeepVA: prose; its tables are made from the adapter's own."""

from __future__ import annotations

from typing import Final

from markdown_of_code import prose, table

from vidiom.provider.capabilities import capabilities
from vidiom_deepva.assumptions import ASSUMPTIONS
from vidiom_deepva.candidates import KEYS
from vidiom_deepva.emulation.expression import LOST
from vidiom_deepva.emulation.repertoire import REPERTOIRE
from vidiom_deepva.modules import BY_FEATURE, DEFAULT, MODULES, PROMPTED, features_of
from vidiom_deepva.parts import REDUNDANT
from vidiom_deepva.provider import DeepvaProvider
from vidiom_deepva.states import STATES

__all__ = ["deepva_page"]

_DOCS: Final = "https://docs.deepva.com"


def deepva_page(settings: str, options: str) -> str:
    """The page; the tables of settings and options are made with those of other providers."""
    modules = [
        (
            f"[`{one.id}`]({_DOCS}/{one.page})" if one.page else f"`{one.id}`",
            one.what,
            ", ".join(f"`{feature.value}`" for feature in features_of(one.id)) or "–",
            one.becomes,
        )
        for one in MODULES
    ]
    features = [
        (
            f"`{feature.value}`",
            "<br>".join(
                f"`{module}`" + (f" {arguments}" if arguments else "")
                for module, arguments in BY_FEATURE[feature].items()
            ),
            PROMPTED[feature][0] if feature in PROMPTED else "",
        )
        for feature in sorted(BY_FEATURE)
    ]
    states = [(f"`{word}`", f"`{state.value}`") for word, state in STATES.items()]
    assumed = [
        (f"`{one.id}`", one.statement, f"`{one.setting}`" if one.setting else "")
        for one in ASSUMPTIONS
    ]
    keys = [(f"`{name}`", ", ".join(f"`{key}`" for key in found)) for name, found in KEYS.items()]
    default = ", ".join(f"`{feature.value}`" for feature in DEFAULT)
    cancel = capabilities(DeepvaProvider)["cancel"].reason or ""
    return f"""# DeepVA

The provider `deepva` talks to DeepVA (<{_DOCS}>). It is written from the public documentation, of which a part was not
available, and tried against an emulator of it, never yet against the live service. What the documentation leaves open is a
setting with the default that seems likeliest, or is tolerated in every variant that we know of; [all of it is listed
below](#what-is-assumed), and `vidiom doctor -p deepva --job ID` holds a real answer against it.

How to begin: [Try DeepVA without an account](../how-to/try-deepva-without-an-account.md).

## Modules, and what their rows become

{table(("module", "finds", "asked for by", "in vidiom"), modules)}

Rows of any other module become `custom` with the vendor's words. What of a row's `meta` has no field of its own stays in
`attributes`; numbers that are distances or similarities are a `score` with its scale, and no confidence. Rows have no id, so
one is derived from module, place and content. The frame rate comes from the deprecated `result.summary`, the only place that
tells it; with it the boxes of `face_bbox` become tracks with exact times.

## Features, and what is asked for

Without features and modules, these are asked for: {default}; each module costs.

{table(("feature", "modules and arguments", "prompt"), features)}

Any module with any argument can be asked for besides, by the options below, and by `modules` for those that are not typed.
Faces are recognised, not only found; whoever wants the pictures asks for `thumbnails`, for they make answers heavy.

## Jobs

Our id of a job travels as its `tag`, by which a job whose answer was lost is found again. The listing is assumed to be
complete after `settle_seconds`. A job cannot be canceled: {cancel}.

{table(("the vendor's state", "in vidiom"), states)}

An unknown state is no end. A job that is completed with errors, or with a module that is not completed, is `partial`: its result
has a notice for each module that is missing. A job that its `ttl` deleted while somebody waits has expired.

Results are read from `/detailed-results/` and `/summarized-results/`, page by page, with an explicit limit. Links in answers are
never followed: addresses are built from the configured one, and the key goes nowhere else. A page that is shorter than asked for,
a total that shrinks and a row that comes twice lose nothing and give nothing twice; what was repaired is a notice.

Local files are uploaded to the vendor's storage first (a streamed form, whatever their size), and used once they are `uploaded`.
`client.delete` deletes them as well, unless `delete_uploads` says otherwise. A batch of images is one job; `frame_start` is the
index of the image.

## Galleries

`client.galleries("deepva")` shows datasets as galleries, classes as identities and images as images. What only DeepVA has is
reached with `client.call(DeepvaProvider, lambda deepva: deepva.datasets().…)`: `datasets()`, `trainings()`, `models()`,
`face_index()`, `dictionaries()`, `transcripts()` with variants and versions, `subscriptions()` (the `/webhooks` resource),
`storage()`, `artifacts()`. A dictionary is deleted below `/dictionaries/` only; the documentation prints the path of datasets
there, to which the id of a dictionary is never sent.

## Webhooks

Signed with HMAC-SHA512 over the raw body. Names of the headers, notation and exact message are not documented: see the settings
`signature_…` and `nonce_…`. The vendor's rule that each nonce is larger than all before would shut out deliveries of several jobs
in one second, so a window of time is the default, and repeated deliveries are found by what they say.

## Left out on purpose

{"; ".join(f"`{path}` ({prose(why)})" for path, why in REDUNDANT.items())}.

## Settings

{settings}

## Where values of `meta` are looked for

The first key that is there is taken; a dot leads into an object. `result_keys` in `vidiom.toml` replaces a row:
`result_keys = {{ text = ["ocr_text"] }}`.

{table(("name", "keys"), keys)}

## Options

{options}

## What is assumed

{table(("assumption", "statement", "setting"), assumed)}

## The emulator

`vidiom emulate deepva`: with `--analyze local` it looks at the media on this machine; the vendor's formats have no place for:
{"; ".join(LOST)}. Its faults (`--fault`): {", ".join(f"`{one}`" for one in REPERTOIRE.kinds)}.
"""
