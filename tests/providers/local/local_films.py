"""Films made for the tests of local analysis, whose truth is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = [
    "RATE",
    "Caption",
    "Film",
    "Recipe",
    "random_edit",
    "scene",
    "tone",
    "write_film",
    "write_text",
]

Frame = NDArray[np.uint8]
Samples = NDArray[np.float32]
RATE = 25
WORDS = "HARBOR LANTERN WINTER SIGNAL GARDEN ROCKET VELVET MARBLE FOREST ANCHOR".split()


@dataclass(frozen=True)
class Caption:
    """A line of text that is on the screen for a time."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Film:
    """A film whose truth is known."""

    path: Path
    cuts: tuple[float, ...] = ()
    captions: tuple[Caption, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Shape:
    """One thing that moves through a scene."""

    round: bool
    color: tuple[int, int, int]
    x: float
    y: float
    size: float
    speed: float


def scene(seed: int, width: int = 640, height: int = 360) -> Callable[[float], Image.Image]:
    """A picture of moving shapes on a coloured ground, different for each seed."""
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated

    def color() -> tuple[int, int, int]:
        return chance.randrange(256), chance.randrange(256), chance.randrange(256)

    ramp = np.linspace(0, 1, height)[:, None, None]
    rows = np.array(color()) * (1 - ramp) + np.array(color()) * ramp
    ground = Image.fromarray(np.repeat(rows, width, axis=1).astype(np.uint8))
    shapes = [
        Shape(
            round=chance.choice([True, False]),
            color=color(),
            x=chance.uniform(0, width),
            y=chance.uniform(0, height * 0.6),
            size=chance.uniform(30, 120) * width / 640,
            speed=chance.uniform(-40, 40),
        )
        for _ in range(6)
    ]

    def draw(seconds: float) -> Image.Image:
        picture = ground.copy()
        pen = ImageDraw.Draw(picture)
        for shape in shapes:
            left = shape.x + shape.speed * seconds
            box = (left, shape.y, left + shape.size, shape.y + shape.size)
            if shape.round:
                pen.ellipse(box, fill=shape.color)
            else:
                pen.rectangle(box, fill=shape.color)
        return picture

    return draw


def write_text(picture: Image.Image, text: str, size: int = 40) -> None:
    """Put a line of text into the lower third."""
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=size)
    place = (int(picture.width * 0.08), int(picture.height * 0.8))
    pen.text(place, text, font=font, fill="white", stroke_width=2, stroke_fill="black")


@dataclass(frozen=True)
class Recipe:
    """How a test film is written."""

    rate: int = RATE
    codec: str = "libx264"
    sound: Callable[[float], Samples] | None = None
    """Seconds of the film in, its whole sound out: mono at 48 kHz."""
    rotation: int = 0
    """Degrees counter-clockwise by which players are told to turn it."""
    pixel_aspect: Fraction = Fraction(1)
    times: Callable[[int], float] | None = None
    """For a variable frame rate: the time of each frame."""
    container_options: dict[str, str] = field(default_factory=dict)

    def time(self, frame: int) -> float:
        """When a frame is shown."""
        return self.times(frame) if self.times else frame / self.rate


PLAIN = Recipe()


def write_film(path: Path, frames: Iterable[Frame], recipe: Recipe = PLAIN) -> float:
    """Write the frames; gives the film's length in seconds."""
    pictures = iter(frames)
    first = next(pictures)
    tick = Fraction(1, 1000)
    with av.open(str(path), "w", options=recipe.container_options) as container:
        video = container.add_stream(recipe.codec, rate=recipe.rate)
        assert isinstance(video, av.VideoStream)
        video.height, video.width = first.shape[:2]
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "veryfast", "crf": "20"} if recipe.codec == "libx264" else {}
        video.codec_context.time_base = tick
        video.codec_context.sample_aspect_ratio = recipe.pixel_aspect
        if recipe.rotation:
            video.set_display_rotation(recipe.rotation)
        audio = container.add_stream("aac", rate=48000) if recipe.sound else None
        if audio is not None:
            audio.layout = "mono"
        count = 0
        for pixels in _all(first, pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = round(recipe.time(count) * 1000), tick
            container.mux(video.encode(frame))
            count += 1
        container.mux(video.encode())
        if audio is not None and recipe.sound is not None:
            _write_sound(container, audio, recipe.sound(recipe.time(count)))
    return recipe.time(count)


def _all(first: Frame, rest: Iterator[Frame]) -> Iterator[Frame]:
    yield first
    yield from rest


def _write_sound(
    container: av.container.OutputContainer, audio: av.AudioStream, samples: Samples
) -> None:
    for start in range(0, len(samples), 48000):
        block = np.ascontiguousarray(samples[None, start : start + 48000])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        container.mux(audio.encode(frame))
    container.mux(audio.encode())


def tone(length: float) -> Samples:
    """A quiet tone, silent from 1.0 to 2.0 seconds."""
    times = np.arange(round(length * 48000)) / 48000
    sound = 0.1 * np.sin(2 * np.pi * 440 * times)
    sound[48000:96000] = 0
    return sound.astype(np.float32)


def random_edit(path: Path, seed: int, shots: int = 9) -> Film:
    """Shots of random length, and captions that may run over a cut."""
    chance = random.Random(seed)  # noqa: S311 - chance that can be repeated
    lengths = [chance.randint(24, 70) for _ in range(shots)]
    starts = [sum(lengths[:number]) for number in range(shots + 1)]
    captions = []
    at = 10
    while at + 60 < starts[-1]:
        end = at + chance.randint(30, 60)
        text = f"{chance.choice(WORDS)} {chance.randrange(10, 99)}"
        captions.append(Caption(text, at / RATE, end / RATE))
        at = end + chance.randint(15, 50)

    def frames() -> Iterator[Frame]:
        for number, length in enumerate(lengths):
            draw = scene(seed * 100 + number)
            for index in range(length):
                picture = draw(index / RATE)
                now = (starts[number] + index) / RATE
                for caption in captions:
                    if caption.start <= now < caption.end:
                        write_text(picture, caption.text)
                yield np.asarray(picture)

    seconds = write_film(path, frames(), Recipe(sound=tone))
    cuts = tuple(start / RATE for start in starts[1:-1])
    return Film(path, cuts, tuple(captions), seconds)
