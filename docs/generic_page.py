"""The page about the generic adapter: prose and the table of members; the rest from the code."""

from __future__ import annotations

from typing import Final

from markdown_of_code import prose, table

from vidiom_generic.assumptions import ASSUMPTIONS
from vidiom_generic.emulation.expression import LOST
from vidiom_generic.emulation.repertoire import REPERTOIRE
from vidiom_generic.parts import REDUNDANT
from vidiom_generic.settings import PRESETS
from vidiom_generic.states import STATES

__all__ = ["generic_page"]

_ROWS: Final[tuple[tuple[str, str, str], ...]] = (
    ("`raw_scenes[]`", "`shot`", "one for each, in their order; no confidence"),
    (
        "`frame_activity_diffs[]`",
        "signal `activity`",
        "the values in their order and without times: the vendor gives none",
    ),
    (
        "`sections[]`",
        "`section`",
        "all `time_segments`; `thumbnail_time`, `critical` (unknown where it is not said), `activity`, "
        "`confidence`",
    ),
    (
        "`person_constellation_scenes[]`",
        "`person`",
        "one for each entry of `person_ids`, and one more with `references` of the role `member` where several "
        "are seen together; an empty list is a `custom` detection `nobody`",
    ),
    (
        "`person_ids[]`",
        "`person`",
        "`age`, `gender` (`unidentified` is unknown), `embedding`, `thumbnail` (base64 of a picture; anything "
        "else is left in the raw answer and never fetched), `prominence`, `allow_listed` (unknown where it is "
        "not said)",
    ),
    (
        "`ocr_results[]`",
        "`text`",
        "verbatim, `language`; no box, no confidence; an image's has no time",
    ),
    (
        "`tags[]`",
        "`label`",
        "`confidence` from `probability`; `attributes.is_critical` where it is said",
    ),
)


def generic_page(settings: str, options: str) -> str:
    """The page; the tables of settings and options are made with those of other providers."""
    presets = [
        (
            f"`{name}`",
            ", ".join(f"`{key} = {value!r}`" for key, value in values.items()) or "nothing",
        )
        for name, values in PRESETS.items()
    ]
    words: dict[str, list[str]] = {}
    for word, meaning in STATES.items():
        words.setdefault(meaning, []).append(f"`{word}`")
    assumed = [
        (f"`{one.id}`", one.statement, f"`{one.setting}`" if one.setting else "")
        for one in ASSUMPTIONS
    ]
    return f"""# A generic asynchronous API (Noxovision)

The provider `generic` talks to APIs of one pattern: a video or a batch of images is submitted and answered with 202, a job
id and a `Location`; the job is asked for until it has ended, or calls a webhook. Its defaults are those that are assumed for
Noxovision 0.2 (<https://docs.noxo.dev/api/v0.2.0>), whose public reference shows neither paths nor where the key goes. Nothing
here was tried against the live service: each open point is a setting, and `vidiom doctor -p generic --openapi FILE` proposes
the values that the vendor's own OpenAPI file leads to. [The OpenAPI description](generic.openapi.json) of the emulator says of
each part whether it is documented or assumed.

How to begin: [Try the generic API without an account](../how-to/try-the-generic-api.md).

## What the findings become

{table(("the vendor's member", "in vidiom", "with"), _ROWS)}

New members of a result are left in the raw answer with a notice. A value that is not of its type is left out with a notice,
and does not take its neighbours along.

Left out on purpose: {"; ".join(f"`{path}` ({prose(why)})" for path, why in REDUNDANT.items())}.

## Batches of images

One item for each image, in the order of the batch, found by its `external_id` (by place only where the ids are missing and
the counts agree). An image failed that has an error, a failed state or no result; an image that the answer leaves out failed
as `missing`. The job is `partial` where some failed and `failed` where all did, and says how many; the results are there in
either case. A batch of more than `images_per_job` images or `bytes_per_job` bytes becomes several jobs, whose answers are
joined. Where a later one of them is refused, or its answer is lost, its images are failures that say so, and nothing is sent
again. Such a batch is always polled: no webhook could tell that the whole has ended. If the process itself dies between two of
these submissions, the ids of the earlier ones are lost with it; the job needs review.

## States

{table(("in vidiom", "the vendor's words"), [(f"`{state}`", ", ".join(known)) for state, known in words.items()])}

Case, spaces and hyphens make no difference; the setting `states` adds words. An unknown word is no end. 202 or 204 without a
body is `queued`. 404 after the job was seen once means that it has expired. The next question comes after `Retry-After`, else
at gaps that grow with the age of the job; the first one when `client.latency` lets expect the end, for a batch, or for a video
whose `duration_seconds` is given.

## Webhooks

Each job gets a secret of its own, which is kept in the job store and shown nowhere. The delivery of a video is its whole result;
of a batch the answer is fetched. How it is signed beyond "HMAC-SHA256" is assumed: see the settings `signature_…`.

## Presets

{table(("`preset`", "sets"), presets)}

What is set besides wins over the preset.

## Settings

{settings}

## Options

{options}

## What is assumed

{table(("assumption", "statement", "setting"), assumed)}

## The emulator

`vidiom emulate generic` is as the settings say, so that each variant can be tried. With `--analyze local` it looks at the
media on this machine; its format has no place for: {"; ".join(LOST)}. Its faults
(`--fault`): {", ".join(f"`{one}`" for one in REPERTOIRE.kinds)}.
"""
