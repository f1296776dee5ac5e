"""The page about Valossa: prose and the table of detection types; the rest from the code."""

from __future__ import annotations

from typing import Final

from markdown_of_code import prose, table

from vidiom_valossa.assumptions import ASSUMPTIONS
from vidiom_valossa.parts import REDUNDANT
from vidiom_valossa.provider import ValossaProvider

__all__ = ["valossa_page"]

# Checked against the adapter by tests/providers/test_valossa.py.
_ROWS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "`human.face`",
        "`face`",
        "`identities` (name, confidence, identity and gallery), `gender` and `gender_confidence`, "
        "`quality`, `visible_seconds`, `minor` from `under_18_years`; `track` from `frames_faces`",
    ),
    ("`human.face_group`", "`person`", "`references` with the role `member` to each face"),
    (
        "`visual.context`",
        "`label`",
        "`categories` from `categ.tags`, `concepts` from `cid` and `ext_refs`, `modality` visual",
    ),
    (
        "`visual.object.localized`",
        "`logo`",
        "`concepts`; `track` from `frames_objects`, else from `seconds_objects`",
    ),
    (
        "`visual.color`",
        "`color`",
        "from `by_second`: `rgb` and `share`, one for each run of seconds in which both stay; "
        "`custom` when there are no values",
    ),
    (
        "`visual.text_region.full_frame_analysis`, `visual.text_region.upper_third`, "
        "`visual.text_region.middle_third`, `visual.text_region.lower_third`",
        "`text`",
        "`text` from `a.text.as_one_string`, else the label with a notice; `region` (`full_frame`, "
        "`upper_third` …); there are no boxes",
    ),
    (
        "`visual.text_region.keyword.compliance`",
        "`moderation`",
        "`modality` text, `categories`; frames in `attributes.frames`",
    ),
    ("`audio.context`", "`sound`", "`categories`, `concepts`"),
    (
        "`audio.speech`",
        "`speech`",
        "`text`, `language` (the one asked for), `words`, `speaker` if it is one, `sentiment` from "
        "`a.sen.val`, -1 to 1",
    ),
    (
        "`audio.speech_detailed`",
        "`speech`",
        "a word of the segment it lies in, with `confidence` and `speaker`; punctuation is joined "
        "to its word; words beside all segments make a `speech` of their own",
    ),
    (
        "`audio.speech_detailed.stats`",
        "`custom`",
        "**unmapped**: its fields are not documented; kept in the vendor's words, with a notice",
    ),
    ("`audio.speech_summary`", "`summary`", "`text`, `language`; without segments"),
    ("`audio.speech_summary.keyword`", "`keyword`", "`origin` speech; without segments"),
    (
        "`audio.voice_emotion`",
        "`emotion`",
        "`modality` audio; its curves are the signals `valence` and `arousal`",
    ),
    (
        "`audio.keyword.novelty_word`, `transcript.keyword.novelty_word`",
        "`keyword`",
        "`origin` speech",
    ),
    ("`external.keyword.*`", "`keyword`", "`origin` metadata: the given title and description"),
    (
        "`audio.keyword.name.person`, `audio.keyword.name.location`, "
        "`audio.keyword.name.organization`, `audio.keyword.name.general`, "
        "`transcript.keyword.name.person`, `transcript.keyword.name.location`, "
        "`transcript.keyword.name.organization`, `transcript.keyword.name.general`",
        "`entity`",
        "`entity_type` (the last word of the type), `origin`, `concepts`",
    ),
    (
        "`audio.keyword.compliance`, `transcript.keyword.compliance`",
        "`moderation`",
        "`modality` speech, `categories`",
    ),
    (
        "`topic.iab`",
        "`topic`",
        "`scheme` iab, `topic_id`, `path` from `labels_hierarchy`; "
        "`is_scd_category` in `attributes`",
    ),
    (
        "`topic.iab.section`",
        "`topic`",
        "the same with segments and their confidence, `sources`; `ad_score` in `attributes`",
    ),
    ("`topic.general`, `topic.genre`", "`topic`", "`scheme` general or genre"),
    (
        "`topic.iab.visual`, `topic.iab.transcript`, `topic.iab.audio`",
        "`topic`",
        "format 1.3: `scheme` iab, `sources` from the last word of the type",
    ),
    (
        "`explicit_content.nudity`",
        "`moderation`",
        "format 1.3: `modality` visual, category nudity",
    ),
    (
        "`explicit_content.audio.offensive`, `explicit_content.transcript.offensive`",
        "`moderation`",
        "format 1.3: `modality` speech, category offensive",
    ),
    (
        "highlights: any other type whose occurrences have `scr`",
        "`section`",
        "`score` on the scale highlight, each occurrence's in `attributes.scr`",
    ),
    (
        "every other type",
        "`custom`",
        "**unmapped**: `data` holds the vendor's words, and a notice counts them",
    ),
)

_STANDING: Final = """## Standing

The standing of this adapter is **documented**: it was written from the vendor's public documentation and tried
against an emulator of it. Nobody here has run it against the live service. With an account, find out in a minute:

```console
vidiom doctor -p valossa
vidiom doctor -p valossa --job JOB
```

The first checks the configuration, the host, the clock, and the key with one read-only call. The second holds the
real answer of a finished job (an id from `vidiom list`) against each assumption below, and lists unknown
fields and types. It buys nothing, and its report holds no secret, no answer and no personal data: attach it to a bug
report. [Try it without an account](../how-to/try-valossa-without-an-account.md) first.

## Set it up

```console
export VIDIOM_VALOSSA_API_KEY=…
vidiom analyze https://example.com/film.mp4 -p valossa -f shots -f faces
```

The API key is all that is needed. Local files are uploaded in chunks, several at once; each chunk is retried alone.
"""

