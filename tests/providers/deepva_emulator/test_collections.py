"""What customers keep at the emulated vendor: files, datasets, models, indexes, transcripts."""

from __future__ import annotations

import pytest
from tests.providers.deepva_emulator.customer import CREATED, GONE, Customer, Json, payload

from vidiom_deepva.emulator import Behaviour, Fault

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


# --- storage ------------------------------------------------------------------------------------


def test_an_upload_is_ready_after_it_was_asked_after() -> None:
    customer = Customer(Behaviour(upload_polls=2))
    content = b"a film of some bytes"
    answer = customer.form("storage/", ("clip.mp4", content, "video/mp4"), folder="/ingest/2026")
    told = answer.json()
    example = payload("storage.upload.response")
    assert answer.status_code == CREATED
    assert told.keys() == example.keys()
    assert {name: type(value) for name, value in told.items()} == {
        name: type(value) for name, value in example.items()
    }
    assert (told["uploaded"], told["file_size"]) == (False, len(content))
    path = f"storage/{told['id']}/"
    assert [customer.get(path).json()["uploaded"] for _ in range(3)] == [False, False, True]
    assert customer.get(f"{path}file/").content == content
    assert customer.get(f"{path}thumbnail/").content.startswith(b"\x89PNG")


def test_an_upload_may_fail() -> None:
    customer = Customer(Behaviour(faults=(Fault(kind="upload_failed"),)))
    told = customer.upload(b"a film", "broken.mp4")
    example = payload("storage.file.upload_failed")
    assert {**told, "id": example["id"]} == example


def test_a_folder_lists_what_is_in_it_as_a_bare_array() -> None:
    customer = Customer()
    customer.upload(PNG, "portrait.png", "/people")
    customer.upload(b"film", "clip.mp4", "/films")
    (told,) = customer.get("storage", folder="/people").json()
    assert (told["name"], told["is_image"], told["is_folder"]) == ("portrait.png", True, False)
    folders = customer.get("storage", folder="/").json()
    assert [(one["name"], one["url"], one["is_folder"]) for one in folders] == [
        ("/people", None, True),
        ("/films", None, True),
    ]


def test_a_deleted_file_is_gone_and_so_is_its_content() -> None:
    customer = Customer()
    told = customer.upload(b"film")
    assert len(customer.vendor.storage) == 1
    assert customer.delete(f"storage/{told['id']}/").status_code == GONE
    assert customer.get(f"storage/{told['id']}/").status_code == 404
    assert customer.follow(customer.buy(sources=[told["url"]]))[-1] == "failed"


def test_an_upload_is_what_a_job_is_about() -> None:
    customer = Customer()
    told = customer.upload(PNG, "portrait.png")
    job = customer.finished("face_recognition", sources=[told["url"]])
    assert customer.job(job)["media_type"] == "image"


@pytest.mark.parametrize(("fields", "field"), [({}, "folder"), ({"folder": "no-slash"}, "folder")])
def test_an_upload_needs_its_folder(fields: dict[str, str], field: str) -> None:
    answer = Customer().form("storage/", ("a.mp4", b"x", "video/mp4"), **fields)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_an_upload_needs_a_file_and_a_form() -> None:
    files = {"folder": (None, "/x")}
    assert list(Customer().ask("POST", "storage/", files=files).json()) == ["file"]
    assert list(Customer().post("storage/", folder="/x").json()) == ["folder"]


@pytest.mark.parametrize("name", ["1", "x", "204433"])
def test_files_of_others_are_not_there(name: str) -> None:
    customer = Customer()
    customer.upload(b"film")
    customer.key = "another key"
    assert customer.get(f"storage/{name}/").status_code == 404


# --- datasets -----------------------------------------------------------------------------------


def dataset_of(customer: Customer) -> str:
    made = customer.post("datasets/", **payload("dataset.create.request"))
    assert made.status_code == CREATED
    return str(made.json()["id"])


def class_of(customer: Customer, dataset: str, **more: object) -> Json:
    body = {**payload("class.create.request"), **more}
    made = customer.post(f"datasets/{dataset}/classes/", **body)
    assert made.status_code == CREATED, made.text
    return made.json()


