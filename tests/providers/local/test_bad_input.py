"""What is given to local analysis and is no ordinary film: a typed refusal, or what it has."""

from __future__ import annotations

import os
import socket
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.providers.local.local_answers import NO_MODELS, analysed_here
from tests.providers.local.local_films import RATE, Film, Recipe, scene, tone, write_film

from vidiom_local.analysis.opening import (
    CutOff,
    EmptyFile,
    MissingFile,
    NotMedia,
    UnreadableFile,
)


def test_a_missing_file_is_named_and_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"no file .*gone\.mp4; check the path"):
        analysed_here(tmp_path / "gone.mp4")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotMedia, match="is not a file"):
        analysed_here(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(EmptyFile, match="copy or download it again"):
        analysed_here(tmp_path / "empty.mp4")


def test_a_text_named_mp4_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("This is no film.\n" * 50)
    with pytest.raises(NotMedia, match="check that it is the right file"):
        analysed_here(tmp_path / "text.mp4")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.mp4"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(UnreadableFile, match="permissions"):
        analysed_here(path)


def test_a_playlist_in_disguise_does_not_reach_the_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:{port}/a.ts\n"
        (tmp_path / "list.mp4").write_text(playlist)
        with pytest.raises(NotMedia):
            analysed_here(tmp_path / "list.mp4")
        with pytest.raises(TimeoutError):
            server.accept()


def test_an_mp4_without_its_index_is_told_to_be_cut_off(plain_film: Film, tmp_path: Path) -> None:
    path = tmp_path / "half.mp4"
    path.write_bytes(plain_film.path.read_bytes()[:20_000])
    with pytest.raises(CutOff, match="cut off while being written or copied"):
        analysed_here(path)


def test_of_a_truncated_film_what_decodes_is_analysed(tmp_path: Path) -> None:
    draws = (scene(1, 320, 180), scene(2, 320, 180))
    whole = tmp_path / "whole.mkv"
    frames = (np.asarray(draws[n // 50 % 2](n / RATE)) for n in range(200))
    write_film(whole, frames, Recipe(sound=tone))
    path = tmp_path / "truncated.mkv"
    data = whole.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.6)])
    answer = analysed_here(path)
    seconds = answer.media.duration_seconds
    assert seconds is not None
    assert 2.5 < seconds < 7
    assert answer.shots.shots[0].end == 2.0
    assert "truncated" in answer.problems()
    assert answer.outcome is not None
    assert not answer.outcome.whole


def test_a_damaged_middle_is_reported_and_the_rest_analysed(tmp_path: Path) -> None:
    draw = scene(3, 320, 180)
    path = tmp_path / "damaged.mp4"
    write_film(path, (np.asarray(draw(n / RATE)) for n in range(150)), Recipe(sound=tone))
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + len(data) // 3
    data[start : start + 3000] = b"\xff" * 3000
    path.write_bytes(data)
    answer = analysed_here(path)
    assert answer.media.duration_seconds == pytest.approx(6.0, abs=0.2)


def test_a_film_without_sound_has_shots_and_says_why_nothing_is_heard(tmp_path: Path) -> None:
    draw = scene(4, 320, 180)
    path = tmp_path / "mute.mp4"
    write_film(path, (np.asarray(draw(n / RATE)) for n in range(50)))
    answer = analysed_here(path, NO_MODELS | {"speech"})
    assert (answer.media.audio, len(answer.shots.shots)) == (None, 1)
    assert (answer.sound.silence, answer.sound.loudness) == ([], None)
    assert [problem.code for problem in answer.speech.problems] == ["no_audio"]
    assert answer.outcome is not None
    assert answer.outcome.whole


def test_a_title_that_is_no_text_is_no_fault_of_the_film(plain_film: Film, tmp_path: Path) -> None:
    import av

    path = tmp_path / "titled.mp4"
    with av.open(str(plain_film.path)) as source, av.open(str(path), "w") as target:
        target.metadata["title"] = "GrXXe"
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert path.read_bytes().count(b"GrXXe") == 1
    path.write_bytes(path.read_bytes().replace(b"GrXXe", b"Gr\xfc\xdfe"))
    assert len(analysed_here(path).shots.shots) == len(plain_film.cuts) + 1


def test_a_sound_file_is_analysed_for_what_it_has(plain_film: Film, tmp_path: Path) -> None:
    import av

    path = tmp_path / "sound.m4a"
    with av.open(str(plain_film.path)) as source, av.open(str(path), "w", format="mp4") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    answer = analysed_here(path)
    assert (answer.media.kind, answer.media.video) == ("audio", None)
    assert answer.media.duration_seconds == pytest.approx(4.0, abs=0.1)
    (silence,) = answer.sound.silence
    assert (silence.start, silence.end) == pytest.approx((1.0, 2.0), abs=0.06)
    assert "shots" not in answer.raw
    assert answer.problems() == ["no_video"]


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_an_image_has_colors_and_no_times(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"red.{suffix}"
    Image.new("RGB", (300, 200), (200, 30, 40)).save(path)
    answer = analysed_here(path)
    assert (answer.media.kind, answer.media.duration_seconds) == ("image", None)
    assert answer.media.video is not None
    assert (answer.media.video.width, answer.media.video.height) == (300, 200)
    assert (answer.shots.shots, answer.picture.black, answer.picture.freeze) == ([], [], [])
    (span,) = answer.picture.colors
    (color,) = span.colors
    red, green, blue = bytes.fromhex(color.hex[1:])
    assert (red, green, blue) == pytest.approx((200, 30, 40), abs=6)
    assert color.share == pytest.approx(1.0, abs=0.01)
    assert answer.problems() == []


def test_a_photo_is_turned_upright_as_its_exif_says(tmp_path: Path) -> None:
    picture = Image.new("RGB", (300, 200), "white")
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=exif)
    video = analysed_here(tmp_path / "turned.jpg").media.video
    assert video is not None
    assert (video.width, video.height, video.rotation) == (200, 300, 90)


def test_a_rotated_film_is_analysed_upright(tmp_path: Path) -> None:
    # The left half is red as stored; a player turns it clockwise, so red is at the top.
    frame = np.zeros((180, 320, 3), dtype=np.uint8)
    frame[:, :160] = (220, 20, 20)
    path = tmp_path / "rotated.mp4"
    write_film(path, [frame] * 30, Recipe(rotation=-90))
    answer = analysed_here(path)
    video = answer.media.video
    assert video is not None
    assert (video.width, video.height, video.rotation) == (180, 320, 90)
    (thumbnail,) = answer.picture.thumbnails
    assert (thumbnail.width, thumbnail.height) == (180, 320)
    (tmp_path / "thumbnail.jpg").write_bytes(answer.raw[thumbnail.part])
    with Image.open(tmp_path / "thumbnail.jpg") as shown:
        top, bottom = shown.getpixel((90, 40)), shown.getpixel((90, 280))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 150
    assert bottom[0] < 60


def test_wide_pixels_make_a_wide_picture(tmp_path: Path) -> None:
    draw = scene(5, 180, 144)
    path = tmp_path / "wide.mp4"
    frames = (np.asarray(draw(n / RATE)) for n in range(25))
    write_film(path, frames, Recipe(pixel_aspect=Fraction(64, 45)))
    video = analysed_here(path).media.video
    assert video is not None
    assert (video.coded_width, video.width, video.height) == (180, 256, 144)
    assert video.pixel_aspect_ratio == "64/45"


def test_a_variable_frame_rate_is_noticed_and_times_stay_true(tmp_path: Path) -> None:
    draws = (scene(6, 320, 180), scene(7, 320, 180))

    def time(frame: int) -> float:
        return frame * 0.04 if frame < 50 else 2.0 + (frame - 50) * 0.1

    frames = (np.asarray(draws[n // 50](n / RATE)) for n in range(80))
    path = tmp_path / "variable.mkv"
    write_film(path, frames, Recipe(times=time))
    answer = analysed_here(path)
    video = answer.media.video
    assert video is not None
    assert video.variable_frame_rate
    assert [shot.start for shot in answer.shots.shots] == pytest.approx([0.0, 2.0], abs=0.01)
    assert answer.media.duration_seconds == pytest.approx(5.0, abs=0.15)
