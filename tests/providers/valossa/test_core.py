"""Golden values of the documentation's core document, each compared by hand with the payload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from vidiom.schema.detection import Concept, IdentityMatch, Reference
from vidiom.schema.detections import (
    Color,
    Emotion,
    Entity,
    Face,
    Keyword,
    Label,
    Logo,
    Moderation,
    Person,
    Shot,
    Sound,
    Speech,
    Summary,
    Text,
    Topic,
)
from vidiom.schema.provenance import NoticeCode, Source
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment, Word

GALLERY = "9f2d7c31-5a84-4a0e-b6d3-17c2e85f4d60"


def test_every_detection_is_there_in_its_kind(whole: Result) -> None:
    assert Counter(one.kind for one in whole.detections) == {
        "shot": 8,
        "label": 6,
        "moderation": 4,
        "face": 4,
        "person": 1,
        "logo": 1,
        "text": 4,
        "sound": 3,
        "speech": 7,
        "custom": 1,
        "summary": 1,
        "keyword": 4,
        "entity": 4,
        "emotion": 9,
        "topic": 6,
        "color": 24,
        "caption": 7,
    }


def test_the_media_is_described(whole: Result) -> None:
    media = whole.media
    assert (media.type, media.title) == ("video", "Harbour Stories, episode 1")
    assert (media.duration, media.frame_rate) == (60.04, Fraction(25))
    assert (media.width, media.height) == (1920, 1080)
    assert (media.video_codec, media.audio_codec, media.audio_channels) == ("h264", "aac", 2)


def test_the_provenance_has_versions_and_what_was_applied(whole: Result) -> None:
    assert whole.provenance.vendor_versions == {
        "core": "1.8.1",
        "frames_faces": "1.0.3",
        "frames_objects": "1.0.0",
        "seconds_objects": "1.0.2",
        "visual_captions": "1.2.0",
        "backend": "3.1.1",
    }
    assert whole.provenance.vendor_job_id == "5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11"
    assert whole.provenance.applied == {
        "language": "en-US",
        "description": "A visit to a coffee roastery in the old harbour of Helsinki.",
        "analysis_parameters": {
            "face_min_relative_height": 0.1,
            "face_galleries": {"custom_gallery": {"id": GALLERY}},
        },
    }
    assert "media.example.com" not in whole.provenance.model_dump_json()


def test_shots_keep_the_vendors_frame_numbers_of_which_the_last_is_inclusive(
    whole: Result,
) -> None:
    assert whole.shots[1] == Shot(
        id="shot:1",
        segments=(Segment(5.2, 11.6),),
        first_frame=130,
        last_frame=289,
        source=Source("core", "/segmentations/detected_shots/1", "detected_shots", "1"),
    )
    assert [one.first_frame for one in whole.shots] == [0, 130, 290, 500, 685, 900, 1120, 1315]
    assert whole.shots[-1].segments == (Segment(52.6, 60.04),)


def test_a_label_has_concepts_categories_and_confidences(whole: Result) -> None:
    assert whole.get("core:10") == Label(
        id="core:10",
        label="boat",
        confidence=0.981,
        segments=(Segment(0.0, 5.2, 0.981), Segment(52.6, 60.04, 0.973)),
        source=Source("core", "/detections/10", "visual.context", "10"),
        attributes={"rank": 2, "c_med": [0.936, 0.933]},
        categories=("boats_ships",),
        concepts=(
            Concept("valossa", "b7Qm2LxVtR0k"),
            Concept("google_knowledge_graph", "/m/019jd"),
        ),
        modality="visual",
    )


def test_a_compliance_tag_makes_a_label_something_to_moderate_as_well(whole: Result) -> None:
    label = whole.get("core:15")
    assert isinstance(label, Label)
    assert label.label == "cigarette"
    assert whole.get("core:15:moderation") == Moderation(
        id="core:15:moderation",
        label="cigarette",
        confidence=0.731,
        segments=(Segment(37.3, 40.1, 0.731),),
        references=(Reference("label", "core:15"),),
        source=label.source,
        categories=("content_compliance",),
        modality="visual",
    )


def test_moderation_tells_where_it_was_found(whole: Result) -> None:
    assert {one.id: (one.label, one.modality) for one in whole.moderation} == {
        "core:15:moderation": ("cigarette", "visual"),
        "core:44": ("damn", "text"),
        "core:52:moderation": ("explosion", "audio"),
        "core:214": ("damn", "speech"),
    }
    words = whole.get("core:44")
    assert words is not None
    assert words.attributes["frames"] == [[938, 999]]


def test_sounds_have_the_peak_confidence_of_each_occurrence(whole: Result) -> None:
    music = whole.get("core:50")
    assert isinstance(music, Sound)
    assert (music.label, music.confidence) == ("music", 0.964)
    assert music.segments == (Segment(0.0, 5.0, 0.964), Segment(53.0, 60.04, 0.951))
    assert music.concepts[0] == Concept("valossa", "F0mUsIc7kQ2x")


def test_a_face_has_identities_and_no_confidence_of_its_own(whole: Result) -> None:
    face = whole.get("core:1")
    assert isinstance(face, Face)
    assert face.confidence is None
    assert face.segments == (Segment(5.36, 11.48), Segment(20.04, 27.28), Segment(36.08, 44.6))
    assert face.identities == (
        IdentityMatch(
            name="Mira Salonen",
            confidence=0.934,
            identity_id="d3b8e1a5-7f24-4c96-9b0a-5e61c7d82f43",
            gallery_id=GALLERY,
        ),
        IdentityMatch(
            name="Ida Lindqvist",
            confidence=0.561,
            identity_id="41c7a9e2-0d5b-4f38-a6e1-92b3d7c5f804",
            gallery_id=GALLERY,
        ),
    )
    assert (face.gender, face.gender_confidence) == ("female", 0.987)
    assert (face.quality, face.visible_seconds, face.minor) == ("normal", 20.48, None)


def test_a_face_that_may_be_a_childs_is_marked_in_a_field_that_exports_can_empty(
    whole: Result,
) -> None:
    face = whole.get("core:4")
    assert isinstance(face, Face)
    assert (face.minor, face.quality, face.gender_confidence) == (True, "low", 0.644)
    assert "under_18" not in whole.to_json(biometrics=False)


def test_a_face_group_refers_to_its_members(whole: Result) -> None:
    group = whole.get("core:5")
    assert isinstance(group, Person)
    assert group.references == (Reference("member", "core:1"), Reference("member", "core:2"))
    assert group.segments == (Segment(5.36, 35.8),)


@pytest.mark.parametrize(
    ("vendor_id", "region", "text"),
    [
        ("40", "lower_third", "MIRA SALONEN Harbour guide"),
        ("41", "full_frame", "NORDLYS COFFEE est. 1998"),
        ("42", "upper_third", "Harbour Stories"),
        ("43", "middle_third", "DAMN GOOD COFFEE"),
    ],
)
def test_writing_has_its_text_and_region(
    whole: Result, vendor_id: str, region: str, text: str
) -> None:
    found = whole.get(f"core:{vendor_id}")
    assert isinstance(found, Text)
    assert (found.text, found.label, found.region) == (text, text, region)


def test_words_are_attached_to_speech_with_punctuation_glued_to_the_word_before(
    whole: Result,
) -> None:
    speech = whole.get("core:60")
    assert isinstance(speech, Speech)
    assert speech.text == "Welcome to the old harbour, my name is Mira."
    assert (speech.language, speech.speaker, speech.sentiment) == ("en-US", "1", 0.412)
    assert " ".join(word.text for word in speech.words) == speech.text
    assert speech.words[4] == Word("harbour,", 7.96, 8.72, 0.964, "1")
    assert speech.words[-1] == Word("Mira.", 10.28, 10.88, 0.899, "1")


def test_every_word_lands_in_its_own_segment(whole: Result) -> None:
    assert [" ".join(word.text for word in one.words) for one in whole.speech] == [
        one.text for one in whole.speech
    ]
    assert whole.transcript.speakers == ("1", "2")
    assert len(whole.transcript.words) == 41


def test_keywords_and_entities_tell_where_they_come_from(whole: Result) -> None:
    assert {(one.label, one.origin) for one in whole.of(Keyword)} == {
        ("coffee roastery", "speech"),
        ("harbour", "speech"),
        ("espresso", "speech"),
        ("roastery", "metadata"),
    }
    assert {(one.label, one.entity_type, one.origin) for one in whole.of(Entity)} == {
        ("Mira", "person", "speech"),
        ("Helsinki", "location", "speech"),
        ("Nordlys Coffee", "organization", "speech"),
        ("Helsinki", "location", "metadata"),
    }


def test_topics_have_a_scheme_a_path_and_their_sources(whole: Result) -> None:
    topics = {one.id: one for one in whole.of(Topic)}
    assert {name: (one.scheme, one.topic_id, one.path) for name, one in topics.items()} == {
        "core:230": ("iab", "IAB8", ("Food & Drink",)),
        "core:231": ("iab", "IAB20", ("Travel",)),
        "core:232": ("iab", "210", ("Food & Drink",)),
        "core:233": ("iab", "653", ("Travel",)),
        "core:234": ("general", None, ()),
        "core:235": ("genre", None, ()),
    }
    section = topics["core:232"]
    assert section.segments == (Segment(11.6, 36.0, 0.483),)
    assert (section.confidence, section.sources) == (0.483, ("speech",))
    assert section.attributes == {"rank": 0, "ad_score": {"max": 0.483, "s_max": 17.0}}


def test_the_summary_is_its_label(whole: Result) -> None:
    assert whole.of(Summary)[0].text == (
        "A harbour guide visits a Helsinki coffee roastery and asks its founder what sets the "
        "espresso apart."
    )


def test_expressions_are_runs_of_seconds_of_their_face(whole: Result) -> None:
    joy = whole.get("core:1:joy")
    assert isinstance(joy, Emotion)
    assert (joy.label, joy.confidence, joy.modality) == ("joy", 0.71, "visual")
    assert joy.references == (Reference("subject", "core:1"),)
    assert joy.segments == (
        Segment(5.0, 12.0, 0.71),
        Segment(20.0, 28.0, 0.71),
        Segment(36.0, 45.0, 0.71),
    )


def test_valence_arousal_and_expressions_are_signals_of_their_subject(whole: Result) -> None:
    curves = {(one.subject, one.name): one for one in whole.signals}
    assert len(curves) == 14
    valence = curves["core:1", "valence"]
    assert list(valence.samples())[:2] == [(5.0, 0.387), (6.0, 0.437)]
    assert (len(valence), valence.minimum, valence.maximum) == (24, -1.0, 1.0)
    arousal = curves["core:204", "arousal"]
    assert next(arousal.samples()) == (5.0, 0.45)
    assert (len(arousal), arousal.minimum) == (36, 0.0)
    assert list(curves["core:4", "surprise"].samples()) == [
        (45.0, 0.51),
        (46.0, 0.5),
        (47.0, 0.49),
        (48.0, 0.52),
    ]


def test_a_colour_lasts_as_long_as_it_keeps_its_share(whole: Result) -> None:
    first, *_, last = whole.of(Color)
    assert (first.rgb, first.share, first.segments) == ("#4f6b7a", 0.31, (Segment(0.0, 5.0),))
    assert (last.rgb, last.share, last.segments) == ("#18242c", 0.14, (Segment(53.0, 60.04),))
    assert first.source == Source("core", "/detection_groupings/by_second/0", "visual.color", "30")


def test_what_has_no_neutral_kind_stays_in_the_vendors_words_and_is_counted(
    whole: Result,
) -> None:
    assert whole.custom[0].data == {
        "t": "audio.speech_detailed.stats",
        "label": "speech statistics",
    }
    assert [(one.code, one.count) for one in whole.notices] == [(NoticeCode.UNMAPPED, 1)]


def test_logos_have_boxes_frame_by_frame(whole: Result) -> None:
    logo = whole.get("core:20")
    assert isinstance(logo, Logo)
    assert (logo.label, logo.confidence) == ("Nordlys Coffee", 0.991)
    assert logo.track is not None
    assert (len(logo.track), logo.track.interval) == (275, 0.04)
    assert logo.track.times[0] == pytest.approx(12.2)
    assert logo.track.confidences is not None
    assert logo.track.confidences[0] == 0.971


def test_reading_the_same_answer_again_gives_the_same_result(
    normalized: Callable[..., Result],
) -> None:
    one, other = (normalized(core="job_results.core.json") for _ in range(2))
    assert one == other
    assert Result.from_json(one.to_json()) == one
