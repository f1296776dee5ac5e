"""The Training API: galleries, people and their images."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.providers.valossa_emulator.customer import PAYLOADS, Customer, Json

if TYPE_CHECKING:
    import httpx

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 9 + b"\xff\xc0\x00\x11\x08"


def png(width: int, height: int) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
        + width.to_bytes(4, "big")
        + height.to_bytes(4, "big")
        + b"\x08\x02\x00\x00\x00"
    )


def jpeg(width: int, height: int) -> bytes:
    return JPEG + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x03" * 10


class Trainer(Customer):
    """Calls the Training API."""

    def train(self, function: str, **body: object) -> httpx.Response:
        return self.post(f"/training/1.0/{function}", body)

    def listed(self, function: str, **query: str) -> Json:
        answer = self.get(f"/training/1.0/{function}", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload_image(self, content: bytes) -> httpx.Response:
        return self.form("/training/1.0/upload_image", {"image_data": ("face.png", content)})

    def gallery(self, name: str = "Cast") -> str:
        return str(self.train("create_face_gallery", gallery={"name": name}).json()["gallery_id"])

    def identity(self, **body: object) -> str:
        body = {"face": {"name": "Mira"}, **body}
        return str(self.train("create_face_identity", **body).json()["face_id"])

    def image(self, identity: str) -> str:
        url = self.upload_image(png(300, 400)).json()["uploaded_file_url"]
        answer = self.train("add_face_image", face={"id": identity}, image={"url": url})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["image_id"])


def names(function: str) -> set[str]:
    return set(json.loads((PAYLOADS / f"training_{function}.response.json").read_text()))


def test_every_function_answers_with_the_members_of_its_example() -> None:
    one = Trainer()
    gallery, identity = one.gallery(), one.identity()
    image = one.image(identity)
    answers = {
        "create_face_gallery": one.train("create_face_gallery", gallery={"name": "Other"}),
        "update_face_gallery": one.train(
            "update_face_gallery", gallery={"id": gallery, "updates": {"name": "New"}}
        ),
        "create_face_identity": one.train("create_face_identity", face={}),
        "update_face_identity": one.train(
            "update_face_identity", face={"id": identity, "updates": {"gender": None}}
        ),
        "upload_image": one.upload_image(jpeg(20, 30)),
        "list_face_galleries": one.get("/training/1.0/list_face_galleries"),
        "list_face_identities": one.get("/training/1.0/list_face_identities"),
        "list_face_images": one.get("/training/1.0/list_face_images", face_id=identity),
        "remove_face_image": one.train("remove_face_image", image={"id": image}),
        "remove_face_identity": one.train("remove_face_identity", face={"id": identity}),
    }
    for function, answer in answers.items():
        assert (answer.status_code, set(answer.json())) == (200, names(function)), function


def test_a_person_without_a_gallery_is_in_the_default_one_which_has_no_name() -> None:
    one = Trainer()
    assert one.listed("list_face_galleries") == {"face_galleries": []}
    identity = one.identity()
    assert one.identity(face={"name": "Ida"}) != identity
    (default,) = one.listed("list_face_galleries", show_details="true")["face_galleries"]
    assert list(default) == ["id"]
    assert one.listed("list_face_identities", gallery_id=default["id"]) == one.listed(
        "list_face_identities"
    )
    changed = {"id": default["id"], "updates": {"name": "Named"}}
    assert one.train("update_face_gallery", gallery=changed).status_code == 400


def test_people_are_listed_by_gallery_with_details_if_asked() -> None:
    one = Trainer()
    gallery = one.gallery()
    face = {"name": "Mira", "gender": "female"}
    identity = one.identity(gallery={"id": gallery}, face=face)
    assert one.listed("list_face_identities") == {"face_identities": []}
    listed = one.listed("list_face_identities", gallery_id=gallery, show_details="true")
    assert listed == {"face_identities": [{"id": identity, **face}]}
    galleries = one.listed("list_face_galleries", show_details="true")
    assert galleries == {"face_galleries": [{"id": gallery, "name": "Cast"}]}


def test_an_update_keeps_what_it_does_not_name_and_clears_what_is_null() -> None:
    one = Trainer()
    identity = one.identity(face={"name": "Mira", "gender": "female"})

    def details() -> Json:
        (found,) = one.listed("list_face_identities", show_details="true")["face_identities"]
        return {name: value for name, value in found.items() if name != "id"}

    one.train("update_face_identity", face={"id": identity, "updates": {"name": "Mira S."}})
    assert details() == {"name": "Mira S.", "gender": "female"}
    one.train("update_face_identity", face={"id": identity, "updates": {"gender": None}})
    assert details() == {"name": "Mira S."}


def test_images_come_and_go_with_their_person() -> None:
    one = Trainer()
    identity = one.identity()
    first, second = one.image(identity), one.image(identity)
    one.train("remove_face_image", image={"id": first})
    assert one.listed("list_face_images", face_id=identity) == {"face_images": [{"id": second}]}
    one.train("remove_face_identity", face={"id": identity})
    assert one.get("/training/1.0/list_face_images", face_id=identity).status_code == 404
    assert one.train("remove_face_image", image={"id": second}).status_code == 404


@pytest.mark.parametrize("content", [png(4096, 4096), jpeg(4096, 1), jpeg(640, 480)])
def test_images_within_the_limits_are_taken(content: bytes) -> None:
    assert Trainer().upload_image(content).status_code == 200


@pytest.mark.parametrize(
    "content",
    [png(4097, 1), jpeg(1, 4097), b"GIF89a", b"", png(10, 10) + b"x" * (8 * 1024 * 1024)],
)
def test_images_beyond_the_limits_are_refused(content: bytes) -> None:
    assert Trainer().upload_image(content).status_code == 400


def test_both_missing_fields_are_named_as_in_the_example() -> None:
    answer = Trainer().train("add_face_image")
    example = json.loads((PAYLOADS / "error.two_messages.json").read_text())
    assert (answer.status_code, answer.json()) == (400, example)


@pytest.mark.parametrize(
    ("function", "body", "status"),
    [
        ("create_face_gallery", {"gallery": {"name": "x" * 1025}}, 400),
        ("create_face_gallery", {}, 400),
        ("create_face_identity", {"face": {"gender": "other"}}, 400),
        ("create_face_identity", {"face": {"name": "x" * 1025}}, 400),
        ("create_face_identity", {"face": {"name": 5}}, 400),
        ("create_face_identity", {"gallery": {"id": "unknown"}}, 404),
        ("update_face_identity", {"face": {"id": "unknown", "updates": {}}}, 404),
        ("update_face_gallery", {"gallery": {"id": "x", "updates": {"name": "y"}}}, 404),
        ("remove_face_identity", {"face": {"id": "unknown"}}, 404),
    ],
)
def test_what_cannot_be_is_refused(function: str, body: dict[str, object], status: int) -> None:
    assert Trainer().train(function, **body).status_code == status


@pytest.mark.parametrize(
    ("url", "status"),
    [("https://example.com/face.png", 400), ("valossaupload://unknown", 404)],
)
def test_a_face_image_must_have_been_uploaded(url: str, status: int) -> None:
    one = Trainer()
    answer = one.train("add_face_image", face={"id": one.identity()}, image={"url": url})
    assert answer.status_code == status
