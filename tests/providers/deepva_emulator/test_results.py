"""Results of the emulated vendor: rows of each module, pages of any size, and what is wrong."""

from __future__ import annotations

import base64
from collections.abc import Callable

import msgspec
import pytest
from tests.providers.deepva_emulator.customer import URL, Customer, Json, payload

from vidiom_deepva.emulator import MODULES, Behaviour, Fault, canned_pages

MARA = "Mara Lindqvist"
WITHOUT_ROWS = {"advanced_diversity_analysis", "dataset_creation"}
ASKED = {
    "face_recognition": {"cluster_unknowns": True, "index_unknowns": False},
    "speech_recognition": {"enable_ner": True},
    "object_scene_recognition": {"min_confidence": 0},
    "lower_third_recognition": {"only_faces": False},
    "visual_understanding": {
        "enable_shot_detection": True,
        "structured_output_schema": {"caption": "string", "keywords": ["string"]},
    },
}
EXAMPLES = {
    "face_recognition": "detailed_results.face_recognition.page1",
    "object_scene_recognition": "detailed_results.object_scene_recognition",
    "landmark_recognition": "detailed_results.landmark_recognition",
    "lower_third_recognition": "detailed_results.lower_third_recognition",
    "text_recognition": "detailed_results.text_recognition",
    "subtitle_detection": "detailed_results.subtitle_detection",
    "speaker_identification": "detailed_results.speaker_identification",
    "qrcode_detection": "detailed_results.qrcode_detection",
    "visual_understanding": "detailed_results.visual_understanding",
    "speech_recognition": "detailed_results.speech_recognition",
}


def found(module: str, **arguments: object) -> list[Json]:
    """The rows of a module that was told this."""
    customer = Customer()
    told = arguments or ASKED.get(module, {})
    return customer.rows(customer.finished({module: told}))


def metas(module: str, **arguments: object) -> list[Json]:
    return [row["meta"] for row in found(module, **arguments)]


@pytest.mark.parametrize(("module", "example"), EXAMPLES.items())
def test_a_row_has_the_members_of_the_documented_one(module: str, example: str) -> None:
    (documented, *_), (row, *_) = payload(example)["data"], found(module)
    assert row.keys() == documented.keys()
    assert row["meta"].keys() == documented["meta"].keys()
    places = [one["type"] for one in documented["detections"]][:1]
    assert [one["type"] for one in row["detections"]][:1] == places


def test_the_first_face_is_that_of_the_documentation() -> None:
    (documented, *_), (row, *_) = (
        payload("detailed_results.face_recognition.page1")["data"],
        found("face_recognition"),
    )
    names = ("frame_start", "frame_end", "time_start", "time_end", "tc_start", "tc_end", "module")
    assert [row[name] for name in names] == [documented[name] for name in names]
    assert (row["source"], row["meta"]["label"]) == (URL, "Mara Lindqvist")
    assert row["detections"][0] == documented["detections"][0]


def test_every_module_has_rows_or_a_summary() -> None:
    assert {name for name in MODULES if not found(name)} == WITHOUT_ROWS


def test_attributes_of_a_face_are_pairs_and_have_a_box_of_corners() -> None:
    (documented, *_), (row, *_) = (
        payload("detailed_results.face_attributes")["data"],
        metas("face_attributes"),
    )
    assert row.keys() == documented["meta"].keys()
    assert row["gender"] == {"value": "female", "confidence": 0.97}
    assert row["bounding_box"] == {"x1": 0.214, "y1": 0.093, "x2": 0.332, "y2": 0.344}


# --- what arguments do --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        ({"max_distance": 1.0}, [MARA, "Unknown", MARA, "Tomás Ferreira", "Unknown"]),
        ({"cluster_unknowns": True}, [MARA, "Unknown #1", MARA, "Tomás Ferreira", "Unknown #2"]),
        ({"max_distance": 0.6}, ["Unknown", MARA, "Unknown"]),
    ],
)
def test_faces_are_told_as_they_were_asked_for(
    arguments: dict[str, object], labels: list[str]
) -> None:
    assert [meta["label"] for meta in metas("face_recognition", **arguments)] == labels


