"""Raw parts in neutral words: every finding arrives, points home, and every problem is told."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest
from tests.providers.local.local_answers import NO_MODELS, Answer, analysed_here
from tests.providers.local.local_films import Film

import vidiom
from vidiom.errors import MalformedAnswer, UnsupportedVersion
from vidiom.schema.features import Feature
from vidiom.schema.provenance import NoticeCode
from vidiom.schema.raw import RawContext, RawResult
from vidiom.schema.result import Result
from vidiom_local import normalize, wire


def read(raw: dict[str, bytes], context: RawContext | None = None) -> Result:
    return normalize.result(RawResult.of("local", raw, context), adapter_version="1")


@pytest.fixture(scope="module")
def result(analysed: Answer) -> Result:
    return read(analysed.raw)


def test_every_detection_points_at_what_it_was_read_from(result: Result, analysed: Answer) -> None:
    for detection in result.detections:
        source = detection.source
        assert source is not None
        there = msgspec.json.decode(analysed.raw[source.part])
        for step in source.pointer.split("/")[1:]:
            there = there[int(step)] if isinstance(there, list) else there[step]
        if detection.segments and "start" in there:
            assert (detection.start, detection.end) == (there["start"], there["end"])


def test_reading_twice_gives_the_same_result_and_ids(result: Result, analysed: Answer) -> None:
    again = read(analysed.raw)
    assert again == result
    assert [one.id for one in again.detections] == [one.id for one in result.detections]


def test_the_result_survives_json(result: Result) -> None:
    assert Result.from_json(result.to_json()) == result


def test_each_kind_arrives(result: Result) -> None:
    assert [shot.transition for shot in result.shots] == ["start", "cut", "cut", "cut"]
    assert [(shot.first_frame, shot.last_frame) for shot in result.shots][1] == (100, 174)
    assert [text.text for text in result.texts] == ["EILEEN COLLINS", "CITY AT NIGHT"]
    (face,) = result.faces
    assert face.track is not None
    assert len(face.track) >= 8
    assert {sound.label for sound in result.sounds} == {"speech", "silence"}
    assert result.transcript.text.startswith("And Mr. John Dashwood")
    assert len(result.transcript.words) == 30
    assert {section.label for section in result.sections} == {"freeze"}
    assert len({color.start for color in result.colors}) == 4
    loudness = result.signal("loudness")
    assert loudness is not None
    assert (loudness.unit, loudness.interval) == ("LUFS", 0.1)


def test_what_is_no_probability_is_a_score(result: Result) -> None:
    for said in result.speech:
        assert said.confidence is None
        assert said.score is not None
        assert said.score.scale == "average_log_probability"
    assert all(shot.confidence is None for shot in result.shots)
    assert all(word.confidence is not None for word in result.transcript.words)


def test_the_media_facts_are_exact(result: Result) -> None:
    media = result.media
    assert (media.type, media.duration, media.frame_rate) == ("video", 14.0, Fraction(25))
    assert (media.width, media.height, media.frame_count) == (640, 360, 350)
    assert (media.video_codec, media.audio_codec, media.size) == ("h264", "aac", 966396)


def test_the_versions_of_everything_that_had_a_part_in_it_are_kept(result: Result) -> None:
    versions = result.provenance.vendor_versions
    assert versions["format"] == "vidiom-local/1"
    assert {"av", "rapidocr", "faster-whisper", "vidiom-local"} <= set(versions)


def test_every_problem_becomes_one_notice_that_names_its_features(plain_film: Film) -> None:
    answer = analysed_here(plain_film.path, NO_MODELS)
    shots = msgspec.structs.replace(
        answer.shots,
        problems=[
            wire.Problem(code="extra_missing", message="text needs more", features=["text"]),
            wire.Problem(code="a code of next year"),
        ],
    )
    picture = msgspec.structs.replace(answer.picture, problems=shots.problems[:1])
    raw = answer.raw | {"shots": wire.write(shots), "picture": wire.write(picture)}
    notices = read(raw).notices
    assert [(notice.code, notice.features) for notice in notices] == [
        (NoticeCode.NOT_AVAILABLE, (Feature.TEXT,)),
        (NoticeCode.FAILED_IN_PART, ()),
    ]
    assert notices[0].message == "Text needs more."


def test_a_part_that_was_cut_short_says_how_far_it_goes(plain_film: Film) -> None:
    answer = analysed_here(plain_film.path, NO_MODELS)
    shots = msgspec.structs.replace(answer.shots, complete=False, covered_seconds=1.5)
    (notice,) = read(answer.raw | {"shots": wire.write(shots)}).notices
    assert notice.code is NoticeCode.FAILED_IN_PART
    assert "only the first 1.5 seconds" in notice.message


def test_a_part_that_was_asked_for_and_is_not_there_is_told(plain_film: Film) -> None:
    answer = analysed_here(plain_film.path, NO_MODELS)
    raw = {name: data for name, data in answer.raw.items() if name != "sound"}
    context = RawContext(asked_features=(Feature.LOUDNESS, Feature.SHOTS))
    (notice,) = read(raw, context).notices
    assert notice.features == (Feature.LOUDNESS,)


def test_a_part_of_a_future_format_is_refused_as_such(analysed: Answer) -> None:
    later = analysed.raw["shots"].replace(b"vidiom-local/1", b"vidiom-local/9")
    with pytest.raises(UnsupportedVersion, match="vidiom-local/9"):
        read(analysed.raw | {"shots": later})


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"null", b'{"format": 1}', b"\xff\xfe"])
def test_a_broken_part_is_a_malformed_answer(analysed: Answer, broken: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read(analysed.raw | {"text": broken})


def test_an_answer_without_parts_is_malformed() -> None:
    with pytest.raises(MalformedAnswer, match="no part 'media'"):
        read({})


def test_a_field_of_next_year_does_no_harm(analysed: Answer) -> None:
    richer = analysed.raw["shots"].replace(b'{"format"', b'{"mood":"calm","format"')
    assert read(analysed.raw | {"shots": richer}).shots == read(analysed.raw).shots


def test_infinities_cannot_get_into_a_part(analysed: Answer) -> None:
    silent = wire.Loudness(0.0, 0.1, [float("-inf"), float("nan")], float("-inf"), None)
    part = msgspec.structs.replace(analysed.sound, loudness=silent)
    back = wire.read(wire.write(part))
    assert isinstance(back, wire.SoundPart)
    assert back.loudness == wire.Loudness(0.0, 0.1, [None, None], None, None)


def test_vidiom_reads_stored_parts_offline(analysed: Answer, result: Result) -> None:
    assert vidiom.normalize("local", analysed.raw).detections == result.detections
