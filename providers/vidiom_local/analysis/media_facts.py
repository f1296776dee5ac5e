"""The `media` part: technical facts from the file, its header and what decoding really found."""

from __future__ import annotations

import hashlib
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

__all__ = ["digest", "media_part"]

BLOCK = 1 << 20


def digest(path: Path, stopped: Callable[[], bool]) -> str | None:
    """SHA-256 of the file; null if the job was stopped in between."""
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if stopped():
                return None
            sha256.update(block)
    return sha256.hexdigest()


def media_part(
    path: Path,
    facts: Facts,
    parts: Parts,
    *,
    name: str,
    tally: DecodingTally | None,
    sound_end: float,
    sha256: str | None,
    problems: list[Problem],
    complete: bool,
) -> MediaPart:
    still = facts.kind == "image"
    found = max(tally.end if tally is not None else 0.0, sound_end)
    if facts.kind == "video" and tally is not None:
        found = tally.end or found
    with opened(path) as container:
        video = container.streams.video[0] if facts.has_video else None
        audio = container.streams.audio[0] if facts.has_audio else None
        return MediaPart(
            **parts.opening(
                "media", problems=problems, complete=complete, covered=None if still else found
            ),
            kind=facts.kind,
            file=FileFacts(name=name, size=path.stat().st_size, sha256=sha256),
            container=facts.container,
            container_seconds=facts.container_seconds,
            duration_seconds=None if still or not found else round(found, 6),
            start_time=None if still else round(facts.zero, 6),
            bit_rate=facts.bit_rate,
            video=None if video is None else _video(video, facts, tally),
            audio=None if audio is None else _audio(audio),
        )


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
