"""A film of any length, made the same in every run: footage, moving pictures, cuts and captions.

Every minute begins with the sample clip (a face, speech, singing, captions). The rest is shots of
a few seconds each over a moving pattern with a moving disc, most of them captioned; a tone under
noise, and now and then silence, are heard.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = ["SAMPLE", "Film", "film"]

SAMPLE = Path(str(files("vidiom") / "media" / "sample.mp4"))
RATE = 25
SOUND_RATE = 48_000
SAMPLES = SOUND_RATE // RATE
"""Samples of sound for each picture."""
MINUTE = 60 * RATE

Picture: TypeAlias = NDArray[np.uint8]
Sound: TypeAlias = NDArray[np.int16]
Moment: TypeAlias = tuple[Picture, Sound]

_WORDS = "north river morning market winter harbour letter garden silver engine summit orchard"


@dataclass(frozen=True)
class Film:
    """What is to be made."""

    seconds: int
    width: int = 640
    height: int = 360

    @property
    def name(self) -> str:
        """What the tables call it."""
        length = f"{self.seconds // 60} min" if self.seconds >= 60 else f"{self.seconds} s"
        return f"film, {length}, {self.width}x{self.height}"


def film(wanted: Film) -> Path:
    """The film's file; made once, then kept in the folder for temporary files."""
    folder = Path(tempfile.gettempdir(), "vidiom-benchmarks")
    folder.mkdir(exist_ok=True)
    path = folder / f"film-1-{wanted.seconds}s-{wanted.width}x{wanted.height}.mp4"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished.mp4")
        _write(unfinished, wanted)
        unfinished.replace(path)
    return path


def _write(path: Path, wanted: Film) -> None:
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=RATE)
        video.width, video.height, video.pix_fmt = wanted.width, wanted.height, "yuv420p"
        video.options = {"preset": "veryfast", "crf": "25"}
        audio = container.add_stream("aac", rate=SOUND_RATE)
        audio.layout = "mono"
        moments = islice(_moments(wanted), wanted.seconds * RATE)
        for number, (picture, sound) in enumerate(moments):
            shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
            shown.pts, shown.time_base = number, Fraction(1, RATE)
            heard = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
            heard.sample_rate = SOUND_RATE
            heard.pts, heard.time_base = number * SAMPLES, Fraction(1, SOUND_RATE)
            container.mux(video.encode(shown.reformat(format="yuv420p")))
            container.mux(audio.encode(heard))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def _moments(wanted: Film) -> Iterator[Moment]:
    chance = random.Random(7)
    pattern = _pattern(wanted)
    sample_sound = _sample_sound()
    while True:
        left = MINUTE
        for moment in _footage(wanted, sample_sound):
            left -= 1
            yield moment
        while left > 0:
            length = min(left, chance.randint(3 * RATE, 8 * RATE))
            left -= length
            yield from _shot(wanted, pattern, length, chance)


def _footage(wanted: Film, sound: Sound) -> Iterator[Moment]:
    with av.open(str(SAMPLE)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            heard = sound[number * SAMPLES : (number + 1) * SAMPLES]
            if len(heard) < SAMPLES:
                return
            shown = frame.reformat(wanted.width, wanted.height, "rgb24")
            yield shown.to_ndarray().astype(np.uint8, copy=False), heard


def _sample_sound() -> Sound:
    resampler = av.AudioResampler("s16", "mono", SOUND_RATE)
    with av.open(str(SAMPLE)) as container:
        frames = [f for one in container.decode(audio=0) for f in resampler.resample(one)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def _pattern(wanted: Film) -> Picture:
    """A large soft texture, through which each shot moves in its own way."""
    noise = np.random.default_rng(8).integers(30, 225, (24, 36, 3), dtype=np.uint8)
    large = Image.fromarray(noise).resize(
        (wanted.width * 3, wanted.height * 3), Image.Resampling.BICUBIC
    )
    return np.asarray(large)


def _shot(wanted: Film, pattern: Picture, length: int, chance: random.Random) -> Iterator[Moment]:
    width, height = wanted.width, wanted.height
    x, y = chance.randrange(width), chance.randrange(height)
    step_x, step_y = chance.choice((-1, 1, 2)), chance.choice((-1, 0, 1))
    tint = np.array([chance.uniform(0.4, 1.0) for _ in range(3)], dtype=np.float32)
    scene = (pattern * tint).astype(np.uint8)
    caption = _caption(wanted, chance) if chance.random() < 0.75 else None
    sounds = _sounds(chance)
    radius = height // 8
    for number in range(length):
        left = min(max(0, x + number * step_x), 2 * width)
        top = min(max(0, y + number * step_y), 2 * height)
        picture = scene[top : top + height, left : left + width].copy()
        centre = (number * 4 + x) % (width - 2 * radius)
        picture[radius : 3 * radius, centre : centre + 2 * radius] ^= 0x60
        if caption is not None:
            band = picture[-len(caption) - 8 : -8, 16 : 16 + caption.shape[1]]
            np.copyto(band, caption)
        yield picture, next(sounds)


def _caption(wanted: Film, chance: random.Random) -> Picture:
    text = " ".join(chance.sample(_WORDS.split(), 3)).capitalize()
    band = Image.new("RGB", (wanted.width * 3 // 4, wanted.height // 9), (10, 10, 20))
    font = ImageFont.load_default(wanted.height // 13)
    ImageDraw.Draw(band).text((8, 2), text, fill=(250, 250, 240), font=font)
    return np.asarray(band)


def _sounds(chance: random.Random) -> Iterator[Sound]:
    """A tone under noise, or silence, a picture's length at a time."""
    silent = chance.random() < 0.2
    pitch = chance.uniform(200.0, 900.0)
    noise = np.random.default_rng(chance.randrange(1 << 30))
    start = 0
    while True:
        times = np.arange(start, start + SAMPLES) / SOUND_RATE
        tone = 4000 * np.sin(2 * np.pi * pitch * times) + noise.normal(0, 500, SAMPLES)
        yield (tone * (not silent)).astype(np.int16)
        start += SAMPLES
