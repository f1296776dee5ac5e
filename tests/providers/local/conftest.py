"""Films made for the tests, and the sample's analysis, which is run once for all of them."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vidiom_local import jobs, wire
from vidiom_local.analysis.engine import Outcome, Task, analyse
from vidiom_local.analysis.models import Models
from vidiom_local.analysis.parts import Parts
from vidiom_local.analysis.plan import FEATURES, Plan
from vidiom_local.analysis.watch import Watch
from vidiom_local.folder import Status, WorkItem, WorkOrder

Frame = NDArray[np.uint8]
RATE = 25
WORDS = "HARBOR LANTERN WINTER SIGNAL GARDEN ROCKET VELVET MARBLE FOREST ANCHOR".split()


@dataclass(frozen=True)
class Caption:
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


@dataclass
class Answer:
    """What an analysis gave."""

    parts: dict[str, bytes] = field(default_factory=dict)
    outcome: Outcome | None = None
    status: Status | None = None

    def media(self) -> wire.MediaPart:
        part = wire.read(self.parts["media"])
        assert isinstance(part, wire.MediaPart)
        return part

    def shots(self) -> wire.ShotsPart:
        part = wire.read(self.parts["shots"])
        assert isinstance(part, wire.ShotsPart)
        return part

    def picture(self) -> wire.PicturePart:
        part = wire.read(self.parts["picture"])
        assert isinstance(part, wire.PicturePart)
        return part

    def sound(self) -> wire.SoundPart:
        part = wire.read(self.parts["sound"])
        assert isinstance(part, wire.SoundPart)
        return part

    def text(self) -> wire.TextPart:
        part = wire.read(self.parts["text"])
        assert isinstance(part, wire.TextPart)
        return part

    def faces(self) -> wire.FacesPart:
        part = wire.read(self.parts["faces"])
        assert isinstance(part, wire.FacesPart)
        return part

    def speech(self) -> wire.SpeechPart:
        part = wire.read(self.parts["speech"])
        assert isinstance(part, wire.SpeechPart)
        return part


def scene(seed: int, width: int = 640, height: int = 360) -> Callable[[float], Image.Image]:
    """A picture of moving shapes on a coloured ground, different for each seed."""
    chance = random.Random(seed)
    top, bottom = ([chance.randrange(256) for _ in range(3)] for _ in range(2))
    ramp = np.linspace(0, 1, height)[:, None, None]
    rows = np.array(top) * (1 - ramp) + np.array(bottom) * ramp
    ground = Image.fromarray(np.repeat(rows, width, axis=1).astype(np.uint8))
    shapes = [
        (
            chance.choice(["ellipse", "rectangle"]),
            tuple(chance.randrange(256) for _ in range(3)),
            chance.uniform(0, width),
            chance.uniform(0, height * 0.6),
            chance.uniform(30, 120),
            chance.uniform(-40, 40),
        )
        for _ in range(6)
    ]

    def draw(seconds: float) -> Image.Image:
        picture = ground.copy()
        pen = ImageDraw.Draw(picture)
        for shape, color, x, y, size, speed in shapes:
            left = x + speed * seconds
            box = (left, y, left + size, y + size)
            (pen.ellipse if shape == "ellipse" else pen.rectangle)(box, fill=color)
        return picture

    return draw


def write_text(picture: Image.Image, text: str, size: int = 40) -> None:
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=size)
    place = (int(picture.width * 0.08), int(picture.height * 0.8))
    pen.text(place, text, font=font, fill="white", stroke_width=2, stroke_fill="black")


@dataclass(frozen=True)
class Recipe:
    """How a test film is written."""

    rate: int = RATE
    codec: str = "libx264"
    sound: Callable[[float], NDArray[np.float32]] | None = None
    """Seconds of the film in, its whole sound out: mono at 48 kHz."""
    rotation: int = 0
    pixel_aspect: Fraction = Fraction(1)
    times: Callable[[int], float] | None = None
    """For a variable frame rate: the time of each frame."""
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)


def write_film(path: Path, frames: Iterator[Frame], recipe: Recipe = Recipe()) -> float:
    """Write the frames; gives the film's length in seconds."""
    count = 0
    with av.open(str(path), "w", options=recipe.container_options) as container:
        video = None
        for frame in frames:
            if video is None:
                video = container.add_stream(recipe.codec, rate=recipe.rate)
                video.height, video.width = frame.shape[:2]
                video.pix_fmt = "yuv420p"
                video.options = {"preset": "veryfast", "crf": "20"} | recipe.options
                video.codec_context.time_base = Fraction(1, 1000)
                video.codec_context.sample_aspect_ratio = recipe.pixel_aspect
                if recipe.rotation:
                    video.set_display_rotation(recipe.rotation)
                audio = None
                if recipe.sound is not None:
                    audio = container.add_stream("aac", rate=48000)
                    audio.layout = "mono"
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
            seconds = recipe.times(count) if recipe.times else count / recipe.rate
            picture.pts, picture.time_base = round(seconds * 1000), Fraction(1, 1000)
            container.mux(video.encode(picture))
            count += 1
        assert video is not None
        container.mux(video.encode())
        length = (recipe.times(count) if recipe.times else count / recipe.rate)
        if audio is not None and recipe.sound is not None:
            samples = recipe.sound(length)
            for start in range(0, len(samples), 48000):
                block = av.AudioFrame.from_ndarray(
                    samples[None, start : start + 48000], format="fltp", layout="mono"
                )
                block.sample_rate, block.pts = 48000, start
                block.time_base = Fraction(1, 48000)
                container.mux(audio.encode(block))
            container.mux(audio.encode())
    return length