def test_indexed_faces_have_an_id_that_stays_when_they_are_renamed() -> None:
    customer = Customer()
    asked = {"face_recognition": {"index_unknowns": True}}
    before = {
        row["meta"].get("index_id"): row["meta"]["label"]
        for row in customer.rows(customer.finished(asked))
    }
    assert before["4820015737"] == "Unknown #2"
    path = "index-collection/default_index/identities/"
    customer.put(path, index_id="4820015737", label="Ole Berg")
    after = [row["meta"] for row in customer.rows(customer.finished(asked))]
    assert [one["label"] for one in after if one.get("index_id") == "4820015737"] == ["Ole Berg"]


def test_the_nearest_are_as_many_as_were_asked_for() -> None:
    meta = metas("face_recognition", enable_top_k=True, top_k=2)[0]
    assert meta["top_k"] == [
        {"label": "Mara Lindqvist", "distance": 0.61},
        {"label": "Ingrid Aalto", "distance": 0.98},
    ]


def test_labels_are_percent_and_come_in_two_languages() -> None:
    english, german = (metas("object_scene_recognition", language=language) for language in (0, 1))
    assert [one["label"] for one in english[:2]] == ["Person", "Indoor"]
    assert [one["label"] for one in german[:2]] == ["Person", "Innenraum"]
    assert all(one["confidence"] >= 70 for one in english)
    assert len(metas("object_scene_recognition", min_confidence=98)) == 1


def test_inserts_without_a_face_are_told_only_where_that_was_asked_for() -> None:
    assert len(metas("lower_third_recognition", only_faces=True)) == 1
    assert len(metas("lower_third_recognition", only_faces=False)) == 2


def test_without_shot_detection_there_is_one_answer() -> None:
    (row,) = found("visual_understanding", prompt="What is it?")
    assert (row["time_start"], row["time_end"]) == (0.0, 60.0)
    assert "structured_response" not in row["meta"]


def test_speech_has_what_was_asked_for() -> None:
    plain = metas("speech_recognition", language="en")[0]
    assert plain == {"text": "The harbour reopened this morning.", "language": "en"}
    entry = {"id": "9d0b8c0e-21f5-4a35-a1c5-77c8f2f4c0aa", "mode": "fuzzy"}
    told = metas("speech_recognition", translation_language="de", dictionaries=[entry])
    assert told[0]["translation"].startswith("Der Hafen")
    assert told[2]["dictionary_hits"] == [{"text": "pilot boat", "entry": "pilot boat"}]


def test_a_range_leaves_out_what_is_beyond_it() -> None:
    rows = found("text_recognition", range={"time_start": 9, "time_end": 12})
    assert [row["meta"]["text"] for row in rows] == ["BREAKING"]


def test_captions_and_diversity_are_summarized() -> None:
    customer = Customer()
    asked: dict[str, object] = {
        "object_scene_recognition": {"enable_captioning": True},
        "advanced_diversity_analysis": {},
    }
    job = customer.finished(asked)
    told = customer.get(f"jobs/{job}/summarized-results/").json()["data"]
    caption = payload("summarized_results.object_scene_recognition.captions")["data"][0]
    assert told[0].keys() == caption.keys()
    assert (told[0]["type"], told[0]["meta"]) == (caption["type"], caption["meta"])
    assert [one["type"] for one in told[1:]] == [
        "gender_count",
        "age_count",
        "person_screen_time",
        "gender_screen_time",
        "age_screen_time",
        "gender_speech_time",
        "age_speech_time",
    ]
    assert len({one["id"] for one in told}) == len(told)


def test_a_batch_of_images_has_the_index_of_each_in_the_place_of_frames() -> None:
    customer = Customer()
    urls = [f"https://media.example.org/stills/{n}.jpg" for n in range(3)]
    rows = customer.rows(customer.finished("face_attributes", sources=urls))
    assert [(row["frame_start"], row["source"]) for row in rows] == [*enumerate(urls)]
    assert {row["media_type"] for row in rows} == {"image"}


def test_sound_alone_has_speech_and_no_faces() -> None:
    customer = Customer()
    asked: dict[str, object] = {"speech_recognition": {}, "face_recognition": {}}
    rows = customer.rows(customer.finished(asked, sources=["https://m.example/talk.mp3"]))
    assert {(row["media_type"], row["module"]) for row in rows} == {("audio", "speech_recognition")}


