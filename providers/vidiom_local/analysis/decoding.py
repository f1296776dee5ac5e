"""Decoding pictures once, in their own thread, a few ahead of whoever looks at them."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidiom_local.analysis.opening import opened
from vidiom_local.analysis.picture import SMALL_SIDE, Picture, Scaler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import av

    from vidiom_local.analysis.opening import Facts

__all__ = ["DecodingTally", "pictures"]

ODD_SHARE = 0.005
"""A few irregular steps come from editing and damage, not from a variable rate."""

AHEAD = 4
"""Pictures decoded in advance. Small, because each may be a full 4K frame."""


@dataclass(slots=True)
class DecodingTally:
    """What was met while decoding; read it when the pictures have ended."""

    frame_count: int = 0
    end: float = 0.0
    damaged_packets: int = 0
    odd_steps: int = 0

    @property
    def variable_frame_rate(self) -> bool:
        """Whether more than a few pictures stand off the regular grid."""
        return self.odd_steps > max(1, self.frame_count * ODD_SHARE)


def pictures(path: Path, facts: Facts, tally: DecodingTally) -> Iterator[Picture]:
    """Every picture in display order, decoded by a thread that stays `AHEAD` in front."""
    shelf: queue.Queue[Picture | BaseException | None] = queue.Queue(maxsize=AHEAD)
    abandoned = threading.Event()

    def fill() -> None:
        outcome: BaseException | None = None
        try:
            for picture in _decoded(path, facts, tally):
                if not _put(shelf, picture, abandoned):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again in the consumer's thread
            outcome = error
        _put(shelf, outcome, abandoned)

    thread = threading.Thread(target=fill, name="decode", daemon=True)
    thread.start()
    try:
        while (item := shelf.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        abandoned.set()
        thread.join()


def _put(
    shelf: queue.Queue[Picture | BaseException | None],
    item: Picture | BaseException | None,
    abandoned: threading.Event,
) -> bool:
    while not abandoned.is_set():
        try:
            shelf.put(item, timeout=0.2)
        except queue.Full:
            continue
        return True
    return False


def _decoded(path: Path, facts: Facts, tally: DecodingTally) -> Iterator[Picture]:
    aspect = float(facts.pixel_aspect)
    small = Scaler(pixel_aspect=aspect, quarter_turns=facts.quarter_turns)
    large = Scaler(pixel_aspect=aspect, quarter_turns=facts.quarter_turns)
    nominal = float(1 / facts.rate) if facts.rate else 0.04
    previous: float | None = None
    for frame in _frames(path, tally, first_only=facts.kind == "image"):
        time = _time(frame, facts, previous, nominal)
        if previous is not None and time <= previous:
            continue  # A repeated timestamp shows nothing new and would make an empty interval.
        if previous is not None:
            tally.odd_steps += _is_odd(time - previous, nominal, frame)
        previous = time
        duration = _duration(frame, nominal)
        tally.end = time + duration
        yield Picture(
            frame,
            index=tally.frame_count,
            time=time,
            duration=duration,
            small=small.scaled(frame, SMALL_SIDE, "rgb24"),
            scaler=large,
        )
        tally.frame_count += 1


def _frames(path: Path, tally: DecodingTally, *, first_only: bool) -> Iterator[av.VideoFrame]:
    import av

    with opened(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except av.error.FFmpegError:
                tally.damaged_packets += 1
                return  # The demuxer lost its place: nothing after this can be found.
            if packet is None:
                return
            try:
                for frame in packet.decode():
                    yield frame
                    if first_only:
                        return
            except av.error.FFmpegError:
                tally.damaged_packets += 1


def _time(frame: av.VideoFrame, facts: Facts, previous: float | None, nominal: float) -> float:
    if frame.time is None or facts.kind == "image":
        return 0.0 if previous is None else previous + nominal
    # Micro-seconds are finer than any frame, and hide the noise of float subtraction.
    return round(frame.time - facts.zero, 6)


def _duration(frame: av.VideoFrame, nominal: float) -> float:
    if frame.duration and frame.time_base is not None:
        return round(float(frame.duration * frame.time_base), 6)
    return nominal


def _is_odd(step: float, nominal: float, frame: av.VideoFrame) -> bool:
    tick = float(frame.time_base) if frame.time_base is not None else 0.0
    return abs(step - nominal) > max(1.01 * tick, 0.1 * nominal)