def test_a_dataset_counts_its_classes_and_images() -> None:
    customer = Customer()
    dataset = dataset_of(customer)
    group = class_of(customer, dataset)
    assert group["preview_image"] is None
    images = f"datasets/{dataset}/classes/{group['id']}/images/"
    portraits = [customer.upload(PNG, f"{n}.png", "/people")["url"] for n in range(2)]
    for number, uri in enumerate(portraits):
        made = customer.post(images, file_uri=uri, active=number == 0)
        assert made.status_code == CREATED
        assert made.json().keys() == payload("image").keys()
    told = customer.get(f"datasets/{dataset}/").json()
    assert told.keys() == payload("dataset").keys()
    names = ("classes", "active_classes", "images", "active_images")
    assert [told[f"number_of_{name}"] for name in names] == [1, 1, 2, 1]
    assert told["preview_images"] == portraits[:1]
    (again,) = customer.get(f"datasets/{dataset}/classes/").json()["data"]
    assert again.keys() == payload("class").keys()
    assert (again["reference"], again["number_of_images"]) == ("person-000912", 2)
    assert [one["file_uri"] for one in customer.get(images).json()["data"]] == portraits


def test_things_in_a_dataset_are_changed_and_deleted() -> None:
    customer = Customer()
    dataset = dataset_of(customer)
    path = f"datasets/{dataset}/"
    assert customer.put(path, name="Crew").json()["name"] == "Crew"
    group = class_of(customer, dataset)
    of_class = f"{path}classes/{group['id']}/"
    changed = customer.put(of_class, label="Mara L.", active=False).json()
    assert (changed["label"], changed["active"], changed["notes"]) == ("Mara L.", False, "migrated")
    uri = customer.upload(PNG, "a.png")["url"]
    image = customer.post(f"{of_class}images/", file_uri=uri).json()["id"]
    of_image = f"{of_class}images/{image}"
    assert customer.put(of_image, active=False, notes="dark").json()["notes"] == "dark"
    assert customer.get(of_image).json()["active"] is False
    for one in (of_image, of_class, path):
        assert customer.delete(one).status_code == GONE
        assert customer.get(one).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("datasets/", {"name": "x"}, "type"),
        ("datasets/", {"name": "x", "type": "voice"}, "type"),
        ("datasets/", {"type": "face"}, "name"),
        ("datasets/{0}/classes/", {}, "label"),
        ("datasets/{0}/classes/", {"label": 1}, "label"),
        ("datasets/{0}/classes/", {"label": "x", "active": "yes"}, "active"),
        ("datasets/{0}/classes/", {"label": "x", "reference": "person-000912"}, "reference"),
        ("datasets/{0}/classes/{1}/images/", {"file_uri": "storage://none"}, "file_uri"),
        (
            "trainings/",
            {"output_model_name": "x", "source_dataset_id": "none"},
            "source_dataset_id",
        ),
        ("trainings/", {"source_dataset_id": "{0}"}, "output_model_name"),
        ("index-collection/", {"name": "default_index"}, "name"),
        ("index-collection/", {"name": "voices", "type": "voice"}, "type"),
        ("transcripts", {"job_id": "none"}, "job_id"),
        ("webhooks/", {"event": "job.on_completed", "url": "https://x.example/"}, "event"),
        ("webhooks/", {"event": "deepva.export.on_started", "url": "x"}, "url"),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_field(
    path: str, body: dict[str, Json], field: str
) -> None:
    customer = Customer()
    dataset = dataset_of(customer)
    group = class_of(customer, dataset)["id"]
    told = {
        name: value.format(dataset) if isinstance(value, str) else value
        for name, value in body.items()
    }
    answer = customer.post(path.format(dataset, group), **told)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_class_keeps_its_own_reference_when_it_is_changed() -> None:
    customer = Customer()
    dataset = dataset_of(customer)
    group = class_of(customer, dataset)["id"]
    same = {"reference": "person-000912", "label": "Mara"}
    assert customer.put(f"datasets/{dataset}/classes/{group}/", **same).status_code == 200


def test_a_job_makes_a_dataset_of_the_people_that_it_finds() -> None:
    customer = Customer()
    dataset = dataset_of(customer)
    customer.finished({"dataset_creation": {"dataset_id": dataset}})
    groups = customer.get(f"datasets/{dataset}/classes/").json()["data"]
    assert [one["label"] for one in groups] == ["Mara Lindqvist", "Tomás Ferreira"]
    assert {one["preview_image"]["is_auto_generated"] for one in groups} == {True}
    customer.finished("dataset_creation")
    assert customer.get("datasets/").json()["total"] == 2


# --- trainings and models -----------------------------------------------------------------------