# --- files --------------------------------------------------------------------------------------


def test_subtitles_are_an_artifact_with_the_current_word_underlined() -> None:
    customer = Customer()
    asked = {"speech_recognition": {"dump_srt": True, "underline_words_in_srt": True}}
    job = customer.finished(asked)
    (file,) = customer.get(f"jobs/{job}/artifacts/").json()["data"]
    assert file.keys() == payload("artifacts.list")["data"][0].keys()
    text = customer.get(f"jobs/{job}/artifacts/{file['id']}/file/").text
    assert text.splitlines()[:6] == [
        "1",
        "00:00:05,000 --> 00:00:05,320",
        "<u>The</u> harbour reopened this morning.",
        "",
        "2",
        "00:00:05,320 --> 00:00:06,000",
    ]
    assert customer.get(f"jobs/{job}/artifacts/0/file/").status_code == 404


def test_without_words_underlined_a_line_is_an_entry() -> None:
    customer = Customer()
    job = customer.finished({"speech_recognition": {"dump_srt": True, "dump_docx": True}})
    files = customer.get(f"jobs/{job}/artifacts/").json()["data"]
    assert [one["name"] for one in files] == ["transcript.srt", "transcript.docx"]
    text = customer.get(f"jobs/{job}/artifacts/{files[0]['id']}/file/").text
    assert text.count("-->") == 3


def test_a_heatmap_is_a_picture() -> None:
    customer = Customer()
    job = customer.finished({"subtitle_detection": {"dump_heatmap": True}})
    (file,) = customer.get(f"jobs/{job}/artifacts/").json()["data"]
    answer = customer.get(f"jobs/{job}/artifacts/{file['id']}/file/")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


# --- pages --------------------------------------------------------------------------------------


def test_a_job_that_still_runs_has_no_results() -> None:
    customer = Customer()
    assert customer.rows(customer.buy()) == []


def test_pages_are_as_the_documentation_has_them_with_a_next_one_beyond_the_end() -> None:
    customer = Customer()
    job = customer.finished("face_recognition")
    page = customer.get(f"jobs/{job}/detailed-results/", limit=3, offset=3).json()
    assert page.keys() == payload("detailed_results.face_recognition.page2").keys()
    assert (page["total"], page["offset"], page["limit"], len(page["data"])) == (5, 3, 3, 2)
    assert page["next"].endswith(f"/jobs/{job}/detailed-results/?limit=3&offset=6")
    assert page["prev"].endswith("?limit=3&offset=0")
    assert page["next"].startswith("http://")
    first = customer.get(f"jobs/{job}/detailed-results/").json()
    assert (first["limit"], first["prev"].partition("?")[2]) == (10, "limit=10&offset=0")


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"offset": "-1"}])
def test_a_window_that_cannot_be_is_refused(query: dict[str, str]) -> None:
    assert Customer().get("jobs/", **query).status_code == 400


def test_a_page_may_be_smaller_than_was_asked_for() -> None:
    customer = Customer(Behaviour(largest_page=2, rows=7))
    job = customer.finished("text_recognition")
    page = customer.get(f"jobs/{job}/detailed-results/", limit=500, offset=4).json()
    assert (page["limit"], page["total"], len(page["data"])) == (2, 7, 2)


def test_pages_of_any_size_are_the_same_rows() -> None:
    customer = Customer(Behaviour(rows=103, boxes=3))
    job = customer.finished({"text_recognition": {}, "face_recognition": {}})
    whole = customer.rows(job, limit=10_000)
    assert len(whole) == 206
    for limit in (1, 7, 100, 103, 205):
        pages = [customer.rows(job, limit=limit, offset=at) for at in range(0, 206, limit)]
        assert [row for page in pages for row in page] == whole


def page_of(fault: str | None, limit: int = 4, offset: int = 4) -> Json:
    """A page of nine rows, with this wrong with it."""
    faults = () if fault is None else (Fault(kind=fault),)
    customer = Customer(Behaviour(rows=9, faults=faults))
    job = customer.finished("text_recognition")
    path = f"jobs/{job}/detailed-results/"
    return customer.get(path, limit=limit, offset=offset).json()


