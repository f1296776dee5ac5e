"""The sound lane: one pass over the sound that feeds every audible detector."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vidiom_local.analysis.guard import guarded
from vidiom_local.analysis.hearing import HearingTally, sounds
from vidiom_local.analysis.loudness import LoudnessMeter
from vidiom_local.analysis.plan import missing
from vidiom_local.analysis.regions import RegionDetector
from vidiom_local.analysis.silence import SilenceDetector
from vidiom_local.analysis.speech import SpeechDetector
from vidiom_local.wire import Problem, Scalar, SoundPart, SpeechPart

if TYPE_CHECKING:
    from pathlib import Path

    from vidiom_local.analysis.hearing import Sound
    from vidiom_local.analysis.models import Models
    from vidiom_local.analysis.opening import Facts
    from vidiom_local.analysis.parts import Parts
    from vidiom_local.analysis.plan import Plan
    from vidiom_local.analysis.watch import Watch

__all__ = ["LANE", "Listening", "cost"]

LANE = "sound"
FLUSH_SECONDS = 15.0
NO_AUDIO = Problem(code="no_audio", message="there is no sound in this file")


def cost(plan: Plan) -> float:
    return 0.3 + 2.0 * plan.wants("speech")


class Listening:
    """Runs the detectors over the sound and writes what they hear."""

    def __init__(
        self, path: Path, facts: Facts, plan: Plan, models: Models, parts: Parts, watch: Watch
    ) -> None:
        self._path, self._facts, self._plan, self._parts = path, facts, plan, parts
        self._watch = watch
        self.tally = HearingTally()
        absent = missing(plan.features)
        asked = plan.features if facts.has_audio else frozenset()
        self._silence = guarded("silence", SilenceDetector, asked, absent)
        self._loudness = guarded("loudness", LoudnessMeter, asked, absent)
        self._regions = guarded("regions", lambda: RegionDetector(models.judge()), asked, absent)
        self._speech = guarded(
            "speech",
            lambda: SpeechDetector(models.recognizer(), stopped=watch.stopped),
            asked,
            absent,
        )
        self._finished = False

    def run(self) -> None:
        total = self._facts.container_seconds or 0.0
        flushed = time.monotonic()
        for sound in sounds(self._path, self._facts, self.tally):
            if self._watch.stopped():
                return
            self._feed(sound)
            heard = sound.time + sound.seconds
            self.tally.end = heard
            self._advance(heard, total)
            if time.monotonic() - flushed > FLUSH_SECONDS:
                self.write(complete=False)
                flushed = time.monotonic()
        if not self._watch.stopped():
            self._regions.tell(lambda detector: detector.finish())
            self._speech.tell(lambda detector: detector.finish())
            self._finished = True

    def _advance(self, heard: float, total: float) -> None:
        if not total:
            return
        done = heard
        if self._speech.working and self._speech.detector is not None:
            # Recognition is nearly all of this lane's work, and comes a minute at a time.
            done = 0.1 * heard + 0.9 * self._speech.detector.done_until
        self._watch.advance(LANE, fraction=done / total, media_seconds=done)

    def _feed(self, sound: Sound) -> None:
        self._silence.tell(lambda detector: detector.feed(sound))
        self._loudness.tell(lambda detector: detector.feed(sound))
        self._regions.tell(lambda detector: detector.feed(sound))
        self._speech.tell(lambda detector: detector.feed(sound))

    def write(self, *, complete: bool) -> None:
        if self._plan.wants("silence", "loudness", "regions"):
            self._write_sound(complete=complete)
        if self._plan.wants("speech"):
            self._write_speech(complete=complete)

    def problems(self) -> list[Problem]:
        detectors = (self._silence, self._loudness, self._regions, self._speech)
        return [problem for detector in detectors for problem in detector.problems()]

    def _silent_media(self) -> list[Problem]:
        return [] if self._facts.has_audio else [NO_AUDIO]

    def _write_sound(self, *, complete: bool) -> None:
        problems = [p for p in self.problems() if p.detector != "speech"]
        opening = self._parts.opening(
            "sound",
            problems=[*self._silent_media(), *problems],
            complete=complete,
            covered=self.tally.end if self._facts.has_audio else None,
        )
        self._parts.write(
            SoundPart(
                **opening,
                silence=self._silence.ask(lambda d: d.finish(), []),
                loudness=self._loudness.ask(lambda d: d.finish(), None),
                regions=self._regions.ask(lambda d: d.known(finished=self._finished), []),
            )
        )

    def _write_speech(self, *, complete: bool) -> None:
        detector = self._speech.detector
        parameters: dict[str, Scalar] = {}
        language = None
        if detector is not None:
            parameters = {"model": detector.recognizer.name}
            language = detector.recognizer.language
        opening = self._parts.opening(
            "speech",
            problems=[*self._silent_media(), *self._speech.problems()],
            complete=complete,
            covered=None if detector is None else detector.done_until,
            parameters=parameters,
        )
        self._parts.write(
            SpeechPart(
                **opening,
                language=language,
                language_probability=None,
                utterances=[] if detector is None else detector.known(),
            )
        )
