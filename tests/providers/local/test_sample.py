"""The bundled clip, whose truth is known, through a real worker process."""

from __future__ import annotations

import pytest
from tests.providers.local.local_answers import Answer, Worked

from vidiom_local import wire

FRAME = 1 / 25
SHOTS = [(0.0, 4.0), (4.0, 7.0), (7.0, 10.0), (10.0, 14.0)]


def test_the_job_succeeds_without_a_problem(analysed: Answer) -> None:
    assert analysed.status is not None
    assert (analysed.status.state, analysed.status.failure) == ("succeeded", None)
    assert analysed.problems() == []
    names = [name for name in analysed.raw if name in wire.PARTS]
    assert names == ["faces", "media", "picture", "shots", "sound", "speech", "text"]
    assert all(wire.read(analysed.raw[name]).complete for name in names)


def test_no_connection_was_opened(worked: Worked) -> None:
    assert worked.connections == ""


def test_the_shots_are_exact_to_the_frame(analysed: Answer) -> None:
    found = [(shot.start, shot.end) for shot in analysed.shots.shots]
    assert found == SHOTS
    assert [shot.first_frame for shot in analysed.shots.shots] == [0, 100, 175, 250]
    assert [transition.kind for transition in analysed.shots.transitions] == ["cut"] * 3


def test_both_captions_are_read_and_placed_in_time(analysed: Answer) -> None:
    lines = analysed.text.lines
    assert [line.text for line in lines] == ["EILEEN COLLINS", "CITY AT NIGHT"]
    for line, (start, end) in zip(lines, [(1.0, 3.5), (10.0, 14.0)], strict=True):
        assert line.start == pytest.approx(start, abs=2 * FRAME)
        assert line.end == pytest.approx(end, abs=2 * FRAME)


def test_the_face_is_found_in_its_shot_and_nowhere_else(analysed: Answer) -> None:
    (face,) = analysed.faces.tracks
    assert (face.start, face.end) == (0.0, 4.0)
    assert face.confidence > 0.99
    boxes = face.boxes
    assert 0.3 < boxes.x[0] < 0.4 < boxes.x[0] + boxes.width[0] < 0.6
    assert 0.15 < boxes.y[0] < 0.3 < boxes.y[0] + boxes.height[0] < 0.65


def test_the_speech_regions_are_where_somebody_speaks(analysed: Answer) -> None:
    found = [(region.kind, region.start, region.end) for region in analysed.sound.regions]
    assert [kind for kind, _, _ in found] == ["speech", "speech"]
    for (_, start, end), truth in zip(found, [(0.3, 7.4), (9.0, 12.29)], strict=True):
        assert (start, end) == pytest.approx(truth, abs=0.3)


def test_the_silences_are_exact(analysed: Answer) -> None:
    first, second = analysed.sound.silence
    assert (first.start, first.end) == pytest.approx((7.4, 9.0), abs=0.02)
    assert second.start == pytest.approx(12.29, abs=0.02)


def test_the_words_are_transcribed_with_their_times(analysed: Answer) -> None:
    speech = analysed.speech
    words = [word for utterance in speech.utterances for word in utterance.words]
    heard = " ".join(word.text.strip(".,").lower() for word in words)
    assert heard == (
        "and mr john dashwood had then leisure to consider how much there might be "
        "prudently in his power to do for them he might even have been made amiable himself"
    )
    assert speech.language == "en"
    assert all(word.probability is not None and 0 <= word.probability <= 1 for word in words)
    assert all(word.start <= word.end for word in words)
    assert words[0].start == pytest.approx(0.3, abs=0.3)
    assert words[-1].end == pytest.approx(12.29, abs=0.4)


def test_the_loudness_is_a_finite_curve_with_gaps_where_it_is_silent(analysed: Answer) -> None:
    loudness = analysed.sound.loudness
    assert loudness is not None
    assert loudness.interval == 0.1
    assert len(loudness.momentary) == pytest.approx(140, abs=1)
    assert loudness.integrated == pytest.approx(-24.4, abs=0.2)
    assert loudness.momentary[82] is None


def test_the_media_facts_are_those_of_the_clip(analysed: Answer) -> None:
    media = analysed.media
    assert (media.kind, media.duration_seconds, media.file.size) == ("video", 14.0, 966396)
    video, audio = media.video, media.audio
    assert video is not None
    assert audio is not None
    assert (video.codec, video.frame_rate, video.frame_count) == ("h264", "25/1", 350)
    assert (video.width, video.height, video.variable_frame_rate) == (640, 360, False)
    assert (audio.codec, audio.channels, audio.sample_rate) == ("aac", 1, 48000)
    assert media.file.sha256 is not None
    assert media.file.sha256.startswith("455e3ac3")


def test_the_still_portrait_is_a_freeze_and_nothing_is_black(analysed: Answer) -> None:
    picture = analysed.picture
    assert picture.black == []
    assert (4.0, 7.0) in [(span.start, span.end) for span in picture.freeze]


def test_each_shot_has_colors_and_a_thumbnail(analysed: Answer) -> None:
    picture = analysed.picture
    assert [(span.start, span.end) for span in picture.colors] == SHOTS
    assert all(color.hex[0] == "#" for span in picture.colors for color in span.colors)
    assert [thumbnail.shot for thumbnail in picture.thumbnails] == [0, 1, 2, 3]
    for thumbnail in picture.thumbnails:
        assert analysed.raw[thumbnail.part][:2] == b"\xff\xd8"
