"""The vendor's modules: which features each serves, and what its rows become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vidiom.schema.features import Feature
from vidiom.schema.model import JsonObject

__all__ = [
    "BY_FEATURE",
    "DEFAULT",
    "FEATURES",
    "MODULES",
    "PROMPTED",
    "Module",
    "features_of",
]


@dataclass(frozen=True)
class Module:
    """One of the vendor's "visual mining" modules."""

    id: str
    what: str
    becomes: str
    page: str | None = None
    """Below https://docs.deepva.com; ``None`` where only third parties name the module."""


_MINING: Final = "mining-modules"

MODULES: Final[tuple[Module, ...]] = (
    Module(
        "face_recognition",
        "faces and whom they belong to",
        "`face` with `identities` (name, index id, the distance as a score) and its `track`",
        f"{_MINING}/face-recognition",
    ),
    Module(
        "face_attributes",
        "age, gender, emotion and features of faces",
        "`face` with `age`, `gender` and a `box`; its emotion is an `emotion` that refers to it",
        f"{_MINING}/face-attributes",
    ),
    Module(
        "object_scene_recognition",
        "objects and scenes, zero-shot labels, captions",
        "`label` (`object` where there are boxes); captions are a `caption` of the whole media",
        f"{_MINING}/object-scene-recognition",
    ),
    Module(
        "landmark_recognition",
        "landmarks",
        "`landmark`, the similarity as a score",
        "webhooks",
    ),
    Module(
        "lower_third_recognition",
        "names in on-screen inserts",
        "`text` of the role `lower_third`, and an `entity` for the name in it",
        f"{_MINING}/lower-third-recognition",
    ),
    Module(
        "text_recognition",
        "writing in the picture",
        "`text` with `box` or `track`",
        f"{_MINING}/text-recognition",
    ),
    Module(
        "subtitle_detection",
        "burned-in subtitles",
        "`text` of the role `subtitle`",
        f"{_MINING}/subtitle-detection",
    ),
    Module(
        "speech_recognition",
        "transcript, named entities, dictionary hits, translation",
        "`speech` with words (also of the SRT artifact) and speakers, `entity` for each named "
        "entity, `keyword` for each dictionary hit, `sound` for silence",
        f"{_MINING}/speech-recognition",
    ),
    Module(
        "speaker_identification",
        "who speaks when",
        "`person` found by voice, the similarity as a score; the `speaker` of speech and words "
        "that overlap",
        f"{_MINING}/speaker-identification",
    ),
    Module(
        "advanced_diversity_analysis",
        "counts and screen times by gender and age",
        "`custom` for each statistic, its numbers in `data`",
        f"{_MINING}/advanced-diversity-analysis",
    ),
    Module(
        "visual_understanding",
        "answers of a vision-language model to a prompt, shots",
        "`caption` with the prompt, `shot` when it splits; of structured answers `keyword`, "
        "`topic`, `moderation` and `summary`, marked as derived from a prompt",
        f"{_MINING}/visual-understanding",
    ),
    Module(
        "dataset_creation",
        "fills a face dataset from faces and lower thirds",
        "nothing in the media: a notice names the dataset",
    ),
    Module(
        "qrcode_detection",
        "QR codes",
        "`text` of the role `qr_code`",
    ),
    Module(
        "speaker_dataset_creation",
        "fills a dataset of voices (the module's id is not documented)",
        "nothing in the media: a notice names the dataset",
    ),
)

PROMPTED: Final[Mapping[Feature, tuple[str, JsonObject]]] = {
    Feature.CAPTIONS: ("Describe the scene in one sentence.", {"caption": "string"}),
    Feature.KEYWORDS: ("List up to ten keywords of what is seen.", {"keywords": ["string"]}),
    Feature.TOPICS: ("List what it is about as up to five topics.", {"topics": ["string"]}),
    Feature.MODERATION: (
        "List what may be unsuitable for some viewers (violence, nudity, drugs, hate), if any.",
        {"moderation": ["string"]},
    ),
    Feature.SUMMARY: ("Summarise it in two sentences.", {"summary": "string"}),
}
"""What the vision-language model is asked for a feature, and the schema of its answer."""

BY_FEATURE: Final[Mapping[Feature, Mapping[str, JsonObject]]] = {
    Feature.FACES: {"face_recognition": {"cluster_unknowns": True}},
    Feature.EMOTIONS: {"face_attributes": {}},
    Feature.LABELS: {"object_scene_recognition": {}},
    Feature.LANDMARKS: {"landmark_recognition": {}},
    Feature.TEXT: {"text_recognition": {}},
    Feature.SPEECH: {
        # words are known to come only in the SRT with underlines; paragraphs would hide pauses
        "speech_recognition": {
            "format_paragraph": False,
            "dump_srt": True,
            "underline_words_in_srt": True,
        },
        # without clusters, unknown voices cannot be told apart
        "speaker_identification": {"cluster_unknowns": True},
    },
    Feature.ENTITIES: {"speech_recognition": {"enable_ner": True}},
    Feature.SHOTS: {"visual_understanding": {"enable_shot_detection": True}},
    **{feature: {"visual_understanding": {}} for feature in PROMPTED},
}
"""The modules that a feature is asked for with, and the arguments that make them serve it."""

DEFAULT: Final = (Feature.FACES, Feature.LABELS, Feature.SPEECH, Feature.TEXT)
"""What is asked for when neither features nor modules are named: each module costs."""


def _expressed(feature: Feature) -> str:
    shown = [
        f"{module}{''.join(f', {name}: {_written(value)}' for name, value in arguments.items())}"
        for module, arguments in BY_FEATURE[feature].items()
    ]
    prompt = ", by a prompt" if feature in PROMPTED else ""
    return "; ".join(shown) + prompt


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


FEATURES: Final[Mapping[Feature, str]] = {
    **{feature: _expressed(feature) for feature in BY_FEATURE},
    Feature.THUMBNAILS: "the pictures of face rows, kept in the result",
}
"""What may be asked for, and how."""


def features_of(module: str) -> tuple[Feature, ...]:
    """The features that a module serves."""
    return tuple(feature for feature, modules in BY_FEATURE.items() if module in modules)
