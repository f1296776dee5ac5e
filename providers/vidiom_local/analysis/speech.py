"""The transcript: sound handed to a recognizer in bounded windows that end in a pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vidiom_local.analysis.hearing import VOICE_RATE
from vidiom_local.wire import Utterance

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidiom_local.analysis.hearing import Samples, Sound
    from vidiom_local.analysis.recognizers import Recognizer

__all__ = ["SpeechDetector"]

WINDOW = 60 * VOICE_RATE
"""Two of Whisper's own windows; four megabytes, whatever the film's length."""

PAUSE_SEARCH = 20 * VOICE_RATE
"""The window is ended in the quietest moment of its last seconds, so that no word is cut in two."""

PAUSE = VOICE_RATE * 3 // 10
SHORTEST = VOICE_RATE // 10


class SpeechDetector:
    name = "speech"

    def __init__(self, recognizer: Recognizer, *, stopped: Callable[[], bool]) -> None:
        import numpy as np

        self.recognizer = recognizer
        self._stopped = stopped
        self._buffer: Samples = np.zeros(0, dtype=np.float32)
        self._begin: float | None = None
        """Media time of the buffer's first sample."""
        self._utterances: list[Utterance] = []

    @property
    def done_until(self) -> float:
        """Media seconds that have been listened to for good."""
        return max(0.0, self._begin or 0.0)

    def feed(self, sound: Sound) -> None:
        import numpy as np

        if self._begin is None:
            self._begin = sound.time
        self._buffer = np.concatenate([self._buffer, sound.voice])
        if self._buffer.size >= WINDOW:
            self._recognize(_pause(self._buffer))

    def finish(self) -> list[Utterance]:
        if self._buffer.size >= SHORTEST:
            self._recognize(self._buffer.size)
        return self.known()

    def known(self) -> list[Utterance]:
        return list(self._utterances)

    def _recognize(self, samples: int) -> None:
        begin = self._begin or 0.0
        window, self._buffer = self._buffer[:samples], self._buffer[samples:].copy()
        length = samples / VOICE_RATE
        for utterance in self.recognizer.recognize(window):
            self._utterances.append(_moved(utterance, begin, begin + length))
            if self._stopped():
                return
        self._begin = begin + length


def _pause(samples: Samples) -> int:
    """Where to end the window: the middle of its quietest 0.3 s, near its end."""
    import numpy as np

    tail = samples[-PAUSE_SEARCH:]
    power = np.cumsum(np.concatenate([[0.0], tail.astype(np.float64) ** 2]))
    quietest = int(np.argmin(power[PAUSE:] - power[:-PAUSE]))
    return int(samples.size - PAUSE_SEARCH + quietest + PAUSE // 2)


def _moved(utterance: Utterance, begin: float, end: float) -> Utterance:
    """On the media's clock, and not beyond the sound: models round up to their own step."""

    def place(seconds: float) -> float:
        return round(min(max(0.0, begin + seconds), end), 3)

    words = [
        msgspec.structs.replace(word, start=place(word.start), end=place(word.end))
        for word in utterance.words
    ]
    start, stop = place(utterance.start), place(utterance.end)
    return msgspec.structs.replace(utterance, start=start, end=stop, words=words)