def tone(length: float) -> NDArray[np.float32]:
    """A quiet 440 Hz tone with a silent second from 1.0 to 2.0."""
    times = np.arange(round(length * 48000)) / 48000
    sound = 0.1 * np.sin(2 * np.pi * 440 * times)
    sound[(times >= 1.0) & (times < 2.0)] = 0
    return sound.astype(np.float32)


def random_edit(path: Path, seed: int, shots: int = 9) -> Film:
    """Shots of random length, some of them with a caption that may run over a cut."""
    chance = random.Random(seed)
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


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="session")
def plain_film(films: Path) -> Film:
    """Two scenes of two seconds with sound, small and quick to analyse."""
    draws = (scene(1, 320, 180), scene(2, 320, 180))
    frames = (np.asarray(draws[n // 50](n / RATE)) for n in range(100))
    path = films / "plain.mp4"
    seconds = write_film(path, frames, Recipe(sound=tone))
    return Film(path, cuts=(2.0,), seconds=seconds)


def basics(path: Path, features: frozenset[str] | None = None) -> Answer:
    """An analysis in this process, without any model unless it is asked for."""
    answer = Answer()
    chosen = features or FEATURES - {"text", "faces", "regions", "speech"}
    plan = Plan(chosen)
    parts = Parts(lambda name, data: answer.parts.__setitem__(name, data))
    answer.outcome = analyse(Task(path, path.name), plan, Models(plan), parts, Watch())
    return answer


@pytest.fixture(scope="session", name="basics")
def basics_fixture() -> Callable[..., Answer]:
    return basics


def order(home: Path, job: str, *paths: Path, features: frozenset[str] = FEATURES) -> WorkOrder:
    return WorkOrder(
        correlation=job,
        items=[WorkItem(str(path), path.name, f"image {n}") for n, path in enumerate(paths)],
        batch=len(paths) > 1,
        features=sorted(features),
        slots=str(home / "slots"),
        max_running=1,
        created=time.time(),
    )


@pytest.fixture(scope="session", name="order")
def order_fixture() -> Callable[..., WorkOrder]:
    return order


def wait_for(
    home: Path, job: str, reached: Callable[[Status], bool], seconds: float = 120.0
) -> Status:
    """Look at the job until it is as wanted; not to sleep for a guessed time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = jobs.status(home, job)
        if reached(found):
            return found
        time.sleep(0.02)
    pytest.fail(f"the job {job} did not come so far in {seconds} s: {jobs.status(home, job)}")


@pytest.fixture(scope="session", name="wait_for")
def wait_for_fixture() -> Callable[..., Status]:
    return wait_for


SOCKET_GUARD = '''
import os, socket

def refuse(self, address, *rest):
    if self.family != socket.AF_UNIX:
        with open(os.environ["SOCKET_RECORD"], "a") as record:
            print(address, file=record)
        raise OSError("the analysis opened a connection")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
'''


@dataclass(frozen=True)
class Worked:
    """Jobs that were really run, by worker processes that may not open connections."""

    sample: Answer
    edit: Answer
    film: Film
    connections: str
    home: Path


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory, films: Path, sample: Path) -> Worked:
    """The sample and a random edit, analysed with everything on."""
    home = tmp_path_factory.mktemp("home")
    record, guard = home / "connections", home / "guard"
    guard.mkdir()
    record.touch()
    (guard / "sitecustomize.py").write_text(SOCKET_GUARD)
    with pytest.MonkeyPatch.context() as patch:
        path = os.pathsep.join(filter(None, [str(guard), os.environ.get("PYTHONPATH")]))
        patch.setenv("PYTHONPATH", path)
        patch.setenv("SOCKET_RECORD", str(record))
        jobs.start(home, order(home, "sample", sample))
        film = random_edit(films / "edit.mp4", seed=20)
        jobs.start(home, order(home, "edit", film.path, features=frozenset({"shots", "text"})))
    answers = {}
    for job in ("sample", "edit"):
        status = wait_for(home, job, lambda status: status.terminal)
        answers[job] = Answer(jobs.parts(home, job), None, status)
    return Worked(answers["sample"], answers["edit"], film, record.read_text(), home)


@pytest.fixture(scope="session")
def analysed(worked: Worked) -> Answer:
    """The sample's analysis."""
    return worked.sample