def texts(page: Json) -> list[float]:
    return [row["time_start"] for row in page["data"]]


RIGHT: list[float] = texts(page_of(None, limit=9, offset=0))


def test_a_lying_next_hides_more_rows_and_invents_some_on_another_machine() -> None:
    assert page_of("lying_next")["next"] is None
    assert page_of("lying_next", offset=8)["next"].startswith("http://api.deepva.example/")


def test_a_total_may_shrink_below_the_truth() -> None:
    page = page_of("shrinking_total", offset=0)
    assert (page["total"], len(page["data"])) == (6, 4)
    assert page_of("shrinking_total", offset=8)["total"] == 9


def test_a_page_may_begin_with_a_row_of_the_one_before() -> None:
    assert texts(page_of("duplicate_rows")) == RIGHT[3:7]
    assert texts(page_of("duplicate_rows", offset=0)) == RIGHT[:4]


def test_a_page_may_have_a_third_of_its_rows() -> None:
    page = page_of("short_page")
    assert (texts(page), page["limit"]) == (RIGHT[4:5], 4)


def test_a_list_may_come_without_its_envelope() -> None:
    assert [row["time_start"] for row in page_of("bare_list")] == RIGHT[4:8]


def test_times_may_be_texts() -> None:
    told = [row["time_start"] for row in page_of("string_times")["data"]]
    assert told == [str(one) for one in RIGHT[4:8]]


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("missing_keys", lambda page: "detections" not in page["data"][0] and "prev" not in page),
        ("damaged_row", lambda page: page["data"][0]["time_start"] == "soon"),
    ],
)
def test_rows_may_lack_members_or_hold_nonsense(fault: str, check: Callable[[Json], bool]) -> None:
    page = page_of(fault)
    assert check(page)
    assert len(page["data"]) == 4


def test_faults_of_pages_can_be_asked_for_other_lists() -> None:
    customer = Customer(Behaviour(faults=(Fault(kind="bare_list", function="list_jobs"),)))
    assert customer.get("jobs/").json() == []
    assert customer.get("jobs/").json()["data"] == []


def test_an_expired_result_is_gone_for_good() -> None:
    customer = Customer(Behaviour(faults=(Fault(kind="expired_result", after=1),)))
    job = customer.finished("text_recognition")
    path = f"jobs/{job}/detailed-results/"
    assert [customer.get(path).status_code for _ in range(3)] == [200, 404, 404]
    assert customer.get(f"jobs/{job}/").status_code == 404


# --- pictures and sizes -------------------------------------------------------------------------


def test_pictures_of_faces_can_be_left_out_or_be_heavy() -> None:
    def picture(behaviour: Behaviour) -> Json:
        customer = Customer(behaviour)
        return customer.rows(customer.finished("face_recognition"))[0]["thumbnail"]

    assert picture(Behaviour(thumbnails=False)) is None
    heavy = base64.b64decode(picture(Behaviour(thumbnail_bytes=1_000_000))["image"])
    assert len(heavy) == 1_000_000
    assert heavy.startswith(b"\x89PNG")


def test_canned_pages_have_as_many_rows_and_boxes_as_were_asked_for() -> None:
    pages = [msgspec.json.decode(page) for page in canned_pages("text_recognition", rows=1234)]
    assert [len(page["data"]) for page in pages] == [500, 500, 234]
    assert {page["total"] for page in pages} == {1234}
    (page,) = canned_pages("face_recognition", rows=40, boxes=25)
    boxes = [len(row["detections"]) for row in msgspec.json.decode(page)["data"]]
    assert boxes == [25] * 40


def test_rows_of_a_long_story_move_on_in_time_and_stay_on_frames() -> None:
    rows = [
        row
        for page in canned_pages("text_recognition", rows=1000)
        for row in msgspec.json.decode(page)["data"]
    ]
    assert all(abs(row["time_start"] * 25 - row["frame_start"]) < 1e-6 for row in rows)
    assert rows[995]["time_start"] == pytest.approx(rows[0]["time_start"] + 199 * 5 * 0.24)
