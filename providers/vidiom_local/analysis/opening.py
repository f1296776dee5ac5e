"""Opening a file as media: typed refusals, and what can be known before anything is decoded."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import av
    from av.container import InputContainer

__all__ = ["Facts", "MediaRefused", "NotMedia", "facts", "opened"]

LEAD_SECONDS = 0.5
"""Sound that begins this much before the first picture moves our zero to the container's start."""

# Each names the format that FFmpeg uses for single still pictures.
STILL_FORMATS = frozenset({"image2"})
STILL_SUFFIX = "_pipe"


_LENIENT_PYAV = 19
"""The version from which on text that is no UTF-8 is no error, and cannot be said to be none."""


class MediaRefused(Exception):
    """The file cannot be analysed at all; the message says what to do next."""

    code = "media_refused"


class MissingFile(MediaRefused):
    """There is no file at this path."""

    code = "missing"


class UnreadableFile(MediaRefused):
    """The file exists, but may not be read."""

    code = "unreadable"


class EmptyFile(MediaRefused):
    """The file has no bytes."""

    code = "empty"


class NotMedia(MediaRefused):
    """The file is not a video, sound or picture that can be decoded."""

    code = "not_media"


class CutOff(MediaRefused):
    """The file begins like media, but the index that its decoder needs is missing."""

    code = "cut_off"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says of itself, with one picture decoded to know how it is displayed."""

    kind: Literal["video", "audio", "image"]
    container: str
    container_seconds: float | None
    zero: float
    """Where our clock starts, on the container's own clock."""
    bit_rate: int | None
    has_video: bool
    has_audio: bool
    rate: Fraction | None
    pixel_aspect: Fraction
    quarter_turns: int
    """Turns of 90 degrees counter-clockwise that make the picture upright."""
    width: int
    height: int
    interlaced: bool


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """The file as a container.

    Nothing but files can be opened from inside it, so a playlist in disguise reaches no network.

    Raises:
        MediaRefused: It cannot be opened as media.
    """
    import av

    _check_readable(path)
    try:
        container = av.open(f"file:{path}", options={"protocol_whitelist": "file"}, **_lenient())
    except av.error.FFmpegError as error:
        raise _refusal(path) from error
    with container:
        yield container


def _lenient() -> dict[str, Any]:
    """How a title that is no UTF-8 is no fault of the file."""
    import av

    major = int(av.__version__.partition(".")[0])
    return {} if major >= _LENIENT_PYAV else {"metadata_errors": "replace"}


def _check_readable(path: Path) -> None:
    if not path.exists():
        raise MissingFile(f"there is no file {path}; check the path")
    if not path.is_file():
        raise NotMedia(f"{path} is not a file; name one video, sound or picture file")
    if not os.access(path, os.R_OK):
        raise UnreadableFile(f"{path} may not be read by this user; change its permissions")
    if path.stat().st_size == 0:
        raise EmptyFile(f"{path} is empty (0 bytes); copy or download it again")


def _refusal(path: Path) -> MediaRefused:
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp":
        return CutOff(
            f"{path} begins like an MP4 file but its index is missing, so it was probably cut off "
            "while being written or copied; copy it again, or repair it with a tool such as untrunc"
        )
    return NotMedia(
        f"{path} is not a video, sound or picture that can be decoded; "
        "check that it is the right file, or convert it to MP4 first"
    )


def facts(path: Path) -> Facts:
    """What is known beforehand. Decodes one picture, because only a picture tells the rotation."""
    with opened(path) as container:
        video = container.streams.video[0] if container.streams.video else None
        audio = container.streams.audio[0] if container.streams.audio else None
        cover = video is not None and audio is not None and _is_cover(video)
        if cover:
            video = None
        if video is None and audio is None:
            raise NotMedia(f"{path} holds neither pictures nor sound; name another file")
        container_start = None if container.start_time is None else container.start_time / 1e6
        seconds = None if container.duration is None else container.duration / 1e6
        name = container.format.name
        frame = _first_picture(container, video) if video is not None else None
        if video is not None and frame is None and audio is None:
            raise NotMedia(
                f"no picture in {path} can be decoded; the file is damaged, copy it again"
            )
        turns = 0 if frame is None else round(frame.rotation / 90) % 4
        aspect = _pixel_aspect(video, frame)
        width, height = _displayed(frame, aspect, turns)
        still = frame is not None and audio is None and _is_still(name)
        return Facts(
            kind="image" if still else ("video" if frame is not None else "audio"),
            container=name,
            container_seconds=None if still else seconds,
            zero=0.0 if still else _zero(container_start, frame, audio),
            bit_rate=container.bit_rate or None,
            has_video=frame is not None,
            has_audio=audio is not None,
            rate=None if still or video is None else _rate(video),
            pixel_aspect=aspect,
            quarter_turns=turns,
            width=width,
            height=height,
            interlaced=bool(frame is not None and frame.interlaced_frame),
        )


def _is_still(container: str) -> bool:
    return container in STILL_FORMATS or container.endswith(STILL_SUFFIX)


def _is_cover(video: av.VideoStream) -> bool:
    """Whether the picture is a record sleeve inside a sound file."""
    from av.stream import Disposition

    return bool(video.disposition & Disposition.attached_pic)


def _first_picture(container: InputContainer, video: av.VideoStream) -> av.VideoFrame | None:
    import av

    for packet in container.demux(video):
        try:
            for frame in packet.decode():
                return frame
        except av.error.FFmpegError:
            continue  # Broken streams often start before their first key frame.
    return None


def _zero(
    container_start: float | None, frame: av.VideoFrame | None, audio: av.AudioStream | None
) -> float:
    if frame is not None and frame.time is not None:
        first = float(frame.time)
        if container_start is not None and first - container_start > LEAD_SECONDS:
            return container_start
        return first
    if audio is not None and audio.start_time is not None and audio.time_base is not None:
        return float(audio.start_time * audio.time_base)
    return container_start or 0.0


def _rate(video: av.VideoStream) -> Fraction | None:
    rate = video.guessed_rate or video.average_rate or video.base_rate
    return Fraction(rate.numerator, rate.denominator) if rate else None


def _pixel_aspect(video: av.VideoStream | None, frame: av.VideoFrame | None) -> Fraction:
    aspect = None if video is None or frame is None else video.sample_aspect_ratio
    return Fraction(aspect.numerator, aspect.denominator) if aspect else Fraction(1)


def _displayed(frame: av.VideoFrame | None, aspect: Fraction, turns: int) -> tuple[int, int]:
    if frame is None:
        return 0, 0
    width, height = round(frame.width * aspect), frame.height
    return (height, width) if turns % 2 else (width, height)