def trained(customer: Customer, dataset: str) -> Json:
    """Train, and follow to the end."""
    body = {**payload("training.create.request"), "source_dataset_id": dataset}
    training = customer.post("trainings/", **body).json()
    while training["state"] not in {"completed", "failed"}:
        training = customer.get(f"trainings/{training['id']}/").json()
    return training


def test_a_training_makes_a_model_and_the_next_one_another_version() -> None:
    customer = Customer()
    dataset = dataset_of(customer)
    customer.finished({"dataset_creation": {"dataset_id": dataset}})
    first, second = trained(customer, dataset), trained(customer, dataset)
    example = payload("training.completed")
    assert first.keys() >= example.keys()
    assert (first["error"], first["output_model"]["name"]) == (None, "newsroom-people")
    assert first["output_model"].keys() == payload("model").keys()
    versions = second["output_model"]["versions"]
    assert [one["version_number"] for one in versions] == [1, 2]
    assert versions[0].keys() == payload("model_version").keys()
    (model,) = customer.get("models/").json()["data"]
    assert customer.get(f"models/{model['id']}/").json() == model == second["output_model"]
    assert customer.get("trainings/").json()["total"] == 2
    assert customer.delete(f"trainings/{first['id']}/").status_code == GONE


def test_a_training_of_nothing_fails_with_one_text() -> None:
    customer = Customer()
    training = trained(customer, dataset_of(customer))
    example = payload("training.failed")
    assert training.keys() == example.keys()
    assert (training["state"], training["error"]) == ("failed", example["error"])
    assert customer.get("models/").json()["data"] == []


# --- the face index -----------------------------------------------------------------------------

INDEX = "index-collection/default_index/identities/"


def test_unknown_faces_are_in_the_index_when_that_was_asked_for() -> None:
    customer = Customer()
    customer.finished("face_recognition")
    assert customer.get(INDEX).json()["data"] == []
    customer.finished({"face_recognition": {"index_unknowns": True}})
    told = customer.get(INDEX).json()["data"]
    assert [one["label"] for one in told] == ["Unknown #1", "Unknown #2"]
    assert told[1].keys() == payload("indexed_identity").keys()
    assert told[1]["index_id"] == "4820015737"


def test_an_identity_is_named_read_and_deleted() -> None:
    customer = Customer()
    customer.finished({"face_recognition": {"index_unknowns": True}})
    changed = customer.put(INDEX, index_id="4820015736", label="Tomás Ferreira").json()
    assert changed["label"] == "Tomás Ferreira"
    assert customer.get(f"{INDEX}4820015736/").json() == changed
    assert customer.delete(f"{INDEX}4820015736/").status_code == GONE
    assert customer.get(f"{INDEX}4820015736/").status_code == 404
    assert customer.put(INDEX, index_id="1", label="x").status_code == 404


def test_collections_are_made_by_name_and_the_default_one_stays() -> None:
    customer = Customer()
    made = customer.post("index-collection/", name="crew", description="ours")
    assert made.status_code == CREATED
    assert made.json().keys() == payload("index_collection").keys()
    changed = customer.put("index-collection/", name="crew", description="theirs").json()
    assert customer.get("index-collection/crew/").json() == changed
    names = [one["name"] for one in customer.get("index-collection/").json()["data"]]
    assert names == ["default_index", "crew"]
    assert customer.delete("index-collection/crew/").status_code == GONE
    assert customer.delete("index-collection/default_index/").json() == payload("error.403")


# --- dictionaries -------------------------------------------------------------------------------


def dictionary_of(customer: Customer, content: bytes, kind: str = "text/plain") -> Json:
    file = ("harbour.txt", content, kind)
    return customer.form("dictionaries/", file, name="Harbour terms", language="en")


def test_a_dictionary_is_uploaded_and_its_type_follows_from_the_file() -> None:
    customer = Customer()
    content = "Mara Lindqvist\nTomás Ferreira\n\npilot boat\n".encode()
    made = dictionary_of(customer, content)
    assert made.status_code == CREATED
    told = made.json()
    example = payload("dictionary")
    assert {**told, "id": 0, "time_created": 0} == {**example, "id": 0, "time_created": 0}
    assert customer.get(f"dictionaries/{told['id']}/").json() == told
    kept = customer.vendor.dictionaries.shelf.find(0, told["id"])
    assert kept.entries == ("Mara Lindqvist", "Tomás Ferreira", "pilot boat")
    assert dictionary_of(customer, b"{}", "application/json").json()["type"] == "map"


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe"])
def test_a_dictionary_without_words_is_refused(content: bytes) -> None:
    answer = dictionary_of(Customer(), content)
    assert (answer.status_code, list(answer.json())) == (400, ["file"])


