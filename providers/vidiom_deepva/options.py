"""What may be said about a job at DeepVA besides what every order has."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from vidiom.provider import ProviderOptions
from vidiom.schema.model import JsonObject

__all__ = ["MODULE_OPTIONS", "DeepvaOptions"]

# Arguments and their pages are those of modules.py. Values that the vendor may add to any day
# (models, languages) are passed on unchecked; what has a documented range is checked against it.


class Dictionary(ProviderOptions):
    """A dictionary to use (https://docs.deepva.com/core-resources/job)."""

    id: str
    """Id of the dictionary."""
    mode: str | None = None
    """``fuzzy`` is the one that is documented."""
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    """How near a word must come."""


class Range(ProviderOptions):
    """A stretch of the media, in seconds or in frames."""

    time_start: Annotated[float, Field(ge=0)] | None = None
    time_end: Annotated[float, Field(ge=0)] | None = None
    frame_start: Annotated[int, Field(ge=0)] | None = None
    """Name of the argument assumed."""
    frame_end: Annotated[int, Field(ge=0)] | None = None
    """Name of the argument assumed."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        for start, end in ((self.time_start, self.time_end), (self.frame_start, self.frame_end)):
            if start is not None and end is not None and end <= start:
                msg = "a range ends after its start"
                raise ValueError(msg)
        return self


class Arguments(ProviderOptions):
    """What every module takes."""

    model: str | None = None
    """Name of a model; ``name==2`` pins a version."""
    dictionaries: tuple[Dictionary, ...] | None = None
    range: Range | None = None


class FaceRecognition(Arguments):
    """``face_recognition``."""

    models: tuple[str, ...] | None = None
    max_distance: Annotated[float, Field(ge=0, le=2)] | None = None
    """Farthest distance to the nearest training sample; smaller is stricter."""
    cluster_unknowns: bool | None = None
    index_unknowns: bool | None = None
    face_detection_scale: Annotated[float, Field(ge=100, le=2000)] | None = None
    enable_top_k: bool | None = None
    top_k: Annotated[int, Field(ge=1, le=10)] | None = None


class FaceAttributes(Arguments):
    """``face_attributes``."""

    max_distance: Annotated[float, Field(ge=0, le=2)] | None = None


class ObjectSceneRecognition(Arguments):
    """``object_scene_recognition``."""

    min_confidence: Annotated[float, Field(ge=0, le=100)] | None = None
    """From 0 to 100."""
    language: Annotated[int, Field(ge=0)] | None = None
    """0 is English, 1 is German."""
    words: tuple[str, ...] | None = None
    """Labels of your own, with the model ``zero-shot``."""
    include_preset_labels: bool | None = None
    enable_captioning: bool | None = None


class LandmarkRecognition(Arguments):
    """``landmark_recognition``."""

    min_similarity: Annotated[float, Field(ge=0, le=1)] | None = None


class LowerThirdRecognition(Arguments):
    """``lower_third_recognition``."""

    detect_single_name: bool | None = None
    apply_generic: bool | None = None
    name_dictionary_list: tuple[str, ...] | None = None
    min_face_size: int | None = None
    sharpness_threshold: float | None = None
    only_faces: bool = False
    """Whether only inserts beside a visible face are read; the vendor's own default is yes."""
    secondary_dictionaries: tuple[str, ...] | None = None


class TextRecognition(Arguments):
    """``text_recognition``."""

    language: str | None = None
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    mode: Literal["quality", "performance"] | None = None


class SubtitleDetection(Arguments):
    """``subtitle_detection``: the vendor's pages swap the two defaults, so both are always sent."""

    text_similarity_threshold: float = 0.05
    text_region_buffer_threshold: float = 0.85
    dump_heatmap: bool | None = None


class SpeechRecognition(Arguments):
    """``speech_recognition``."""

    language: str | None = None
    """``auto`` or a language; left out, the order's."""
    mode: Literal["quality", "performance"] | None = None
    format_paragraph: bool | None = None
    enable_vad: bool | None = None
    vad_threshold: float | None = None
    enable_ner: bool | None = None
    detect_silence: bool | None = None
    merge_voice_gap_seconds: Annotated[float, Field(ge=0)] | None = None
    dump_srt: bool | None = None
    underline_words_in_srt: bool | None = None
    dump_docx: bool | None = None
    translation_language: str | None = None


class SpeakerIdentification(Arguments):
    """``speaker_identification``."""

    min_similarity: Annotated[float, Field(ge=0, le=1)] | None = None
    cluster_unknowns: bool | None = None
    index_unknowns: bool | None = None
    segment_merge_threshold: Annotated[float, Field(ge=0, le=10)] | None = None


class VisualUnderstanding(Arguments):
    """``visual_understanding``."""

    prompt: str | None = None
    model_key: str | None = None
    """In place of ``model``."""
    enable_shot_detection: bool | None = None
    shot_detection_threshold: float | None = None
    shot_detection_method: str | None = None
    structured_output_schema: JsonObject | None = None
    temperature: float | None = None
    top_p: float | None = None
    enable_image_or_video_metadata: bool | None = None
    frame_sampling_method: str | None = None


class DatasetCreation(Arguments):
    """``dataset_creation``."""

    dataset_id: str | None = None
    detect_single_name: bool | None = None
    apply_generic: bool | None = None
    name_dictionary_list: tuple[str, ...] | None = None
    min_face_size: int | None = None
    sharpness_threshold: float | None = None


class QrcodeDetection(Arguments):
    """``qrcode_detection``."""

    speed_mode: float | None = None
    stop_on_detection: bool | None = None


class DeepvaOptions(ProviderOptions):
    """Naming a module chooses it, besides those that the features choose."""

    face_recognition: FaceRecognition | None = None
    face_attributes: FaceAttributes | None = None
    object_scene_recognition: ObjectSceneRecognition | None = None
    landmark_recognition: LandmarkRecognition | None = None
    lower_third_recognition: LowerThirdRecognition | None = None
    text_recognition: TextRecognition | None = None
    subtitle_detection: SubtitleDetection | None = None
    speech_recognition: SpeechRecognition | None = None
    speaker_identification: SpeakerIdentification | None = None
    advanced_diversity_analysis: Arguments | None = None
    visual_understanding: VisualUnderstanding | None = None
    dataset_creation: DatasetCreation | None = None
    qrcode_detection: QrcodeDetection | None = None
    modules: dict[str, JsonObject] = Field(default_factory=dict)
    """Any module with any arguments, passed on unchecked; they win over all others."""
    range: Range | None = None
    """Stretch of the media for each module that is not given one of its own."""
    dictionaries: tuple[Dictionary, ...] | None = None
    """Dictionaries for each module that is not given its own."""
    ttl: Annotated[int, Field(ge=1)] | None = None
    """Seconds after which the vendor deletes the job; left out, never. Give outages their time."""
    webhook_events: tuple[str, ...] | None = None
    """Events to be called for; left out, those of the setting."""


MODULE_OPTIONS = tuple(
    name
    for name in DeepvaOptions.model_fields
    if name not in ("modules", "range", "dictionaries", "ttl", "webhook_events")
)
"""The options that are modules."""
