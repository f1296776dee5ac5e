"""What modules see, in neutral words: golden values, worked out by hand from the payloads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vidiom.schema.boxes import Box
from vidiom.schema.detection import AgeRange, IdentityMatch, Reference, Score
from vidiom.schema.provenance import Source
from vidiom.schema.raw import RawContext
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment

Normalized = Callable[..., Result]

EUCLIDEAN = "euclidean_distance"
COSINE = "cosine_similarity"


def span(start: float, end: float) -> tuple[Segment, ...]:
    return (Segment(start, end),)


def messages(result: Result) -> list[tuple[str, int | None]]:
    return [(one.code.value, one.count) for one in result.notices]


# --- faces ----------------------------------------------------------------------------------------


def test_faces_have_identities_distances_as_scores_and_tracks_of_exact_times(
    rows: Callable[..., Result],
) -> None:
    result = rows("face_recognition.page1", "face_recognition.page2")
    assert [(one.label, one.segments) for one in result.faces] == [
        ("Mara Lindqvist", span(1.92, 4.84)),
        ("Unknown #1", span(5.2, 8.4)),
        ("Mara Lindqvist", span(12.0, 15.52)),
        ("Tomás Ferreira", span(16.0, 18.2)),
        ("Unknown #2", span(28.0, 30.4)),
    ]
    known, unknown, _, other, indexed = result.faces
    assert known.identities == (
        IdentityMatch(
            name="Mara Lindqvist",
            confidence=0.87,
            score=Score(0.61, EUCLIDEAN),
            gallery_name="celebrities",
        ),
    )
    assert (known.confidence, known.score) == (0.87, Score(0.61, EUCLIDEAN))
    assert known.track is not None
    assert list(known.track.times) == [1.92, 2.4, 2.88]
    assert known.track.box(2) == Box(0.223, 0.096, 0.117, 0.249)
    assert known.source == Source("detailed_results/0", "/data/0", "face_recognition")
    # nobody is made of "Unknown #1", who is known in this job only
    assert unknown.identities == ()
    assert unknown.score == Score(1.22, EUCLIDEAN)
    assert other.identities[0].gallery_name == "newsroom-people"
    # but an id of the face index holds beyond the job
    assert indexed.identities == (
        IdentityMatch(confidence=0.33, score=Score(1.3, EUCLIDEAN), identity_id="4820015736"),
    )
    assert indexed.source == Source("detailed_results/1", "/data/1", "face_recognition")
    assert messages(result) == [("assumed", 5)]


def test_the_nearest_candidates_follow_the_identity_in_the_vendors_order(
    rows: Callable[..., Result],
) -> None:
    (face,) = rows("face_recognition.top_k").faces
    assert [(one.name, one.score) for one in face.identities] == [
        ("Mara Lindqvist", Score(0.61, EUCLIDEAN)),
        ("Ingrid Aalto", Score(0.98, EUCLIDEAN)),
        ("Paula Wrede", Score(1.04, EUCLIDEAN)),
    ]
    assert face.confidence is None  # a distance is never made a probability


def test_times_that_are_texts_are_times(rows: Callable[..., Result]) -> None:
    (face,) = rows("string_times").faces
    assert face.segments == span(1.92, 4.84)
    assert face.track is not None
    assert list(face.track.times) == [1.92]


def test_thumbnails_are_left_out_unless_they_are_asked_for(
    rows: Callable[..., Result], normalized: Normalized
) -> None:
    assert {one.thumbnail for one in rows("face_recognition.page1").faces} == {None}
    kept = rows("face_recognition.page1", keep_thumbnails=True).faces[0].thumbnail
    assert kept is not None
    assert kept.startswith(b"\x89PNG")
    asked = normalized(
        {"detailed_results/0": "detailed_results.face_recognition.page1.json"},
        RawContext(asked_features=("faces", "thumbnails")),  # type: ignore[arg-type]  # their words
    )
    assert asked.faces[0].thumbnail == kept


def test_face_attributes_become_a_face_and_an_emotion_that_refers_to_it(
    rows: Callable[..., Result],
) -> None:
    result = rows("face_attributes")
    mara, nameless = result.faces
    assert mara.identities == (IdentityMatch(name="Mara Lindqvist"),)
    assert (mara.age, mara.gender, mara.gender_confidence) == (
        AgeRange(34, 42),
        "female",
        0.97,
    )
    assert mara.box is not None
    assert (mara.box.x, mara.box.y) == (0.41, 0.12)
    assert mara.box.width == pytest.approx(0.14)
    assert mara.box.height == pytest.approx(0.26)
    assert mara.attributes["sharpness"] == 71
    assert mara.attributes["beard"] == {"value": False, "confidence": 0.99}
    assert nameless.attributes["beard"] == {"value": True, "confidence": 0.88}
    assert mara.segments == ()  # an image
    happy, calm = result.emotions
    assert (happy.label, happy.confidence, happy.modality) == ("Happy", 0.83, "visual")
    assert happy.references == (Reference("subject", mara.id),)
    assert calm.references == (Reference("subject", nameless.id),)
    assert messages(result) == []


def test_a_face_whose_box_is_in_pixels_keeps_it_among_the_attributes(
    normalized: Normalized,
) -> None:
    corners = {"x1": 410, "y1": 120, "x2": 550, "y2": 380}
    row = {"media_type": "image", "module": "face_attributes", "meta": {"bounding_box": corners}}
    result = normalized({"detailed_results/0": {"data": [row]}})
    (face,) = result.faces
    assert face.box is None
    assert face.attributes == {"bounding_box": corners}
    assert messages(result) == [("unmapped", 1)]


def test_ethnicity_is_not_taken_over(normalized: Normalized) -> None:
    row = {"module": "face_attributes", "media_type": "image", "meta": {"ethnicity": "anything"}}
    result = normalized({"detailed_results/0": {"data": [row]}})
    assert "anything" not in result.to_json()
    assert messages(result) == [("ignored", 1)]


# --- labels and landmarks -------------------------------------------------------------------------


def test_confidences_of_labels_are_made_fractions_of_percent_and_that_is_said(
    rows: Callable[..., Result],
) -> None:
    result = rows("object_scene_recognition")
    assert [(one.label, one.confidence, one.segments) for one in result.labels] == [
        ("Person", pytest.approx(0.982), span(0.0, 10.0)),
        ("Indoor", pytest.approx(0.91), span(0.0, 4.8)),
        ("Suit", 0.83, span(12.0, 16.8)),
    ]
    assert messages(result) == [("assumed", 2), ("assumed", 1)]


def test_a_label_with_boxes_is_an_object(normalized: Normalized) -> None:
    box = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
    row = {
        "module": "object_scene_recognition",
        "time_start": 1,
        "time_end": 2,
        "meta": {"label": "boat"},
        "detections": [{"frame_index": 25, "type": "object_bbox", "data": box}],
    }
    (boat,) = normalized({"detailed_results/0": {"data": [row]}}).objects
    assert (boat.label, boat.box, boat.segments) == ("boat", Box(0.1, 0.2, 0.3, 0.4), span(1, 2))


def test_the_similarity_of_a_landmark_is_a_score(rows: Callable[..., Result]) -> None:
    (landmark,) = rows("landmark_recognition").landmarks
    assert (landmark.label, landmark.segments) == ("Freiburg Minster", span(20.0, 25.6))
    assert (landmark.confidence, landmark.score) == (None, Score(0.88, COSINE))


# --- writing --------------------------------------------------------------------------------------


def test_text_has_its_language_confidence_and_box(rows: Callable[..., Result]) -> None:
    result = rows("text_recognition")
    first, second = result.texts
    assert (first.text, first.language, first.confidence) == ("BREAKING", "latin", 0.97)
    assert first.box == Box(0.1, 0.05, 0.2, 0.06)
    assert (second.text, second.box, second.track) == ("Harbour reopens", None, None)
    assert [one.role for one in result.texts] == [None, None]
    # the vendor speaks of 1,840 rows, and this is one page of two
    assert messages(result) == [("failed_in_part", 1838), ("assumed", 2)]


def test_a_lower_third_is_its_text_and_the_name_in_it(rows: Callable[..., Result]) -> None:
    result = rows("lower_third_recognition")
    (insert,), (name,) = result.texts, result.entities
    assert (insert.text, insert.role) == ("Mara Lindqvist, Harbour Master", "lower_third")
    assert insert.box == Box(0.08, 0.78, 0.4, 0.09)
    assert (name.label, name.origin, name.segments) == ("Mara Lindqvist", "text", span(2.2, 4.72))
    assert name.references == (Reference("text", insert.id),)


def test_a_subtitle_and_a_qr_code_are_texts_with_a_role(rows: Callable[..., Result]) -> None:
    (subtitle,) = rows("subtitle_detection").texts
    assert (subtitle.text, subtitle.role) == ("Where have you been?", "subtitle")
    assert (subtitle.language, subtitle.box) == ("english", Box(0.3, 0.86, 0.4, 0.06))
    (code,) = rows("qrcode_detection").texts
    assert (code.text, code.role) == ("https://example.org/tickets", "qr_code")
