"""Settings that a vendor's own OpenAPI file leads to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.generic.playing import adapter

from vidiom.errors import UsageError
from vidiom.schema.model import JsonValue
from vidiom_generic.settings import GenericSettings

OURS = Path(__file__).parents[3] / "docs/reference/generic.openapi.json"
RESULT = {"type": "object", "properties": {"status": {}, "result": {"type": "object"}}}
ITEMS = {"type": "object", "properties": {"status": {}, "items": {"type": "array"}}}
LATENCY = {"type": "object", "properties": {"latency_ms_per_unit": {"type": "integer"}}}


def answering(schema: object, **more: object) -> dict[str, object]:
    content = {"application/json": {"schema": schema}}
    return {"get": {"responses": {"200": {"content": content}}, **more}}


def taking(**kinds: object) -> dict[str, object]:
    content = {kind.replace("_", "/"): {"schema": schema} for kind, schema in kinds.items()}
    return {"post": {"requestBody": {"content": content}}}


def proposed(document: object, **settings: object) -> dict[str, JsonValue]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return {one.setting: one.value for one in adapter(**settings).proposals(content)}


def test_our_own_description_says_nothing_against_the_defaults() -> None:
    assert adapter().proposals(OURS.read_bytes()) == ()


def test_another_version_of_the_api_leads_to_its_settings() -> None:
    document = {
        "servers": [{"url": "https://api.noxo.example/v2/"}],
        "components": {
            "securitySchemes": {"apiKeyAuth": {"type": "apiKey", "in": "query", "name": "key"}},
            "schemas": {
                "Hook": {"type": "object", "properties": {"url": {}, "secret": {}}},
                "Images": {
                    "allOf": [
                        {"type": "object", "properties": {"images": {"type": "array"}}},
                        {"properties": {"callback": {"$ref": "#/components/schemas/Hook"}}},
                    ]
                },
            },
        },
        "paths": {
            "/videos": {
                "parameters": [{"in": "header", "name": "X-Time-Limit"}],
                **taking(
                    **{
                        "video_mp4": {"type": "string", "format": "binary"},
                        "multipart_form-data": {
                            "type": "object",
                            "properties": {
                                "video": {"type": "string", "format": "binary"},
                                "hook.url": {"type": "string"},
                                "hook.secret": {"type": "string"},
                            },
                        },
                    }
                ),
            },
            "/images": taking(application_json={"$ref": "#/components/schemas/Images"}),
            "/videos/{id}": answering(RESULT),
            "/images/{batch}": answering(ITEMS),
            "/speed": answering(
                LATENCY, parameters=[{"in": "query", "name": "of", "required": True}]
            ),
        },
    }
    assert proposed(document) == {
        "base_url": "https://api.noxo.example/v2",
        "key_in": "query",
        "key_name": "key",
        "video_path": "/videos",
        "max_processing_time_header": "X-Time-Limit",
        "video_content_type": "video/mp4",
        "file_part": "video",
        "webhooks": "dotted",
        "webhook_key": "hook",
        "image_path": "/images",
        "video_result_path": "/videos/{job_id}",
        "image_result_path": "/images/{job_id}",
        "latency_path": "/speed?of={media_type}",
    }
    values = {**proposed(document), "api_key": "k"}
    assert GenericSettings.model_validate(values).latency_path == "/speed?of={media_type}"


def test_a_video_without_a_form_is_that_of_the_first_version() -> None:
    document = {"paths": {"/v": taking(**{"application_octet-stream": {"type": "string"}})}}
    found = proposed(document)
    assert (found["video_form"], found["webhooks"]) == ("never", "none")
    assert set(proposed(document, preset="noxo-0.1")) == {"video_path"}


def test_a_bearer_token_is_a_header_with_a_word_before_it() -> None:
    schemes = {"apiKeyAuth": {"type": "http", "scheme": "bearer"}}
    document = {"paths": {}, "components": {"securitySchemes": schemes}}
    assert proposed(document) == {"key_name": "Authorization", "key_prefix": "Bearer"}


def test_bracketed_fields_and_a_form_only() -> None:
    form = {"properties": {"clip": {"format": "binary"}, "hook[url]": {}, "hook[secret]": {}}}
    found = proposed({"paths": {"/v": taking(**{"multipart_form-data": form})}})
    assert (found["webhooks"], found["webhook_key"], found["file_part"]) == (
        "bracketed",
        "hook",
        "clip",
    )
    assert found["video_form"] == "always"


def test_yaml_is_read_too() -> None:
    document = b"openapi: 3.0.3\nservers: [{url: 'https://a.example'}]\npaths: {}\n"
    assert proposed(document) == {"base_url": "https://a.example"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b"a: [", b"[" * 5000])
def test_what_is_no_description_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="no OpenAPI description"):
        proposed(content)


WORDS = st.sampled_from(
    "paths /a /{b} get post requestBody content application/json multipart/form-data schema "
    "properties images items result responses 200 parameters name in $ref allOf servers url "
    "components securitySchemes type apiKey callbacks webhook file format binary".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(WORDS, JSON, max_size=6))
def test_no_description_breaks_anything(document: dict[str, Any]) -> None:
    content = json.dumps({"paths": {}, **document}).encode()
    for one in adapter().proposals(content) if isinstance(document.get("paths", {}), dict) else ():
        assert one.setting in GenericSettings.model_fields


def test_a_reference_to_itself_ends() -> None:
    document = {
        "paths": {"/i": taking(application_json={"$ref": "#/components/schemas/A"})},
        "components": {
            "schemas": {
                "A": {"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {"images": {}}}
            }
        },
    }
    assert proposed(document)["image_path"] == "/i"
