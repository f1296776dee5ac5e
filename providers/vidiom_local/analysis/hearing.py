"""Decoding the sound once, as an unbroken stream of blocks on the media's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidiom_local.analysis.opening import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import av
    import numpy as np
    from numpy.typing import NDArray

    from vidiom_local.analysis.opening import Facts

    Samples = NDArray[np.float32]

__all__ = ["VOICE_RATE", "HearingTally", "Sound", "sounds"]

VOICE_RATE = 16000
"""What every speech model here expects, in one channel."""

BLOCK_SECONDS = 1.0
TOLERATED_SLIP = 0.05
"""Timestamps may jitter by this much; beyond it a gap is filled, an overlap dropped."""

LONGEST_FILL = 30.0
"""Silence is put in for this much at a time, so a damaged timestamp cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Sound:
    """About a second of sound."""

    time: float
    rate: int
    samples: Samples
    """Channels by samples, -1 to 1."""
    voice: Samples
    """The same sound in one channel at `VOICE_RATE`."""

    @property
    def seconds(self) -> float:
        return float(self.samples.shape[1]) / self.rate


@dataclass(slots=True)
class HearingTally:
    end: float = 0.0
    damaged_packets: int = 0


def sounds(path: Path, facts: Facts, tally: HearingTally) -> Iterator[Sound]:
    """All of the sound.

    It has a container of its own rather than sharing the pictures' pass: reading past the pictures
    costs next to nothing, and slow speech recognition never holds the pictures up.
    """
    import av
    import numpy as np

    start: float | None = None
    heard = 0
    rate = 0
    held: list[Samples] = []
    voice = av.AudioResampler(format="flt", layout="mono", rate=VOICE_RATE)
    for frame in _frames(path, tally):
        samples = _samples(frame)
        if start is None:
            start, rate = _start(frame, facts), frame.sample_rate
        slip = 0.0 if frame.time is None else frame.time - facts.zero - (start + heard / rate)
        samples = _in_step(samples, slip, rate)
        heard += samples.shape[1]
        held.append(samples)
        if sum(part.shape[1] for part in held) >= BLOCK_SECONDS * rate:
            block = np.concatenate(held, axis=1)
            held = []
            yield _sound(block, start + (heard - block.shape[1]) / rate, rate, voice)
    if held and start is not None:
        block = np.concatenate(held, axis=1)
        yield _sound(block, start + (heard - block.shape[1]) / rate, rate, voice)
    if start is not None:
        tally.end = start + heard / rate


def _frames(path: Path, tally: HearingTally) -> Iterator[av.AudioFrame]:
    """Every frame in planar floats, at the rate and layout of the first."""
    import av

    with opened(path) as container:
        stream = container.streams.audio[0]
        plain: av.AudioResampler | None = None
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                frames = packet.decode()
            except av.error.InvalidDataError:
                tally.damaged_packets += 1
                continue
            except av.error.FFmpegError:
                tally.damaged_packets += 1
                return
            for frame in frames:
                if plain is None:
                    plain = av.AudioResampler("fltp", frame.layout, frame.sample_rate)
                yield from plain.resample(frame)


def _samples(frame: av.AudioFrame) -> Samples:
    import numpy as np

    # A damaged stream can decode to NaN; one would poison every sum after it.
    return np.nan_to_num(frame.to_ndarray().astype(np.float32, copy=False))


def _start(frame: av.AudioFrame, facts: Facts) -> float:
    return 0.0 if frame.time is None else round(frame.time - facts.zero, 6)


def _in_step(samples: Samples, slip: float, rate: int) -> Samples:
    import numpy as np

    if slip > TOLERATED_SLIP:
        gap = np.zeros((samples.shape[0], round(min(slip, LONGEST_FILL) * rate)), dtype=np.float32)
        return np.concatenate([gap, samples], axis=1)
    if slip < -TOLERATED_SLIP:
        return samples[:, min(samples.shape[1], round(-slip * rate)) :]
    return samples


def _sound(block: Samples, time: float, rate: int, resampler: av.AudioResampler) -> Sound:
    import av
    import numpy as np

    mixed = np.ascontiguousarray(block.mean(axis=0, keepdims=True), dtype=np.float32)
    frame = av.AudioFrame.from_ndarray(mixed, format="flt", layout="mono")
    frame.sample_rate = rate
    parts = [out.to_ndarray().ravel() for out in resampler.resample(frame)]
    voice = np.concatenate([np.zeros(0, dtype=np.float32), *parts]).astype(np.float32)
    return Sound(time=time, rate=rate, samples=block, voice=voice)
