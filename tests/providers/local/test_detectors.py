"""Detectors one by one, on pictures and sounds made for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from tests.providers.local.local_answers import analysed_here
from tests.providers.local.local_films import RATE, Frame, Recipe, Samples, scene, tone, write_film

from vidiom_local.analysis.hearing import Sound
from vidiom_local.analysis.regions import RegionDetector
from vidiom_local.analysis.silence import SilenceDetector
from vidiom_local.analysis.watch import Watch
from vidiom_local.wire import Span

WIDTH, HEIGHT = 320, 180
BLACK = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)


def shots_of(path: Path, frames: Iterable[Frame]) -> tuple[list[float], list[str]]:
    write_film(path, frames)
    part = analysed_here(path, frozenset({"shots"})).shots
    return [shot.start for shot in part.shots], [one.kind for one in part.transitions]


def still(seed: int) -> Frame:
    return np.asarray(scene(seed, WIDTH, HEIGHT)(0.0))


def mixed(one: Frame, other: Frame, share: float) -> Frame:
    return (one * (1 - share) + other * share).astype(np.uint8)


def moving(seed: int, frames: int) -> list[Frame]:
    draw = scene(seed, WIDTH, HEIGHT)
    return [np.asarray(draw(n / RATE)) for n in range(frames)]


def test_a_flash_is_not_a_cut(tmp_path: Path) -> None:
    film = moving(1, 75)
    film[30] = film[31] = np.full_like(BLACK, 250)
    assert shots_of(tmp_path / "flash.mp4", film) == ([0.0], [])


def test_a_dissolve_is_one_boundary_in_its_middle(tmp_path: Path) -> None:
    one, other = still(2), still(3)
    film = [mixed(one, other, min(1.0, max(0.0, (n - 50) / 25))) for n in range(125)]
    starts, kinds = shots_of(tmp_path / "dissolve.mp4", film)
    assert kinds == ["dissolve"]
    assert starts == pytest.approx([0.0, 2.5], abs=0.2)


def test_a_fade_through_black_is_one_boundary_in_the_black(tmp_path: Path) -> None:
    one, other = still(4), still(5)
    out = [mixed(one, BLACK, min(1.0, max(0.0, (n - 40) / 20))) for n in range(70)]
    into = [mixed(BLACK, other, min(1.0, n / 20)) for n in range(70)]
    starts, kinds = shots_of(tmp_path / "fade.mp4", [*out, *into])
    assert kinds == ["fade"]
    assert starts == pytest.approx([0.0, 2.6], abs=0.25)


def test_a_slow_pan_is_one_shot(tmp_path: Path) -> None:
    wide = np.asarray(scene(6, 960, HEIGHT)(0.0))
    film = [wide[:, n * 4 : n * 4 + WIDTH] for n in range(150)]
    assert shots_of(tmp_path / "pan.mp4", film) == ([0.0], [])


def test_cuts_between_shots_of_half_a_second_are_all_found(tmp_path: Path) -> None:
    film = [frame for seed in range(20, 28) for frame in moving(seed, 13)]
    starts, _ = shots_of(tmp_path / "quick.mp4", film)
    assert starts == pytest.approx([n * 13 / RATE for n in range(8)], abs=0.001)


def test_black_and_freeze_have_exact_ends(tmp_path: Path) -> None:
    film = [*moving(9, 50), *[BLACK] * 25, *[still(10)] * 75, *moving(11, 25)]
    write_film(tmp_path / "black.mp4", film)
    picture = analysed_here(tmp_path / "black.mp4", frozenset({"black", "freeze"})).picture
    assert picture.black == [Span(2.0, 3.0)]
    (freeze,) = picture.freeze
    assert (freeze.start, freeze.end) == pytest.approx((3.0, 6.0), abs=0.05)


def test_the_loudness_of_a_tone_is_what_the_standard_says(tmp_path: Path) -> None:
    def loud(length: float) -> Samples:
        times = np.arange(round(length * 48000)) / 48000
        return (10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * times)).astype(np.float32)

    write_film(tmp_path / "tone.mp4", moving(12, 250), Recipe(sound=loud))
    loudness = analysed_here(tmp_path / "tone.mp4", frozenset({"loudness"})).sound.loudness
    assert loudness is not None
    # EBU Tech 3341: a 997 Hz sine of -23 dBFS in one channel of mono measures -26.0 LUFS.
    assert loudness.integrated == pytest.approx(-26.0, abs=0.2)
    assert loudness.momentary[50] == pytest.approx(-26.0, abs=0.2)
    assert loudness.momentary[0] is None or loudness.momentary[0] > -70


def block(time: float, samples: Samples, rate: int = 16000) -> Sound:
    return Sound(time=time, rate=rate, samples=samples[None, :], voice=samples)


def test_silence_is_found_across_blocks_and_in_every_channel() -> None:
    sound = tone(4.0)[::3]  # 16 kHz
    detector = SilenceDetector()
    for start in range(0, len(sound), 7001):
        detector.feed(block(start / 16000, sound[start : start + 7001]))
    (span,) = detector.finish()
    assert (span.start, span.end) == pytest.approx((1.0, 2.0), abs=0.011)
    one_sided = SilenceDetector()
    both = np.stack([np.zeros(32000, dtype=np.float32), np.full(32000, 0.5, dtype=np.float32)])
    one_sided.feed(Sound(0.0, 16000, both, both[0]))
    assert one_sided.finish() == []


def test_regions_join_breaths_drop_blips_and_go_on_over_windows() -> None:
    truth = [(10.0, 70.0), (70.4, 80.0), (100.0, 100.3)]

    def judge(samples: Samples) -> Samples:
        rows = np.zeros((len(samples) // 160, 3), dtype=np.float32)
        rows[:, 0] = samples[: len(rows) * 160].reshape(-1, 160)[:, 0]
        return rows

    sound = np.zeros(130 * 16000, dtype=np.float32)
    for start, end in truth:
        sound[round(start * 16000) : round(end * 16000)] = 0.9
    detector = RegionDetector(judge)
    for start in range(0, len(sound), 16000):
        detector.feed(block(start / 16000, sound[start : start + 16000]))
    (region,) = detector.finish()
    assert (region.start, region.end) == pytest.approx((10.0, 80.0), abs=0.03)
    assert region.kind == "speech"
    assert region.confidence > 0.8


def test_the_time_left_is_unknown_at_first_and_then_what_the_slowest_lane_needs() -> None:
    now = 0.0
    watch = Watch(clock=lambda: now)
    watch.begin({"pictures": 3.0, "sound": 1.0})
    assert watch.progress().eta_seconds is None
    now = 10.0
    watch.advance("sound", fraction=1.0, media_seconds=20.0)
    watch.advance("pictures", fraction=0.25, media_seconds=5.0)
    progress = watch.progress()
    assert progress.fraction == pytest.approx(0.4375)
    assert progress.eta_seconds == 30.0
    assert (progress.media_seconds, progress.stage) == (5.0, "pictures")


def test_progress_never_goes_back() -> None:
    watch = Watch(clock=lambda: 0.0)
    watch.begin({"pictures": 1.0}, item=0, items=2)
    watch.advance("pictures", fraction=1.0, media_seconds=1.0)
    assert watch.progress().fraction == 0.5
    watch.begin({"pictures": 1.0}, item=1, items=2)
    assert watch.progress().fraction == 0.5
    watch.advance("pictures", fraction=0.5, media_seconds=1.0)
    assert watch.progress().fraction == 0.75
