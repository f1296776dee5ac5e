"""The `media` part: technical facts from the file, its header and what decoding really found."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from vidiom_local.analysis.opening import opened
from vidiom_local.wire import AudioFacts, FileFacts, MediaPart, Problem, VideoFacts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import av

    from vidiom_local.analysis.decoding import DecodingTally
    from vidiom_local.analysis.opening import Facts
    from vidiom_local.analysis.parts import Parts

__all__ = ["Found", "MediaSheet", "digest"]

BLOCK = 1 << 20
PADDING_SECONDS = 0.2


def digest(path: Path, stopped: Callable[[], bool]) -> str | None:
    """SHA-256 of the file; null if the job was stopped in between."""
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if stopped():
                return None
            sha256.update(block)
    return sha256.hexdigest()


@dataclass(frozen=True, slots=True)
class Found:
    """What the analysis has found out by now."""

    pictures: DecodingTally | None = None
    sound_end: float = 0.0
    sha256: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaSheet:
    """Writes the `media` part of one file: first what its header says, at the end what is true."""

    path: Path
    name: str
    facts: Facts
    parts: Parts

    def part(self, found: Found, *, complete: bool) -> MediaPart:
        facts, still = self.facts, self.facts.kind == "image"
        seconds = _seconds(found)
        with opened(self.path) as container:
            video = container.streams.video[0] if facts.has_video else None
            audio = container.streams.audio[0] if facts.has_audio else None
            return MediaPart(
                **self.parts.opening(
                    "media",
                    problems=list(found.problems),
                    complete=complete,
                    covered=None if still else seconds,
                ),
                kind=facts.kind,
                file=FileFacts(name=self.name, size=self.path.stat().st_size, sha256=found.sha256),
                container=facts.container,
                container_seconds=facts.container_seconds,
                duration_seconds=None if still or not seconds else round(seconds, 6),
                start_time=None if still else round(facts.zero, 6),
                bit_rate=facts.bit_rate,
                video=None if video is None else _video(video, facts, found.pictures),
                audio=None if audio is None else _audio(audio),
            )


def _seconds(found: Found) -> float:
    """The duration: to the end of the last picture, unless the sound goes on well beyond it.

    Codecs pad the sound to whole blocks, so a few hundredths more of it mean nothing.
    """
    pictures = 0.0 if found.pictures is None else found.pictures.end
    if pictures and found.sound_end - pictures < PADDING_SECONDS:
        return pictures
    return max(pictures, found.sound_end)


def _video(video: av.VideoStream, facts: Facts, tally: DecodingTally | None) -> VideoFacts:
    context = video.codec_context
    rate = facts.rate
    return VideoFacts(
        codec=context.name,
        profile=video.profile,
        pixel_format=context.pix_fmt,
        frame_rate=None if rate is None else f"{rate.numerator}/{rate.denominator}",
        variable_frame_rate=tally is not None and tally.variable_frame_rate,
        frame_count=None if tally is None or facts.kind == "image" else tally.frame_count,
        coded_width=context.width,
        coded_height=context.height,
        pixel_aspect_ratio=_ratio(facts.pixel_aspect),
        rotation=(-90 * facts.quarter_turns) % 360,
        width=facts.width,
        height=facts.height,
        interlaced=facts.interlaced,
    )


def _ratio(ratio: Fraction) -> str:
    return f"{ratio.numerator}/{ratio.denominator}"


def _audio(audio: av.AudioStream) -> AudioFacts:
    context = audio.codec_context
    return AudioFacts(
        codec=context.name,
        profile=audio.profile,
        channels=context.channels,
        layout=context.layout.name,
        sample_rate=context.sample_rate,
        language=audio.language,
    )
