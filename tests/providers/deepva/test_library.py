"""Datasets, models, dictionaries, index, transcripts and subscriptions: requests by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from vidiom.errors import MalformedAnswer, NotFound, UnsupportedOperation, UsageError
from vidiom.flow.effects import Send
from vidiom.schema.galleries import Gallery, Identity, IdentityImage
from vidiom.schema.jobs import JobState
from vidiom.schema.media import BytesMedia
from vidiom.testing.scripted import answer
from vidiom_deepva.library.dictionaries import DictionaryId
from vidiom_deepva.provider import DeepvaProvider

BASE = "https://api.deepva.com/api/v1"
DATASET = "6f0a2d84-33d1-4f7c-9a52-84b1c7d9e012"
CLASS = "b7c39d10-5a2e-4c8b-8d4f-2c5e1f6a7b88"
IMAGE = "0a17c4d2-7c88-4e21-9d62-4f273ae1e2c3"
DICTIONARY = "9d0b8c0e-21f5-4a35-a1c5-77c8f2f4c0aa"
Payload = Callable[[str], bytes]
Document = Callable[[str], Any]
Sent = Callable[..., tuple[Any, list[Send]]]


def said(request: Send) -> object:
    assert request.body is not None
    assert request.body.inline is not None
    return json.loads(request.body.inline)


def paths(requests: list[Send]) -> list[tuple[str, str]]:
    return [(one.method, one.url.removeprefix(BASE)) for one in requests]


# --- galleries ------------------------------------------------------------------------------------


def test_galleries_are_datasets_and_collections_of_the_face_index(
    sent: Sent, provider: DeepvaProvider, payload: Payload, document: Document
) -> None:
    listed = {"total": 1, "data": document("datasets.list.json")["data"]}
    found, requests = sent(
        provider.galleries().list_galleries(),
        answer(200, json.dumps(listed).encode()),
        answer(200, b"[" + payload("index_collection.json") + b"]"),
        answer(200, b"[]"),
    )
    assert [(one.id, one.name, one.kind) for one in found] == [
        (DATASET, "Newsroom people", "face"),
        ("index:default_index", "default_index", "face"),
    ]
    assert found[0].attributes["number_of_images"] == 311
    assert paths(requests)[:2] == [("GET", "/datasets/"), ("GET", "/index-collection/")]


def test_a_gallery_is_created_as_a_dataset_of_faces(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    gallery, (request,) = sent(
        provider.galleries().create_gallery("Newsroom people"),
        answer(201, payload("dataset.json")),
    )
    assert isinstance(gallery, Gallery)
    assert gallery.id == DATASET
    assert said(request) == {"name": "Newsroom people", "description": "", "type": "face"}
    assert not request.repeatable


def test_an_identity_is_a_class_with_its_reference(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    galleries = provider.galleries()
    attributes = {"reference": "person-000912", "active": "true"}
    identity, (request,) = sent(
        galleries.create_identity(DATASET, "Mara Lindqvist", attributes),
        answer(201, payload("class.json")),
    )
    assert isinstance(identity, Identity)
    assert (identity.id, identity.gallery_id) == (f"{DATASET}/{CLASS}", DATASET)
    assert identity.attributes["reference"] == "person-000912"
    assert identity.attributes["custom_fields"] == [
        {"source_system": "archive", "external_id": "P-912"}
    ]
    assert paths([request]) == [("POST", f"/datasets/{DATASET}/classes/")]
    assert said(request) == {
        "label": "Mara Lindqvist",
        "active": True,
        "reference": "person-000912",
    }


def test_changing_an_identity_keeps_what_was_not_named(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    known = answer(200, payload("class.json"))
    _, requests = sent(
        provider.galleries().update_identity(f"{DATASET}/{CLASS}", "Mara L.", {"notes": None}),
        known,
        known,
    )
    assert paths(requests) == [
        ("GET", f"/datasets/{DATASET}/classes/{CLASS}/"),
        ("PUT", f"/datasets/{DATASET}/classes/{CLASS}/"),
    ]
    assert said(requests[1]) == {
        "reference": "person-000912",
        "label": "Mara L.",
        "active": True,
        "notes": None,
        "custom_fields": [{"source_system": "archive", "external_id": "P-912"}],
    }


def test_an_image_goes_to_the_storage_first_and_is_named_by_its_address(
    sent: Sent, provider: DeepvaProvider, payload: Payload, document: Document
) -> None:
    identity = f"{DATASET}/{CLASS}"
    image, requests = sent(
        provider.galleries().add_image(identity, BytesMedia(data=b"picture", name="a.jpg")),
        answer(201, payload("storage.file.uploaded.json")),
        answer(201, payload("image.json")),
    )
    assert isinstance(image, IdentityImage)
    assert (image.id, image.identity_id) == (f"{identity}/{IMAGE}", identity)
    assert paths(requests) == [
        ("POST", "/storage/"),
        ("POST", f"/datasets/{DATASET}/classes/{CLASS}/images/"),
    ]
    expected = document("image.create.request.json")
    assert said(requests[1]) == {**expected, "file_uri": "storage://Qm7Zt2LxKd94RbVaYw1c"}


def test_the_path_of_one_image_ends_without_a_slash(sent: Sent, provider: DeepvaProvider) -> None:
    _, requests = sent(
        provider.galleries().delete_image(f"{DATASET}/{CLASS}/{IMAGE}"), answer(204, b"")
    )
    assert paths(requests) == [("DELETE", f"/datasets/{DATASET}/classes/{CLASS}/images/{IMAGE}")]


def test_an_identity_of_the_face_index_can_be_named_and_forgotten_and_not_taught(
    sent: Sent, provider: DeepvaProvider, payload: Payload, document: Document
) -> None:
    galleries = provider.galleries()
    listed = {"total": 1, "data": document("indexed_identities.list.json")["data"]}
    found, _ = sent(
        galleries.list_identities("index:default_index"),
        answer(200, json.dumps(listed).encode()),
    )
    assert [(one.id, one.name) for one in found] == [
        ("index:default_index/4820015736", "Unknown #2")
    ]
    known = answer(200, payload("indexed_identity.json"))
    _, (request,) = sent(galleries.update_identity(found[0].id, "Tomás Ferreira", {}), known)
    assert paths([request]) == [("PUT", "/index-collection/default_index/identities/")]
    assert said(request) == document("indexed_identity.put.request.json")
    _, requests = sent(galleries.delete_identity(found[0].id), answer(200, b""))
    assert paths(requests) == [("DELETE", "/index-collection/default_index/identities/4820015736/")]
    with pytest.raises(UnsupportedOperation, match="come from jobs"):
        sent(galleries.create_identity("index:default_index", "Ada", {}))
    with pytest.raises(UnsupportedOperation, match="no images"):
        sent(galleries.list_images(found[0].id))
    with pytest.raises(UnsupportedOperation, match="keeps its name"):
        sent(galleries.rename_gallery("index:default_index", "other"))


@pytest.mark.parametrize("wrong", ["", "a", "a/b", "a/b/c/d", "a//c", "/b/c", "a/b/"])
def test_an_id_that_is_no_path_is_refused_before_anything_is_sent(
    sent: Sent, provider: DeepvaProvider, wrong: str
) -> None:
    with pytest.raises(UsageError, match="gallery/identity/image"):
        sent(provider.galleries().delete_image(wrong))


def test_there_is_no_default_gallery_and_no_other_attribute(
    sent: Sent, provider: DeepvaProvider
) -> None:
    galleries = provider.galleries()
    with pytest.raises(UsageError, match="no default gallery"):
        sent(galleries.list_identities(None))
    with pytest.raises(UsageError, match="'gender'"):
        sent(galleries.create_identity(DATASET, "Ada", {"gender": "female"}))
    with pytest.raises(UsageError, match="'active'"):
        sent(galleries.create_identity(DATASET, "Ada", {"active": "perhaps"}))


def test_an_answer_without_an_id_is_malformed(sent: Sent, provider: DeepvaProvider) -> None:
    with pytest.raises(MalformedAnswer, match="no id"):
        sent(provider.galleries().create_gallery("x"), answer(201, b"{}"))


# --- dictionaries never reach the datasets --------------------------------------------------------


def test_what_is_a_dictionary_is_not_deleted_as_a_dataset(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    for begin in (
        lambda: provider.datasets().delete(DICTIONARY),
        lambda: provider.datasets().rename(DICTIONARY, "x"),
        lambda: provider.galleries().delete_gallery(DICTIONARY),
    ):
        # one answer only: a second request would fail the test
        with pytest.raises(UsageError, match="dictionary"):
            sent(begin(), answer(200, payload("dictionary.json")))


def test_a_dataset_is_deleted_once_it_is_known_to_be_no_dictionary(
    sent: Sent, provider: DeepvaProvider
) -> None:
    _, requests = sent(provider.datasets().delete(DATASET), answer(404, b"{}"), answer(204, b""))
    assert paths(requests) == [
        ("GET", f"/dictionaries/{DATASET}/"),
        ("DELETE", f"/datasets/{DATASET}/"),
    ]


def test_an_id_that_a_dictionary_told_is_refused_by_every_path_of_datasets(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    made, _ = sent(provider.dictionaries().get(DICTIONARY), answer(200, payload("dictionary.json")))
    assert isinstance(made.id, DictionaryId)
    datasets = provider.datasets()
    for begin in (datasets.get, datasets.delete):
        with pytest.raises(UsageError, match="dictionary"):
            sent(begin(made.id))
    with pytest.raises(UsageError, match="dictionary"):
        datasets.classes(made.id)


def test_a_dictionary_is_uploaded_as_a_form_and_deleted_below_its_own_path(
    sent: Sent, provider: DeepvaProvider, payload: Payload, document: Document
) -> None:
    words = BytesMedia(data=payload("dictionary.simple.txt"), name="harbour.txt")
    dictionaries = provider.dictionaries()
    made, (request,) = sent(
        dictionaries.create("Harbour terms", words, language="en"),
        answer(201, payload("dictionary.json")),
    )
    assert made.id == DICTIONARY
    assert request.body is not None
    text = request.body.inline
    assert text is not None
    for part in document("dictionary.create.request.json")["parts"][:2]:
        assert f'name="{part["name"]}"\r\n\r\n{part["value"]}'.encode() in text
    assert b'name="file"; filename="harbour.txt"\r\nContent-Type: text/plain' in text
    _, requests = sent(dictionaries.delete(made.id), answer(204, b""))
    assert paths(requests) == [("DELETE", f"/dictionaries/{DICTIONARY}/")]


# --- trainings and models -------------------------------------------------------------------------


def test_a_training_says_its_dataset_and_model(
    sent: Sent, provider: DeepvaProvider, payload: Payload, document: Document
) -> None:
    started, (request,) = sent(
        provider.trainings().start(
            DATASET,
            "newsroom-people",
            description="People of the newsroom archive",
            changelog="Initial training",
            config={"min_face_size": 80},
        ),
        answer(201, payload("training.processing.json")),
    )
    assert paths([request]) == [("POST", "/trainings/")]
    assert said(request) == document("training.create.request.json")
    assert not request.repeatable
    assert (started.status.state, started.status.progress) == (JobState.RUNNING, 0.4)


def test_a_finished_training_tells_the_version_to_pin(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    done, _ = sent(
        provider.trainings().get("91c3d5e7"), answer(200, payload("training.completed.json"))
    )
    assert done.status.state is JobState.SUCCEEDED
    assert done.output_model is not None
    assert done.output_model.pinned == "newsroom-people==1"
    failed, _ = sent(
        provider.trainings().get("91c3d5e7"), answer(200, payload("training.failed.json"))
    )
    assert failed.status.failure is not None
    assert failed.status.failure.message == "Dataset has no active images"


def test_models_are_listed_with_their_versions(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    (model,), _ = sent(provider.models().list(), answer(200, payload("models.list.json")))
    assert (model.name, len(model.versions or ())) == ("newsroom-people", 1)
    _, requests = sent(provider.trainings().delete("91c3d5e7"), answer(204, b""))
    assert paths(requests) == [("DELETE", "/trainings/91c3d5e7/")]


# --- the index, transcripts, subscriptions --------------------------------------------------------


def test_a_collection_is_changed_by_a_body_that_names_it(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    index = provider.face_index()
    known = answer(200, payload("index_collection.json"))
    _, (request,) = sent(index.update("default_index", {"description": "new"}), known)
    assert paths([request]) == [("PUT", "/index-collection/")]
    assert said(request) == {"name": "default_index", "description": "new"}
    _, (request,) = sent(index.create("cast"), known)
    assert said(request) == {"name": "cast", "description": "", "type": "face"}


def test_transcripts_have_variants_and_versions_at_paths_without_a_final_slash(
    sent: Sent, provider: DeepvaProvider, payload: Payload, document: Document
) -> None:
    transcripts = provider.transcripts()
    made, (request,) = sent(
        transcripts.create("3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41"),
        answer(201, payload("transcript.json")),
    )
    assert paths([request]) == [("POST", "/transcripts")]
    assert said(request) == document("transcript.create.request.json")
    assert made.tag == "asset-000417"
    variant, (request,) = sent(
        transcripts.variants("t").get("v"), answer(200, payload("transcript_variant.json"))
    )
    assert (paths([request]), variant.language) == (
        [("GET", "/transcripts/t/variants/v")],
        "German",
    )
    version, (request,) = sent(
        transcripts.versions("t", "v").get(2), answer(200, payload("transcript_version.json"))
    )
    assert paths([request]) == [("GET", "/transcripts/t/variants/v/versions/2")]
    assert version.version == 2
    (paragraph,), (request,) = sent(
        transcripts.paragraphs("t", "v", 2).list(),
        answer(200, payload("transcript_paragraphs.list.json")),
    )
    assert paths([request]) == [("GET", "/transcripts/t/variants/v/versions/2/paragraphs")]
    assert (paragraph.text, paragraph.speaker) == (
        "The harbour reopened this morning.",
        "Speaker 1",
    )


def test_a_subscription_is_made_with_a_secret_that_is_shown_nowhere(
    sent: Sent, provider: DeepvaProvider, payload: Payload, document: Document
) -> None:
    subscriptions = provider.subscriptions()
    expected = document("webhook_resource.create.request.json")
    made, (request,) = sent(
        subscriptions.create(
            expected["event"],
            expected["url"],
            secret=SecretStr(expected["hmac_secret"]),
            description=expected["description"],
        ),
        answer(201, payload("webhook_resource.json")),
    )
    assert said(request) == expected
    assert "example-shared-secret" not in repr(made)
    assert "example-shared-secret" not in repr(request)
    _, (request,) = sent(
        subscriptions.update(made.id, url="https://ingest.example.org/hooks/deepva/v2/exports"),
        answer(200, payload("webhook_resource.json")),
    )
    assert (request.method, said(request)) == (
        "PATCH",
        document("webhook_resource.patch.request.json"),
    )
    (listed,), _ = sent(subscriptions.list(), answer(200, payload("webhook_resources.list.json")))
    assert listed.id == made.id


def test_names_and_faces_are_in_no_repr(
    sent: Sent, provider: DeepvaProvider, payload: Payload
) -> None:
    one, _ = sent(
        provider.face_index().identity("default_index", "4820015736"),
        answer(200, payload("indexed_identity.json")),
    )
    assert repr(one) == "IndexedIdentity(index_id='4820015736')"
    known, _ = sent(
        provider.datasets().classes(DATASET).get(CLASS), answer(200, payload("class.json"))
    )
    assert "Mara" not in repr(known)


def test_what_is_not_there_is_not_found(sent: Sent, provider: DeepvaProvider) -> None:
    with pytest.raises(NotFound):
        sent(provider.transcripts().get("x"), answer(404, b"{}"))
