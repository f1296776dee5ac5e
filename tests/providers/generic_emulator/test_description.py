"""The OpenAPI description of the emulator, held against the emulator: bounded, and on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from tests.providers.generic_emulator.vendors import KEY

from vidiom.flow.http import http_library
from vidiom.testing import serve
from vidiom_generic.emulator import Behaviour, create_app

DESCRIPTION = Path(__file__).parents[3] / "docs/reference/generic.openapi.json"
DOCUMENT = json.loads(DESCRIPTION.read_text())
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
BINARY = {"Content-Type": "application/octet-stream"}
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(create_app(KEY, Behaviour(seed=1))) as url:
        yield url


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_the_answer_is_one_that_is_described(
    case: schemathesis.Case[Any], address: str
) -> None:
    case.call_and_validate(base_url=address, headers={"X-API-Key": KEY}, checks=CHECKS)


def test_a_whole_job_is_answered_as_described(address: str) -> None:
    """What no generated request finds: a job that exists, in each of its states."""
    headers = {"X-API-Key": KEY}
    operation = SCHEMA["/result/video/{job_id}"]["GET"]
    with http_library().Client(base_url=address, headers=headers) as client:
        job = client.post("/request/video", content=b"film", headers=BINARY).json()["job_id"]
    states = []
    for _ in range(3):
        case = operation.Case(path_parameters={"job_id": job})
        answer = case.call_and_validate(base_url=address, headers=headers, checks=CHECKS)
        states.append(answer.json()["status"])
    assert states == ["queued", "processing", "finished"]


def test_every_part_says_whether_it_is_documented_or_assumed() -> None:
    bare: list[str] = []
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            parts = [operation, *operation.get("parameters", ())]
            bare += [f"{method} {path}" for part in parts if "x-standing" not in part]
    for name, schema in DOCUMENT["components"]["schemas"].items():
        bare += [name] if "x-standing" not in schema else []
        for member, one in schema.get("properties", {}).items():
            if "$ref" not in one and "x-standing" not in one:
                bare.append(f"{name}.{member}")
    assert bare == []
    words = set(re.findall(r'"x-standing": "([^"]*)"', DESCRIPTION.read_text()))
    assert {"documented", "assumed"} <= words
    assert all("documented" in one or "assumed" in one for one in words)