def test_the_vendors_own_dictionary_is_seen_and_cannot_be_deleted() -> None:
    customer = Customer()
    (public,) = customer.get("dictionaries/").json()["data"]
    assert public["is_public"]
    assert customer.get(f"dictionaries/{public['id']}/").json() == public
    assert customer.delete(f"dictionaries/{public['id']}/").status_code == 403


def test_a_dictionary_is_no_dataset_whatever_the_documentation_prints() -> None:
    customer = Customer()
    made = dictionary_of(customer, b"pilot boat").json()
    assert customer.delete(f"datasets/{made['id']}/").status_code == 404
    assert customer.delete(f"dictionaries/{made['id']}/").status_code == GONE


# --- transcripts --------------------------------------------------------------------------------


def test_a_transcript_has_variants_and_versions() -> None:
    customer = Customer()
    job = customer.finished("speech_recognition", tag="asset-000417")
    made = customer.post("transcripts", job_id=job)
    assert made.status_code == CREATED
    told, example = made.json(), payload("transcript")
    assert told.keys() == example.keys()
    assert (told["tag"], told["job"]["id"]) == ("asset-000417", job)
    path = f"transcripts/{told['id']}"
    assert customer.get(path).json() == told
    (original,) = customer.get(f"{path}/variants").json()["data"]
    assert original.keys() == payload("transcript_variant").keys()
    german = customer.post(f"{path}/variants", language="German", name="German translation").json()
    versions = f"{path}/variants/{german['id']}/versions"
    second = customer.post(versions, paragraphs=[{"text": "Der Hafen.", "time_start": 5.0}]).json()
    assert second.keys() == payload("transcript_version").keys()
    assert [one["version"] for one in customer.get(versions).json()["data"]] == [1, 2]
    assert customer.get(f"{versions}/2").json() == customer.get(f"{versions}/{second['id']}").json()
    (paragraph,) = customer.get(f"{versions}/2/paragraphs").json()["data"]
    assert paragraph["text"] == "Der Hafen."
    first = customer.get(f"{versions}/1/paragraphs").json()["data"][0]
    assert first.keys() == payload("transcript_paragraphs.list")["data"][0].keys()
    assert first["text"] == "The harbour reopened this morning."
    assert customer.delete(f"{versions}/1").status_code == GONE
    assert customer.delete(f"{versions}/2").status_code == 400
    for one in (f"{path}/variants/{german['id']}", path):
        assert customer.delete(one).status_code == GONE
        assert customer.get(one).status_code == 404


@pytest.mark.parametrize("module", ["face_recognition", "speech_recognition"])
def test_a_transcript_needs_a_job_that_has_heard_something(module: str) -> None:
    customer = Customer()
    running = customer.buy("speech_recognition")
    assert customer.post("transcripts", job_id=running).status_code == 400
    job = customer.finished(module)
    expected = CREATED if module == "speech_recognition" else 400
    assert customer.post("transcripts", job_id=job).status_code == expected


# --- subscriptions ------------------------------------------------------------------------------


def test_a_subscription_is_made_changed_and_deleted() -> None:
    customer = Customer()
    made = customer.post("webhooks/", **payload("webhook_resource.create.request"))
    assert made.status_code == CREATED
    told, example = made.json(), payload("webhook_resource")
    assert {**told, "id": 0, "time_created": 0} == {**example, "id": 0, "time_created": 0}
    path = f"webhooks/{told['id']}/"
    change = payload("webhook_resource.patch.request")
    changed = customer.ask("PATCH", path, json=change).json()
    assert changed == {**told, **change}
    assert customer.put(path, description="x").json()["description"] == "x"
    assert customer.get("webhooks/").json()["data"] == [customer.get(path).json()]
    assert customer.delete(path).status_code == GONE
    assert customer.get(path).status_code == 404


def test_what_another_customer_keeps_is_not_there() -> None:
    customer = Customer()
    dataset = dataset_of(customer)
    customer.key = "another key"
    assert customer.get(f"datasets/{dataset}/").status_code == 404
    for path in ("datasets/", "trainings/", "models/", "transcripts", "webhooks/"):
        assert customer.get(path).json()["data"] == []