_JOBS: Final = """## Jobs

**Never bought twice.** The order is in the store before `new_job` is sent, and its id travels along as
`customer_media_info.id`. `new_job` is never repeated by itself. When its answer is lost, the job stays in
`submitting`; after `settle_seconds` vidiom looks through `list_jobs` (one request, up to 10,000 jobs)
and goes on with the job that has this id. One that is not listed counts as never created, and may be submitted anew. If the
listing is full and the job is not in it, nothing is guessed: its state is `needs_review`.

**The vendor's own list**, also of jobs that others submitted:
`client.call(ValossaProvider, lambda valossa: valossa.list_jobs())`, with ids, states and what the vendor tells of the media.

**States.** `queued` and `on_hold` are `queued`; `preparing_analysis` and `processing` are `running`;
`finished` is `succeeded`; `error` is `failed` with the vendor's reason; `canceled` is `canceled`. An unknown state
counts as running. `poll_again_after_seconds` is followed within the limits of the settings. The vendor's
own word is always in `vendor_state`.

**Callbacks.** The vendor signs none, so a callback is a hint: it may cause one more question for the
state, and is never believed. See [receive webhooks](../how-to/receive-webhooks.md); without a receiver a job moves by
polling alone.

**Galleries** hold the faces to recognise: see [teach faces](../how-to/teach-faces.md). Choose one for a job with the
option `face_gallery_id`.
"""

_PARTS: Final = """## Parts of a result

`core` is always fetched; of the others, those that serve the features asked for, and all of them when none are named or
`result_types` names none. What runs is fixed by the plan of the key, not by the request: a part that was not generated is a notice
(`not_available`) and no error. A part that fails does not take the others with it.

| part | becomes |
| --- | --- |
| `core` | nearly all detections and signals; see the table of types |
| `frames_faces` | the `track` of each face, a box for each frame |
| `frames_objects` | the `track` of each logo, a box for each frame |
| `seconds_objects` | the same, a box for each second; used where `frames_objects` has none |
| `visual_captions` | `caption` with a reference to its shot |
| `speech_to_text_srt`, `speech_to_text_vtt`, `speech_to_text_ttml`, `speech_to_text_avid_txt` | kept as they are in the archive: subtitles, whose words the core has too |
"""

_TYPES: Final = """## Detection types

Every type known from the vendor's documentation and samples, those of format 1.3 included, and what it becomes. A few are not
named there and follow the pattern of one that is: `audio.keyword.name.general`, `transcript.keyword.compliance`,
`explicit_content.transcript.offensive`. All keep their id and a
JSON pointer into the answer (`source`), their segments, the peak confidence of each (`c_max`, else `c`), the median in
`attributes.c_med`, and their place in the vendor's order of prominence in `attributes.rank`.
"""

_BESIDES: Final = """Besides:

- `segmentations.detected_shots` becomes `shot` with `first_frame` and `last_frame`.
- Anything tagged `content_compliance` becomes a `moderation` as well, with a reference to the finding and its tags as
  `categories`.
- Facial expressions of `by_second` become `emotion` (`modality` visual, a reference to the face) for each run of seconds, and a signal for
  each; valence becomes the signal `valence`, -1 to 1.
- Boxes whose detection is not in the core become a `face` or an `object` of their own, with a notice.
- **Unmapped** besides the types above: when someone is a minor and how sure that is (`a.under_18_years.intervals`, `c_max`,
  `c_median`; that it is said at all is `minor`), the bit rates of the codecs (`bps`), and
  `detection_groupings.by_frequency`. They are in the archived answer, and `vidiom audit` lists them.
- A detection whose values cannot be, such as a share above 1, is repaired with a notice, or kept as `custom`.
"""


def _assumptions() -> str:
    rows = [
        (
            f"`{one.id}`",
            prose(one.statement),
            f"`{one.setting}`" if one.setting else "",
            "yes" if one.test else "",
        )
        for one in ASSUMPTIONS
    ]
    return f"""## What is assumed

The documentation leaves these open. Where a setting is named, change it when the assumption turns out to be wrong; "tried" are
those that `vidiom doctor --job` can confirm or refute from an answer.

{table(("assumption", "says", "setting", "tried"), rows)}
"""


def _left_out() -> str:
    rows = [(f"`{path}`", why) for path, why in REDUNDANT.items()]
    return f"""## What is left out

`vidiom audit -p valossa FILE` shows the fate of every path of an answer. These are not read, because they say nothing
new:

{table(("path", "why"), rows)}
"""


def valossa_page(settings: str, options: str) -> str:
    """The page, with tables of settings and options that the caller has made."""
    features = [(f"`{one}`", prose(how)) for one, how in sorted(ValossaProvider.features.items())]
    return "\n".join(
        (
            "# Valossa\n",
            _STANDING,
            f"## Settings\n\nBesides [those of every provider](settings.md):\n\n{settings}\n",
            f"## Options\n\nWhat `options={{…}}` takes; title and language are those of "
            f"every order.\n\n{options}\n",
            _JOBS,
            f"## Features\n\n{table(('feature', 'is read from'), features)}\n",
            _PARTS,
            _TYPES,
            table(("the vendor's type", "kind", "fields of its own"), _ROWS),
            f"\n{_BESIDES}",
            _assumptions(),
            _left_out(),
        )
    )
